"""A source type -> the canonical type: by the tables of type_maps, by sqlglot's type system for what they lack."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from sqlglot import exp

from rowmill.ddl.dialects import DIALECTS, Dialect
from rowmill.ddl.reading.cursor import Cursor, pieces
from rowmill.ddl.reading.lexer import MARK, NUMBER, QUOTED, STRING, WORD, Token, Tokens, literal, tokenize
from rowmill.ddl.type_maps import BARE_DECIMAL, DIALECT_WORDS, KINDS, LIMITS, NOT_SAME, SAME, VARCHAR_MAX, WORDS
from rowmill.errors import SchemaError
from rowmill.schema.model import TableColumn
from rowmill.schema.types import DataType, parse_type

# sqlglot warns on a logger about what it gives up; what it gives up is `unknown` here.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

UNKNOWN = DataType("unknown")
_FLOAT_BITS = 24  # FLOAT(p): so many binary digits fit a float


@dataclass(frozen=True, slots=True)
class UserType:
    """What CREATE TYPE or CREATE DOMAIN of the same file says of a name."""

    type: DataType
    nullable: bool = True
    values: tuple[str, ...] = ()
    default: str | None = None
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """A source type, understood.

    type:     its canonical type; `unknown` where no table has it
    nullable: False where the type alone says so (SERIAL), True where it alone may be null (ClickHouse)
    serial:   it makes its own values
    values:   those of an ENUM or SET
    user:     the type of the same file that it names
    limits:   what the source type holds less than the canonical one: min, max, max_length
    """

    type: DataType
    nullable: bool | None = None
    serial: bool = False
    values: tuple[str, ...] = ()
    user: UserType | None = None
    limits: tuple[tuple[str, int], ...] = ()


UserTypes = Mapping[str, UserType]
_NO_TYPES: UserTypes = {}


def resolve(tokens: Tokens, text: str, dialect: Dialect, users: UserTypes = _NO_TYPES) -> Resolved:
    """The canonical type of a column's type.

    tokens: the type as it stands, of at least one token
    text:   the same as text, blanks folded
    users:  the types that the same file creates, by their names in small letters
    """
    if users:
        name = _last_name(tokens)
        if name and name.casefold() in users:
            return _of_user(tokens, users[name.casefold()])
        if any(token.text.casefold() in users for token in tokens):
            return _resolved(tokens, dialect, users)
    return _cached(text, dialect.name)


@lru_cache(maxsize=8192)
def _cached(text: str, dialect: str) -> Resolved:
    known = DIALECTS[dialect]
    return _resolved(tuple(tokenize(text, known)), known, _NO_TYPES)


def _resolved(tokens: Tokens, dialect: Dialect, users: UserTypes) -> Resolved:
    try:
        found = _Types(dialect, users).whole(tokens)
    except SchemaError:  # the canonical type can't hold it: decimal(65,30)
        found = Resolved(UNKNOWN, nullable=True if tokens[0].is_word("NULLABLE") else None)
    if dialect.name == "clickhouse" and found.nullable is None:
        return replace(found, nullable=False)
    return found


def _of_user(tokens: Tokens, user: UserType) -> Resolved:
    dtype = user.type
    for before, token in pairwise(tokens):
        if before.is_mark("[") and token.is_mark("]"):
            dtype = DataType("array", children=(dtype,))
    nullable = None if user.nullable else False
    return Resolved(dtype, nullable, values=user.values if dtype is user.type else (), user=user)


def _last_name(tokens: Tokens) -> str:
    """The last part of a type that is but a name, or an array of it; '' for any other."""
    cursor = Cursor(tokens)
    parts = cursor.parts()
    arrays = all(token.text in "[]" or token.kind == NUMBER for token in tokens[cursor.i :])
    return parts[-1] if parts and arrays else ""


class _Types:
    """Reads a type's tokens. Raises SchemaError where the canonical type can't hold it."""

    def __init__(self, dialect: Dialect, users: UserTypes) -> None:
        self.dialect = dialect
        self.users = users
        self.words = DIALECT_WORDS.get(dialect.name, {})

    def whole(self, tokens: Tokens) -> Resolved:
        """A column's type, with what it says beside the type itself."""
        if _is_wrapped(tokens):
            inner = self.whole(_wrapped(tokens))
            return replace(inner, nullable=True) if tokens[0].is_word("NULLABLE") else inner
        words, sizes, values = self.flat(tokens)
        if words in _LISTING and values:
            return Resolved(DataType("string"), values=values)
        if words in _SERIALS and self.words.get(words, WORDS.get(words)) is not None:
            return Resolved(self.type(tokens), nullable=False, serial=True)
        dtype = self.type(tokens)
        limits = LIMITS.get(self.dialect.name, {}).get(words) or LIMITS[""].get(words, ())
        if dtype.name == "binary" and sizes and isinstance(sizes[0], int) and sizes[0] > 0:
            limits = (("max_length", sizes[0]),)
        return Resolved(dtype, limits=limits if not dtype.is_nested and dtype.name != "boolean" else ())

    def type(self, tokens: Tokens) -> DataType:
        """The canonical type; `unknown` for what no table has."""
        if not tokens:
            return UNKNOWN
        last = tokens[-1]
        if tokens[0].is_word("ARRAY", "SET") and len(tokens) > 3 and tokens[1].is_mark("[") and last.is_mark("]"):
            return _array(self.type(pieces(tokens[2:-1])[0]))  # Vertica's ARRAY[INT, 100]
        if last.is_mark("]") and len(tokens) > 1:
            opening = max((i for i, token in enumerate(tokens) if token.is_mark("[")), default=0)
            if opening == 0:
                return UNKNOWN
            opening -= tokens[opening - 1].is_word("ARRAY")  # INTEGER ARRAY[4]
            return _array(self.type(tokens[:opening]))
        if last.is_word("ARRAY") and len(tokens) > 1 and self.dialect.name != "snowflake":
            return _array(self.type(tokens[:-1]))
        if _is_wrapped(tokens):
            return self.type(_wrapped(tokens))
        first = tokens[0].upper
        if first in _NESTED and len(tokens) > 2 and (tokens[1].is_mark("<") or tokens[1].is_mark("(")):
            return self.nested(first, tuple(tokens[2:-1]))
        if first == "ARRAY" and len(tokens) == 1 and self.dialect.name == "snowflake":
            return DataType("json")
        if first == "INTERVAL":
            return DataType("interval")
        name = _last_name(tokens)
        if name and name.casefold() in self.users:
            return self.users[name.casefold()].type
        return self.leaf(tokens)

    def nested(self, kind: str, inside: Tokens) -> DataType:
        """An array, a map or a struct of what stands in its parentheses."""
        parts = pieces(inside)
        if kind in ("ARRAY", "LIST"):
            # Snowflake: ARRAY(NUMBER NOT NULL); a fixed length (DuckDB's ARRAY is written T[3]) says nothing more.
            return _array(self.type(_bare(parts[0]))) if len(parts) == 1 else UNKNOWN
        if kind == "MAP":
            if len(parts) != 2:
                return UNKNOWN
            children = tuple(self.type(_bare(part)) for part in parts)
            return UNKNOWN if UNKNOWN in children else DataType("map", children=children)
        names, types = [], []
        for part in parts:
            cursor = Cursor(part)
            name = cursor.take()
            cursor.accept(":")
            names.append(name.text)
            types.append(self.type(_bare(tuple(part[cursor.i :]))))
        if not names or UNKNOWN in types or len(set(names)) != len(names):
            return UNKNOWN
        struct = DataType("struct", children=tuple(types), field_names=tuple(names))
        return _array(struct) if kind == "NESTED" else struct

    def flat(self, tokens: Tokens) -> tuple[str, list[int | str], tuple[str, ...]]:
        """The words of a type without its sizes; its sizes; its values, if it lists texts."""
        words: list[str] = []
        sizes: list[int | str] = []
        values: list[str] = []
        depth = 0
        for i, token in enumerate(tokens):
            if token.is_mark("("):
                depth += 1
            elif token.is_mark(")"):
                depth -= 1
            elif depth:
                if token.kind == STRING or (token.kind == QUOTED and not sizes):
                    values.append(literal(token, self.dialect))
                elif token.kind == NUMBER:
                    sizes.append(_size(token, negative=tokens[i - 1].is_mark("-")))
                elif token.kind == WORD or token.is_mark("*"):
                    sizes.append(token.text.upper())
            elif token.is_mark("."):
                words.clear()  # pg_catalog.int4, [sys].[nvarchar]
            elif token.kind in (WORD, QUOTED):
                words.append(token.text.upper())
        return " ".join(word for word in words if word not in _NOISE), sizes, tuple(values)

    def leaf(self, tokens: Tokens) -> DataType:
        """A type that holds no other: by the dialect's table, by everyone's, by sqlglot."""
        words, sizes, values = self.flat(tokens)
        name = self.words.get(words)
        if name is None:
            name = WORDS.get(words) or _by_sqlglot(tokens, self.dialect)
        if not name or (name == "wide" and not sizes):  # BIGNUMERIC holds more than 38 digits
            return UNKNOWN
        if words == "BPCHAR" and not sizes:  # of any length, but for Redshift
            return DataType("char", (256,)) if self.dialect.name == "redshift" else DataType("string")
        if name == "bit":
            return DataType("boolean") if sizes in ([], [1]) else UNKNOWN
        if words == "TINYINT" and sizes == [1] and self.dialect.name in ("mysql", "singlestore"):
            return DataType("boolean")
        if words in _DATETIMES and values and self.dialect.name == "clickhouse":
            return DataType("timestamp")  # DateTime64(3, 'UTC')
        if words == "FLOAT" and self.dialect.name not in ("oracle", "snowflake"):
            match sizes:
                case [int(digits)]:  # FLOAT(p) of binary digits; FLOAT(m,d) of MySQL stays what FLOAT is
                    return DataType("float" if digits <= _FLOAT_BITS else "double")
        return _sized("decimal" if name == "wide" else name, sizes, self.dialect)


