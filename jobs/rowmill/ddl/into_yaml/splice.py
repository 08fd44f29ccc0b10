"""An existing schema YAML brought up to date line by line: only the lines of what changed are touched.

Entries of mappings and items of lists are found by their indentation. Text of another shape raises Odd, and what comes
out must be proved by reading it: multi-line quoted text, for one, may look like an entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from rowmill.ddl.into_yaml import emit, tree
from rowmill.ddl.into_yaml.merge import column_identity, key_identity, table_identity
from rowmill.schema.model import ForeignKey, SchemaFile, TableColumn, TableDefinition

T = TypeVar("T")
_Lines = list[str]


class Odd(Exception):
    """The text is not written one entry below the other."""


@dataclass
class _Part:
    """One entry or item as lines: comments right above it, itself, and what stands loosely after it."""

    above: _Lines
    body: _Lines
    after: _Lines = field(default_factory=list)


def spliced(text: str, old: SchemaFile, new: SchemaFile) -> str:
    """The text, which says `old`, changed where it must be to say `new`. Raises Odd, or YAMLError."""
    lines = text.split("\n")
    head, entries = _entries(lines, 0)
    if "tables" not in entries:
        raise Odd
    if old.dialect != new.dialect:
        made = {"dialect": f"dialect: {emit.scalar(new.dialect)}\n"} if new.dialect else {}
        _put(entries, "dialect", made, tree.FILE_KEYS, 0)
    identity = table_identity(old, new)
    entries["tables"].body = _items(
        entries["tables"].body, old.tables, new.tables, identity, emit.table_entries, _table
    )
    return "\n".join(_joined(head, entries.values()))


# -- cutting -------------------------------------------------------------------------------------------


def _cut(lines: _Lines, start: re.Pattern[str], outer: int, inner: int) -> tuple[_Lines, list[_Part]]:
    """The lines before the first part, and the parts.

    outer: where comments that belong to the next part stand at most; inner: to the part before
    """
    marks = [i for i, line in enumerate(lines) if start.match(line)]
    if not marks:
        raise Odd
    parts: list[_Part] = []
    above: _Lines = []
    for at, end in zip(marks, [*marks[1:], len(lines)], strict=True):
        stop = end
        while stop > at + 1 and _is_loose(lines[stop - 1], inner):
            stop -= 1
        next_above = end
        if end < len(lines):
            while next_above > stop and lines[next_above - 1].strip() and _indent(lines[next_above - 1]) <= outer:
                next_above -= 1
        parts.append(_Part(above, lines[at:stop], lines[stop:next_above]))
        above = lines[next_above:end]
    return lines[: marks[0]], parts


def _is_loose(line: str, indent: int) -> bool:
    text = line.lstrip(" ")
    return not text or (text[0] == "#" and len(line) - len(text) <= indent)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _joined(head: _Lines, parts: Any) -> _Lines:
    return [*head, *(line for part in parts for line in (*part.above, *part.body, *part.after))]


_ENTRY = {indent: re.compile(rf" {{{indent}}}(\w+):(?=\s|$)") for indent in range(20)}


def _entries(lines: _Lines, indent: int) -> tuple[_Lines, dict[str, _Part]]:
    """The entries of a block mapping by their keys."""
    start = _ENTRY.get(indent)
    if start is None:
        raise Odd
    head, parts = _cut(lines, start, indent, indent)
    entries = {found.group(1): part for part in parts if (found := start.match(part.body[0]))}
    if len(entries) < len(parts):
        raise Odd
    return head, entries


# -- lists ---------------------------------------------------------------------------------------------


def _items(
    lines: _Lines,
    old: Sequence[T],
    new: Sequence[T],
    identity: Callable[[T], Hashable],
    made: Callable[[T, int, int], dict[str, str]],
    edited: Callable[[_Lines, int, T, T], _Lines],
) -> _Lines:
    """The lines `key:` and its list with the new items in their order; those that are the same keep their lines."""
    first = next((line for line in lines[1:] if not _is_loose(line, len(line))), "")
    dash = _indent(first)
    begun = re.match(r"-( +)\S", first[dash:])
    if not lines[0].split("#")[0].rstrip().endswith(":") or not begun:
        raise Odd
    indent, offset = dash + begun.end() - 1, dash - _indent(lines[0])
    head, parts = _cut(lines, re.compile(rf" {{{dash}}}-(?=\s|$)"), dash, dash + 2)
    if len(parts) != len(old):
        raise Odd
    wanted = {identity(item) for item in new}
    kept: dict[Hashable, tuple[T, _Part]] = {}
    loose = head
    for item, part in zip(old, parts, strict=True):
        if identity(item) in wanted:
            kept[identity(item)] = (item, part)
            loose = part.after
        elif any(line.strip() and _indent(line) <= dash for line in part.after):
            loose += part.after  # a remark between two items outlives the item before it
    result = list(head)
    for item in new:
        if identity(item) not in kept:
            result += _written(emit.item(made(item, indent, offset), dash))
            continue
        known, part = kept[identity(item)]
        result += [*part.above, *(part.body if known == item else edited(part.body, dash, known, item)), *part.after]
    return result


def _written(text: str) -> _Lines:
    return text.removesuffix("\n").split("\n")


# -- one item ------------------------------------------------------------------------------------------


def _opened(lines: _Lines, dash: int) -> tuple[_Lines, int]:
    """An item's lines without its dash, and where its entries stand; Odd if its mapping does not begin there."""
    found = re.match(r" *-( +)(?=[^\s#&*!|>])", lines[0])
    if found is None:
        raise Odd
    return [" " * len(found.group()) + lines[0][len(found.group()) :], *lines[1:]], len(found.group())


