"""ALTER TABLE, folded into the table that it changes. What only acts on the engine (OWNER TO, ENABLE ...) says nothing."""

from __future__ import annotations

from dataclasses import replace

from rowmill.ddl.columns import Column, ColumnReader
from rowmill.ddl.constraints import add_constraint
from rowmill.ddl.cursor import Cursor, pieces
from rowmill.ddl.dialects import Dialect
from rowmill.ddl.draft import Draft, Drafts
from rowmill.ddl.expressions import pass_expression
from rowmill.ddl.lexer import QUOTED, STRING, WORD, Tokens, literal
from rowmill.ddl.outline import is_constraint, passed_name
from rowmill.ddl.reader import add_column, add_keys, column_options
from rowmill.ddl.references import comment_text, description
from rowmill.ddl.statements import Statement
from rowmill.ddl.type_text import type_end
from rowmill.ddl.types import UserTypes, resolve, with_type
from rowmill.errors import DDLError

# What changes no column and no key.
_SILENT = frozenset(
    "OWNER ENABLE DISABLE CLUSTER SET RESET REPLICA ATTACH DETACH INHERIT VALIDATE FORCE NOFORCE LOCK ENGINE AUTO_INCREMENT COMMENT ORDER CONVERT "
    "DEFAULT CHARACTER COLLATE RECOVER TOUCH ARCHIVE COMPACT CONCATENATE PARTITION EXCHANGE UNSET SWAP RESUME SUSPEND CHECK NOCHECK WITH ROW_FORMAT REBUILD LOGGING NOLOGGING "
    "PARALLEL NOPARALLEL MOVE SHRINK ALLOCATE DEALLOCATE STORAGE PCTFREE READ CACHE NOCACHE MONITORING NOMONITORING REORGANIZE OPTIMIZE ANALYZE COALESCE TRUNCATE "
    "IMPORT DISCARD FREEZE UNFREEZE ACTIVATE DATA VOLATILE NOT APPEND PCTUSED KEY_BLOCK_SIZE STATS_PERSISTENT SPLIT MERGE MATERIALIZE CLEAR FETCH".split()
)
# After ADD: what is no column.
_ADDED_SILENT = frozenset(
    {
        "PARTITION",
        "ROW",
        "TAG",
        "SUPPLEMENTAL",
        "RANGE",
        "RESTRICT",
        "VERSIONING",
        "SEARCH",
        "PROJECTION",
        "STATISTICS",
        "STORAGE",
        "CLONE",
    }
)


