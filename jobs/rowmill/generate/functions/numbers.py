"""Functions of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowmill.generate.functions.values import Function, Value, by_array, null_rows, real
from rowmill.generate.node import Node


def _of_real(kernel: Callable[..., Value]) -> Callable[..., Value]:
    return lambda *values: kernel(*[real(v) for v in values])


def _logarithm(kernel: Callable[[Value], Value]) -> Callable[[Value], Value]:
    """As Spark's: null where there is none."""

    def run(v: Value) -> Value:
        x = real(v)
        return kernel(pc.if_else(pc.greater(x, 0.0), x, pa.scalar(None, pa.float64())))

    return run


def _log(a: Value, b: Value | None = None) -> Value:
    if b is None:
        return _logarithm(pc.ln)(a)
    return pc.divide(_logarithm(pc.ln)(b), _logarithm(pc.ln)(a))


def _cbrt(v: pa.Array) -> pa.Array:
    return pa.array(np.cbrt(pc.fill_null(real(v), 0.0).to_numpy(zero_copy_only=False)), mask=null_rows(v))


def _pmod(a: Node, b: Node) -> Node:
    return Node("mod", (Node("add", (Node("mod", (a, b)), b)), b))


def quotient(a: Value, b: Value) -> Value:
    if pa.types.is_integer(a.type) and pa.types.is_integer(b.type):
        return pc.divide_checked(a, b)
    return pc.trunc(pc.divide(real(a), real(b))).cast(pa.int64())


def _bround(v: Value, digits: int = 0) -> Value:
    return pc.round(v, ndigits=digits, round_mode="half_to_even")


def _check_digits(v: Any, digits: int = 0) -> None:
    if abs(digits) > 76:
        raise ValueError("at most 76 digits")


def _sign(v: Value) -> Value:
    if pa.types.is_floating(v.type) or pa.types.is_integer(v.type):
        return pc.sign(v)
    return pc.sign(v.cast(pa.float64())).cast(pa.int64())


def _scaled(factor: float) -> Callable[[Value], Value]:
    return lambda v: pc.multiply(real(v), factor)


_F = Function
FUNCTIONS: dict[str, Function] = {
    "abs": _F("abs(x)", "v", "abs", "without its sign", "abs(-2)"),
    "sign": _F("sign(x)", "v", _sign, "-1, 0 or 1", "sign(-2)"),
    "round": _F(
        "round(x [, digits])",
        "v?i",
        lambda v, digits=0: round_half_up(v, digits),
        "a half goes away from zero",
        "round(2.345, 2)",
        _check_digits,
    ),
    "bround": _F(
        "bround(x [, digits])", "v?i", _bround, "a half goes to the even neighbour", "bround(2.5)", _check_digits
    ),
    "floor": _F("floor(x)", "v", "floor", "the whole number below", "floor(-1.5)"),
    "ceil": _F("ceil(x)", "v", "ceil", "the whole number above", "ceil(-1.5)"),
    "mod": _F("mod(a, b), a % b", "vv", "mod", "what is left of a / b, with the sign of a", "mod(-7, 2)"),
    "pmod": _F("pmod(a, b)", "vv", _pmod, "the same, never negative for b > 0", "pmod(-7, 2)", rewrite=True),
    "div": _F("div(a, b)", "vv", "quotient", "whole quotient, cut off toward zero", "div(-7, 2)"),
    "sqrt": _F("sqrt(x)", "v", _of_real(pc.sqrt), "square root; NaN below 0", "sqrt(2)"),
    "cbrt": _F("cbrt(x)", "v", by_array(_cbrt), "cube root", "cbrt(27)"),
    "exp": _F("exp(x)", "v", _of_real(pc.exp), "e to the power of x", "exp(1)"),
    "ln": _F("ln(x)", "v", _logarithm(pc.ln), "natural logarithm; null for x <= 0, as all logarithms", "ln(10)"),
    "log": _F("log([base,] x)", "v?v", _log, "logarithm; natural without a base", "log(2, 8)"),
    "log2": _F("log2(x)", "v", _logarithm(pc.log2), "of base 2", "log2(8)"),
    "log10": _F("log10(x)", "v", _logarithm(pc.log10), "of base 10", "log10(1000)"),
    "power": _F("power(a, b), a ^ b", "vv", _of_real(pc.power), "a to the power of b, a double", "power(2, 10)"),
    "sin": _F("sin(x)", "v", _of_real(pc.sin), "sine; radians, as all of these", "sin(1)"),
    "cos": _F("cos(x)", "v", _of_real(pc.cos), "cosine", "cos(1)"),
    "tan": _F("tan(x)", "v", _of_real(pc.tan), "tangent", "tan(1)"),
    "asin": _F("asin(x)", "v", _of_real(pc.asin), "arc sine; NaN outside of -1 .. 1", "asin(1)"),
    "acos": _F("acos(x)", "v", _of_real(pc.acos), "arc cosine; NaN outside of -1 .. 1", "acos(0)"),
    "atan": _F("atan(x)", "v", _of_real(pc.atan), "arc tangent", "atan(1)"),
    "atan2": _F("atan2(y, x)", "vv", _of_real(pc.atan2), "the angle of the point (x, y)", "atan2(1, 1)"),
    "degrees": _F("degrees(x)", "v", _scaled(180 / math.pi), "of radians", "degrees(1)"),
    "radians": _F("radians(x)", "v", _scaled(math.pi / 180), "of degrees", "radians(180)"),
    "pi": _F("pi()", "", lambda: pa.scalar(math.pi), "3.14159...", "pi()"),
}
SYNONYMS = {"ceiling": "ceil", "pow": "power", "signum": "sign"}


def round_half_up(v: Value, digits: int = 0) -> Value:
    if pa.types.is_integer(v.type) and digits >= 0:
        return v
    return pc.round(v, ndigits=digits, round_mode="half_towards_infinity")
