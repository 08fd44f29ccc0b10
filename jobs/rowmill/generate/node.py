"""The tree of an expression: pure data, so that it can be shipped to a task."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Node:
    """One operation; `args` are nodes, or plain Python values where the operation says so."""

    op: str
    args: tuple[Any, ...] = ()

    def walk(self) -> Iterator[Node]:
        yield self
        for arg in self.args:
            if isinstance(arg, Node):
                yield from arg.walk()


def replace(node: Node, change: Callable[[Node], Node]) -> Node:
    """The tree with every node changed, leaves first."""
    return change(Node(node.op, tuple(replace(a, change) if isinstance(a, Node) else a for a in node.args)))


def columns_of(node: Node) -> list[str]:
    """Names of the columns that an expression reads."""
    return [n.args[0] for n in node.walk() if n.op == "column"]