class Alteration:
    """One ALTER TABLE statement."""

    def __init__(self, statement: Statement, dialect: Dialect, where: str, users: UserTypes) -> None:
        self.statement, self.dialect, self.where, self.users = statement, dialect, where, users
        self.reader = ColumnReader(statement, dialect, where)

    def apply(self, drafts: Drafts) -> None:
        """Folds it into its table. Raises DDLError for a table that is not there, or a change not understood."""
        cursor = Cursor(self.statement.tokens)
        while not cursor.take().is_word("TABLE"):
            pass
        name = ".".join(passed_name(cursor, self.dialect))
        cursor.accept("*")
        if cursor.accept("ON", "CLUSTER"):
            cursor.i += 1
        rest = self.statement.tokens[cursor.i :]
        draft = drafts.find(name)
        if self._says_nothing(Cursor(rest)):
            if draft is not None:
                self._said(Cursor(rest), draft, drafts)
            return
        if draft is None:
            raise DDLError(
                "ALTER TABLE of a table that is not created yet", where=self.where, fix="put its CREATE TABLE first"
            )
        before = ""
        for piece in self._actions(rest):
            # A verb holds for the items after it: ADD a int, b int.
            if (
                piece[0].upper not in _VERBS
                and before
                and not (piece[0].upper in _SILENT and len(piece) > 1 and before != "ADD")
            ):
                self._verb(before, Cursor(piece), draft, drafts)
                continue
            cursor = Cursor(piece)
            if cursor.at("WITH", "CHECK") or cursor.at("WITH", "NOCHECK"):
                cursor.i += 2
            verb = cursor.take().upper
            before = verb if verb in _VERBS else ""
            if verb in _VERBS:
                self._verb(verb, cursor, draft, drafts)
            elif verb not in _SILENT:
                met = self.statement.slice(piece)[:60]
                draft.warnings.append(f"{self.where}: not understood, so left out: {met}")

    def _actions(self, rest: Tokens) -> list[Tokens]:
        """The changes: between commas, or in Db2 just one after the other."""
        found: list[Tokens] = []
        for piece in pieces(rest):
            start = 0
            for i in range(1, len(piece) if self.dialect.name in ("db2", "oracle", "teradata") else 0):
                again = piece[i].upper in ("ADD", "ALTER", "DROP", "MODIFY") and not piece[i - 1].is_word(
                    "ON", "SET", "BY"
                )
                if again and (
                    (
                        piece[i + 1 :]
                        and piece[i + 1].is_word("COLUMN", "CONSTRAINT", "PRIMARY", "FOREIGN", "UNIQUE", "CHECK")
                    )
                    or (piece[i + 1 : i + 2] and piece[i + 1].is_mark("("))
                ):
                    found.append(piece[start:i])
                    start = i
            found.append(piece[start:])
        return found

    def _says_nothing(self, cursor: Cursor) -> bool:
        if cursor.at("WITH"):
            return not any(token.is_word("ADD") for token in cursor.tokens)
        return cursor.peek().upper in _SILENT or cursor.at("ADD", "PARTITION") or cursor.at("DROP", "PARTITION")

    def _said(self, cursor: Cursor, draft: Draft, drafts: Drafts) -> None:
        """Of what changes no column: the comment, and the schema that the table moves to."""
        if cursor.accept("SET", "SCHEMA"):
            drafts.rename(draft, draft.name, cursor.name())
        elif cursor.accept("COMMENT"):
            draft.comment = comment_text(cursor, self.dialect)
        elif cursor.accept("SET", "OPTIONS"):
            text, _ = description(cursor.group() or (), self.statement, self.dialect)
            draft.comment = draft.comment if text is None else text

    def _verb(self, verb: str, cursor: Cursor, draft: Draft, drafts: Drafts) -> None:
        match verb:
            case "ADD":
                self._add(cursor, draft)
            case "ALTER":
                cursor.accept("COLUMN")
                self._alter(cursor, draft)
            case "MODIFY" | "CHANGE":
                self._modify(verb, cursor, draft)
            case "DROP":
                self._drop(cursor, draft)
            case "RENAME":
                self._rename(cursor, draft, drafts)
            case "REPLACE":
                cursor.accept("COLUMNS")
                inside = cursor.group() or ()
                draft.columns = [column for column in draft.columns if column.name in draft.partition_by]
                for i, item in enumerate(pieces(inside)):
                    add_column(draft, self.reader.read(item), self.statement, self.dialect, self.where, self.users, i)

    # -- ADD -----------------------------------------------------------------------------------------------------

    def _add(self, cursor: Cursor, draft: Draft) -> None:
        if cursor.peek().upper in _ADDED_SILENT or (cursor.at("INDEX") and self.dialect.name == "clickhouse"):
            return
        cursor.accept_any("COLUMN", "COLUMNS")
        if cursor.at("IF", "NOT", "EXISTS"):
            cursor.i += 3
            if draft.has(cursor.peek().text):
                return  # it is there already
        if cursor.at("PARTITION", "("):
            return
        if cursor.at("("):
            for item in pieces(cursor.group() or ()):
                self._added(item, draft)
            return
        self._added(tuple(cursor.tokens[cursor.i :]), draft)

    def _added(self, item: Tokens, draft: Draft) -> None:
        if self._default_for(item, draft):
            return
        indexes = item[0].is_word("KEY", "INDEX", "FULLTEXT", "SPATIAL", "UNIQUE")
        if is_constraint(item, self.dialect) or (indexes and any(token.is_mark("(") for token in item)):
            if _is_by_index(item):
                self._by_index(item, draft)
            else:
                add_constraint(draft, item, self.statement, self.dialect, self.where)
            return
        at = self._place(item, draft)
        column = self.reader.read(item)
        column.attributes = [text for text in column.attributes if not text.upper().startswith(("AFTER ", "FIRST"))]
        names = tuple(known.name for known in draft.columns)
        if at is None and draft.partition_by and names[-len(draft.partition_by) :] == draft.partition_by:
            at = len(draft.columns) - len(draft.partition_by)
        add_column(draft, column, self.statement, self.dialect, self.where, self.users, at)
        add_keys(draft, column, self.where)

    def _by_index(self, item: Tokens, draft: Draft) -> None:
        """ADD PRIMARY KEY | UNIQUE USING INDEX name: the columns are those of the index."""
        names = draft.named_indexes.get(item[-1].text.casefold())
        if names is None:
            draft.warnings.append(f"{self.where}: the index {item[-1].text} is not known, so the key is left out")
        elif any(token.is_word("PRIMARY") for token in item):
            draft.unique = [key for key in draft.unique if key != names]
            draft.set_primary_key(names, self.where)

    def _default_for(self, item: Tokens, draft: Draft) -> bool:
        """SQL Server's ADD [CONSTRAINT name] DEFAULT (0) FOR column."""
        cursor = Cursor(item)
        if cursor.accept("CONSTRAINT"):
            cursor.name()
        if not cursor.accept("DEFAULT"):
            return False
        start = cursor.i
        while not cursor.done and not cursor.at("FOR"):
            if cursor.group() is None:
                cursor.i += 1
        if cursor.done:
            return False
        text = self.statement.slice(tuple(item[start : cursor.i]))
        cursor.i += 1
        draft.change(cursor.name(), self.where, default=text)
        return True

    def _place(self, item: Tokens, draft: Draft) -> int | None:
        """MySQL's FIRST and AFTER column."""
        if item[-1].is_word("FIRST") and len(item) > 2:
            return 0
        if len(item) > 3 and item[-2].is_word("AFTER"):
            name = draft.column_name(item[-1].text, self.where, "AFTER")
            return next(i for i, column in enumerate(draft.columns) if column.name == name) + 1
        return None

    # -- ALTER COLUMN, MODIFY, CHANGE ----------------------------------------------------------------------------

    def _alter(self, cursor: Cursor, draft: Draft) -> None:
        if (
            cursor.peek().upper
            in ("INDEX", "CONSTRAINT", "CHECK", "DISTKEY", "SORTKEY", "DISTSTYLE", "COMPOUND", "ENCODE")
            and self.dialect.name != "sqlite"
            and cursor.peek(1).kind in (WORD, QUOTED)
        ):
            return
        start = cursor.i
        name = cursor.name()
        if cursor.accept("SET"):
            if cursor.accept("DEFAULT"):
                at = cursor.i
                pass_expression(cursor, lambda c: False)
                draft.change(name, self.where, default=self.statement.slice(tuple(cursor.tokens[at : cursor.i])))
            elif cursor.accept("NOT", "NULL"):
                draft.change(name, self.where, nullable=False)
            elif cursor.at("DATA", "TYPE") or cursor.at("TYPE"):
                cursor.i += 2 if cursor.at("DATA") else 1
                self._type(name, cursor, draft)
            elif cursor.accept("COMMENT"):
                draft.change(name, self.where, comment=comment_text(cursor, self.dialect))
            elif cursor.at("GENERATED"):
                draft.change(name, self.where, generated=True, nullable=False)
            return  # STATISTICS, STORAGE, MASKING POLICY, TAG ...: nothing of the data
        if cursor.accept("DROP"):
            if cursor.accept("NOT", "NULL"):
                draft.change(name, self.where, nullable=True)
            elif cursor.accept("DEFAULT"):
                draft.change(name, self.where, default=None)
            elif cursor.accept("IDENTITY") or cursor.accept("EXPRESSION"):
                draft.change(name, self.where, generated=False)
            return
        if cursor.accept("TYPE"):
            self._type(name, cursor, draft)
        elif cursor.accept("COMMENT"):
            draft.change(name, self.where, comment=comment_text(cursor, self.dialect))
        elif cursor.at("ADD", "GENERATED") or cursor.at("ADD", "IDENTITY"):
            draft.change(name, self.where, generated=True, nullable=False)
            column = self.reader.read((cursor.tokens[start], *cursor.tokens[cursor.i + 1 :]))
            column.name = draft.column_name(name, self.where)
            column_options(draft, column)
        elif cursor.peek().upper in ("ADD", "RESTART", "ENCODE", "FIRST", "AFTER"):
            return
        else:  # SQL Server: ALTER COLUMN name type [NULL | NOT NULL]
            self._replace(tuple(cursor.tokens[start:]), name, draft, keep_null=False)

    def _type(self, name: str, cursor: Cursor, draft: Draft) -> None:
        start = cursor.i
        tokens = tuple(cursor.tokens)
        cursor.i = type_end(tokens, start, self.dialect)
        written = self.statement.slice(tokens[start : cursor.i])
        found = resolve(tokens[start : cursor.i], written, self.dialect, self.users)
        known = draft.column_name(name, self.where, "statement")
        draft.columns = [with_type(c, found.type, written, self.dialect) if c.name == known else c for c in draft.columns]

    def _modify(self, verb: str, cursor: Cursor, draft: Draft) -> None:
        if cursor.peek().upper in ("ORDER", "SETTING", "TTL", "PARTITION", "CONSTRAINT", "LOB", "DEFAULT"):
            return
        cursor.accept("COLUMN")
        if cursor.at("("):  # Oracle: MODIFY (a NOT NULL, b NUMBER)
            for item in pieces(cursor.group() or ()):
                self._modify(verb, Cursor(item), draft)
            return
        start = cursor.i
        old = cursor.name()
        if verb == "CHANGE":
            start = cursor.i
            cursor.name()
        tokens = tuple(cursor.tokens[start:])
        if tokens[1:] and (tokens[1].is_word("SET", "UNSET") or tokens[1].is_word("DROP")):
            self._alter(Cursor(tokens), draft)
            return
        self._replace(tokens, old, draft, keep_null=self.dialect.name in ("oracle", "snowflake"))

    def _replace(self, item: Tokens, old: str, draft: Draft, keep_null: bool) -> None:
        """A column defined anew. keep_null: what is not said stays as it was (Oracle), else it is gone (MySQL)."""
        name = draft.column_name(old, self.where, "statement")
        before = next(column for column in draft.columns if column.name == name)
        column = self.reader.read(item) if item else Column("", ())
        column.attributes = [text for text in column.attributes if not text.upper().startswith(("AFTER ", "FIRST"))]
        if not item:
            raise DDLError("a column without its definition", where=self.where, value=old, fix="write it whole")
        index = draft.columns.index(before)
        draft.columns.remove(before)
        placed = self._place(item, draft)
        index = index if placed is None else placed
        if column.name.casefold() == name.casefold():
            column.name = name
        add_column(draft, column, self.statement, self.dialect, self.where, self.users, index, before)
        made = draft.columns[index]
        if keep_null:
            default = made.default if made.default is not None else before.default
            nullable = before.nullable if column.null is None else column.null
            made = replace(made, default=default, nullable=nullable, comment=made.comment or before.comment)
        draft.columns[index] = made
        if column.name != name:
            draft.rename(name, column.name)
        add_keys(draft, column, self.where)

    # -- DROP, RENAME --------------------------------------------------------------------------------------------

    def _drop(self, cursor: Cursor, draft: Draft) -> None:
        if cursor.accept("PRIMARY", "KEY"):
            draft.primary_key = ()
            return
        if cursor.at("IF", "EXISTS", "PARTITION"):
            return
        if cursor.at("CONSTRAINT") or (
            cursor.peek().upper in ("FOREIGN", "CHECK", "UNIQUE") and cursor.peek(1).kind in (WORD, QUOTED)
        ):
            cursor.i += 2 if cursor.at("FOREIGN", "KEY") else 1
            while cursor.accept_any("IF", "EXISTS"):
                pass
            draft.drop_constraint(cursor.name())
            return
        if cursor.peek().upper in ("INDEX", "KEY", "PARTITION", "DEFAULT", "PROJECTION", "ROW", "ALL") and cursor.peek(
            1
        ).kind in (WORD, QUOTED):
            draft.drop_constraint(cursor.peek(1).text)
            return
        cursor.accept_any("COLUMN", "COLUMNS")
        if cursor.accept("IF", "EXISTS") and not draft.has(cursor.peek().text):
            return
        items = pieces(cursor.group() or ()) if cursor.at("(") else [tuple(cursor.tokens[cursor.i :])]
        for item in items:
            draft.drop_column(Cursor(item).name(), self.where)

    def _rename(self, cursor: Cursor, draft: Draft, drafts: Drafts) -> None:
        if cursor.at("CONSTRAINT") or cursor.at("INDEX") or cursor.at("KEY"):
            return
        if cursor.peek().upper in ("TO", "AS"):
            cursor.i += 1
            rename_table(draft, cursor.name(), drafts)
            return
        cursor.accept("COLUMN")
        old = cursor.name()
        if not cursor.accept_any("TO", "AS"):
            rename_table(draft, old, drafts)  # MySQL: RENAME new
            return
        draft.rename(draft.column_name(old, self.where, "statement"), cursor.name())


