"""YAML edited as a tree by ruamel.yaml, which keeps comments and formatting: for what can't be edited line by line."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

# The keys that the converter owns, in the order in which they are written. All other keys are people's.
TABLE_KEYS = (
    "name", "schema", "comment", "rows", "columns", "primary_key", "unique", "foreign_keys", "partition_by", "options",
)  # fmt: skip
COLUMN_KEYS = (
    "name", "type", "nullable", "default", "comment", "generated", "source_type", "generator", "nulls",
)  # fmt: skip
FOREIGN_KEY_KEYS = ("columns", "references", "distribution", "nulls")
FILE_KEYS = ("dialect", "tables")
_PEOPLES = frozenset({"rows", "generator", "nulls", "distribution"})
_IMPLIED: dict[str, Any] = {"nullable": True, "generated": False}
_WIDTH = 1 << 16  # never folds a line that was not folded


def edit(text: str, change: Callable[[CommentedMap], None]) -> str:
    """The text of a mapping after `change` of its tree. Raises YAMLError where it can't be read by itself."""
    handler = _handler(text)
    data = handler.load(text)
    change(data)
    out = io.StringIO()
    handler.dump(data, out)
    return out.getvalue()


def _handler(text: str) -> YAML:
    """A round-trip YAML that indents lists as the text does."""
    dashes = re.search(r"^( *)[\w\"'].*:[^\n]*\n(?:\s*(?:#[^\n]*)?\n)*( *)- ", text, re.MULTILINE)
    offset = max(0, len(dashes.group(2)) - len(dashes.group(1))) if dashes else 2
    handler = YAML(typ="rt", pure=True)
    handler.preserve_quotes = True
    handler.width = _WIDTH
    handler.indent(mapping=2, sequence=offset + 2, offset=offset)
    return handler


def nodes(text: str) -> Any:
    """The tree of a text that the converter wrote."""
    return _handler(text).load(text)


def merge_file(old: CommentedMap, new: CommentedMap) -> None:
    """A whole file."""
    if "dialect" not in old and "dialect" in new:
        old.insert(0, "dialect", new["dialect"])
    merge_keys(old, new, ["dialect"])
    _merge_list(old["tables"], new["tables"], merge_table, lambda item: str(item["name"]).casefold())


def merge_table(old: CommentedMap, new: CommentedMap) -> None:
    """A whole table."""
    merge_columns(old["columns"], new["columns"])
    if "foreign_keys" in old and "foreign_keys" in new:
        merge_foreign_keys(old["foreign_keys"], new["foreign_keys"])
    if "options" in old and "options" in new:
        merge_mapping(old["options"], new["options"])
    merge_keys(old, new, [key for key in TABLE_KEYS if key != "columns"], {"foreign_keys", "options"})


def merge_columns(old: CommentedSeq, new: CommentedSeq) -> None:
    """The list of a table's columns."""
    _merge_list(old, new, lambda a, b: merge_keys(a, b, COLUMN_KEYS), lambda item: str(item["name"]).casefold())


def merge_foreign_keys(old: CommentedSeq, new: CommentedSeq) -> None:
    """The list of a table's foreign keys."""
    _merge_list(
        old,
        new,
        lambda a, b: merge_keys(a, b, FOREIGN_KEY_KEYS),
        lambda item: tuple(str(name).casefold() for name in item["columns"]),
    )


def _merge_list(
    old: CommentedSeq,
    new: Sequence[CommentedMap],
    merge: Callable[[CommentedMap, CommentedMap], None],
    identity: Callable[[Mapping[str, Any]], Any],
) -> None:
    """Brings a list to the new items in their order; items that stay are merged in place, with their comments."""
    wanted = [identity(item) for item in new]
    for i in reversed(range(len(old))):
        if identity(old[i]) not in wanted:
            del old[i]
    for i, item in enumerate(new):
        at = next((j for j in range(len(old)) if identity(old[j]) == wanted[i]), None)
        if at is None:
            old.insert(i, item)
            continue
        if at != i:
            old.insert(i, old.pop(at))
        merge(old[i], item)


def merge_keys(
    old: CommentedMap, new: CommentedMap, order: Sequence[str], merged_already: frozenset[str] | set[str] = frozenset()
) -> None:
    """Sets, adds and removes the converter's keys; a value that says the same is left as it is written."""
    for key in order:
        if key in _PEOPLES and not (key == "nulls" and key in old and key not in new):
            continue
        if key not in new:
            # `nullable: true`, `generated: false` and `default: null` may be written out: they say the same.
            if key in old and old[key] not in (_IMPLIED.get(key), None):
                del old[key]
        elif key not in old:
            before = [k for k in order[: order.index(key)] if k in old]
            old.insert(list(old).index(before[-1]) + 1 if before else 0, key, new[key])
        elif key not in merged_already and not _same(old[key], new[key]):
            old[key] = new[key]


def merge_mapping(old: CommentedMap, new: CommentedMap) -> None:
    """A mapping that is the converter's alone, key by key."""
    for key in [key for key in old if key not in new]:
        del old[key]
    for key, value in new.items():
        if key in old and isinstance(old[key], CommentedMap) and isinstance(value, CommentedMap):
            merge_mapping(old[key], value)
        elif key not in old or not _same(old[key], value):
            old[key] = value


def _same(old: Any, new: Any) -> bool:
    return bool(_bare(old) == _bare(new))


def _bare(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _bare(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_bare(item) for item in node]
    return str(node) if isinstance(node, str) else node
