"""The schema -> the text of a new YAML file, written directly: its shape is fixed, so it needs no tree in between."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

from rowmill.schema.model import ForeignKey, GeneratorSpec, SchemaFile, TableColumn, TableDefinition

# Plain in any YAML reader: begins with a letter, holds nothing that could end it. `[\w$]` are most names.
_NAME = re.compile(r"[^\W\d][\w$]*")
_BLOCK = re.compile(r"[^\W\d](?:[^:#]|:(?! )|(?<! )#)*(?<![ :])")
_FLOW = re.compile(r"[^\W\d][^,?\[\]{}:#]*(?<! )")
_FLOW_MARKS = re.compile(r"[,?\[\]{}:]")
_NEVER_PLAIN = frozenset("'\"[]{}|>%@&*!#,`")
_NUMBER = re.compile(r"[-+]?(?:\.?\d[\d_]*(?:\.[\d_]*)?(?:e[-+]?\d+)?|0o[0-7]+|\.inf|\.nan)", re.IGNORECASE)
# Words that YAML 1.1 (PyYAML) or 1.2 takes for booleans and nulls.
_WORDS = frozenset({"yes", "no", "true", "false", "on", "off", "null"})
_LONGEST_KEY = 127  # a longer one is written `? key`: readers limit what may stand before a colon
_ESCAPES = {
    "\0": "0", "\x07": "a", "\x08": "b", "\t": "t", "\n": "n", "\x0b": "v", "\x0c": "f", "\r": "r", "\x1b": "e",
    '"': '"', "\\": "\\", "\x85": "N", "\u2028": "L", "\u2029": "P",
}  # fmt: skip


def emit(schema: SchemaFile) -> Iterator[str]:
    """The text of a new schema file: its head, then each table as one piece."""
    yield f"dialect: {scalar(schema.dialect)}\ntables:\n" if schema.dialect else "tables:\n"
    for table in schema.tables:
        yield item(table_entries(table, 4), 2)


def item(entries: Mapping[str, str], dash: int) -> str:
    """The entries of a mapping as an item of a list, whose dash stands left of them in the column `dash`."""
    text = "".join(entries.values())
    return f"{text[:dash]}-{text[dash + 1 :]}"


def table_entries(table: TableDefinition, indent: int, offset: int = 2) -> dict[str, str]:
    """Each entry of a table as lines of YAML, by its key; offset: of a list's dashes from their key."""
    pad, dash = " " * indent, indent + offset
    made = {"name": f"{pad}name: {scalar(table.name)}\n"}
    if table.schema is not None:
        made["schema"] = f"{pad}schema: {scalar(table.schema)}\n"
    if table.comment is not None:
        made["comment"] = f"{pad}comment: {scalar(table.comment)}\n"
    if table.rows is not None:
        made["rows"] = f"{pad}rows: {table.rows}\n"
    columns = [item(column_entries(column, dash + 2), dash) for column in table.columns]
    made["columns"] = f"{pad}columns:\n{''.join(columns)}"
    if table.primary_key:
        made["primary_key"] = f"{pad}primary_key: {_flow(table.primary_key)}\n"
    if table.unique:
        made["unique"] = f"{pad}unique: {_flow(table.unique)}\n"
    if table.foreign_keys:
        keys = [item(key_entries(key, dash + 2), dash) for key in table.foreign_keys]
        made["foreign_keys"] = f"{pad}foreign_keys:\n{''.join(keys)}"
    if table.partition_by:
        made["partition_by"] = f"{pad}partition_by: {_flow(table.partition_by)}\n"
    if table.options:
        made["options"] = _entry("options", table.options, indent)
    return made


