"""Generators whose values can be numbered: what a key of several columns takes its places from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rowmill.generate import scalars
from rowmill.generate.builders.numbers import UNIFORM_DEFAULTS, bounds
from rowmill.generate.builders.site import Site, value_array
from rowmill.generate.infer import infer
from rowmill.generate.literals import physical_bounds
from rowmill.generate.rows import Generator, RowSet
from rowmill.generate.steer import clamped, repeated
from rowmill.generate.text import IndexDigits, longest, numbered, parse_pattern, strings
from rowmill.generate.text import Node as PatternNode
from rowmill.schema.model import GeneratorSpec
from rowmill.schema.vocabulary import VOCABULARY

_LARGEST = 1 << 62


def enumerable(spec: GeneratorSpec | None, site: Site) -> tuple[int, Generator] | None:
    """How many values there are, and the generator of value number i for row i; None if they can't be numbered."""
    if spec is None:
        if not site.dtype.is_known:
            return None
        spec = infer(site.name, site.dtype, site.bounds)
        if site.dtype.is_text and spec.name not in ("pattern", "choice", "constant"):
            length = clamped(8, site.min_length, site.max_length)
            spec = GeneratorSpec("pattern", {"regex": repeated("[A-Z0-9]", length)})
    args: dict[str, Any] = {n: spec.args.get(n, a.default) for n, a in VOCABULARY[spec.name].arguments.items()}
    dtype = site.dtype
    if spec.name == "uniform" and (dtype.is_integer or dtype.name in ("decimal", *UNIFORM_DEFAULTS)):
        if dtype.name in ("float", "double"):
            return None
        low, high = bounds(args, site, UNIFORM_DEFAULTS.get(dtype.name) or physical_bounds(dtype))
        whole = low >= -_LARGEST and high <= _LARGEST and high - low < _LARGEST
        return (high - low + 1, scalars.Sequence(low, 1)) if whole else None
    if spec.name == "choice" and args["values"] and not (args["weights"] or args["by"] or args["cases"]):
        made = value_array(list(args["values"]), site)
        different = len(set(made.to_pylist() if isinstance(made, pa.Array) else made.tolist()))
        return (len(made), Listed(made)) if different == len(made) else None
    if spec.name == "boolean" and dtype.name == "boolean" and args["p"] == 0.5:
        return 2, Listed(np.array([False, True]))
    if spec.name == "pattern" and (dtype.is_text or dtype.name == "binary"):
        node = numbered(parse_pattern(args["regex"], site.where))
        if longest(node) <= (site.max_length or longest(node)):
            return min(node.size, _LARGEST), NumberedPattern(node, dtype.name == "binary")
    return None


@dataclass(frozen=True)
class Listed:
    """Value number i of a list, for row i."""

    values: pa.Array | NDArray[Any]

    def make(self, rows: RowSet) -> Any:
        if isinstance(self.values, pa.Array):
            return pa.DictionaryArray.from_arrays(pa.array(rows.index.astype(np.int32)), self.values)
        return self.values[rows.index]


@dataclass(frozen=True)
class NumberedPattern:
    """Text number i of a pattern, for row i."""

    node: PatternNode
    binary: bool

    def make(self, rows: RowSet) -> Any:
        made = strings(*self.node.fill(IndexDigits(rows.index), len(rows)))
        return made.cast(pa.binary()) if self.binary else made
