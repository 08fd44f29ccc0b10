"""What the kernels of functions share: values, casts, nulls, and what a function is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rowmill.generate.node import Node

Value = Any  # pa.Array or pa.Scalar
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Function:
    """A function that expressions may call.

    kinds:   a letter for each argument: v a value, i a whole number, t a text, u a unit of time (all but v
             as written in the expression, the same for all rows); what follows `?` may be left out, and a
             last `*` takes any number of values more
    run:     makes the values from those of the arguments; or, with `rewrite`, the tree from their trees;
             or the name of an operation that expressions have anyway
    check:   of the arguments (None for values), before any row. Raises ValueError
    """

    signature: str
    kinds: str
    run: Callable[..., Any] | str
    help: str
    example: str
    check: Callable[..., None] | None = None
    rewrite: bool = False

    @property
    def least(self) -> int:
        return len(self.kinds.partition("?")[0].rstrip("*"))

    @property
    def most(self) -> int | None:
        return None if self.kinds.endswith("*") else len(self.kinds.replace("?", ""))

    def kind(self, index: int) -> str:
        kinds = self.kinds.replace("?", "").rstrip("*")
        return kinds[min(index, len(kinds) - 1)]


NULL = Node("literal", (pa.scalar(None),))


def as_text(v: Value) -> Value:
    """What Spark's cast to string prints: no zeros after a second's fraction, no zone, 1.0 for a whole double."""
    kind = v.type
    if pa.types.is_string(kind):
        return v
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        if pa.types.is_timestamp(kind) and kind.tz is not None:
            v = v.cast(pa.timestamp(kind.unit))
        return pc.replace_substring_regex(v.cast(pa.string()), r"\.?0{6}$|(\.\d*[1-9])0+$", r"\1")
    text = v.cast(pa.string())
    if pa.types.is_floating(kind):
        whole = pc.match_substring_regex(text, r"^-?\d+$")
        return pc.if_else(whole, pc.binary_join_element_wise(text, ".0", ""), text)
    return text


def real(v: Value) -> Value:
    return v if pa.types.is_float64(v.type) else v.cast(pa.float64())


def instant(v: Value) -> Value:
    """A date, a timestamp or a text as a timestamp (us)."""
    if pa.types.is_timestamp(v.type) and v.type.unit == "us":
        return v
    return v.cast(pa.timestamp("us"))


def date(v: Value) -> Value:
    return v if pa.types.is_date32(v.type) else v.cast(pa.date32())


def by_array(function: Callable[..., pa.Array]) -> Callable[..., Value]:
    """For kernels of arrays only: scalars become arrays of the length of the others."""

    def run(*values: Value) -> Value:
        lengths = {len(v) for v in values if isinstance(v, pa.Array | pa.ChunkedArray)}
        n = lengths.pop() if lengths else 1
        made = function(*[pa.repeat(v, n) if isinstance(v, pa.Scalar) else v for v in values])
        return made if lengths or any(isinstance(v, pa.Array) for v in values) else made[0]

    return run


def whole_numbers(v: pa.Array) -> Whole:
    kind = pa.int32() if pa.types.is_date32(v.type) else pa.int64()
    return np.asarray(pc.fill_null(v.cast(kind), 0).to_numpy(zero_copy_only=False)).astype(np.int64)


def null_rows(*values: pa.Array) -> NDArray[np.bool_] | None:
    masks = [v.is_null().to_numpy(zero_copy_only=False) for v in values if v.null_count]
    return np.logical_or.reduce(masks) if masks else None
