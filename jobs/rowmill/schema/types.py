"""The canonical types of DESIGN section 5: parsing, printing, Arrow equivalents."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from rowmill.errors import SchemaError

MAX_PRECISION = 38
# A type that no table of types knows: it may stand in a schema, but no data of it can be made or judged.
UNKNOWN = "unknown"

INTEGER_BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
TEXT_TYPES = frozenset({"char", "varchar", "string", "uuid", "json", "xml", "geometry"})

_ARROW: dict[str, Callable[[DataType], pa.DataType]] = {
    "boolean": lambda t: pa.bool_(),
    "tinyint": lambda t: pa.int8(),
    "smallint": lambda t: pa.int16(),
    "int": lambda t: pa.int32(),
    "bigint": lambda t: pa.int64(),
    "float": lambda t: pa.float32(),
    "double": lambda t: pa.float64(),
    "decimal": lambda t: pa.decimal128(t.precision, t.scale),
    "char": lambda t: pa.string(),
    "varchar": lambda t: pa.string(),
    "string": lambda t: pa.string(),
    "binary": lambda t: pa.binary(),
    "date": lambda t: pa.date32(),
    "timestamp": lambda t: pa.timestamp("us", tz="UTC"),
    "timestamp_ntz": lambda t: pa.timestamp("us"),
    "time": lambda t: pa.time64("us"),
    "interval": lambda t: pa.duration("us"),
    "json": lambda t: pa.string(),
    "uuid": lambda t: pa.string(),
    "xml": lambda t: pa.string(),
    "geometry": lambda t: pa.string(),
    "array": lambda t: pa.list_(t.children[0].to_arrow()),
    "map": lambda t: pa.map_(t.children[0].to_arrow(), t.children[1].to_arrow()),
    "struct": lambda t: pa.struct(
        [(name, child.to_arrow()) for name, child in zip(t.field_names, t.children, strict=True)]
    ),
}
TYPE_NAMES = tuple(_ARROW)


@dataclass(frozen=True, slots=True)
class DataType:
    """One canonical type.

    params:   (precision, scale) of a decimal, (length,) of char and varchar, else ()
    children: element of an array; key and value of a map; fields of a struct
    """

    name: str
    params: tuple[int, ...] = ()
    children: tuple[DataType, ...] = ()
    field_names: tuple[str, ...] = ()

    @property
    def precision(self) -> int:
        return self.params[0]

    @property
    def scale(self) -> int:
        return self.params[1]

    @property
    def length(self) -> int:
        return self.params[0]

    @property
    def is_text(self) -> bool:
        return self.name in TEXT_TYPES

    @property
    def is_integer(self) -> bool:
        return self.name in INTEGER_BITS

    @property
    def is_nested(self) -> bool:
        return bool(self.children)

    @property
    def is_known(self) -> bool:
        """Whether neither this type nor one inside it is `unknown`."""
        return self.name != UNKNOWN and all(child.is_known for child in self.children)

    def to_arrow(self) -> pa.DataType:
        """The Arrow equivalent. Raises SchemaError for `unknown`."""
        if self.name == UNKNOWN:
            raise SchemaError("a column of type unknown has no values", fix="write its type into the YAML")
        return _ARROW[self.name](self)

    def __str__(self) -> str:
        if self.name == "struct":
            inner = ",".join(
                f"{_quote_field(name)}:{child}" for name, child in zip(self.field_names, self.children, strict=True)
            )
            return f"struct<{inner}>"
        if self.children:
            return f"{self.name}<{','.join(map(str, self.children))}>"
        if self.params:
            return f"{self.name}({','.join(map(str, self.params))})"
        return self.name


def integer_bounds(dtype: DataType) -> tuple[int, int]:
    """The smallest and largest value of an integer type."""
    bits = INTEGER_BITS[dtype.name]
    return -(1 << (bits - 1)), (1 << (bits - 1)) - 1


def parse_type(text: str, *, where: str | None = None) -> DataType:
    """Reads a type as the YAML writes it, such as `decimal(12,2)` or `array<struct<a:int>>`.

    Raises SchemaError if the text is no canonical type.
    """
    parser = _Parser(text, where)
    dtype = parser.type()
    parser.end()
    return dtype


def _quote_field(name: str) -> str:
    plain = name and not any(c in "`<>(),:" or c.isspace() for c in name)
    return name if plain else "`" + name.replace("`", "``") + "`"


class _Parser:
    def __init__(self, text: str, where: str | None) -> None:
        self.text = text
        self.where = where
        self.at = 0

    def fail(self, what: str, fix: str | None = None) -> SchemaError:
        return SchemaError(what, where=self.where, value=self.text, fix=fix)

    def peek(self) -> str:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.text[self.at] if self.at < len(self.text) else ""

    def expect(self, char: str) -> None:
        if self.peek() != char:
            raise self.fail(f"type: '{char}' expected at character {self.at + 1}")
        self.at += 1

    def end(self) -> None:
        if self.peek():
            raise self.fail(f"type: nothing expected after character {self.at}")

    def word(self) -> str:
        self.peek()
        start = self.at
        while self.at < len(self.text) and (self.text[self.at].isalnum() or self.text[self.at] == "_"):
            self.at += 1
        return self.text[start : self.at]

    def type(self, depth: int = 0) -> DataType:
        if depth > 32:
            raise self.fail("type: nested deeper than 32 levels")
        name = self.word().lower()
        if name not in _ARROW and name != UNKNOWN:
            near = difflib.get_close_matches(name, TYPE_NAMES, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"use one of {', '.join(TYPE_NAMES)}"
            raise self.fail(f"unknown type '{name}'", hint)
        if name == "struct":
            return self.struct(depth)
        if name in ("array", "map"):
            self.expect("<")
            children = [self.type(depth + 1)]
            if name == "map":
                self.expect(",")
                children.append(self.type(depth + 1))
            self.expect(">")
            return DataType(name, children=tuple(children))
        return DataType(name, self.params(name))

    def params(self, name: str) -> tuple[int, ...]:
        wanted = {"decimal": 2, "char": 1, "varchar": 1}.get(name, 0)
        found: list[int] = []
        if wanted and self.peek() == "(":
            self.at += 1
            while True:
                digits = self.word()
                if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
                    raise self.fail("type: a whole number expected in the parentheses")
                found.append(int(digits))
                if self.peek() != ",":
                    break
                self.at += 1
            self.expect(")")
        if name == "decimal" and len(found) == 1:
            found.append(0)
        if len(found) != wanted:
            example = {"decimal": "decimal(12,2)", "char": "char(10)", "varchar": "varchar(40)"}[name]
            raise self.fail(f"type: {name} needs its size", f"write it as {example}")
        if name == "decimal" and not (1 <= found[0] <= MAX_PRECISION and 0 <= found[1] <= found[0]):
            raise self.fail(f"type: decimal(p,s) needs 1 <= p <= {MAX_PRECISION} and 0 <= s <= p")
        if name in ("char", "varchar") and found[0] < 1:
            raise self.fail(f"type: the length of {name} is at least 1")
        return tuple(found)

    def struct(self, depth: int) -> DataType:
        self.expect("<")
        names: list[str] = []
        children: list[DataType] = []
        while True:
            name = self.field_name()
            if name in names:
                raise self.fail(f"type: two struct fields are called '{name}'")
            names.append(name)
            self.expect(":")
            children.append(self.type(depth + 1))
            if self.peek() != ",":
                break
            self.at += 1
        self.expect(">")
        return DataType("struct", children=tuple(children), field_names=tuple(names))

    def field_name(self) -> str:
        if self.peek() != "`":
            start = self.at
            while self.at < len(self.text) and not (self.text[self.at] in "`<>(),:" or self.text[self.at].isspace()):
                self.at += 1
            if self.at == start:
                raise self.fail(f"type: a field name expected at character {self.at + 1}")
            return self.text[start : self.at]
        name = ""
        self.at += 1
        while self.at < len(self.text):
            if self.text[self.at] == "`":
                if self.text[self.at : self.at + 2] == "``":
                    name += "`"
                    self.at += 2
                    continue
                self.at += 1
                return name
            name += self.text[self.at]
            self.at += 1
        raise self.fail("type: a quoted field name is not closed")
