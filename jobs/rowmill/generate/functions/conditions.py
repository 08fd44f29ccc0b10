"""Functions that choose among values."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from rowmill.generate.functions.values import NULL, Function, Value, real
from rowmill.generate.node import Node


def _nullif(a: Node, b: Node) -> Node:
    return Node("case", (Node("eq", (a, b)), NULL, a))


def _if(condition: Node, then: Node, other: Node = NULL) -> Node:
    return Node("case", (condition, then, other))


def _nvl2(v: Node, then: Node, other: Node) -> Node:
    return Node("case", (Node("not", (Node("is_null", (v,)),)), then, other))


def same(a: Node, b: Node) -> Node:
    """Equal, or both null."""
    nulls = [Node("is_null", (side,)) for side in (a, b)]
    equal = Node("coalesce", (Node("eq", (a, b)), Node("literal", (pa.scalar(False),))))
    return Node("case", (Node("or", (nulls[0], nulls[1])), Node("and", (nulls[0], nulls[1])), equal))


def _decode(v: Node, *pairs: Node) -> Node:
    branches: list[Node] = []
    for key, result in zip(pairs[::2], pairs[1::2], strict=False):
        branches += [same(v, key), result]
    return Node("case", (*branches, pairs[-1] if len(pairs) % 2 else NULL))


def _isnan(v: Value) -> Value:
    return pc.fill_null(pc.is_nan(real(v)), False)


_F = Function
FUNCTIONS: dict[str, Function] = {
    "coalesce": _F("coalesce(a, b, ...)", "v*", "coalesce", "the first that is not null", "coalesce(NULL, 2)"),
    "nullif": _F("nullif(a, b)", "vv", _nullif, "null if they are equal, else a", "nullif(1, 1)", rewrite=True),
    "nvl2": _F("nvl2(a, b, c)", "vvv", _nvl2, "b if a is not null, else c", "nvl2(NULL, 1, 2)", rewrite=True),
    "if": _F("if(condition, a [, b])", "vv?v", _if, "a if it is true, else b", "if(1 < 2, 'a', 'b')", rewrite=True),
    "decode": _F(
        "decode(x, v1, a1, ... [, b])",
        "vvv*",
        _decode,
        "the value of the case that x equals (null equals null)",
        "decode(2, 1, 'one', 2, 'two', 'many')",
        rewrite=True,
    ),
    "least": _F("least(a, b, ...)", "vv*", "least", "the smallest, nulls left out", "least(2, NULL, 1)"),
    "greatest": _F("greatest(a, b, ...)", "vv*", "greatest", "the largest, nulls left out", "greatest(2, NULL, 1)"),
    "isnull": _F("isnull(x), x IS NULL", "v", "is_null", "is it null?", "isnull(NULL)"),
    "isnotnull": _F("isnotnull(x), x IS NOT NULL", "v", pc.is_valid, "is it not null?", "isnotnull(NULL)"),
    "isnan": _F("isnan(x)", "v", _isnan, "is it NaN? false for null", "isnan(sqrt(-1))"),
}
SYNONYMS = {"nvl": "coalesce", "ifnull": "coalesce", "iff": "if", "iif": "if"}
