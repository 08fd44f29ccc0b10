"""SQL expressions over the columns of a row: parsed by sqlglot once, run vectorised on Arrow. Never `eval`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from rowmill.errors import GeneratorError

Value = Any  # pa.Array or pa.Scalar


class RowSource(Protocol):
    """What an expression may ask of the rows it runs over."""

    def column(self, name: str) -> pa.Array: ...
    def parent_column(self, column: str, key: str) -> pa.Array: ...
    def row_number(self) -> pa.Array: ...
    def ordinal(self) -> pa.Array: ...
    def random_int(self, low: int, high: int, salt: str) -> pa.Array: ...


@dataclass(frozen=True)
class Node:
    """One operation; `args` are nodes, or plain Python values where the operation says so."""

    op: str
    args: tuple[Any, ...] = ()

    def walk(self) -> Iterator[Node]:
        yield self
        for arg in self.args:
            if isinstance(arg, Node):
                yield from arg.walk()


def replace(node: Node, change: Callable[[Node], Node]) -> Node:
    """The tree with every node changed, leaves first."""
    return change(Node(node.op, tuple(replace(a, change) if isinstance(a, Node) else a for a in node.args)))


def columns_of(node: Node) -> list[str]:
    """Names of the columns that an expression reads."""
    return [n.args[0] for n in node.walk() if n.op == "column"]


def parse_expression(sql: str, where: str) -> Node:
    """The tree of an expression. Raises GeneratorError naming what is not understood."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(f"SELECT {sql}", read="postgres")
    except RecursionError as error:
        raise GeneratorError("the expression is nested too deeply", where=where, value=sql[:80]) from error
    except SqlglotError as error:
        first = next(iter(str(error).splitlines()), "it is not understood")
        raise GeneratorError(f"the expression is not SQL: {first}", where=where, value=sql) from error
    items = tree.expressions
    if len(items) != 1 or len([v for v in tree.args.values() if v]) != 1:
        raise GeneratorError("one expression expected", where=where, value=sql)
    if isinstance(items[0], sqlglot.exp.Alias):  # `a b` would be column a, called b
        raise GeneratorError("one expression expected", where=where, value=sql)
    try:
        return _Compiler(where, sql).compile(items[0])
    except RecursionError as error:
        raise GeneratorError("the expression is nested too deeply", where=where, value=sql[:80]) from error


