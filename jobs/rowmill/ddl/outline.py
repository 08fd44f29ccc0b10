"""The outline of a statement by parentheses and commas alone: what it is, its name, the items of its body, its tail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rowmill.ddl.dialects import Dialect
from rowmill.ddl.lexer import MARK, NUMBER, STRING, Statement, Token

Tokens = tuple[Token, ...]

# A word that, between CREATE and TABLE, says that it is no table that is created.
_NOT_A_TABLE = frozenset(
    "VIEW INDEX FUNCTION PROCEDURE TRIGGER SCHEMA DATABASE TYPE SEQUENCE ROLE USER POLICY AS ON STATISTICS".split()
)
_OPENING, _CLOSING = {"(", "[", "{"}, {")", "]", "}"}


@dataclass(frozen=True, slots=True)
class Outline:
    """A CREATE TABLE statement, outlined.

    items:      the top-level comma pieces of its body, columns and constraints as they come
    partitions: the pieces of PARTITIONED BY ( ... ) that define a column of their own
    tail:       the tokens after the body
    """

    name: str
    items: tuple[Tokens, ...]
    columns: tuple[Tokens, ...]
    partitions: tuple[Tokens, ...]
    tail: Tokens

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(item[0].text for item in (*self.columns, *self.partitions))


def kind_of(statement: Statement) -> str:
    """`create`, `alter` or `comment` for what says something about a table, `other` for all else."""
    words = [token.upper for token in statement.tokens[:9]]
    if words[0] == "CREATE":
        for word in words[1:]:
            if word == "TABLE":
                return "create"
            if not word or word in _NOT_A_TABLE:
                break
    if words[:2] == ["ALTER", "TABLE"]:
        return "alter"
    if words[:2] == ["COMMENT", "ON"] and words[2:3] in (["TABLE"], ["COLUMN"]):
        return "comment"
    return "other"


def name_of(statement: Statement) -> str:
    """The name that stands after TABLE or COLUMN, as it is written without its quotes; '' if there is none."""
    tokens = list(statement.tokens)
    start = next((i for i, token in enumerate(tokens[:9]) if token.is_word("TABLE", "COLUMN")), -1) + 1
    while start < len(tokens) and tokens[start].is_word("IF", "NOT", "EXISTS", "ONLY"):
        start += 1
    parts: list[str] = []
    for token in tokens[start:]:
        after_dot = not parts or parts[-1] == "."
        if token.kind == MARK and token.text == "." and parts:
            parts.append(".")
        elif after_dot and token.kind != MARK:
            parts.append(token.text)
        else:
            break
    return "".join(parts)


def outline(statement: Statement, dialect: Dialect) -> Outline | None:
    """The outline of a CREATE TABLE; None where it has no body in parentheses, or none that is closed."""
    tokens = statement.tokens
    name = name_of(statement)
    opening = _body_start(tokens)
    if opening is None:
        return None
    closing = _closing(tokens, opening)
    if closing is None:
        return None
    items = _pieces(tokens[opening + 1 : closing])
    tail = tokens[closing + 1 :]
    columns = tuple(item for item in items if not is_constraint(item, dialect))
    return Outline(name, items, columns, _partition_columns(tail), tail)


def _body_start(tokens: Tokens) -> int | None:
    table = next(i for i, token in enumerate(tokens) if token.is_word("TABLE"))
    for i in range(table + 1, len(tokens)):
        if tokens[i].kind == MARK and tokens[i].text == "(":
            return i
        if tokens[i].is_word("AS", "LIKE", "CLONE", "PARTITION", "USING"):
            return None
    return None


def _closing(tokens: Sequence[Token], opening: int) -> int | None:
    depth = 0
    for i in range(opening, len(tokens)):
        if tokens[i].kind == MARK:
            if tokens[i].text in _OPENING:
                depth += 1
            elif tokens[i].text in _CLOSING:
                depth -= 1
                if depth == 0:
                    return i
    return None


def _pieces(tokens: Sequence[Token]) -> tuple[Tokens, ...]:
    """Splits at the commas of depth 0. `<` and `>` count as parentheses only after a type that takes them."""
    pieces: list[Tokens] = []
    current: list[Token] = []
    depth = angles = 0
    for i, token in enumerate(tokens):
        if token.kind == MARK:
            if token.text in _OPENING:
                depth += 1
            elif token.text in _CLOSING:
                depth -= 1
            elif token.text == "<" and i and (angles or tokens[i - 1].is_word("ARRAY", "MAP", "STRUCT", "UNIONTYPE")):
                angles += 1
            elif token.text == ">" and angles:
                angles -= 1
            elif token.text == "," and not depth and not angles:
                if current:
                    pieces.append(tuple(current))
                current = []
                continue
        current.append(token)
    if current:
        pieces.append(tuple(current))
    return tuple(pieces)


def is_constraint(item: Tokens, dialect: Dialect) -> bool:
    """Whether an item of the body is a constraint, an index or a LIKE rather than a column."""
    first, second = item[0].upper, item[1] if len(item) > 1 else None
    if not first or second is None:
        return False
    opens = second.kind == MARK and second.text == "("
    match first:
        case "CONSTRAINT" | "LIKE":
            return True
        case "PRIMARY" | "FOREIGN":
            return second.is_word("KEY")
        case "UNIQUE":
            return opens or second.is_word("KEY", "INDEX", "CLUSTERED", "NONCLUSTERED") or _lists_names(item)
        case "CHECK" | "EXCLUDE":
            return opens or second.is_word("USING")
        case "PERIOD":
            return second.is_word("FOR")
        case "PROJECTION":
            return dialect.name == "clickhouse"
        case "FULLTEXT" | "SPATIAL" | "SHARD" | "SORT" | "VECTOR":
            return dialect.index_lines and (second.is_word("KEY", "INDEX") or _lists_names(item))
        case "KEY" | "INDEX":
            if dialect.name == "clickhouse":
                return first == "INDEX"  # INDEX name expression TYPE kind
            return dialect.index_lines and _lists_names(item)
        case _:
            return False


def _lists_names(item: Tokens) -> bool:
    """Whether the first parentheses hold names, as in `KEY k (a)`, and not a size, as in `key varchar(10)`."""
    for i, token in enumerate(item[:-1]):
        if token.kind == MARK and token.text == "(":
            return item[i + 1].kind not in (NUMBER, STRING) and not item[i + 1].is_word("MAX")
    return False


def _partition_columns(tail: Tokens) -> tuple[Tokens, ...]:
    for i, token in enumerate(tail[:-2]):
        opens = tail[i + 2].kind == MARK and tail[i + 2].text == "("
        if token.is_word("PARTITIONED") and tail[i + 1].is_word("BY") and opens:
            closing = _closing(tail, i + 2)
            if closing is not None:
                pieces = _pieces(tail[i + 3 : closing])
                # `dt date` defines a column; `dt`, `bucket(4, a)` and `months(a)` name what there is already.
                return tuple(p for p in pieces if len(p) > 1 and p[1].kind != MARK)
    return ()
