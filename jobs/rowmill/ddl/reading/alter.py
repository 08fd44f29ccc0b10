"""ALTER TABLE, folded into the table that it changes. What only acts on the engine (OWNER TO, ENABLE) says nothing."""

from __future__ import annotations

from dataclasses import replace

from rowmill.ddl.reading.column import Column
from rowmill.ddl.reading.column_reader import ColumnReader
from rowmill.ddl.reading.comments import comment_text, description
from rowmill.ddl.reading.constraints import add_constraint
from rowmill.ddl.reading.cursor import Cursor, pieces
from rowmill.ddl.reading.draft import Draft, Drafts
from rowmill.ddl.reading.draft_columns import add_column, add_keys, add_options
from rowmill.ddl.reading.expressions import pass_expression
from rowmill.ddl.reading.lexer import QUOTED, WORD, Token, Tokens, word_set
from rowmill.ddl.reading.objects import rename_table
from rowmill.ddl.reading.outline import is_constraint, passed_name
from rowmill.ddl.reading.scope import Scope
from rowmill.ddl.reading.type_text import type_end
from rowmill.ddl.reading.types import resolve, with_type
from rowmill.errors import DDLError

# What changes columns, keys or the table's name.
_VERBS = frozenset({"ADD", "ALTER", "MODIFY", "CHANGE", "DROP", "RENAME", "REPLACE"})
# What changes no column and no key.
_SILENT = word_set(
    # whose it is, and what it belongs to
    "OWNER INHERIT ATTACH DETACH SWAP CLUSTER REPLICA DATA",
    # whether constraints, triggers, policies and jobs work
    "ENABLE DISABLE VALIDATE CHECK NOCHECK WITH FORCE NOFORCE NOT ACTIVATE VOLATILE",
    "SUSPEND RESUME LOCK FREEZE UNFREEZE",
    # settings
    "SET RESET UNSET DEFAULT COMMENT ENGINE AUTO_INCREMENT CHARACTER COLLATE CONVERT ROW_FORMAT KEY_BLOCK_SIZE",
    "STATS_PERSISTENT READ",
    # how it is stored
    "STORAGE ALLOCATE DEALLOCATE PCTFREE PCTUSED APPEND CACHE NOCACHE LOGGING NOLOGGING PARALLEL NOPARALLEL",
    "MONITORING NOMONITORING MATERIALIZE",
    # partitions and their files
    "PARTITION EXCHANGE SPLIT MERGE COALESCE TRUNCATE IMPORT DISCARD RECOVER TOUCH ARCHIVE CONCATENATE FETCH CLEAR",
    # work on what is stored
    "REBUILD REORGANIZE MOVE SHRINK COMPACT OPTIMIZE ANALYZE ORDER",
)
# After ADD: what is no column.
_ADDED_SILENT = word_set(
    "PARTITION RANGE ROW TAG PROJECTION STATISTICS STORAGE CLONE",
    "SUPPLEMENTAL VERSIONING RESTRICT SEARCH",
)
# Dialects whose changes may stand one after the other, without commas.
_WITHOUT_COMMAS = frozenset({"db2", "oracle", "teradata"})
# After ALTER: what is no column, but in SQLite, which knows none of it.
_ALTERED_SILENT = word_set("INDEX CONSTRAINT CHECK DISTKEY SORTKEY DISTSTYLE COMPOUND ENCODE")
# After MODIFY: what is no column.
_MODIFIED_SILENT = word_set("ORDER SETTING TTL PARTITION CONSTRAINT LOB DEFAULT")
# After DROP, with a name: what may be a key, but is no column.
_DROPPED_KEYS = word_set("INDEX KEY PARTITION DEFAULT PROJECTION ROW ALL")


