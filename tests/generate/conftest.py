"""What the generator tests share: tables from a few lines of YAML, and tests of goodness of fit."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from rowmill.generate.table import TableGenerator, World
from rowmill.schema.catalog import CatalogTable
from rowmill.schema.model import ForeignKey
from rowmill.schema.yaml import parse_schema

Tables = Callable[..., dict[str, TableGenerator]]


def _tables(
    text: str,
    seed: int = 42,
    rows: dict[str, int] | None = None,
    segments: dict[str, tuple[int, ...]] | None = None,
) -> dict[str, TableGenerator]:
    """The generators of all tables of a schema YAML, each prepared as a run prepares it."""
    found = {t.name: CatalogTable("", t, "shop.yaml") for t in parse_schema(text, "shop.yaml").tables}

    def resolve(table: CatalogTable, key: ForeignKey) -> CatalogTable:
        return found[key.table]

    world = World(resolve, seed, rows, segments)
    made = {name: world.table(table) for name, table in found.items()}
    for table in made.values():
        table.prepare()
    return made


def _column(
    dtype: str, generator: str = "", rows: int = 1000, more: str = "", seed: int = 42, others: str = ""
) -> TableGenerator:
    """A table `t` of one column `c` (and `others`: more lines of columns)."""
    spec = f", generator: {generator}" if generator else ""
    text = (
        f"tables:\n  - name: t\n    rows: {rows}\n    columns:\n"
        f"      - {{name: c, type: '{dtype}'{spec}{more}}}\n{others}"
    )
    return _tables(text, seed)["t"]


def _values(table: TableGenerator, name: str = "c", start: int = 0, stop: int | None = None) -> list[Any]:
    result: list[Any] = table.batch(start, table.rows if stop is None else stop).column(name).to_pylist()
    return result


def _chi_squared(observed: Any, expected: Any) -> None:
    """Fails if counts are as far from what is expected as one run in a million of true ones is."""
    seen, wanted = np.asarray(observed, float), np.asarray(expected, float)
    wanted = wanted * (seen.sum() / wanted.sum())
    assert wanted.min() >= 5, "cells too small for the test"
    statistic, k = float(((seen - wanted) ** 2 / wanted).sum()), len(seen) - 1
    # Wilson and Hilferty (1931): the cube root of chi-squared / k is nearly normal.
    z = ((statistic / k) ** (1 / 3) - (1 - 2 / (9 * k))) / math.sqrt(2 / (9 * k))
    assert z < NormalDist().inv_cdf(1 - 1e-6), f"chi-squared {statistic:.1f} of {k} degrees of freedom"


def _kolmogorov(values: Any, cdf: Callable[[float], float]) -> None:
    """Fails if the sample's distribution is as far from cdf as one run in a million of true ones is."""
    x = np.sort(np.asarray(values, float))
    n = len(x)
    theory = np.array([cdf(v) for v in x])
    distance = max(
        float((np.arange(1, n + 1) / n - theory).max()), float((theory - np.arange(n) / n).max())
    ) * math.sqrt(n)
    assert distance < math.sqrt(-0.5 * math.log(0.5e-6)), f"sqrt(n) * D = {distance:.2f}"


@pytest.fixture(scope="session")
def tables() -> Tables:
    return _tables


@pytest.fixture(scope="session")
def column() -> Callable[..., TableGenerator]:
    return _column


@pytest.fixture(scope="session")
def values() -> Callable[..., list[Any]]:
    return _values


@pytest.fixture(scope="session")
def chi_squared() -> Callable[[Any, Any], None]:
    return _chi_squared


@pytest.fixture(scope="session")
def kolmogorov() -> Callable[[Any, Callable[[float], float]], None]:
    return _kolmogorov
