"""The schema -> YAML text: a new file, or an existing one in which all that people wrote is kept."""

from __future__ import annotations

from dataclasses import dataclass

from rowmill.ddl.into_yaml.emit import emit
from rowmill.ddl.into_yaml.merge import answered, changes, hand_made, merged
from rowmill.errors import SchemaError
from rowmill.schema.model import SchemaFile
from rowmill.schema.yaml import parse_schema

__all__ = ["Update", "merged", "to_yaml", "update", "update_yaml"]


@dataclass(frozen=True, slots=True)
class Update:
    """What becomes of an existing file: its text, a line for each change, and what people should know.

    answered: table and column whose unknown type people have written into the file
    """

    text: str
    changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    answered: tuple[tuple[str, str], ...] = ()


def to_yaml(schema: SchemaFile) -> str:
    """The text of a new schema file."""
    return "".join(emit(schema))


def update_yaml(text: str, schema: SchemaFile, source: str) -> str:
    """The text of an existing schema file with the converter's keys brought up to `schema`; see `update`."""
    return update(text, schema, source).text


def update(text: str, schema: SchemaFile, source: str, keep_absent: bool = False) -> Update:
    """Brings an existing schema file up to `schema`.

    If nothing of the model changed, it is the same text, byte for byte. Raises SchemaError if the text is no schema.
    keep_absent: tables that `schema` lacks stay, for their statements may have been refused
    """
    if text == to_yaml(schema):
        return Update(text)
    old = parse_schema(text, source)
    wanted = merged(schema, old, keep_absent)
    notes, settled = tuple(hand_made(schema, old)), tuple(answered(schema, wanted))
    if (wanted.dialect, wanted.tables) == (old.dialect, old.tables):
        return Update(text, (), notes, settled)
    breaks = "\r\n" if "\r\n" in text else "\n"
    after = _edited(text.replace("\r\n", "\n"), old, wanted).replace("\n", breaks)
    return Update(after, tuple(changes(old, wanted)), notes, settled)


def _edited(text: str, old: SchemaFile, wanted: SchemaFile) -> str:
    """Line by line where that can be done; else as a tree. What is written must read as what was meant."""
    from ruamel.yaml.error import YAMLError  # takes a quarter of a second to load: only where it is needed

    from rowmill.ddl.into_yaml import tree
    from rowmill.ddl.into_yaml.splice import Odd, spliced

    try:
        after = spliced(text, old, wanted)
        if _says(after, wanted):
            return after
    except (Odd, YAMLError, SchemaError):
        pass
    after = tree.edit(text, lambda data: tree.merge_file(data, tree.nodes(to_yaml(wanted))))
    if not _says(after, wanted):
        raise SchemaError("the YAML would not say what the DDL says", fix="report this file")
    return after


def _says(text: str, wanted: SchemaFile) -> bool:
    found = parse_schema(text, "the converted schema")
    return (found.dialect, found.tables) == (wanted.dialect, wanted.tables)
