"""SQL expressions over the columns of a row: parsed by sqlglot once, run vectorised on Arrow. Never `eval`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from rowmill.errors import GeneratorError
from rowmill.generate.functions import FUNCTIONS, SYNONYMS
from rowmill.generate.functions import find as find_function
from rowmill.generate.functions.conditions import same
from rowmill.generate.functions.numbers import quotient
from rowmill.generate.functions.times import MICROSECONDS, PARTS, shift_months, unit_name
from rowmill.generate.functions.values import Function, as_text, instant
from rowmill.generate.node import Node, columns_of, replace
from rowmill.generate.shortcuts import lifted, lowered, shortcut

__all__ = ["Node", "columns_of", "evaluate", "parse_expression", "replace"]

_DAY = MICROSECONDS["day"]

Value = Any  # pa.Array or pa.Scalar


class RowSource(Protocol):
    """What an expression may ask of the rows it runs over."""

    def column(self, name: str) -> pa.Array: ...
    def parent_column(self, column: str, key: str) -> pa.Array: ...
    def row_number(self) -> pa.Array: ...
    def ordinal(self) -> pa.Array: ...
    def random_int(self, low: int, high: int, salt: str) -> pa.Array: ...


@lru_cache(maxsize=1)
def _dialect() -> Any:
    """Postgres' grammar, with function calls left as they are: what they mean is in our own table."""
    from sqlglot.dialects.postgres import Postgres

    special = ("CAST", "EXTRACT", "SUBSTRING", "TRIM", "POSITION")  # have a syntax of their own
    parsers = {name: parser for name, parser in Postgres.Parser.FUNCTION_PARSERS.items() if name in special}
    parser = type("Parser", (Postgres.Parser,), {"FUNCTIONS": {}, "FUNCTION_PARSERS": parsers})
    return type("Rowmill", (Postgres,), {"Parser": parser})


