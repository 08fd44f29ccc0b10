"""A whole DDL text -> the schema: its CREATE TABLEs, with what the statements around them add to them."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rowmill.ddl.detect import Detection, detect
from rowmill.ddl.dialects import AUTO, Dialect, dialect_named
from rowmill.ddl.reading.alter import Alteration
from rowmill.ddl.reading.comments import comment_on, described
from rowmill.ddl.reading.draft import Draft, Drafts, finish_one
from rowmill.ddl.reading.lexer import MARK
from rowmill.ddl.reading.objects import added_value, dropped, renamed, renamed_by_procedure, unique_index, user_type
from rowmill.ddl.reading.outline import Outline, created, kind_of, name_of, outline
from rowmill.ddl.reading.reader import read_table
from rowmill.ddl.reading.scope import Scope
from rowmill.ddl.reading.statements import Reader, Source, Statement
from rowmill.ddl.reading.types import UserType
from rowmill.errors import ConfigError, DDLError
from rowmill.schema.model import SchemaFile, TableDefinition

_HEAD = 1 << 20
_Read = Callable[[Scope, Outline, Drafts], Draft]
_BINARY = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Conversion:
    """What became of a DDL text.

    schema:   the tables of the statements that could be converted
    failures: one error for each statement that could not, in their order
    warnings: one line for each thing that was kept without being understood
    detected: the dialect and the marks that spoke for it, where none was named
    """

    schema: SchemaFile
    failures: tuple[DDLError, ...]
    warnings: tuple[str, ...]
    detected: Detection | None


def reader_named(name: str) -> _Read:
    """The reader of CREATE TABLE statements: `sqlglot` or `ddlparse`. Raises ConfigError for another name."""
    if name == "sqlglot":
        return read_table
    if name == "ddlparse":
        from rowmill.ddl.reading.ddlparse_reader import read_table_by_ddlparse

        return read_table_by_ddlparse
    raise ConfigError("unknown reader", where="reader", value=name, fix="use sqlglot or ddlparse")


def convert_file(path: Path, dialect: str | None, reader: str = "sqlglot") -> Conversion:
    """Converts a file, one statement at a time. Raises DDLError if it is no text, or creates no table."""
    try:
        with open_text(path) as file:
            return _convert(file, dialect, str(path), reader)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DDLError(f"can't read the DDL: {reason}", where=str(path), fix="name a .sql file") from error


def convert_text(text: str, dialect: str | None, source: str, reader: str = "sqlglot") -> SchemaFile:
    """The schema of a DDL text; `dialect` None or `auto` detects it. Raises DDLError for the first fault."""
    found = _convert(io.StringIO(text), dialect, source, reader)
    if found.failures:
        raise found.failures[0]
    return found.schema


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("rowmill-latin-1", _as_latin_1)


def open_text(path: Path) -> io.TextIOWrapper:
    """Opens a DDL file as text: UTF-8 (what is none is taken for Latin-1) or UTF-16, with or without a mark."""
    with path.open("rb") as file:
        head = file.read(4096)
    encoding = "utf-8-sig"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif len(head) > 3 and head[1::2].count(0) > len(head) * 0.4:
        encoding = "utf-16-le"
    elif len(head) > 3 and head[::2].count(0) > len(head) * 0.4:
        encoding = "utf-16-be"
    errors = "rowmill-latin-1" if encoding == "utf-8-sig" else "replace"
    return path.open(encoding=encoding, errors=errors)


class _Text:
    """The file's text, judged as it is read. Raises DDLError for what is no text."""

    def __init__(self, file: Source, source: str) -> None:
        self.file, self.source = file, source

    def read(self, size: int = -1, /) -> str:
        text = self.file.read(size)
        if "\0" in text or len(_BINARY.findall(text[:4096])) > 8:
            raise DDLError("the file is binary, not SQL text", where=self.source, fix="name a .sql file")
        return text


def _convert(file: Source, dialect: str | None, source: str, reader: str) -> Conversion:
    read = reader_named(reader)
    text = _Text(file, source)
    head = text.read(_HEAD)
    if not head.strip():
        raise DDLError("the file is empty", where=source, fix="it needs at least one CREATE TABLE")
    detected = detect(head) if dialect in (None, AUTO) else None
    spoken = detected.dialect if detected else dialect_named(str(dialect))
    work = _Conversion(spoken, source, read)
    statements = Reader(text, head, spoken, source)
    try:
        for statement in statements:
            work.take(statement)
    except DDLError as error:  # nothing after it can be told apart
        if error.what.startswith("the file is binary"):
            raise
        work.failures.append(error)
    tables = work.finish()
    for passed in statements.passed:
        work.warnings.append(f"{source}:{passed.line}: {passed.what}")
    if not tables and not work.failures:
        raise DDLError("no CREATE TABLE", where=source, fix="name a file that creates tables")
    return Conversion(SchemaFile(tables, spoken.name, source), tuple(work.failures), tuple(work.warnings), detected)