# Numbers that count themselves: never null.
_SERIALS = frozenset({"SERIAL", "BIGSERIAL", "SMALLSERIAL", "SERIAL2", "SERIAL4", "SERIAL8"})
# Types whose parentheses list texts; a SET's value is several of them.
_LISTING = frozenset({"ENUM", "SET", "ENUM8", "ENUM16"})
# ClickHouse's: with a zone's name they are points in time.
_DATETIMES = frozenset({"DATETIME64", "DATETIME", "DATETIME32"})
# ClickHouse's, about another type.
_WRAPPERS = frozenset({"NULLABLE", "LOWCARDINALITY", "SIMPLEAGGREGATEFUNCTION"})
_NESTED = frozenset({"ARRAY", "LIST", "MAP", "STRUCT", "ROW", "TUPLE", "NESTED", "OBJECT"})
# Words that say nothing of the values.
_NOISE = frozenset({"ZEROFILL", "SIGNED"})


def _is_wrapped(tokens: Tokens) -> bool:
    return tokens[0].upper in _WRAPPERS and len(tokens) > 2


def _wrapped(tokens: Tokens) -> Tokens:
    """The type inside: the last argument of SimpleAggregateFunction(sum, UInt64), the only one of the others."""
    inside = tuple(tokens[2:-1])
    return pieces(inside)[-1] if tokens[0].is_word("SIMPLEAGGREGATEFUNCTION") else inside