class _Compiler:
    def __init__(self, where: str, sql: str) -> None:
        from sqlglot import exp

        self.exp = exp
        self.where = where
        self.sql = sql
        self.randoms = 0

    def fail(self, what: str, fix: str | None = None) -> GeneratorError:
        return GeneratorError(what, where=self.where, value=self.sql, fix=fix)

    def compile(self, e: Any) -> Node:
        exp = self.exp
        name = type(e).__name__
        if isinstance(e, exp.Paren):
            return self.compile(e.this)
        if isinstance(e, exp.Column):
            return Node("column", (e.name,))
        if isinstance(e, exp.Literal):
            return Node("literal", (self.literal(e),))
        if isinstance(e, exp.Boolean):
            return Node("literal", (pa.scalar(bool(e.this)),))
        if isinstance(e, exp.Null):
            return Node("literal", (pa.scalar(None),))
        if name in _BINARY:
            return Node(_BINARY[name], (self.compile(e.this), self.compile(e.expression)))
        if name in _UNARY:
            if e.args.get("decimals") is not None:
                raise self.fail(f"{_UNARY[name]} takes one argument")
            return Node(_UNARY[name], (self.compile(e.this),))
        handler = getattr(self, f"_{name.lower()}", None)
        if handler is None:
            raise self.fail(f"'{e.sql(dialect='postgres')[:40]}' is not supported in an expression")
        node: Node = handler(e)
        return node

    def literal(self, e: Any) -> pa.Scalar:
        if e.is_string:
            return pa.scalar(e.this)
        number = Decimal(e.this)
        if number == 0 or -76 <= number.adjusted() <= 76:
            if e.this.isdigit() and number < 1 << 63:
                return pa.scalar(int(e.this), pa.int64())
            with suppress(pa.ArrowInvalid):
                return pa.scalar(number)
        raise self.fail(f"the number {e.this[:40]} has too many digits")

    def whole(self, e: Any, what: str) -> int:
        """An argument that must be a whole number as such, known before any row."""
        text = e.sql() if e is not None else ""
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise self.fail(f"{what} must be a whole number, not {text[:40] or 'nothing'}")
        return int(text)

    def _case(self, e: Any) -> Node:
        # One operand node serves all branches: a random operand is drawn once, not once a branch.
        operand = None if e.this is None else self.compile(e.this)
        parts: list[Node] = []
        for branch in e.args["ifs"]:
            condition = self.compile(branch.this)
            parts += [
                condition if operand is None else Node("eq", (operand, condition)),
                self.compile(branch.args["true"]),
            ]
        default = e.args.get("default")
        parts.append(self.compile(default) if default is not None else Node("literal", (pa.scalar(None),)))
        return Node("case", tuple(parts))

    def _is(self, e: Any) -> Node:
        if not isinstance(e.expression, self.exp.Null):
            raise self.fail("IS is for NULL only")
        node = Node("is_null", (self.compile(e.this),))
        return Node("not", (node,)) if e.args.get("negate") else node  # IS NOT NULL is parsed as one

    def _cast(self, e: Any) -> Node:
        from rowmill.errors import SchemaError
        from rowmill.schema.types import parse_type

        text = e.to.sql(dialect="hive").lower()
        aliases = {"integer": "int", "text": "string", "double precision": "double"}
        if isinstance(e.this, self.exp.Literal) and e.this.is_string and text in ("date", "timestamp"):
            kind = pa.date32() if text == "date" else pa.timestamp("us")
            try:
                return Node("literal", (pa.scalar(e.this.this).cast(kind),))
            except pa.ArrowInvalid as error:
                raise self.fail(f"'{e.this.this[:40]}' is no {text}") from error
        try:
            target = parse_type(aliases.get(text, text)).to_arrow()
        except SchemaError as error:
            raise self.fail(f"can't cast to '{text}'") from error
        return Node("cast", (self.compile(e.this), target))

    def _in(self, e: Any) -> Node:
        values = [self.compile(item) for item in e.expressions]
        if not values:
            raise self.fail("IN needs a list of values")
        node = Node("eq", (self.compile(e.this), values[0]))
        for value in values[1:]:
            node = Node("or", (node, Node("eq", (self.compile(e.this), value))))
        return node

    def _between(self, e: Any) -> Node:
        this = self.compile(e.this)
        return Node(
            "and", (Node("ge", (this, self.compile(e.args["low"]))), Node("le", (this, self.compile(e.args["high"]))))
        )

    def _extract(self, e: Any) -> Node:
        return self._part(e.name.lower(), e.expression)

    def _part(self, part: str, e: Any) -> Node:
        if part not in _DATE_PARTS:
            raise self.fail(f"EXTRACT of '{part}' is not supported", f"use one of {', '.join(_DATE_PARTS)}")
        return Node("date_part", (self.compile(e), part))

    def _year(self, e: Any) -> Node:
        return self._part("year", e.this)

    def _month(self, e: Any) -> Node:
        return self._part("month", e.this)

    def _day(self, e: Any) -> Node:
        return self._part("day", e.this)

    def _round(self, e: Any) -> Node:
        digits = self.whole(e.args["decimals"], "round's number of digits") if e.args.get("decimals") else 0
        if abs(digits) > 76:
            raise self.fail("round: at most 76 digits")
        return Node("round", (self.compile(e.this), digits))

    def _coalesce(self, e: Any) -> Node:
        return Node("coalesce", tuple(self.compile(a) for a in (e.this, *e.expressions)))

    def _least(self, e: Any) -> Node:
        return Node("least", tuple(self.compile(a) for a in (e.this, *e.expressions)))

    def _greatest(self, e: Any) -> Node:
        return Node("greatest", tuple(self.compile(a) for a in (e.this, *e.expressions)))

    def _concat(self, e: Any) -> Node:
        return Node("concat", tuple(self.compile(a) for a in e.expressions))

    def _substring(self, e: Any) -> Node:
        start = self.whole(e.args.get("start"), "substring's start")
        if e.args.get("length") is None:
            return Node("substring", (self.compile(e.this), start, None))
        length = self.whole(e.args["length"], "substring's length")
        if length < 0:
            raise self.fail("substring: the length is negative")
        return Node("substring", (self.compile(e.this), start, length))

    def _pad(self, e: Any) -> Node:
        fill = e.args.get("fill_pattern")
        op = "lpad" if e.args.get("is_left") else "rpad"
        width = self.whole(e.expression, f"{op}'s width")
        if not 0 <= width <= 65_536:
            raise self.fail(f"{op}: a width of 0 .. 65536 expected")
        text = fill.name if fill is not None else " "
        if len(text) != 1:
            raise self.fail(f"{op} fills with one character")
        return Node(op, (self.compile(e.this), width, text))

    def name_of(self, e: Any) -> str:
        if not isinstance(e, self.exp.Column):
            raise self.fail(f"a column's name expected, not {e.sql()[:40]}")
        return str(e.name)

    def _rownumber(self, e: Any) -> Node:
        return Node("row_number")

    def _anonymous(self, e: Any) -> Node:
        name = str(e.this).lower()
        args = e.expressions
        if name == "row_number" and not args:
            return Node("row_number")
        if name == "ordinal" and not args:
            return Node("ordinal")
        if name == "random_int" and len(args) == 2:
            low, high = (self.whole(a, "a bound of random_int") for a in args)
            if low > high:
                raise self.fail("random_int: the first bound is larger than the second")
            self.randoms += 1
            return Node("random_int", (low, high, f"random_int#{self.randoms}"))
        if name == "parent_rows" and len(args) == 1:
            return Node("parent_rows", (self.name_of(args[0]),))
        if name == "parent" and len(args) == 2:
            return Node("parent", (self.name_of(args[0]), self.name_of(args[1])))
        if name in _FUNCTIONS:
            raise self.fail(f"{name} does not take {len(args)} arguments")
        near = difflib.get_close_matches(name, _FUNCTIONS, n=1)
        raise self.fail(
            f"unknown function '{name}'", f"did you mean {near[0]}?" if near else f"known are {', '.join(_FUNCTIONS)}"
        )


