"""A table's constraints and index lines, from the body or from ALTER TABLE, into its draft."""

from __future__ import annotations

from rowmill.ddl.reading.cursor import Cursor
from rowmill.ddl.reading.draft import Draft
from rowmill.ddl.reading.keys import key_columns, pass_state, reference
from rowmill.ddl.reading.lexer import QUOTED, STRING, WORD, Token, Tokens, word_set
from rowmill.ddl.reading.scope import Scope
from rowmill.errors import DDLError

_FIX = "write it as the dialect's CREATE TABLE does, or name the dialect (--dialect)"
# Words that begin a constraint.
_KINDS = frozenset({"PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE"})
# Words that begin what is kept as its text.
_KEPT = word_set(
    "KEY INDEX FULLTEXT SPATIAL SHARD SORT VECTOR COLUMN PROJECTION",  # indexes and their like
    "EXCLUDE ASSUME PERIOD SUPPLEMENTAL",  # constraints that are no key and no check
    "DISTRIBUTE PARTITION",  # Exasol
)
# Words that may stand between a key's kind and its columns, and are no index's name.
_BEFORE_COLUMNS = word_set("KEY INDEX CLUSTERED NONCLUSTERED NULLS NOT DISTINCT USING BTREE HASH")


def add_constraint(draft: Draft, item: Tokens, scope: Scope) -> None:
    """Adds the constraint or index line that an item is. Raises DDLError for one that can't be understood."""
    _Constraint(draft, item, scope).add()


