"""A whole DDL text -> the schema: its CREATE TABLEs, with what ALTER TABLE and COMMENT ON add to them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlglot import exp

from rowmill.ddl.detect import detect
from rowmill.ddl.dialects import AUTO, Dialect, dialect_named
from rowmill.ddl.draft import Draft, find, finish
from rowmill.ddl.lexer import Statement, split
from rowmill.ddl.outline import Outline, kind_of, name_of, outline
from rowmill.ddl.reader import add_constraint, parse, read_table
from rowmill.errors import ConfigError, DDLError
from rowmill.schema.model import SchemaFile

MAX_BYTES = 256 * 1024 * 1024
_Reader = Callable[[Statement, Outline, Dialect, str], Draft]
# The verbs of ALTER TABLE that change what the table is.
_CHANGES = frozenset({"ADD", "ALTER", "CHANGE", "DROP", "MODIFY", "RENAME", "REPLACE"})
_CONTROLS = frozenset(map(chr, range(32))) - set("\t\n\r\f\v")


def reader_named(name: str) -> _Reader:
    """The reader of CREATE TABLE statements: `sqlglot` or `ddlparse`. Raises ConfigError for another name."""
    if name == "sqlglot":
        return read_table
    if name == "ddlparse":
        from rowmill.ddl.ddlparse_reader import read_table_by_ddlparse

        return read_table_by_ddlparse
    raise ConfigError("unknown reader", where="reader", value=name, fix="use sqlglot or ddlparse")


def read_text(path: Path) -> str:
    """A DDL file's text. Raises DDLError if it can't be read or is no text."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DDLError("the file is larger than 256 MiB", where=str(path), fix="split it")
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DDLError(f"can't read the DDL: {reason}", where=str(path), fix="name a .sql file") from error
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # takes any bytes: what is no text shows by its control characters
    if not _CONTROLS.isdisjoint(text):
        raise DDLError("the file is binary, not SQL text", where=str(path), fix="name a .sql file")
    return text


def convert_text(text: str, dialect: str | None, source: str, reader: str = "sqlglot") -> SchemaFile:
    """The schema of a DDL text; `dialect` None or `auto` detects it. Raises DDLError for the first fault."""
    if not text.strip():
        raise DDLError("the file is empty", where=source, fix="it needs at least one CREATE TABLE")
    spoken = detect(text).dialect if dialect in (None, AUTO) else dialect_named(str(dialect))
    read = reader_named(reader)
    drafts: dict[str, Draft] = {}
    for statement in split(text, spoken, source):
        kind = kind_of(statement)
        if kind == "other":
            continue
        where = f"{source}:{statement.line} {'table' if kind == 'create' else kind} '{name_of(statement)}'"
        try:
            if kind == "create":
                _create(drafts, statement, spoken, where, read)
            elif kind == "alter":
                _alter(drafts, statement, spoken, where)
            else:
                _comment(drafts, statement, spoken, where)
        except RecursionError:
            raise DDLError("nested too deeply", where=where, fix="take the nesting apart") from None
    if not drafts:
        raise DDLError("no CREATE TABLE", where=source, fix="name a file that creates tables")
    return SchemaFile(finish(drafts), spoken.name, source)


def _create(drafts: dict[str, Draft], statement: Statement, dialect: Dialect, where: str, read: _Reader) -> None:
    shape = outline(statement, dialect)
    words = {token.upper for token in statement.tokens}
    if shape is None:
        what = "the table has no column definitions"
        if words & {"AS", "LIKE", "CLONE", "PARTITION"}:
            what = "the table's columns are those of a query or of another table"
        elif any(token.text == "(" for token in statement.tokens):
            what = "a parenthesis is never closed"
        raise DDLError(what, where=where, value=" ".join(statement.text.split())[:60], fix="write its columns out")
    if any(item[0].is_word("LIKE") and len(item) > 1 for item in shape.items):
        raise DDLError("LIKE takes the columns of another table", where=where, fix="write its columns out")
    draft = read(statement, shape, dialect, where)
    taken = drafts.get(draft.qualified.casefold()) or next((d for d in drafts.values() if d.name == draft.name), None)
    if taken is not None:
        raise DDLError(
            "two tables of this name", where=where, value=draft.qualified, fix=f"the first is at line {taken.line}"
        )
    drafts[draft.qualified.casefold()] = draft


def _alter(drafts: dict[str, Draft], statement: Statement, dialect: Dialect, where: str) -> None:
    """Folds what it adds into its table. OWNER TO, ENABLE, CLUSTER ON and the like say nothing of the data."""
    words = [token.upper for token in statement.tokens]
    verb = next((word for word in words[2:] if word in _CHANGES), "")
    if not verb or words[words.index(verb) + 1 :][:1] == ["PARTITION"]:
        return
    draft = find(drafts, name_of(statement))
    if draft is None:
        raise DDLError("ALTER TABLE of a table that is not created yet", where=where, fix="put its CREATE TABLE first")
    tree = parse(statement.text, dialect, where)
    for action in tree.args.get("actions") or ():
        if isinstance(action, exp.AddConstraint):
            for item in action.expressions:
                add_constraint(draft, item, dialect, where)
        elif isinstance(action, exp.AlterColumn) and _altered(draft, action, statement, where):
            continue
        else:
            met = " ".join(action.sql(dialect.parser).split())[:60]
            raise DDLError("the table is changed later on", where=where, value=met, fix="write it into CREATE TABLE")


def _altered(draft: Draft, action: exp.AlterColumn, statement: Statement, where: str) -> bool:
    """Folds SET DEFAULT and SET/DROP NOT NULL into the column; False for anything else."""
    if action.args.get("dtype") or action.args.get("using") or action.args.get("comment"):
        return False
    if action.args.get("default"):
        if sum(token.is_word("ALTER") for token in statement.tokens) != 2:
            return False  # several at once: where one default's text ends is not certain
        start = next(token.end for token in statement.tokens if token.is_word("DEFAULT")) - statement.start
        draft.change(action.name, where, default=statement.text[start:].strip())
    elif action.args.get("allow_null") is not None:
        draft.change(action.name, where, nullable=bool(action.args["allow_null"]))
    else:
        return False
    return True


def _comment(drafts: dict[str, Draft], statement: Statement, dialect: Dialect, where: str) -> None:
    tree = parse(statement.text, dialect, where)
    text = tree.args["expression"].name if isinstance(tree.args.get("expression"), exp.Literal) else None
    on_table = statement.tokens[2].is_word("TABLE")
    name, _, column = (name_of(statement), "", "") if on_table else name_of(statement).rpartition(".")
    draft = find(drafts, name)
    if draft is None:
        return  # a view's, or another file's
    if on_table:
        draft.comment = text
    else:
        draft.change(column, where, "comment", comment=text)