_VERBS = frozenset({"ADD", "ALTER", "MODIFY", "CHANGE", "DROP", "RENAME", "REPLACE"})


def rename_table(draft: Draft, name: str, drafts: Drafts) -> None:
    """Gives a table another name; a qualified one may move it to another schema."""
    schema, _, last = name.rpartition(".")
    drafts.rename(draft, last, schema or draft.schema)


def comment_on(statement: Statement, drafts: Drafts, dialect: Dialect, where: str) -> None:
    """COMMENT ON TABLE | COLUMN ... IS '...'; of a view or of another file's table it says nothing here."""
    cursor = Cursor(statement.tokens, 2)
    on_table = cursor.take().is_word("TABLE")
    while cursor.accept_any("IF", "EXISTS"):
        pass
    parts = cursor.parts()
    text = literal(cursor.peek(1), dialect) if cursor.at("IS") and cursor.peek(1).kind in (STRING, QUOTED) else None
    draft = drafts.find(".".join(parts if on_table else parts[:-1]))
    if draft is None:
        return
    if on_table:
        draft.comment = text
    else:
        draft.change(parts[-1], where, "comment", comment=text)


def _is_by_index(item: Tokens) -> bool:
    """Whether a key names an index instead of columns: UNIQUE USING INDEX name."""
    bare = not any(token.is_mark("(") for token in item)
    return bare and len(item) > 2 and item[-3].is_word("USING") and item[-2].is_word("INDEX")