class _Constraint:
    """One item that is no column; `name` is the constraint's, '' while it has none."""

    def __init__(self, draft: Draft, item: Tokens, scope: Scope) -> None:
        self.draft, self.item, self.scope, self.where = draft, item, scope, scope.where
        self.cursor = Cursor(item)
        self.name = ""

    def add(self) -> None:
        """Adds it to the draft; then what stands after it without a comma, as SQLite has it."""
        cursor = self.cursor
        if cursor.accept("CONSTRAINT") and not self._nameless():
            self.name = cursor.name()
        if cursor.accept("PRIMARY", "KEY"):
            self._primary()
        elif cursor.accept("UNIQUE"):
            self._unique()
        elif cursor.accept("FOREIGN", "KEY"):
            self._foreign()
        elif cursor.accept("CHECK"):
            self._check()
        elif self._is_unique_index():
            cursor.i += 1
            self.name = cursor.name()
            cursor.accept("UNIQUE")
            self._unique()
        elif cursor.peek().upper in _KEPT:
            self._keep()
        elif cursor.accept("NOT", "NULL"):
            self._not_null()
        else:
            raise self._fault("constraint not understood", self.item)
        if cursor.done:
            return
        left = self.item[cursor.i :]
        if not (cursor.peek().upper in _KINDS or cursor.at("CONSTRAINT")):
            raise self._fault("not understood after a constraint", left)
        add_constraint(self.draft, left, self.scope)

    def _fault(self, what: str, tokens: Tokens) -> DDLError:
        return DDLError(what, where=self.where, value=self.scope.text(tokens)[:60], fix=_FIX)

    def _nameless(self) -> bool:
        """Whether the constraint itself comes after the word CONSTRAINT."""
        following = self.cursor.peek(1)
        match self.cursor.peek().upper:
            case "PRIMARY" | "FOREIGN":
                return following.is_word("KEY")
            case "UNIQUE":
                return following.is_mark("(") or following.is_word("KEY", "INDEX")
            case "CHECK":
                return following.is_mark("(")
        return False

    def _is_unique_index(self) -> bool:
        """SQL Server's INDEX name UNIQUE (columns)."""
        unique = self.cursor.at("INDEX") and any(token.is_word("UNIQUE") for token in self.item[1:4])
        return unique and self.scope.dialect.name == "tsql"

    def _columns(self) -> list[str] | None:
        """The columns of the parentheses that come next, after what may stand before them; None for expressions."""
        cursor = self.cursor
        while not cursor.done and not cursor.at("("):
            if cursor.accept_any(*_BEFORE_COLUMNS):
                continue
            following = cursor.peek(1)
            named = following.is_mark("(") or following.is_word("USING", "HASH", "CLUSTERED", "NONCLUSTERED")
            if not named or cursor.peek().kind not in (WORD, QUOTED, STRING):
                break
            cursor.i += 1  # the index's name
        inside = cursor.group()
        if inside is None:
            raise DDLError("a key without its columns", where=self.where, fix="write them in parentheses")
        return key_columns(inside)

    def _primary(self) -> None:
        start = self.cursor.i
        names = self._columns()
        if names is None:
            raise DDLError("a primary key of expressions", where=self.where, fix="name columns")
        self.draft.set_primary_key(names, self.where)
        if any(token.is_word("AUTOINCREMENT") for token in self.cursor.tokens[start : self.cursor.i]):
            self.draft.change(names[0], self.where, generated=True)
        self.draft.name_constraint(self.name, "primary key")
        self._end()

    def _unique(self) -> None:
        start = self.cursor.i
        names = self._columns()
        if names is None:  # of expressions: no key of columns
            self._keep()
            return
        name = self.name or _index_name(self.item[start : self.cursor.i], names)
        self.draft.add_unique(names, self.where)
        self.draft.name_constraint(name, f"unique ({', '.join(self.draft.names(names, self.where, 'unique key'))})")
        self._end()

    def _foreign(self) -> None:
        cursor = self.cursor
        if cursor.accept("IF", "NOT"):
            cursor.accept("EXISTS")
        if not cursor.at("("):
            index = cursor.name()
            self.name = self.name or index
        names = self._columns()
        if names is None:
            raise DDLError("a foreign key of expressions", where=self.where, fix="name columns")
        key = reference(cursor, names, self.where, self.scope)
        self.draft.add_foreign_key(key)
        self.draft.name_constraint(self.name, f"foreign key ({', '.join(key.columns)})")
        self._end()

    def _check(self) -> None:
        cursor, bare = self.cursor, self.scope.dialect.name == "clickhouse"  # which needs no parentheses
        if cursor.accept("NOT"):
            cursor.accept("FOR")
            cursor.accept("REPLICATION")
        start = cursor.i
        inside = cursor.group()
        if inside is None and not bare:
            raise DDLError("a check without its condition", where=self.where, fix="write it in parentheses")
        if inside is None or (bare and not cursor.done):
            inside = self.item[start:]
            cursor.i = len(self.item)
        text = self.scope.text(inside)
        self.draft.checks.append(text)
        self.draft.name_constraint(self.name, f"check ({text})")
        self._end()

    def _not_null(self) -> None:
        """PostgreSQL 18: CONSTRAINT name NOT NULL column."""
        names = self.cursor.parts()
        if names:
            self.draft.change(names[-1], self.where, nullable=False)
        pass_state(self.cursor)

    def _keep(self) -> None:
        self.draft.indexes.append(self.scope.text(self.item))
        self.cursor.i = len(self.item)

    def _end(self) -> None:
        """Steps over what follows a key or a check and says nothing of the data."""
        cursor = self.cursor
        while not cursor.done:
            before = cursor.i
            pass_state(cursor)
            if cursor.accept("COMMENT"):
                cursor.accept("=")
                cursor.i += 1
            if cursor.i == before:
                return


def _index_name(tokens: tuple[Token, ...], columns: list[str]) -> str:
    """The name of MySQL's UNIQUE KEY name (columns); '' where it has none of its own."""
    if tokens[0].is_mark("("):
        return ""
    words = (token.text for token in tokens if token.kind in (WORD, QUOTED) and token.upper not in _BEFORE_COLUMNS)
    name = next(words, "")
    return "" if name in columns else name