def _size(token: Token, negative: bool) -> int | str:
    """A size as a number; what is none of a type's (1.5, or too long) stays its text."""
    if token.text.isdigit() and len(token.text) < 10:
        return -int(token.text) if negative else int(token.text)
    return token.text


def _array(inner: DataType) -> DataType:
    return UNKNOWN if inner == UNKNOWN else DataType("array", children=(inner,))


def _bare(tokens: Tokens) -> Tokens:
    """A nested type without what may follow it there: NOT NULL, COMMENT 'x', OPTIONS (...)."""
    depth = 0
    for i, token in enumerate(tokens):
        if token.kind == MARK:
            depth += (token.text in "(<[") - (token.text in ")>]")
        elif depth:
            continue
        ends = token.upper in _AFTER_NESTED or (token.is_word("NOT") and i + 1 < len(tokens))
        if i and ends:
            return tuple(tokens[:i])
    return tokens


_AFTER_NESTED = frozenset({"COMMENT", "OPTIONS", "COLLATE", "DEFAULT"})


def _by_sqlglot(tokens: Tokens, dialect: Dialect) -> str | None:
    """The canonical name that KINDS has for sqlglot's reading of the type."""
    written = " ".join(token.text for token in tokens)
    try:
        built = exp.DataType.build(written, dialect=dialect.parser)
    except Exception:  # its errors are many: for all of them the type is unknown
        return None
    kind = built.this.name if isinstance(built.this, exp.DataType.Type) else str(built.this)
    return KINDS.get(kind)


