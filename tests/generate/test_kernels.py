"""The compiled loops give what numpy gives, bit for bit: kernel by kernel, and whole tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rowmill.generate import kernels
from rowmill.generate.distributions import AliasTable, AliasTables, GuideTable
from rowmill.generate.fingerprint import hash_values, row_words
from rowmill.generate.foreign import EachParents
from rowmill.generate.random import bits, bounded, unit
from rowmill.generate.table import World
from rowmill.generate.text import WordText
from rowmill.schema.catalog import Catalog
from rowmill.schema.types import DataType

PROJECT = Path(__file__).resolve().parents[2]
ROWS = np.concatenate([np.arange(1000), np.arange(10**10, 10**10 + 1000), np.array([2**62, 2**63 - 1])])
RANDOM = bits(7, np.arange(20_000))
RANDOM[:4] = 0, 2**64 - 1, 2**32, 2**48 - 1


@pytest.fixture
def both() -> Iterator[Callable[[Callable[[], Any]], tuple[Any, Any]]]:
    """Calls a function with numpy, then with the compiled loops."""
    before = kernels.compiled

    def twice(function: Callable[[], Any]) -> tuple[Any, Any]:
        kernels.compiled = None
        first = function()
        assert kernels.load()
        return first, function()

    yield twice
    kernels.compiled = before


def weights(count: int) -> Any:
    return np.random.default_rng(count).random(count) ** 4 + 1e-12


@pytest.mark.parametrize(
    "function",
    [
        lambda: bits(2**64 - 1, ROWS),
        lambda: bits(5, ROWS[::2]),
        lambda: bits(5, ROWS.astype(np.uint32)),
        lambda: unit(RANDOM),
        *(lambda n=n: bounded(RANDOM, n) for n in (1, 2, 100, 2**31, 2**32 - 1, 2**32, 2**40, 2**64)),
        *(lambda n=n: GuideTable.build(weights(n)).pick(RANDOM) for n in (1, 2, 7, 60_000)),
        *(lambda n=n: AliasTable.build(weights(n)).pick(RANDOM) for n in (1, 2, 7, 60_000)),
        lambda: AliasTables.build([weights(3), weights(1), weights(50)]).pick(RANDOM, np.arange(20_000) % 3),
        lambda: AliasTables.build([weights(3), weights(9)]).pick(RANDOM, (np.arange(20_000) % 2).astype(np.int32)),
    ],
)
def test_a_kernel_is_its_twin(both: Any, function: Callable[[], Any]) -> None:
    first, second = both(function)
    assert first.dtype == second.dtype
    assert (first == second).all()


@pytest.mark.parametrize("longest", [0, 1, 7, 8, 9, 40, 40_000])
@pytest.mark.parametrize("nulls", [False, True])
def test_texts_have_the_same_words(both: Any, longest: int, nulls: bool) -> None:
    sizes = bounded(bits(longest, np.arange(300)), longest + 1).tolist()
    texts: list[Any] = ["é" * (size // 2) + "x" * (size % 2) for size in sizes]
    if nulls:
        texts[3::5] = [None] * len(texts[3::5])
    array = pa.array(texts, pa.string())
    for given in (array, array.slice(17, 100), array.slice(len(array)), array.dictionary_encode()):
        first, second = both(lambda given=given: hash_values(DataType("string"), given))
        assert (first == second).all()


def test_pieces_of_a_text_are_the_same(both: Any) -> None:
    text = WordText.build(["a", "bb", "ccc", "dddddddddddddddddd"], 3, 5000)
    room = len(text.data) - 16
    lengths = bounded(RANDOM, 60).astype(np.int64)
    start = bounded(bits(9, np.arange(len(RANDOM))), room - 60).astype(np.int64)
    start[0], lengths[0] = room - 59, 59  # to the very end
    first, second = both(lambda: text.pieces(start, lengths))
    second.validate(full=True)
    assert first.equals(second)
    assert both(lambda: text.pieces(start[:0], lengths[:0]))[1].to_pylist() == []


@pytest.mark.parametrize(
    ("rows", "parents", "low", "high"),
    [(100_000, 30_000, 1, 7), (5, 3, 1, 4), (1000, 1000, 0, 9), (90_000, 30_000, 3, 4), (120_000, 30_000, 0, 4)],
)
def test_children_are_laid_out_the_same(both: Any, rows: int, parents: int, low: int, high: int) -> None:
    layout = EachParents.fit(11, rows, parents, low, high, "t")
    first, second = both(lambda: np.concatenate(layout.locate(np.arange(rows))))
    assert (first == second).all()


@pytest.mark.parametrize(
    ("schema", "table"),
    [
        ("schemas", "all"),
        ("schemas", "tpch.all"),
        ("tests/bench/all_types.yaml", "every_type"),
    ],
)
def test_tables_are_the_same(both: Any, schema: str, table: str) -> None:
    catalog = Catalog(str(PROJECT / schema))

    def hashed() -> dict[str, int]:
        made = {}
        for found in catalog.select(table):
            generator = World(catalog.parent, 42, {found.qualified: 5000}).table(found)
            columns = {column.name: column.type for column in found.definition.columns}
            made[found.qualified] = int(row_words(columns, generator.batch(0, generator.rows)).sum(dtype=np.uint64))
        return made

    first, second = both(hashed)
    assert first == second
    assert first
