"""Is an expression different in every row? A proof, or none: nothing is believed.

What can be proved: numbers a*x + b over the row number (or another key) x, also over x / k and x % k as TPC-H's
sparse keys are, with random numbers that are smaller than the step; dates and times moved by such a number;
and texts in which such a number can be told from what stands beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa

from rowmill.generate.node import Node
from rowmill.schema.types import DataType

# Name of a key column -> its type and, where they are known, its smallest and largest value.
Known = Callable[[str], tuple[DataType, int | None, int | None] | None]


@dataclass(frozen=True)
class Linear:
    """slope * x + quotient * ((x + shift) / k) + rest * ((x + shift) % k) + constant + noise in 0..noise.

    kind: "number", "days" (a date moved by whole days) or "micros" (a timestamp moved by microseconds)
    """

    base: str | None = None  # what x is: row_number, ordinal or a column; None: no x at all
    low: int | None = None  # bounds of x
    high: int | None = None
    slope: Fraction = Fraction(0)
    shift: int = 0
    k: int = 0
    quotient: Fraction = Fraction(0)
    rest: Fraction = Fraction(0)
    constant: Fraction = Fraction(0)
    noise: Fraction = Fraction(0)
    kind: str = "number"

    def scaled(self, factor: Fraction) -> Linear:
        # A negative factor turns the noise round: -noise .. 0 is a constant and 0 .. noise.
        constant = self.constant * factor + (self.noise * factor if factor < 0 else 0)
        return replace(
            self,
            slope=self.slope * factor,
            quotient=self.quotient * factor,
            rest=self.rest * factor,
            constant=constant,
            noise=self.noise * abs(factor),
        )

    def plus(self, other: Linear) -> Linear | None:
        one, two = (self, other) if self.base is not None else (other, self)
        if two.base not in (None, one.base) or (one.kind == two.kind and one.kind in ("days", "micros")):
            return None
        if one.k and two.k and (one.k, one.shift) != (two.k, two.shift):
            return None
        by = one if one.k else two
        return replace(
            one,
            slope=one.slope + two.slope,
            k=by.k,
            shift=by.shift,
            quotient=one.quotient + two.quotient,
            rest=one.rest + two.rest,
            constant=one.constant + two.constant,
            noise=one.noise + two.noise,
            kind=one.kind if one.kind != "number" else two.kind,
        )

    @property
    def injective(self) -> bool:
        """Does another x always give another value?"""
        if self.base is None:
            return False
        if not self.k:
            return abs(self.slope) > self.noise
        # With x + shift = k * q + r: over a*q + b*r, where 0 <= r < k.
        a, b = self.slope * self.k + self.quotient, self.slope + self.rest
        r_most, q_most = self.k - 1, None if self.high is None else (self.high + self.shift) // self.k
        if self.noise:
            if min(abs(a), abs(b)) <= self.noise:
                return False
            by_rest = abs(a) - abs(b) * r_most > self.noise
            return by_rest or (q_most is not None and abs(b) - abs(a) * q_most > self.noise)
        if not a or not b:
            return bool(a) and self.k == 1
        # a*dq = -b*dr has solutions other than 0 only from dr = a / gcd, dq = b / gcd on.
        numerator = math.gcd(a.numerator * b.denominator, b.numerator * a.denominator)
        common = Fraction(numerator, a.denominator * b.denominator)
        return abs(a) / common > r_most or (q_most is not None and abs(b) / common > q_most)

    @property
    def bounds(self) -> tuple[Fraction, Fraction] | None:
        """Smallest and largest value, or what is surely beyond them."""
        if self.base is None:
            return self.constant, self.constant + self.noise
        if self.low is None or self.high is None:
            return None
        ends = [Fraction(self.low), Fraction(self.high)]
        parts = [[self.slope * e for e in ends]]
        if self.k:
            parts.append([self.quotient * ((int(e) + self.shift) // self.k) for e in ends])
            parts.append([Fraction(0), self.rest * (self.k - 1)])
        low = sum((min(p) for p in parts), self.constant)
        return low, sum((max(p) for p in parts), self.constant) + self.noise


@dataclass(frozen=True)
class Proof:
    """Proves expressions over one variable: `rows` bounds row_number(), `ordinals` ordinal()."""

    rows: int
    ordinals: int | None
    known: Known

    # -- numbers --------------------------------------------------------------------------------

    def linear(self, node: Node) -> Linear | None:
        """The expression as a linear form; None if it is none."""
        handler = getattr(self, f"_{node.op}", None)
        found: Linear | None = handler(node) if handler is not None else None
        return found

    def _literal(self, node: Node) -> Linear | None:
        scalar = node.args[0]
        if pa.types.is_integer(scalar.type) or pa.types.is_decimal(scalar.type):
            value = scalar.as_py()
            return None if value is None else Linear(constant=Fraction(value))
        if pa.types.is_duration(scalar.type):
            return Linear(constant=Fraction(scalar.cast(pa.int64()).as_py()), kind="interval")
        if pa.types.is_date32(scalar.type):
            return Linear(kind="days")
        return Linear(kind="micros") if pa.types.is_timestamp(scalar.type) else None

    def _row_number(self, node: Node) -> Linear:
        return Linear("row_number", 1, max(self.rows, 1), Fraction(1))

    def _ordinal(self, node: Node) -> Linear | None:
        return Linear("ordinal", 1, self.ordinals, Fraction(1))

    def _column(self, node: Node) -> Linear | None:
        found = self.known(node.args[0])
        if found is None or not (found[0].is_integer or (found[0].name == "decimal" and not found[0].scale)):
            return None
        return Linear(node.args[0], found[1], found[2], Fraction(1))

    def _random_int(self, node: Node) -> Linear:
        return Linear(constant=Fraction(node.args[0]), noise=Fraction(node.args[1] - node.args[0]))

    def _add(self, node: Node) -> Linear | None:
        return self._sum(self.linear(node.args[0]), self.linear(node.args[1]))

    def _sub(self, node: Node) -> Linear | None:
        second = self.linear(node.args[1])
        return self._sum(self.linear(node.args[0]), None if second is None else second.scaled(Fraction(-1)))

    def _sum(self, a: Linear | None, b: Linear | None) -> Linear | None:
        if a is None or b is None:
            return None
        kinds = {a.kind, b.kind}
        if "interval" in kinds:
            if kinds == {"days", "interval"}:  # a timestamp comes out
                a, b = (replace(v, kind="micros" if v.kind == "days" else "number") for v in (a, b))
            elif kinds == {"micros", "interval"}:
                a, b = (replace(v, kind="number" if v.kind == "interval" else v.kind) for v in (a, b))
            elif kinds != {"interval"}:
                return None
        elif kinds == {"micros", "number"}:
            return None
        return a.plus(b)

    def _neg(self, node: Node) -> Linear | None:
        inner = self.linear(node.args[0])
        return None if inner is None else inner.scaled(Fraction(-1))

    def _mul(self, node: Node) -> Linear | None:
        a, b = self.linear(node.args[0]), self.linear(node.args[1])
        if a is None or b is None:
            return None
        if b.base is None and not b.noise and b.kind in ("number", "interval"):
            a, b = b, a
        if a.base is not None or a.noise or b.kind not in ("number", "interval") or a.kind == b.kind == "interval":
            return None
        made = b.scaled(a.constant)
        return replace(made, kind="interval") if a.kind == "interval" else made

    def _parts(self, node: Node) -> tuple[Linear, int] | None:
        inner, divisor = self.linear(node.args[0]), self.linear(node.args[1])
        if inner is None or divisor is None or divisor.base is not None or divisor.noise or inner.k or inner.noise:
            return None
        whole = divisor.constant.denominator == 1 and divisor.constant > 0 and inner.constant.denominator == 1
        if inner.kind != "number" or not whole or inner.slope != 1 or inner.low is None:
            return None
        return (inner, int(divisor.constant)) if inner.low + inner.constant >= 0 else None

    def _div(self, node: Node) -> Linear | None:
        found = self._parts(node)
        if found is None:
            return None
        return replace(
            found[0],
            slope=Fraction(0),
            shift=int(found[0].constant),
            k=found[1],
            quotient=Fraction(1),
            constant=Fraction(0),
        )

    _quotient = _div

    def _mod(self, node: Node) -> Linear | None:
        found = self._parts(node)
        if found is None:
            return None
        return replace(
            found[0],
            slope=Fraction(0),
            shift=int(found[0].constant),
            k=found[1],
            rest=Fraction(1),
            constant=Fraction(0),
        )

    def _cast(self, node: Node) -> Linear | None:
        inner, target = self.linear(node.args[0]), node.args[1]
        if inner is None or inner.kind != "number":
            return None
        if pa.types.is_integer(target):
            return inner if _denominator(inner) == 1 else None
        return inner if pa.types.is_decimal(target) and (10**target.scale) % _denominator(inner) == 0 else None

    def _date_add(self, node: Node) -> Linear | None:
        return self._sum(self._day(node.args[0]), self.linear(node.args[1]))

    def _date_sub(self, node: Node) -> Linear | None:
        distance = self.linear(node.args[1])
        return self._sum(self._day(node.args[0]), None if distance is None else distance.scaled(Fraction(-1)))

    def _day(self, node: Node) -> Linear | None:
        text = node.op == "literal" and pa.types.is_string(node.args[0].type)
        return Linear(kind="days") if text else self.linear(node)

    # -- texts ----------------------------------------------------------------------------------

    def text(self, node: Node) -> _Text | None:
        """What is known of the expression as a text; None if nothing is."""
        if node.op == "literal" and pa.types.is_string(node.args[0].type):
            value = node.args[0].as_py()
            return _Text(width=len(value), first=value[:1], last=value[-1:])
        if node.op == "concat":
            return _joined([self.text(part) for part in _flat(node)])
        if node.op in ("upper", "lower", "cast") and (node.op != "cast" or pa.types.is_string(node.args[1])):
            inner = self.text(node.args[0])
            return inner if inner is None or node.op == "cast" or inner.digits else None
        if node.op in ("lpad", "rpad"):
            return self._padded(node)
        if node.op == "column" and (found := self.known(node.args[0])) is not None and found[0].is_text:
            return _Text(injective=True, digits=False)
        form = self.linear(node)
        if form is None or form.kind != "number" or not form.injective or _denominator(form) != 1:
            return None
        ends = form.bounds
        return _Text(injective=True, number=True, signed=ends is None or ends[0] < 0, longest=_longest(form))

    def _padded(self, node: Node) -> _Text | None:
        inner, width = self.text(node.args[0]), node.args[1]
        fill = node.args[2] if len(node.args) > 2 else " "
        if inner is None or not inner.number or inner.longest is None or inner.longest > width or len(fill) != 1:
            return None
        harmless = not (fill.isdigit() or fill == "-") or (fill == "0" and node.op == "lpad")
        return _Text(injective=True, width=width) if harmless else None

    # -- the whole ------------------------------------------------------------------------------

    def holds(self, node: Node, dtype: DataType) -> bool:
        """Is the column of this type, made by this expression, different for every x?"""
        if dtype.is_text:
            text = self.text(node)
            return text is not None and text.injective
        form = self.linear(node)
        if form is None or not form.injective:
            return False
        if form.kind != "number":
            return (dtype.name, form.kind) in _FITTING
        if dtype.is_integer:
            return _denominator(form) == 1
        if dtype.name == "decimal":
            return bool(10**dtype.scale % _denominator(form) == 0)
        exact = {"float": 1 << 24, "double": 1 << 53}.get(dtype.name)
        ends = form.bounds
        return exact is not None and _denominator(form) == 1 and ends is not None and max(map(abs, ends)) <= exact


_FITTING = {
    ("date", "days"),
    ("timestamp", "days"),
    ("timestamp_ntz", "days"),
    ("timestamp", "micros"),
    ("timestamp_ntz", "micros"),
}


@dataclass(frozen=True)
class _Text:
    """A text: of `width` characters if that is fixed; `injective` if x can be read off it."""

    injective: bool = False
    number: bool = False  # it is a whole number and nothing else
    signed: bool = True  # it may begin with a -
    width: int | None = None
    longest: int | None = None
    first: str = ""  # of fixed texts
    last: str = ""
    digits: bool = True  # x is read off digits, so capitals or not is all the same


def _flat(node: Node) -> list[Node]:
    return [part for arg in node.args for part in (_flat(arg) if arg.op == "concat" else [arg])]


def _joined(parts: list[_Text | None]) -> _Text:
    widths = [None if p is None else p.width for p in parts]
    digits = all(p is not None and p.digits for p in parts)
    for at, part in enumerate(parts):
        if part is None or not part.injective:
            continue
        before, after = widths[:at], widths[at + 1 :]
        left, right = None not in before, None not in after
        fixed = part.width is not None
        told = (left and right) or (fixed and (left or right))
        if part.number and not told:
            # Its own end shows where a character stands that is no digit.
            following = parts[at + 1] if at + 1 < len(parts) else None
            leading = parts[at - 1] if at else None
            told = bool(left and following and following.first and not following.first.isdigit())
            told = told or bool(
                right
                and leading
                and leading.last
                and not (leading.last.isdigit() or (part.signed and leading.last == "-"))
            )
        if told:
            total = None if None in widths else sum(w for w in widths if w is not None)
            return _Text(injective=True, width=total, digits=part.digits)
    total = None if None in widths else sum(w for w in widths if w is not None)
    return _Text(width=total, digits=digits)


def _denominator(form: Linear) -> int:
    return math.lcm(*(f.denominator for f in (form.slope, form.quotient, form.rest, form.constant)))


def _longest(form: Linear) -> int | None:
    ends = form.bounds
    return None if ends is None else max(len(str(math.floor(e))) for e in ends)


# -- children of one parent ---------------------------------------------------------------------


@dataclass(frozen=True)
class Slope:
    """A number that, among the children of one parent, is constant + slope * ordinal; both bounded."""

    low: Fraction  # of the slope
    high: Fraction
    value: tuple[Fraction, Fraction] | None  # bounds, if it is the same for all of them


def differs_among_children(node: Node, children: int, fixed: Known) -> bool:
    """Do the children of a parent, numbered by ordinal() 1..children, all get another value?

    fixed: the columns that are the same for all children of a parent
    """
    while node.op in ("add", "sub"):  # a constant more or less changes nothing
        a, b = (_slope(arg, fixed) for arg in node.args)
        if b is not None and b.low == b.high == 0:
            node = node.args[0]
        elif node.op == "add" and a is not None and a.low == a.high == 0:
            node = node.args[1]
        else:
            break
    if node.op == "mod":
        inner, modulus = (_slope(arg, fixed) for arg in node.args)
        if inner is None or modulus is None or modulus.value is None or inner.low <= 0:
            return False
        return bool(inner.high * (children - 1) < modulus.value[0])
    found = _slope(node, fixed)
    return found is not None and (found.low > 0 or found.high < 0)


def _slope(node: Node, fixed: Known) -> Slope | None:
    zero = Fraction(0)
    if node.op == "literal":
        value = node.args[0].as_py()
        whole = isinstance(value, int | Decimal) and not isinstance(value, bool)
        return Slope(zero, zero, (Fraction(value), Fraction(value))) if whole else None
    if node.op == "ordinal":
        return Slope(Fraction(1), Fraction(1), None)
    if node.op == "column":
        found = fixed(node.args[0])
        if found is None or found[1] is None or found[2] is None or not found[0].is_integer:
            return None
        return Slope(zero, zero, (Fraction(found[1]), Fraction(found[2])))
    if node.op not in ("add", "sub", "mul", "div", "mod", "neg"):
        return None
    sides = [_slope(arg, fixed) for arg in node.args]
    if any(side is None for side in sides):
        return None
    a = sides[0]
    b = sides[1] if len(sides) > 1 else None
    assert a is not None
    if node.op == "neg":
        return Slope(-a.high, -a.low, None if a.value is None else (-a.value[1], -a.value[0]))
    assert b is not None
    if node.op in ("add", "sub"):
        if node.op == "sub":
            b = Slope(-b.high, -b.low, None if b.value is None else (-b.value[1], -b.value[0]))
        value = None if a.value is None or b.value is None else (a.value[0] + b.value[0], a.value[1] + b.value[1])
        return Slope(a.low + b.low, a.high + b.high, value)
    if node.op == "mul":
        if a.value is None:
            a, b = b, a
        if a.value is None:
            return None
        if b.value is not None:
            ends = [x * y for x in a.value for y in b.value]
            return Slope(zero, zero, (min(ends), max(ends)))
        slopes = [x * y for x in a.value for y in (b.low, b.high)]
        return Slope(min(slopes), max(slopes), None)
    if a.value is None or b.value is None or b.value[0] <= 0 or a.value[0] < 0:
        return None
    if node.op == "mod":
        return Slope(zero, zero, (zero, min(a.value[1], b.value[1] - 1)))
    return Slope(zero, zero, (Fraction(a.value[0] // b.value[1]), Fraction(a.value[1] // b.value[0])))