def _closed(lines: _Lines, dash: int) -> _Lines:
    return [f"{lines[0][:dash]}-{lines[0][dash + 1 :]}", *lines[1:]]


def _table(lines: _Lines, dash: int, old: TableDefinition, new: TableDefinition) -> _Lines:
    body, indent = _opened(lines, dash)
    if body[0][indent] == "{":
        made = "".join(emit.table_entries(new, 0).values())
        return _closed(_by_tree(body, indent, lambda node: tree.merge_table(node, tree.nodes(made))), dash)
    head, entries = _entries(body, indent)
    if head or "columns" not in entries:
        raise Odd
    offset = next((_indent(line) for line in entries["columns"].body[1:] if _indent(line)), indent + 2) - indent
    before, after = emit.table_entries(old, indent, offset), emit.table_entries(new, indent, offset)
    keys = list(tree.TABLE_KEYS)
    for key in ("columns", "foreign_keys"):
        if key in before and key in after:
            keys.remove(key)
            if before[key] != after[key]:
                entries[key].body = _list(entries[key].body, indent, key, old, new)
    _update(entries, before, after, keys, indent)
    return _closed(_joined(head, entries.values()), dash)


def _list(lines: _Lines, indent: int, key: str, old: TableDefinition, new: TableDefinition) -> _Lines:
    """The columns or the foreign keys: item by item, or as a tree where they are written in brackets."""
    columns = key == "columns"
    try:
        if columns:
            return _items(lines, old.columns, new.columns, column_identity, _column_entries, _column)
        return _items(lines, old.foreign_keys, new.foreign_keys, key_identity, _key_entries, _key)
    except Odd:
        made = tree.nodes(emit.table_entries(new, 0)[key])[key]
        merge = tree.merge_columns if columns else tree.merge_foreign_keys
        return _by_tree(lines, indent, lambda node: merge(node[key], made))


def _column_entries(column: TableColumn, indent: int, offset: int = 2) -> dict[str, str]:
    return emit.column_entries(column, indent)


def _key_entries(key: ForeignKey, indent: int, offset: int = 2) -> dict[str, str]:
    return emit.key_entries(key, indent)


def _column(lines: _Lines, dash: int, old: TableColumn, new: TableColumn) -> _Lines:
    return _item(lines, dash, old, new, _column_entries, tree.COLUMN_KEYS)


def _key(lines: _Lines, dash: int, old: ForeignKey, new: ForeignKey) -> _Lines:
    return _item(lines, dash, old, new, _key_entries, tree.FOREIGN_KEY_KEYS)


def _item(
    lines: _Lines, dash: int, old: T, new: T, texts: Callable[[T, int], dict[str, str]], order: Sequence[str]
) -> _Lines:
    """An item in which there is no list of the converter's."""
    body, indent = _opened(lines, dash)
    if body[0][indent] == "{":
        made = "".join(texts(new, 0).values())
        return _closed(_by_tree(body, indent, lambda node: tree.merge_keys(node, tree.nodes(made), order)), dash)
    head, entries = _entries(body, indent)
    if head:
        raise Odd
    _update(entries, texts(old, indent), texts(new, indent), order, indent)
    return _closed(_joined(head, entries.values()), dash)


def _update(
    entries: dict[str, _Part], before: Mapping[str, str], after: Mapping[str, str], order: Sequence[str], indent: int
) -> None:
    for key in order:
        if before.get(key) != after.get(key):
            _put(entries, key, after, order, indent)


def _put(entries: dict[str, _Part], key: str, made: Mapping[str, str], order: Sequence[str], indent: int) -> None:
    """Adds, changes or removes one entry."""
    part = entries.get(key)
    if part is not None and key in made:
        new = tree.nodes("".join(line[indent:] + "\n" for line in _written(made[key])))
        part.body = _by_tree(part.body, indent, lambda node: tree.merge_mapping(node, new))
    elif key in made:
        names = list(entries)
        earlier = [names.index(k) for k in order[: order.index(key)] if k in entries]
        at = max(earlier) + 1 if earlier else 0
        added = {**{k: entries[k] for k in names[:at]}, key: _Part([], _written(made[key]))}
        rest = {k: entries[k] for k in names[at:]}
        entries.clear()
        entries.update(added | rest)
    elif part is not None:
        _remove(entries, key)


def _remove(entries: dict[str, _Part], key: str) -> None:
    gone = entries.pop(key)
    if not any(line.strip() for line in gone.after):
        return
    # A remark that stood between it and the next entry stays.
    last = next(reversed(entries.values()), None)
    if last is not None:
        last.after += gone.after


def _by_tree(lines: _Lines, indent: int, change: Callable[[Any], None]) -> _Lines:
    """Lines of a mapping at this indentation, changed as a tree."""
    if any(line.strip() and _indent(line) < indent for line in lines):
        raise Odd
    text = "".join(line[indent:] + "\n" for line in lines)
    return list(_indented(_written(tree.edit(text, change)), indent))


def _indented(lines: _Lines, indent: int) -> Iterator[str]:
    return (" " * indent + line if line else line for line in lines)