def parse_expression(sql: str, where: str) -> Node:
    """The tree of an expression. Raises GeneratorError naming what is not understood."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(f"SELECT {sql}", read=_dialect())
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
        compiler = _Compiler(where, sql)
        node = compiler.compile(items[0])
    except RecursionError as error:
        raise GeneratorError("the expression is nested too deeply", where=where, value=sql[:80]) from error
    if any(part.op == "months" for part in node.walk()):
        raise compiler.fail("months and years can be added to a date alone", "use add_months for a number that varies")
    return node


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
            if e.args.get("table") is not None:
                raise self.fail(f"'{e.sql()[:60]}': a column's name alone expected")
            return Node("column", (e.name,))
        if isinstance(e, exp.Literal):
            return Node("literal", (self.literal(e),))
        if isinstance(e, exp.Boolean):
            return Node("literal", (pa.scalar(bool(e.this)),))
        if isinstance(e, exp.Null):
            return Node("literal", (pa.scalar(None),))
        if name in _BINARY:
            return self.binary(_BINARY[name], self.compile(e.this), self.compile(e.expression))
        if name in _UNARY:
            return self.unary(_UNARY[name], self.compile(e.this))
        handler = getattr(self, f"_{name.lower()}", None)
        if handler is None:
            raise self.fail(f"'{e.sql(dialect='postgres')[:40]}' is not supported in an expression")
        node: Node = handler(e)
        return node

    def unary(self, op: str, a: Node) -> Node:
        return Node("months", (-a.args[0],)) if op == "neg" and a.op == "months" else Node(op, (a,))

    def binary(self, op: str, a: Node, b: Node) -> Node:
        """An operation; with an interval of months, which is of no fixed length, what it does to the other side."""
        if a.op == "months" and op in ("add", "mul"):
            a, b = b, a
        if b.op != "months":
            return Node(op, (a, b))
        count = b.args[0]
        if op in ("add", "sub") and a.op != "months":
            return Node("shift_months", (a, count if op == "add" else -count))
        if op == "mul" and a.op == "literal" and pa.types.is_integer(a.args[0].type):
            return Node("months", (count * a.args[0].as_py(),))
        raise self.fail("months and years can be added to a date alone", "use add_months for a number that varies")

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
        this = self.compile(e.this)
        if isinstance(e.expression, self.exp.Boolean):
            wanted = Node("literal", (pa.scalar(bool(e.expression.this)),))
            node = Node("coalesce", (Node("eq", (this, wanted)), Node("literal", (pa.scalar(False),))))
        elif isinstance(e.expression, self.exp.Null):
            node = Node("is_null", (this,))
        else:
            raise self.fail("IS is for NULL, TRUE and FALSE only")
        return Node("not", (node,)) if e.args.get("negate") else node  # IS NOT NULL is parsed as one

    def _nullsafeeq(self, e: Any) -> Node:
        return same(self.compile(e.this), self.compile(e.expression))

    def _nullsafeneq(self, e: Any) -> Node:
        return Node("not", (self._nullsafeeq(e),))

    def _interval(self, e: Any) -> Node:
        unit = unit_name(e.args["unit"].name) if e.args.get("unit") is not None else ""
        text = e.this.name if isinstance(e.this, self.exp.Literal) else ""
        if unit in _MONTHS and re.fullmatch(r"-?[0-9]{1,6}", text):
            return Node("months", (int(text) * _MONTHS[unit],))
        if unit in MICROSECONDS and re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", text):
            micros = int(Decimal(text) * MICROSECONDS[unit])
            if abs(micros) < 1 << 63:
                return Node("literal", (pa.scalar(micros, pa.duration("us")),))
        raise self.fail(f"'{e.sql()[:40]}' is no interval", "write INTERVAL '3' DAY, or '1.5' hour, '2' month ...")

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
        part = e.name.lower()
        if part not in PARTS:
            raise self.fail(f"EXTRACT of '{part}' is not supported", f"use one of {', '.join(PARTS)}")
        return Node("date_part", (part, self.compile(e.expression)))

    def _like(self, e: Any) -> Node:
        return self._matching("like", e)

    def _ilike(self, e: Any) -> Node:
        return self._matching("ilike", e)

    def _regexplike(self, e: Any) -> Node:
        return self._matching("rlike", e)

    def _matching(self, name: str, e: Any) -> Node:
        node = self.call(name, [e.this, e.expression])
        return Node("not", (node,)) if e.args.get("negate") else node

    def _substring(self, e: Any) -> Node:
        items = [e.this, e.args.get("start"), e.args.get("length")]
        return self.call("substring", [item for item in items if item is not None])

    def _trim(self, e: Any) -> Node:
        name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(e.args.get("position") or "").upper(), "trim")
        return self.call(name, [item for item in (e.this, e.expression) if item])

    def _strposition(self, e: Any) -> Node:
        return self.call("position", [e.this, e.args["substr"]])

    def _if(self, e: Any) -> Node:
        return self.call("if", [item for item in (e.this, e.args.get("true"), e.args.get("false")) if item is not None])

    def call(self, name: str, items: list[Any]) -> Node:
        """A function of the table. Raises GeneratorError for arguments that it does not take."""
        found = find_function(name)
        if found is None:
            near = difflib.get_close_matches(name, [*_OWN_FUNCTIONS, *FUNCTIONS, *SYNONYMS], n=1)
            fix = f"did you mean {near[0]}?" if near else "docs/reference/vocabulary.md lists what there is"
            raise self.fail(f"unknown function '{name}'", fix)
        own, function = found
        if len(items) < function.least or (function.most is not None and len(items) > function.most):
            raise self.fail(f"{name} does not take {len(items)} arguments", f"write {function.signature}")
        args = [self.argument(own, function, at, item) for at, item in enumerate(items)]
        if function.check is not None:
            try:
                function.check(*[None if isinstance(arg, Node) else arg for arg in args])
            except ValueError as error:
                raise self.fail(f"{name}: {error}", f"write {function.signature}") from error
        if function.rewrite:
            assert callable(function.run)
            node: Node = function.run(*args)
            return node
        return Node(function.run if isinstance(function.run, str) else own, tuple(args))

    def argument(self, name: str, function: Function, at: int, item: Any) -> Any:
        kind = function.kind(at)
        what = f"{name}: argument {at + 1}"
        if kind == "v":
            return self.compile(item)
        if kind == "i":
            return self.whole(item, what)
        if kind == "u" and isinstance(item, self.exp.Column | self.exp.Var):
            return unit_name(item.name)
        if not (isinstance(item, self.exp.Literal) and item.is_string):
            raise self.fail(f"{what} must be a text as such, not {item.sql()[:40]}", f"write {function.signature}")
        return unit_name(item.this) if kind == "u" else str(item.this)

    def name_of(self, e: Any) -> str:
        if not isinstance(e, self.exp.Column):
            raise self.fail(f"a column's name expected, not {e.sql()[:40]}")
        return str(e.name)

    def _anonymous(self, e: Any) -> Node:
        name = str(e.this).lower()
        args = e.expressions
        if name in ("row_number", "ordinal") and not args:
            return Node(name)
        if name == "random_int" and len(args) == 2:
            low, high = (self.whole(a, "a bound of random_int") for a in args)
            if low > high:
                raise self.fail("random_int: the first bound is larger than the second")
            return self.random(low, high)
        if name in ("random", "rand") and not args:
            return Node("div", (self.random(0, (1 << 53) - 1), Node("literal", (pa.scalar(2.0**53),))))
        if name == "parent_rows" and len(args) == 1:
            return Node("parent_rows", (self.name_of(args[0]),))
        if name == "parent" and len(args) == 2:
            return Node("parent", (self.name_of(args[0]), self.name_of(args[1])))
        if name in _OWN_FUNCTIONS:
            raise self.fail(f"{name} does not take {len(args)} arguments")
        return self.call(name, args)

    def random(self, low: int, high: int) -> Node:
        self.randoms += 1
        return Node("random_int", (low, high, f"random_int#{self.randoms}"))


_OWN_FUNCTIONS = ("row_number", "ordinal", "random_int", "random", "rand", "parent", "parent_rows")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
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
    "Pow": "power",
    "BitwiseAnd": "bit_and",
    "BitwiseOr": "bit_or",
    "BitwiseXor": "bit_xor",
    "BitwiseLeftShift": "bit_left",
    "BitwiseRightShift": "bit_right",
}
_UNARY = {"Neg": "neg", "Not": "not", "BitwiseNot": "bit_not"}


def evaluate(node: Node, rows: RowSource) -> Value:
    """The value of an expression over the rows: an Arrow array, or a scalar if it is constant.

    Text may come dictionary-encoded, decimals as `Fixed`: `lowered` makes them plain.
    """
    op, args = node.op, node.args
    if op == "literal":
        return args[0]
    if op == "column":
        return lifted(rows.column(args[0]))
    if op == "parent":
        return lifted(rows.parent_column(args[0], args[1]))
    if op == "row_number":
        return rows.row_number()
    if op == "ordinal":
        return rows.ordinal()
    if op == "random_int":
        return rows.random_int(*args)
    values = [evaluate(arg, rows) if isinstance(arg, Node) else arg for arg in args]
    kernel = _OPERATIONS[op]
    made = shortcut(op, values, kernel)
    return kernel(*[lowered(v) for v in values]) if made is None else made


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
    if pa.types.is_duration(a.type):
        a, b = b, a
    if pa.types.is_duration(b.type):
        return _later(a, b)
    if _is_date(b) and pa.types.is_integer(a.type):
        a, b = b, a
    if _is_date(a) and pa.types.is_integer(b.type):
        return pc.add(_as_days(a), pc.cast(b, pa.int32())).cast(pa.date32())
    return _arithmetic(pc.add_checked)(a, b)


def _later(v: Value, distance: Value) -> Value:
    """A date, timestamp or interval, and an interval more; a date stays one if these are whole days."""
    if pa.types.is_duration(v.type):
        return pc.add_checked(v, distance)
    moved = pc.add_checked(instant(v), distance)
    if _is_date(v) and isinstance(distance, pa.Scalar) and (distance.cast(pa.int64()).as_py() or 0) % _DAY == 0:
        return moved.cast(pa.date32())
    return moved


def _negated(v: Value) -> Value:
    if pa.types.is_duration(v.type):
        return pc.negate_checked(v.cast(pa.int64())).cast(v.type)
    return pc.negate_checked(v)


def _sub(a: Value, b: Value) -> Value:
    if pa.types.is_duration(b.type):
        return _add(a, _negated(b))
    if pa.types.is_timestamp(a.type) or pa.types.is_timestamp(b.type):
        return pc.subtract_checked(instant(a), instant(b))
    if _is_date(a) and _is_date(b):
        return pc.subtract(_as_days(a), _as_days(b)).cast(pa.int64())
    if _is_date(a) and pa.types.is_integer(b.type):
        return pc.subtract(_as_days(a), pc.cast(b, pa.int32())).cast(pa.date32())
    return _arithmetic(pc.subtract_checked)(a, b)


_product = _arithmetic(pc.multiply_checked)


def _mul(a: Value, b: Value) -> Value:
    for one, other in ((a, b), (b, a)):
        if pa.types.is_duration(one.type):
            micros = _product(one.cast(pa.int64()), other)
            return (micros if pa.types.is_integer(micros.type) else pc.round(micros)).cast(pa.int64()).cast(one.type)
    return _product(a, b)


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


def _compare(function: Callable[[Value, Value], Value]) -> Callable[[Value, Value], Value]:
    def run(a: Value, b: Value) -> Value:
        if pa.types.is_string(b.type) and pa.types.is_temporal(a.type):
            b = b.cast(a.type)
        elif pa.types.is_string(a.type) and pa.types.is_temporal(b.type):
            a = a.cast(b.type)
        return function(a, b)

    return run


def _case(*values: Value) -> Value:
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
        kinds = [v.type for v in values if not pa.types.is_null(v.type)]
        if not kinds:
            return values[0]
        kind = _common_type(kinds)
        return function(*[v.cast(kind) for v in values])

    return run


def _cast(v: Value, target: pa.DataType) -> Value:
    if pa.types.is_string(target):
        return as_text(v)
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
    "case": _case,
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "div": _divide,
    "mod": _modulo,
    "neg": _negated,
    "abs": pc.abs_checked,
    "floor": _whole(pc.floor),
    "ceil": _whole(pc.ceil),
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
    "concat": lambda *parts: pc.binary_join_element_wise(*[as_text(p) for p in parts], ""),
    "quotient": quotient,
    "shift_months": shift_months,
    "bit_and": pc.bit_wise_and,
    "bit_or": pc.bit_wise_or,
    "bit_xor": pc.bit_wise_xor,
    "bit_not": pc.bit_wise_not,
    "bit_left": pc.shift_left_checked,
    "bit_right": pc.shift_right_checked,
    "cast": lambda v, target: _cast(v, target),
}
_OPERATIONS |= {name: f.run for name, f in FUNCTIONS.items() if callable(f.run) and not f.rewrite}
