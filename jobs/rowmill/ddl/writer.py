"""The schema -> YAML text: a new file, or an existing one in which all that people wrote is kept."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

from rowmill.errors import SchemaError
from rowmill.schema.model import ForeignKey, SchemaFile, TableColumn, TableDefinition
from rowmill.schema.yaml import parse_schema

# The keys that the converter owns, in the order in which they are written. All other keys are people's.
_TABLE_KEYS = (
    "name", "schema", "comment", "rows", "columns", "primary_key", "unique", "foreign_keys", "partition_by", "options",
)  # fmt: skip
_COLUMN_KEYS = (
    "name", "type", "nullable", "default", "comment", "generated", "source_type", "generator", "nulls",
)  # fmt: skip
_PEOPLES = frozenset({"rows", "generator", "nulls", "distribution"})
_WIDTH = 1 << 16  # never folds a line that was not folded


def merged(new: SchemaFile, old: SchemaFile) -> SchemaFile:
    """The new schema with what people said in the old one: rows, generators, nulls, distributions.

    A comment of the old one stays where the DDL has none. A table or column that the DDL no longer has goes.
    """
    known = {table.name: table for table in old.tables}
    tables = tuple(_merged_table(table, known[table.name]) if table.name in known else table for table in new.tables)
    return replace(new, tables=tables)


def _merged_table(new: TableDefinition, old: TableDefinition) -> TableDefinition:
    columns = {column.name: column for column in old.columns}
    keys = {key.columns: key for key in old.foreign_keys}
    return replace(
        new,
        comment=old.comment if new.comment is None else new.comment,
        rows=old.rows,
        columns=tuple(_merged_column(column, columns.get(column.name)) for column in new.columns),
        foreign_keys=tuple(_merged_key(key, keys.get(key.columns)) for key in new.foreign_keys),
    )


def _merged_column(new: TableColumn, old: TableColumn | None) -> TableColumn:
    if old is None:
        return new
    # A column that became NOT NULL can't keep its share of nulls.
    nulls = old.nulls if new.nullable or not old.nulls else None
    comment = old.comment if new.comment is None else new.comment
    return replace(new, generator=old.generator, nulls=nulls, comment=comment)


def _merged_key(new: ForeignKey, old: ForeignKey | None) -> ForeignKey:
    return new if old is None else replace(new, distribution=old.distribution, nulls=old.nulls)


def to_yaml(schema: SchemaFile) -> str:
    """The text of a new schema file."""
    data = CommentedMap()
    if schema.dialect:
        data["dialect"] = schema.dialect
    data["tables"] = CommentedSeq(_table(table) for table in schema.tables)
    return _checked(_dump(data, "  - "), schema)


def update_yaml(text: str, schema: SchemaFile, source: str) -> str:
    """The text of an existing schema file with the converter's keys brought up to `schema`.

    If nothing of the model changed, it is the same text, byte for byte. Raises SchemaError if the text is no schema.
    """
    old = parse_schema(text, source)
    wanted = merged(schema, old)
    if (wanted.dialect, wanted.tables) == (old.dialect, old.tables):
        return text
    data = _yaml(text).load(text)
    if wanted.dialect and data.get("dialect") != wanted.dialect:
        data.insert(0, "dialect", wanted.dialect) if "dialect" not in data else data.update(dialect=wanted.dialect)
    _merge_list(data["tables"], [_table(table) for table in wanted.tables], _merge_table, lambda item: item["name"])
    return _checked(_dump(data, text), wanted)


def _checked(text: str, schema: SchemaFile) -> str:
    # What is written must read as what was meant: else nothing is written.
    found = parse_schema(text, "the converted schema")
    if (found.dialect, found.tables) != (schema.dialect, schema.tables):
        names = [a.name for a, b in zip(schema.tables, found.tables, strict=False) if a != b]
        raise SchemaError("the YAML would not say what the DDL says", value=", ".join(names), fix="report this table")
    return text


def _yaml(text: str) -> YAML:
    """A round-trip YAML that indents lists as the text does."""
    dashes = re.search(r"^tables:[^\n]*\n(?:\s*(?:#[^\n]*)?\n)*( *)- ", text, re.MULTILINE)
    offset = len(dashes.group(1)) if dashes else 2
    handler = YAML(typ="rt", pure=True)
    handler.preserve_quotes = True
    handler.width = _WIDTH
    handler.indent(mapping=2, sequence=offset + 2, offset=offset)
    return handler


def _dump(data: CommentedMap, text: str) -> str:
    out = io.StringIO()
    _yaml(text).dump(data, out)
    return out.getvalue()


# -- the model as YAML nodes ---------------------------------------------------------------------------


def _table(table: TableDefinition) -> CommentedMap:
    node = CommentedMap(name=_text(table.name))
    _put(node, "schema", _text(table.schema), table.schema is not None)
    _put(node, "comment", _text(table.comment), table.comment is not None)
    _put(node, "rows", table.rows, table.rows is not None)
    node["columns"] = CommentedSeq(_column(column) for column in table.columns)
    _put(node, "primary_key", _flow(table.primary_key), bool(table.primary_key))
    _put(node, "unique", _flow([_flow(key) for key in table.unique]), bool(table.unique))
    _put(node, "foreign_keys", CommentedSeq(map(_foreign_key, table.foreign_keys)), bool(table.foreign_keys))
    _put(node, "partition_by", _flow(table.partition_by), bool(table.partition_by))
    _put(node, "options", _plain(table.options), bool(table.options))
    return node


def _column(column: TableColumn) -> CommentedMap:
    node = CommentedMap(name=_text(column.name), type=_text(str(column.type)))
    _put(node, "nullable", False, not column.nullable)
    _put(node, "default", _text(column.default), column.default is not None)
    _put(node, "comment", _text(column.comment), column.comment is not None)
    _put(node, "generated", True, column.generated)
    _put(node, "source_type", _text(column.source_type), column.source_type is not None)
    if column.generator is not None:
        arguments = _plain(column.generator.args)
        node["generator"] = CommentedMap({column.generator.name: arguments}) if arguments else column.generator.name
    _put(node, "nulls", column.nulls, column.nulls is not None)
    return node


def _foreign_key(key: ForeignKey) -> CommentedMap:
    references = CommentedMap(table=_text(key.table, flow=True), columns=_flow(key.references))
    references.fa.set_flow_style()
    node = CommentedMap(columns=_flow(key.columns), references=references)
    if key.distribution is not None:
        arguments = _plain(key.distribution.args)
        node["distribution"] = CommentedMap({key.distribution.name: arguments}) if arguments else key.distribution.name
    _put(node, "nulls", key.nulls, key.nulls is not None)
    return node


def _put(node: CommentedMap, key: str, value: Any, there: bool) -> None:
    if there:
        node[key] = value


def _flow(items: Iterable[Any]) -> CommentedSeq:
    node = CommentedSeq(_text(item, flow=True) if isinstance(item, str) else item for item in items)
    node.fa.set_flow_style()
    return node


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return CommentedMap((_text(str(key)), _plain(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        items = [_plain(item) for item in value]
        return CommentedSeq(items) if any(isinstance(item, Mapping) for item in items) else _flow(items)
    return _text(value) if isinstance(value, str) else value


def _text(text: str | None, flow: bool = False) -> Any:
    """The text, quoted where a YAML 1.1 reader (PyYAML) would take it for something else, as `no` or `1_0`."""
    if text is None or _is_plain(text, flow):
        return text
    if text.isprintable() and ("'" not in text or '"' in text or "\\" in text):
        return SingleQuotedScalarString(text)
    return DoubleQuotedScalarString(text)


def _is_plain(text: str, flow: bool) -> bool:
    if not text.isprintable() or text != text.strip() or not text:
        return False
    try:
        return bool(yaml.safe_load(f"[{text}]" if flow else f"- k: {text}\n") == ([text] if flow else [{"k": text}]))
    except (yaml.YAMLError, ValueError):
        return False


# -- merging into a tree that keeps comments and formatting ---------------------------------------------


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


def _merge_table(old: CommentedMap, new: CommentedMap) -> None:
    _merge_list(old["columns"], new["columns"], lambda a, b: _merge_keys(a, b, _COLUMN_KEYS), lambda item: item["name"])
    if "foreign_keys" in old and "foreign_keys" in new:
        _merge_list(
            old["foreign_keys"],
            new["foreign_keys"],
            lambda a, b: _merge_keys(a, b, ("columns", "references")),
            lambda item: tuple(item["columns"]),
        )
    if "options" in old and "options" in new:
        _merge_mapping(old["options"], new["options"])
    _merge_keys(old, new, [key for key in _TABLE_KEYS if key != "columns"], {"foreign_keys", "options"})


def _merge_keys(
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


_IMPLIED: dict[str, Any] = {"nullable": True, "generated": False}


def _same(old: Any, new: Any) -> bool:
    return bool(_bare(old) == _bare(new))


def _bare(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _bare(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_bare(item) for item in node]
    return str(node) if isinstance(node, str) else node


def _merge_mapping(old: CommentedMap, new: CommentedMap) -> None:
    for key in [key for key in old if key not in new]:
        del old[key]
    for key, value in new.items():
        if key in old and isinstance(old[key], CommentedMap) and isinstance(value, CommentedMap):
            _merge_mapping(old[key], value)
        elif key not in old or not _same(old[key], value):
            old[key] = value