def _sized(name: str, sizes: Sequence[int | str], dialect: Dialect) -> DataType:
    """The type with the source's sizes, or with what the dialect means by none."""
    numbers = [size for size in sizes if isinstance(size, int)]
    if name == "number":  # Teradata: without arguments a float of up to 38 digits
        return parse_type(f"decimal({numbers[0]},{(*numbers, 0)[1]})" if numbers else "decimal(38,10)")
    if name == "decimal":
        if sizes and sizes[0] == "*" and len(sizes) > 1:  # Oracle's NUMBER(*,2)
            numbers.insert(0, 38)
        if not numbers and sizes not in ([], ["*"]):
            return UNKNOWN
        precision, scale = (*numbers, 0)[:2] if numbers else BARE_DECIMAL[dialect.name]
        if scale < 0:  # NUMBER(5,-2): rounded to hundreds, so two digits more before the point
            precision, scale = precision - scale, 0
        elif scale > precision:  # NUMBER(2,5): zeros after the point
            precision = scale
        return parse_type(f"decimal({precision},{scale})")
    if name.endswith(",s)"):
        return parse_type(name.replace("s)", f"{numbers[-1] if numbers else 0})"))
    if name == "char":
        return parse_type(f"char({numbers[0] if numbers else 1})")
    if name == "varchar":
        if "MAX" in sizes and dialect.name in VARCHAR_MAX:
            return DataType("varchar", (VARCHAR_MAX[dialect.name],))
        return parse_type(f"varchar({numbers[0]})") if numbers else DataType("string")
    return parse_type(name)


@lru_cache(maxsize=8192)
def _is_exact(dtype: DataType, written: str, dialect: str) -> bool:
    """Whether the canonical type says all that the source type's text says."""
    text = re.sub(r"\s*([(),<>:])\s*", r"\1", " ".join(written.lower().split()))
    if dtype.is_nested:
        return text.replace("integer", "int") == str(dtype).lower()
    size = f"({','.join(map(str, dtype.params))})" if dtype.params else ""
    same = {word + size for word in SAME.get(dtype.name, frozenset()) - NOT_SAME.get(dialect, frozenset())}
    if dtype.name == "decimal" and dtype.scale == 0:
        same |= {f"{word}({dtype.precision})" for word in SAME["decimal"]}
    if dtype == DataType("char", (1,)):
        same |= {"char", "character"}
    return text in same


def source_text(dtype: DataType, written: str, dialect: Dialect) -> str | None:
    """The source type's text, where the canonical type loses some of it."""
    return None if _is_exact(dtype, written, dialect.name) else written


def with_type(column: TableColumn, dtype: DataType, written: str, dialect: Dialect) -> TableColumn:
    """The column with its type, and with the source type's text where the canonical one loses some of it."""
    return replace(column, type=dtype, source_type=source_text(dtype, written, dialect))