class Alteration:
    """One ALTER TABLE statement."""

    def __init__(self, scope: Scope) -> None:
        self.scope, self.dialect, self.where = scope, scope.dialect, scope.where
        self.reader = ColumnReader(scope)

    def apply(self, drafts: Drafts) -> None:
        """Folds it into its table. Raises DDLError for a table that is not there, or a change not understood."""
        cursor = Cursor(self.scope.statement.tokens)
        while not cursor.take().is_word("TABLE"):
            pass
        name = ".".join(passed_name(cursor, self.dialect))
        cursor.accept("*")
        if cursor.accept("ON", "CLUSTER"):
            cursor.i += 1
        rest = self.scope.statement.tokens[cursor.i :]
        draft = drafts.find(name)
        if _changes_nothing(Cursor(rest)):
            if draft is not None:
                self._describe(Cursor(rest), draft, drafts)
            return
        if draft is None:
            what = "ALTER TABLE of a table that is not created yet"
            raise DDLError(what, where=self.where, fix="put its CREATE TABLE first")
        before = ""
        for piece in self._actions(rest):
            # A verb holds for the items after it: ADD a int, b int.
            silent = piece[0].upper in _SILENT and len(piece) > 1 and before != "ADD"
            if before and piece[0].upper not in _VERBS and not silent:
                self._change(before, Cursor(piece), draft, drafts)
                continue
            cursor = Cursor(piece)
            if cursor.at("WITH", "CHECK") or cursor.at("WITH", "NOCHECK"):
                cursor.i += 2
            verb = cursor.take().upper
            before = verb if verb in _VERBS else ""
            if verb in _VERBS:
                self._change(verb, cursor, draft, drafts)
            elif verb not in _SILENT:
                met = self.scope.text(piece)[:60]
                draft.warnings.append(f"{self.where}: not understood, so left out: {met}")

    def _actions(self, rest: Tokens) -> list[Tokens]:
        """The changes: between commas, or in some dialects just one after the other."""
        found: list[Tokens] = []
        for piece in pieces(rest):
            starts = [0]
            if self.dialect.name in _WITHOUT_COMMAS:
                starts += [i for i in range(1, len(piece) - 1) if _is_action(piece[i - 1], piece[i], piece[i + 1])]
            ends = [*starts[1:], len(piece)]
            found += [piece[start:end] for start, end in zip(starts, ends, strict=True)]
        return found

    def _describe(self, cursor: Cursor, draft: Draft, drafts: Drafts) -> None:
        """Of what changes no column: the comment, and the schema that the table moves to."""
        if cursor.accept("SET", "SCHEMA"):
            drafts.rename(draft, draft.name, cursor.name())
        elif cursor.accept("COMMENT"):
            draft.comment = comment_text(cursor, self.dialect)
        elif cursor.accept("SET", "OPTIONS"):
            text, _ = description(cursor.group() or (), self.scope)
            draft.comment = draft.comment if text is None else text

    def _change(self, verb: str, cursor: Cursor, draft: Draft, drafts: Drafts) -> None:
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
                    add_column(draft, self.reader.read(item), self.scope, i)

    # -- ADD -----------------------------------------------------------------------------------------------------

    def _add(self, cursor: Cursor, draft: Draft) -> None:
        if cursor.peek().upper in _ADDED_SILENT or (cursor.at("INDEX") and self.dialect.name == "clickhouse"):
            return
        cursor.accept_any("COLUMN", "COLUMNS")
        if cursor.accept("IF", "NOT", "EXISTS") and draft.has(cursor.peek().text):
            return
        if cursor.at("PARTITION", "("):
            return
        if cursor.at("("):
            for item in pieces(cursor.group() or ()):
                self._add_item(item, draft)
        else:
            self._add_item(tuple(cursor.tokens[cursor.i :]), draft)

    def _add_item(self, item: Tokens, draft: Draft) -> None:
        if not item:
            raise DDLError("ADD without what is added", where=self.where, fix="name a column and its type")
        if self._default_for(item, draft):
            return
        listing = any(token.is_mark("(") for token in item)
        indexes = listing and item[0].is_word("KEY", "INDEX", "FULLTEXT", "SPATIAL", "UNIQUE")
        if indexes or is_constraint(item, self.dialect):
            if _is_by_index(item):
                self._add_by_index(item, draft)
            else:
                add_constraint(draft, item, self.scope)
            return
        at = self._place(item, draft)
        column = self._read(item)
        names = tuple(known.name for known in draft.columns)
        if at is None and draft.partition_by and names[-len(draft.partition_by) :] == draft.partition_by:
            at = len(draft.columns) - len(draft.partition_by)
        add_column(draft, column, self.scope, at)
        add_keys(draft, column, self.where)

    def _add_by_index(self, item: Tokens, draft: Draft) -> None:
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
        text = self.scope.text(item[start : cursor.i])
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

    def _read(self, item: Tokens) -> Column:
        """The column that an item defines; its place is none of its attributes."""
        column = self.reader.read(item)
        column.attributes = [text for text in column.attributes if not text.upper().startswith(("AFTER ", "FIRST"))]
        return column

    # -- ALTER COLUMN --------------------------------------------------------------------------------------------

    def _alter(self, cursor: Cursor, draft: Draft) -> None:
        named = cursor.peek(1).kind in (WORD, QUOTED)
        if cursor.peek().upper in _ALTERED_SILENT and named and self.dialect.name != "sqlite":
            return
        start = cursor.i
        name = cursor.name()
        if cursor.accept("SET"):
            self._set(name, cursor, draft)
        elif cursor.accept("DROP"):
            if cursor.accept("NOT", "NULL"):
                draft.change(name, self.where, nullable=True)
            elif cursor.accept("DEFAULT"):
                draft.change(name, self.where, default=None)
            elif cursor.accept("IDENTITY") or cursor.accept("EXPRESSION"):
                draft.change(name, self.where, generated=False)
        elif cursor.accept("TYPE"):
            self._type(name, cursor, draft)
        elif cursor.accept("COMMENT"):
            draft.change(name, self.where, comment=comment_text(cursor, self.dialect))
        elif cursor.at("ADD", "GENERATED") or cursor.at("ADD", "IDENTITY"):
            draft.change(name, self.where, generated=True, nullable=False)
            column = self.reader.read((cursor.tokens[start], *cursor.tokens[cursor.i + 1 :]))
            column.name = draft.column_name(name, self.where)
            add_options(draft, column)
        elif not cursor.peek().is_word("ADD", "RESTART", "ENCODE", "FIRST", "AFTER"):
            # SQL Server: ALTER COLUMN name type [NULL | NOT NULL]
            self._replace(tuple(cursor.tokens[start:]), name, draft, keep=False)

    def _set(self, name: str, cursor: Cursor, draft: Draft) -> None:
        """ALTER COLUMN name SET ...; STATISTICS, STORAGE, MASKING POLICY, TAG and the like say nothing of the data."""
        if cursor.accept("DEFAULT"):
            start = cursor.i
            pass_expression(cursor, lambda _: False)
            draft.change(name, self.where, default=self.scope.text(cursor.tokens[start : cursor.i]))
        elif cursor.accept("NOT", "NULL"):
            draft.change(name, self.where, nullable=False)
        elif cursor.accept("DATA", "TYPE") or cursor.accept("TYPE"):
            self._type(name, cursor, draft)
        elif cursor.accept("COMMENT"):
            draft.change(name, self.where, comment=comment_text(cursor, self.dialect))
        elif cursor.at("GENERATED"):
            draft.change(name, self.where, generated=True, nullable=False)

    def _type(self, name: str, cursor: Cursor, draft: Draft) -> None:
        tokens = tuple(cursor.tokens)
        tokens = tokens[cursor.i : type_end(tokens, cursor.i, self.dialect)] if not cursor.done else ()
        if not tokens:
            raise DDLError("TYPE without a type", where=self.where, value=name, fix="write the type")
        written = self.scope.text(tokens)
        found = resolve(tokens, written, self.dialect, self.scope.users)
        known = draft.column_name(name, self.where, "statement")
        draft.columns = [
            with_type(c, found.type, written, self.dialect) if c.name == known else c for c in draft.columns
        ]

    # -- MODIFY, CHANGE ------------------------------------------------------------------------------------------

    def _modify(self, verb: str, cursor: Cursor, draft: Draft) -> None:
        if cursor.peek().upper in _MODIFIED_SILENT:
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
        if len(tokens) > 1 and tokens[1].is_word("SET", "UNSET", "DROP"):
            self._alter(Cursor(tokens), draft)
            return
        self._replace(tokens, old, draft, keep=self.dialect.name in ("oracle", "snowflake"))

    def _replace(self, item: Tokens, old: str, draft: Draft, keep: bool) -> None:
        """A column defined anew. keep: what is not said stays as it was (Oracle), else it is gone (MySQL)."""
        name = draft.column_name(old, self.where, "statement")
        before = next(column for column in draft.columns if column.name == name)
        if not item:
            raise DDLError("a column without its definition", where=self.where, value=old, fix="write it whole")
        column = self._read(item)
        index = draft.columns.index(before)
        draft.columns.remove(before)
        placed = self._place(item, draft)
        index = index if placed is None else placed
        if column.name.casefold() == name.casefold():
            column.name = name
        add_column(draft, column, self.scope, index, before)
        made = draft.columns[index]
        if keep:
            default = made.default if made.default is not None else before.default
            nullable = before.nullable if column.null is None else column.null
            made = replace(made, default=default, nullable=nullable, comment=made.comment or before.comment)
        draft.columns[index] = made
        if column.name != name:
            draft.rename(name, column.name)
        add_keys(draft, column, self.where)

    # -- DROP, RENAME --------------------------------------------------------------------------------------------

    def _drop(self, cursor: Cursor, draft: Draft) -> None:
        following = cursor.peek(1)
        named = following.kind in (WORD, QUOTED)
        if cursor.accept("PRIMARY", "KEY"):
            draft.primary_key = ()
        elif cursor.at("IF", "EXISTS", "PARTITION"):
            return
        elif cursor.at("CONSTRAINT") or (named and cursor.peek().is_word("FOREIGN", "CHECK", "UNIQUE")):
            cursor.i += 2 if cursor.at("FOREIGN", "KEY") else 1
            while cursor.accept_any("IF", "EXISTS"):
                pass
            draft.drop_constraint(cursor.name())
        elif named and cursor.peek().upper in _DROPPED_KEYS:
            draft.drop_constraint(following.text)
        else:
            cursor.accept_any("COLUMN", "COLUMNS")
            may_lack = cursor.accept("IF", "EXISTS")
            items = pieces(cursor.group() or ()) if cursor.at("(") else [tuple(cursor.tokens[cursor.i :])]
            for item in items:
                name = Cursor(item).name()
                if draft.has(name) or not may_lack:
                    draft.drop_column(name, self.where)

    def _rename(self, cursor: Cursor, draft: Draft, drafts: Drafts) -> None:
        if cursor.peek().is_word("CONSTRAINT", "INDEX", "KEY"):
            return
        if cursor.accept_any("TO", "AS"):
            rename_table(draft, cursor.name(), drafts)
            return
        cursor.accept("COLUMN")
        old = cursor.name()
        if cursor.accept_any("TO", "AS"):
            draft.rename(draft.column_name(old, self.where, "statement"), cursor.name())
        else:
            rename_table(draft, old, drafts)  # MySQL: RENAME new


def _changes_nothing(cursor: Cursor) -> bool:
    """Whether no column and no key is changed."""
    if cursor.at("WITH"):
        return not any(token.is_word("ADD") for token in cursor.tokens)
    return cursor.peek().upper in _SILENT or cursor.at("ADD", "PARTITION") or cursor.at("DROP", "PARTITION")


def _is_by_index(item: Tokens) -> bool:
    """Whether a key names an index instead of columns: UNIQUE USING INDEX name."""
    bare = not any(token.is_mark("(") for token in item)
    return bare and len(item) > 2 and item[-3].is_word("USING") and item[-2].is_word("INDEX")


def _is_action(before: Token, token: Token, after: Token) -> bool:
    """Whether a change begins with this token though no comma ended the one before."""
    return (
        token.is_word("ADD", "ALTER", "DROP", "MODIFY")
        and not before.is_word("ON", "SET", "BY")
        and (after.is_mark("(") or after.is_word("COLUMN", "CONSTRAINT", "PRIMARY", "FOREIGN", "UNIQUE", "CHECK"))
    )