_FUNCTIONS = (
    "row_number",
    "ordinal",
    "random_int",
    "parent",
    "parent_rows",
    "abs",
    "floor",
    "ceil",
    "round",
    "least",
    "greatest",
    "coalesce",
    "concat",
    "upper",
    "lower",
    "length",
    "substring",
    "lpad",
    "rpad",
    "extract",
    "year",
    "month",
    "day",
    "cast",
)
_BINARY = {
    "Add": "add",
    "Sub": "sub",
    "Mul": "mul",
    "Div": "div",
    "IntDiv": "div",
    "Mod": "mod",
    "EQ": "eq",
    "NEQ": "ne",
    "GT": "gt",
    "GTE": "ge",
    "LT": "lt",
    "LTE": "le",
    "And": "and",
    "Or": "or",
    "DPipe": "concat",
}
_UNARY = {
    "Neg": "neg",
    "Not": "not",
    "Abs": "abs",
    "Floor": "floor",
    "Ceil": "ceil",
    "Upper": "upper",
    "Lower": "lower",
    "Length": "length",
}
_DATE_PARTS: dict[str, Callable[[Value], Value]] = {
    "year": pc.year,
    "month": pc.month,
    "day": pc.day,
    "quarter": pc.quarter,
    "hour": pc.hour,
    "minute": pc.minute,
    "second": pc.second,
    "week": pc.iso_week,
    "dow": lambda v: pc.day_of_week(v, week_start=7),
    "doy": pc.day_of_year,
}


def evaluate(node: Node, rows: RowSource) -> Value:
    """The value of an expression over the rows: an Arrow array, or a scalar if it is constant."""
    op, args = node.op, node.args
    if op == "literal":
        return args[0]
    if op == "column":
        return rows.column(args[0])
    if op == "parent":
        return rows.parent_column(args[0], args[1])
    if op == "row_number":
        return rows.row_number()
    if op == "ordinal":
        return rows.ordinal()
    if op == "random_int":
        return rows.random_int(*args)
    if op == "case":
        return _case([evaluate(arg, rows) for arg in args])
    values = [evaluate(arg, rows) if isinstance(arg, Node) else arg for arg in args]
    return _OPERATIONS[op](*values)