def column_entries(column: TableColumn, indent: int) -> dict[str, str]:
    """Each entry of a column as lines of YAML, by its key."""
    pad = " " * indent
    made = {"name": f"{pad}name: {scalar(column.name)}\n", "type": f"{pad}type: {scalar(str(column.type))}\n"}
    if not column.nullable:
        made["nullable"] = f"{pad}nullable: false\n"
    if column.default is not None:
        made["default"] = f"{pad}default: {scalar(column.default)}\n"
    if column.comment is not None:
        made["comment"] = f"{pad}comment: {scalar(column.comment)}\n"
    if column.generated:
        made["generated"] = f"{pad}generated: true\n"
    if column.source_type is not None:
        made["source_type"] = f"{pad}source_type: {scalar(column.source_type)}\n"
    if column.generator is not None:
        made["generator"] = _entry("generator", _spec(column.generator), indent)
    if column.nulls is not None:
        made["nulls"] = f"{pad}nulls: {_atom(column.nulls)}\n"
    return made


def key_entries(key: ForeignKey, indent: int) -> dict[str, str]:
    """Each entry of a foreign key as lines of YAML, by its key."""
    pad = " " * indent
    references = f"{{table: {scalar(key.table, True)}, columns: {_flow(key.references)}}}"
    made = {"columns": f"{pad}columns: {_flow(key.columns)}\n", "references": f"{pad}references: {references}\n"}
    if key.distribution is not None:
        made["distribution"] = _entry("distribution", _spec(key.distribution), indent)
    if key.nulls is not None:
        made["nulls"] = f"{pad}nulls: {_atom(key.nulls)}\n"
    return made


def _spec(spec: GeneratorSpec) -> Any:
    return {spec.name: spec.args} if spec.args else spec.name


# -- values of any shape -------------------------------------------------------------------------------


def _entry(key: str, value: Any, indent: int) -> str:
    """`key: value` at this indentation: mappings in lines of their own, lists in brackets unless they hold mappings."""
    pad = " " * indent
    short = len(key) <= _LONGEST_KEY
    head = f"{pad}{scalar(key)}:" if short else f"{pad}? {scalar(key)}\n{pad}:"
    if isinstance(value, Mapping) and value and short:
        return f"{head}\n" + "".join(_entry(str(name), inner, indent + 2) for name, inner in value.items())
    if isinstance(value, list | tuple) and any(isinstance(part, Mapping) and part for part in value):
        return f"{head}\n" + "".join(f"{pad}  - {_flow(part)}\n" for part in value)
    return f"{head} {_flow(value) if isinstance(value, Mapping | list | tuple) else _atom(value)}\n"


def _flow(value: Any) -> str:
    if isinstance(value, str):
        return scalar(value, True)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{scalar(str(key), True)}: {_flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, Iterable):
        return f"[{', '.join(map(_flow, value))}]"
    return _atom(value)


def _atom(value: Any) -> str:
    if isinstance(value, str):
        return scalar(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = repr(value).replace("inf", ".inf").replace("nan", ".nan")
        # YAML 1.1 takes a float without a point for text.
        return text.replace("e", ".0e") if "e" in text and "." not in text else text
    return str(value)


@lru_cache(maxsize=1 << 15)
def scalar(text: str, flow: bool = False) -> str:
    """The text as a YAML scalar: plain where every reader takes it for this text, else quoted."""
    if is_plain(text, flow):
        return text
    if text.isprintable() and ("'" not in text or '"' in text or "\\" in text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(char) for char in text) + '"'


def is_plain(text: str, flow: bool = False) -> bool:
    """Whether a text needs no quotes: neither for YAML 1.1 (PyYAML takes `no` and `1_0` for other things) nor 1.2."""
    if _NAME.fullmatch(text) and text.lower() not in _WORDS:
        return text.isprintable()
    if not text or text[0] in _NEVER_PLAIN or text[0] == " " or text[-1] == " " or not text.isprintable():
        return False
    if (_FLOW if flow else _BLOCK).fullmatch(text) and text.lower() not in _WORDS:
        return True
    if (flow and _FLOW_MARKS.search(text)) or _NUMBER.fullmatch(text):
        return False
    try:
        return bool(yaml.safe_load(f"[{text}]" if flow else f"- k: {text}\n") == ([text] if flow else [{"k": text}]))
    except (yaml.YAMLError, ValueError):
        return False


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return "\\" + _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