class _Conversion:
    """The tables so far, and what could not be read."""

    def __init__(self, dialect: Dialect, source: str, read: _Read) -> None:
        self.dialect, self.source, self.read = dialect, source, read
        self.drafts = Drafts()
        self.users: dict[str, UserType] = {}
        self.refused: set[str] = set()
        self.failures: list[DDLError] = []
        self.warnings: list[str] = []

    def take(self, statement: Statement) -> None:
        """Takes one statement in. What is wrong with it is kept as a failure."""
        kind = kind_of(statement)
        if kind == "other":
            if not created(statement):
                what = f"not understood, so passed over: {statement.excerpt}"
                self.warnings.append(f"{self.source}:{statement.line}: {what}")
            return
        name = name_of(statement, self.dialect)
        where = f"{self.source}:{statement.line} {kind} '{name}'"
        try:
            if statement.fault is not None:
                fault = statement.fault
                raise DDLError(fault.what, where=fault.where or where, value=fault.value, fix=fault.fix)
            _STATEMENTS[kind](self, Scope(statement, self.dialect, where, self.users))
        except DDLError as error:
            self._refuse(kind, name, error)
        except RecursionError:
            self._refuse(kind, name, DDLError("nested too deeply", where=where, fix="take the nesting apart"))

    def _refuse(self, kind: str, name: str, error: DDLError) -> None:
        """A table that an ALTER could not be folded into is none that may be written."""
        last = name.casefold().rpartition(".")[2]
        if kind in ("alter", "comment", "index") and last in self.refused:
            return
        if kind in ("table", "alter", "rename"):
            self.refused.add(last)
            draft = self.drafts.find(name) if kind != "table" else None
            if draft is not None:
                self.drafts.remove(draft)
        self.failures.append(error)

    def table(self, scope: Scope) -> None:
        shape = outline(scope.statement, self.dialect)
        if not shape.parts:
            raise DDLError("a table without a name", where=scope.where, value=scope.statement.text[:60], fix="name it")
        if self.dialect.name == "sqlite" and shape.parts[-1].lower().startswith("sqlite_"):
            return  # SQLite's own, in every dump
        if "VIRTUAL" in shape.modifiers and shape.items is None:
            self.warnings.append(f"{scope.where}: a virtual table is not converted")
            return
        _balanced(scope.statement, scope.where)
        draft = self.read(scope, shape, self.drafts)
        taken = self.drafts.named(draft.name)
        words = [token.upper for token in scope.statement.tokens[:6]]
        if taken is not None and words[1:3] == ["OR", "REPLACE"]:
            self.drafts.remove(taken)
        elif taken is not None and "EXISTS" in words and taken.qualified.casefold() == draft.qualified.casefold():
            what = f"the table is there already (line {taken.line}), so this one is not made"
            self.warnings.append(f"{scope.where}: {what}")
            return
        elif taken is not None:
            fix = f"the first is at line {taken.line}"
            raise DDLError("two tables of this name", where=scope.where, value=draft.qualified, fix=fix)
        self.drafts.add(draft)

    def alter(self, scope: Scope) -> None:
        Alteration(scope).apply(self.drafts)

    def comment(self, scope: Scope) -> None:
        comment_on(scope, self.drafts)

    def index(self, scope: Scope) -> None:
        unique_index(scope, self.drafts)

    def alter_type(self, scope: Scope) -> None:
        added_value(scope, self.drafts, self.users)

    def type(self, scope: Scope) -> None:
        found = user_type(scope)
        if found is not None:
            self.users[found[0].casefold()] = found[1]

    def property(self, scope: Scope) -> None:
        if "RENAME" in scope.statement.text[:40].upper():
            renamed_by_procedure(scope, self.drafts)
        else:
            described(scope, self.drafts)

    def drop(self, scope: Scope) -> None:
        dropped(scope, self.drafts)

    def rename(self, scope: Scope) -> None:
        renamed(scope, self.drafts)

    def finish(self) -> tuple[TableDefinition, ...]:
        """The model of all tables; one with a key to a column that its parent doesn't have becomes a failure."""
        tables = []
        for draft in self.drafts:
            try:
                tables.append(finish_one(draft, self.drafts, self.dialect))
                self.warnings += draft.warnings
            except DDLError as error:
                self.failures.append(error)
        return tuple(tables)


_STATEMENTS: dict[str, Callable[[_Conversion, Scope], None]] = {
    "table": _Conversion.table,
    "alter": _Conversion.alter,
    "alter type": _Conversion.alter_type,
    "comment": _Conversion.comment,
    "index": _Conversion.index,
    "type": _Conversion.type,
    "domain": _Conversion.type,
    "property": _Conversion.property,
    "drop": _Conversion.drop,
    "rename": _Conversion.rename,
}


def _balanced(statement: Statement, where: str) -> None:
    """What closes more than it opens is no table that can be trusted: its body may have ended too early."""
    depth = 0
    for token in statement.tokens:
        if token.kind == MARK:
            depth += (token.text == "(") - (token.text == ")")
            if depth < 0:
                excerpt = statement.text[max(0, token.start - 30) : token.end].split("\n")[-1]
                raise DDLError(
                    "a parenthesis closes what was never opened", where=where, value=excerpt, fix="take it out"
                )