def _is_decimal(v: Value) -> bool:
    return bool(pa.types.is_decimal(v.type))


def _widen(v: Value) -> Value:
    """Decimals in 256 bits while computing: a product of two decimal(38,s) still fits."""
    if pa.types.is_decimal(v.type):
        return v.cast(pa.decimal256(max(v.type.precision, 1), v.type.scale))
    return v


def _arithmetic(function: Callable[[Value, Value], Value]) -> Callable[[Value, Value], Value]:
    def run(a: Value, b: Value) -> Value:
        if _is_decimal(a) and pa.types.is_integer(b.type):
            b = (
                b.cast(pa.decimal128(20, 0))
                if not isinstance(b, pa.Scalar)
                else pa.scalar(b.as_py()).cast(pa.decimal128(20, 0))
            )
        elif _is_decimal(b) and pa.types.is_integer(a.type):
            a = a.cast(pa.decimal128(20, 0))
        if (_is_decimal(a) and pa.types.is_floating(b.type)) or (_is_decimal(b) and pa.types.is_floating(a.type)):
            a, b = a.cast(pa.float64()), b.cast(pa.float64())
        return function(_widen(a), _widen(b))

    return run


def _is_date(v: Value) -> bool:
    return bool(pa.types.is_date32(v.type))


def _as_days(v: Value) -> Value:
    return pc.cast(v, pa.int32())


def _add(a: Value, b: Value) -> Value:
    if _is_date(b) and pa.types.is_integer(a.type):
        a, b = b, a
    if _is_date(a) and pa.types.is_integer(b.type):
        return pc.add(_as_days(a), pc.cast(b, pa.int32())).cast(pa.date32())
    return _arithmetic(pc.add_checked)(a, b)


def _sub(a: Value, b: Value) -> Value:
    if _is_date(a) and _is_date(b):
        return pc.subtract(_as_days(a), _as_days(b)).cast(pa.int64())
    if _is_date(a) and pa.types.is_integer(b.type):
        return pc.subtract(_as_days(a), pc.cast(b, pa.int32())).cast(pa.date32())
    return _arithmetic(pc.subtract_checked)(a, b)


def _divide(a: Value, b: Value) -> Value:
    if pa.types.is_integer(a.type) and pa.types.is_integer(b.type):
        return pc.divide(a, b)
    return pc.divide(a.cast(pa.float64()), b.cast(pa.float64()))


def _modulo(a: Value, b: Value) -> Value:
    # SQL's % truncates toward zero, as Arrow's integer division does.
    if pa.types.is_integer(a.type) and pa.types.is_integer(b.type):
        return pc.subtract(a, pc.multiply(pc.divide(a, b), b))
    if not (pa.types.is_floating(a.type) or pa.types.is_floating(b.type)):
        scale = max(v.type.scale if _is_decimal(v) else 0 for v in (a, b))
        whole = _modulo(_shifted(a, scale), _shifted(b, scale))
        return pc.multiply(whole.cast(pa.decimal128(19, 0)), pa.scalar(Decimal(1).scaleb(-scale)))
    quotient = pc.trunc(_divide(a, b))
    return pc.subtract(a.cast(pa.float64()), pc.multiply(quotient, b.cast(pa.float64())))


def _shifted(v: Value, scale: int) -> Value:
    """v * 10**scale as whole numbers: exact, or Arrow says that it does not fit 64 bits."""
    wide = v.cast(pa.decimal128(19, 0)) if pa.types.is_integer(v.type) else v
    return pc.multiply(_widen(wide), pa.scalar(Decimal(10**scale))).cast(pa.int64())


def _logical(function: Callable[..., Value]) -> Callable[..., Value]:
    def run(*values: Value) -> Value:
        return function(*[v.cast(pa.bool_()) if pa.types.is_null(v.type) else v for v in values])

    return run


def _text(v: Value) -> Value:
    return v if pa.types.is_string(v.type) else v.cast(pa.string())


def _compare(function: Callable[[Value, Value], Value]) -> Callable[[Value, Value], Value]:
    def run(a: Value, b: Value) -> Value:
        if pa.types.is_string(b.type) and pa.types.is_temporal(a.type):
            b = b.cast(a.type)
        elif pa.types.is_string(a.type) and pa.types.is_temporal(b.type):
            a = a.cast(b.type)
        return function(a, b)

    return run


def _case(values: list[Value]) -> Value:
    result = values[-1]
    kinds = [v.type for v in [*values[1:-1:2], result] if not pa.types.is_null(v.type)]
    if kinds:
        unified = _common_type(kinds)
        result = result.cast(unified)
        for condition, value in zip(values[-3::-2], values[-2::-2], strict=True):
            result = pc.if_else(pc.fill_null(condition, False), value.cast(unified), result)
    return result


def _common_type(kinds: list[pa.DataType]) -> pa.DataType:
    if all(k == kinds[0] for k in kinds):
        return kinds[0]
    if any(pa.types.is_floating(k) for k in kinds):
        return pa.float64()
    if any(pa.types.is_decimal(k) for k in kinds):
        scale = max(k.scale for k in kinds if pa.types.is_decimal(k))
        return pa.decimal256(60, scale)
    if all(pa.types.is_integer(k) for k in kinds):
        return pa.int64()
    if any(pa.types.is_string(k) for k in kinds):
        return pa.string()
    return kinds[0]


def _extreme(function: Callable[..., Value]) -> Callable[..., Value]:
    def run(*values: Value) -> Value:
        kind = _common_type([v.type for v in values])
        return function(*[v.cast(kind) for v in values])

    return run


def _cast(v: Value, target: pa.DataType) -> Value:
    # As SQL does: a fraction is cut off by an integer type, and rounded by a decimal of fewer places.
    if pa.types.is_integer(target) and (pa.types.is_floating(v.type) or _is_decimal(v)):
        v = pc.trunc(v)
    elif pa.types.is_decimal(target) and _is_decimal(v) and v.type.scale > target.scale:
        v = pc.round(v, ndigits=target.scale, round_mode="half_towards_infinity")
    elif pa.types.is_decimal(target) and pa.types.is_integer(v.type):
        v = v.cast(pa.decimal128(19, 0))
    return v.cast(target)


def _whole(function: Callable[[Value], Value]) -> Callable[[Value], Value]:
    def run(v: Value) -> Value:
        return v if pa.types.is_integer(v.type) else function(v)

    return run


_OPERATIONS: dict[str, Callable[..., Value]] = {
    "add": _add,
    "sub": _sub,
    "mul": _arithmetic(pc.multiply_checked),
    "div": _divide,
    "mod": _modulo,
    "neg": pc.negate_checked,
    "abs": pc.abs_checked,
    "floor": _whole(pc.floor),
    "ceil": _whole(pc.ceil),
    "round": lambda v, digits: pc.round(v, ndigits=digits, round_mode="half_towards_infinity"),
    "eq": _compare(pc.equal),
    "ne": _compare(pc.not_equal),
    "lt": _compare(pc.less),
    "le": _compare(pc.less_equal),
    "gt": _compare(pc.greater),
    "ge": _compare(pc.greater_equal),
    "and": _logical(pc.and_kleene),
    "or": _logical(pc.or_kleene),
    "not": _logical(pc.invert),
    "is_null": pc.is_null,
    "coalesce": _extreme(pc.coalesce),
    "least": _extreme(pc.min_element_wise),
    "greatest": _extreme(pc.max_element_wise),
    "concat": lambda *parts: pc.binary_join_element_wise(*[_text(p) for p in parts], ""),
    "upper": pc.utf8_upper,
    "lower": pc.utf8_lower,
    "length": lambda v: pc.utf8_length(v).cast(pa.int64()),
    "substring": lambda v, start, length: pc.utf8_slice_codeunits(
        # Places before the first count towards the length: substring('abc', 0, 2) is 'a'.
        _text(v),
        max(start - 1, 0),
        None if length is None else max(start - 1 + length, 0),
    ),
    "lpad": lambda v, width, fill: pc.utf8_lpad(_text(v), width, fill),
    "rpad": lambda v, width, fill: pc.utf8_rpad(_text(v), width, fill),
    "cast": lambda v, target: _cast(v, target),
    "date_part": lambda v, part: _DATE_PARTS[part](v).cast(pa.int64()),
}
