"""What is expected of each generator and type: true data pass, data of a slightly other law do not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from rowmill.schema.types import DataType, parse_type
from rowmill.validate.expect import ZipfLaw, numeric

# type, generator, the same generator a little off (None: nothing is tried); one law a line
LAWS: list[tuple[str, str, str | None]] = [
    ("int", "{uniform: {min: 1, max: 9}}", "{choice: {values: [1,2,3,4,5,6,7,8,9], weights: [1,1,1,1,1,1,1,1,1.3]}}"),
    ("tinyint", "{uniform: {min: -128, max: 127}}", "{normal: {mean: 0, stddev: 90, min: -128, max: 127}}"),
    ("bigint", "{uniform: {min: -9223372036854775808, max: 9223372036854775807}}", "{uniform: {min: 0}}"),
    ("bigint", "{uniform: {min: 0, max: 100000}}", "{uniform: {min: 0, max: 104000}}"),
    ("decimal(12,2)", "{uniform: {min: -5.0, max: 5.0}}", "{normal: {mean: 0, stddev: 3, min: -5, max: 5}}"),
    ("decimal(38,4)", "{uniform: {min: -900000000000, max: 900000000000}}", None),
    ("decimal(38,0)", "{uniform: {min: 0, max: 90000000000000000000000}}", None),
    ("float", "{uniform: {min: 0, max: 1}}", "{uniform: {min: 0, max: 0.97}}"),
    ("double", "{uniform: {min: -1e300, max: 1e300}}", "{uniform: {min: -1e300, max: 9e299}}"),
    ("date", "{uniform: {min: '2024-01-01', max: '2024-12-31'}}", "{increasing: {start: '2024-06-01', step: 86400}}"),
    ("timestamp", "{uniform: {min: '1969-12-31 23:59:59.000001', max: '2038-01-19 03:14:08.999999'}}", None),
    ("time", "{uniform: {min: '08:00:00', max: '17:59:59'}}", "{uniform: {min: '08:00:00', max: '17:30:00'}}"),
    ("time", "{uniform: {}}", "{uniform: {min: '00:30:00'}}"),
    ("double", "{normal: {mean: 5, stddev: 2}}", "{normal: {mean: 5.1, stddev: 2}}"),
    ("double", "{normal: {mean: 5, stddev: 2, min: 4}}", "{normal: {mean: 5.2, stddev: 2, min: 4}}"),
    ("float", "{normal: {mean: 0, stddev: 1, min: 3, max: 9}}", "{normal: {mean: 0, stddev: 1.1, min: 3, max: 9}}"),
    ("int", "{normal: {mean: 2.5, stddev: 1, min: 0, max: 5}}", "{normal: {mean: 2.6, stddev: 1, min: 0, max: 5}}"),
    ("decimal(6,1)", "{normal: {mean: 0, stddev: 0.2}}", "{normal: {mean: 0.02, stddev: 0.2}}"),
    ("smallint", "{normal: {mean: 0, stddev: 30000}}", "{normal: {mean: 0, stddev: 20000}}"),
    ("double", "{normal: {mean: 3, stddev: 0}}", "{normal: {mean: 4, stddev: 0}}"),
    ("double", "{lognormal: {mu: 0, sigma: 1}}", "{lognormal: {mu: 0, sigma: 1.05}}"),
    ("decimal(10,2)", "{lognormal: {mu: 3.3, sigma: 0.85, min: 1.99, max: 2499.0}}", "{lognormal: {mu: 3.3, sigma: 0.85}}"),  # noqa: E501
    ("int", "{lognormal: {mu: 0.1, sigma: 1.3, min: 0, max: 250000}}", "{lognormal: {mu: 0.1, sigma: 1.25}}"),
    ("double", "{exponential: {rate: 2}}", "{exponential: {rate: 2.1}}"),
    ("int", "{exponential: {rate: 0.3, min: 2, max: 11}}", "{exponential: {rate: 0.25, min: 2, max: 11}}"),
    ("float", "{exponential: {rate: 1, min: 5}}", "{exponential: {rate: 1.1, min: 5}}"),
    ("int", "{poisson: 0.2}", "{poisson: 0.23}"),
    ("int", "{poisson: 4}", "{poisson: 4.2}"),
    ("bigint", "{poisson: 90000}", "{poisson: 90020}"),
    ("decimal(8,2)", "{poisson: 7}", "{poisson: 7.3}"),
    ("int", "{zipf: {s: 1.2, n: 1000}}", "{zipf: {s: 1.15, n: 1000}}"),
    ("int", "{zipf: {s: 1, n: 5, min: -2}}", "{zipf: {s: 1.1, n: 5, min: -2}}"),
    ("bigint", "{zipf: {s: 0.5, n: 100000000000}}", "{zipf: {s: 0.6, n: 100000000000}}"),
    ("int", "{zipf: {s: 0, n: 70}}", "{zipf: {s: 0.1, n: 70}}"),
    ("boolean", "{boolean: 0.02}", "{boolean: 0.03}"),
    ("string", "{choice: {values: [a, b, a], weights: [1, 1, 2]}}", "{choice: [a, b]}"),
    ("decimal(4,3)", "{choice: {values: [0, 0.05, 0.1], weights: [7, 2, 1]}}", "{choice: [0, 0.05, 0.1]}"),
    ("date", "{choice: ['2024-01-01', '2024-07-01']}", "{choice: {values: ['2024-01-01', '2024-07-01'], weights: [9, 10]}}"),  # noqa: E501
    ("double", "{choice: {values: [1.0, 1.25], weights: [1, 3]}}", "{choice: [1.0, 1.25]}"),
    ("string", "{words: {min: 1, max: 4}}", "{words: {min: 1, max: 5}}"),
    ("varchar(30)", "{words: {chars: {min: 5, max: 30}}}", "{words: {chars: {min: 4, max: 30}}}"),
    ("array<int>", "{array: {element: {uniform: {min: 1, max: 9}}, length: {min: 0, max: 3}}}", "{array: {element: {uniform: {min: 0, max: 9}}, length: {min: 0, max: 3}}}"),  # noqa: E501
    ("array<int>", "{array: {element: {uniform: {min: 1, max: 9}}, length: {min: 0, max: 3}}}", "{array: {element: {uniform: {min: 1, max: 9}}, length: {min: 1, max: 3}}}"),  # noqa: E501
    ("struct<a:int,b:array<struct<c:string>>>", "{struct: {a: {poisson: 3}, b: {array: {element: {struct: {c: {choice: [x, y]}}}}}}}", "{struct: {a: {poisson: 3}, b: {array: {element: {struct: {c: {choice: {values: [x, y], weights: [5, 6]}}}}}}}}"),  # noqa: E501
    ("map<string,int>", "{map: {key: {choice: [a, b, c]}, value: {uniform: {min: 1, max: 5}}, length: {min: 1, max: 3}}}", "{map: {key: {choice: [a, b, c]}, value: {uniform: {min: 1, max: 6}}, length: {min: 1, max: 3}}}"),  # noqa: E501
]  # fmt: skip


@pytest.mark.parametrize(("kind", "true", "false"), LAWS, ids=[f"{k} {t}"[:60] for k, t, _ in LAWS])
def test_true_data_pass_and_others_do_not(
    make_shop: Callable[..., Any], kit: Any, kind: str, true: str, false: str | None
) -> None:
    column = "{{name: c, type: '{}', generator: {}, nulls: 0.1}}"
    shop = make_shop(column.format(kind, true), 30_000)
    shop.write("t")
    result = shop.judge("t")
    assert result.valid, kit.failures(result)
    assert any(check.plot or check.p_value is not None for check in result.checks), result.checks
    if false is None:
        return
    other = make_shop(column.format(kind, false), 30_000)
    other.write("t")
    shop.directory("t").rename(shop.folder / "true")
    other.directory("t").rename(shop.directory("t"))
    found = kit.failures(shop.judge("t"))
    assert any(name.startswith(("distribution", "bounds", "values")) for name in found), found


@pytest.mark.parametrize("seed", range(30))
def test_true_data_pass_by_any_seed(make_shop: Callable[..., Any], kit: Any, seed: int) -> None:
    shop = make_shop(
        """{name: a, type: int, nulls: 0.3, generator: {uniform: {min: 1, max: 1000}}}
        {name: b, type: double, nulls: 0.01, generator: {normal: {}}}
        {name: d, type: "decimal(9,2)", nulls: 0.5, generator: {lognormal: {mu: 2}}}
        {name: e, type: string, nulls: 0.9, generator: {choice: {values: [x, y, z], weights: [90, 9, 1]}}}
        {name: f, type: int, generator: {zipf: {s: 1.1, n: 50}}}""",
        5000,
        seed=seed,
    )
    shop.write("t")
    result = shop.judge("t")
    assert result.valid, kit.failures(result)


def test_exact_kinds(make_shop: Callable[..., Any], kit: Any) -> None:
    shop = make_shop(
        """{name: a, type: int, generator: {sequence: {start: 10, step: -3}}}
        {name: b, type: "decimal(20,2)", generator: {sequence: {start: 5}}}
        {name: d, type: bigint, generator: {permutation: {start: 7}}}
        {name: e, type: bigint, generator: {permutation: {start: 7, rows: 100000}}}
        {name: f, type: timestamp, generator: {increasing: {start: '2024-01-01', step: 0.37, jitter: 0.5}}}
        {name: g, type: date, generator: {increasing: {start: '2024-01-01', end: '2024-01-31'}}}
        {name: h, type: double, generator: {sequence: {}}}
        {name: i, type: bigint, generator: {increasing: {start: 5, step: 2.5, jitter: 0}}}
        {name: k, type: int, generator: {constant: 7}}
        {name: l, type: string, generator: {template: "{a}-{seq:06d}"}}
        {name: m, type: date, generator: {offset: {of: f, by: {uniform: {min: -3, max: 3}}}}}
        {name: n, type: timestamp, generator: {offset: {of: f, by: {exponential: {rate: 0.01}}, unit: second}}}
        {name: o, type: timestamp, generator: {offset: {of: g, by: {normal: {mean: 600, stddev: 50}}, unit: minutes}}}
        {name: p, type: date, generator: {offset: {of: g, by: {uniform: {min: 1, max: 3}}, unit: month}}}
        {name: q, type: json, generator: {json: {id: {sequence: {}}, on: boolean}}}
        {name: r, type: uuid}
        {name: s, type: binary, generator: {pattern: "[0-9a-f]{8}"}}""",
        10_000,
    )
    shop.write("t")
    result = shop.judge("t")
    assert result.valid, kit.failures(result)
    judged = {c.name for c in result.checks if c.kind == "distribution" and c.status == "pass"}
    for name in "abdefghi":
        assert f"distribution of {name}" in judged
    assert {
        "distribution of m - f (days)",
        "distribution of o - g (minutes)",
        "distribution of n - f (seconds)",
    } <= judged
    assert {"form of l", "form of q", "form of r", "form of s"} <= {c.name for c in result.checks}


def test_columns_without_a_generator_are_judged_as_inferred(make_shop: Callable[..., Any], kit: Any) -> None:
    shop = make_shop(
        """{name: quantity, type: int}\n{name: status, type: varchar(20)}\n{name: is_open, type: boolean}"""
    )
    shop.write("t")
    result = shop.judge("t")
    assert result.valid, kit.failures(result)
    assert kit.check(result, "bounds of quantity").expected == "1 .. 100"
    assert kit.check(result, "distribution of status").p_value is not None


def test_few_rows_are_not_judged_by_chance(make_shop: Callable[..., Any], kit: Any) -> None:
    for rows in (0, 1, 2, 19):
        shop = make_shop("{name: a, type: int, generator: {uniform: {min: 1, max: 3}}, nulls: 0.5}", rows)
        shop.write("t", files=1)
        result = shop.judge("t")
        assert result.valid, (rows, kit.failures(result))


@pytest.mark.parametrize(
    ("kind", "name", "args"),
    [
        ("int", "normal", {"mean": 2, "stddev": 1.5, "min": -1, "max": 6}),
        ("decimal(5,1)", "lognormal", {"mu": 1, "sigma": 0.5, "max": 9}),
        ("int", "exponential", {"rate": 0.4, "min": 1, "max": 12}),
    ],
)
def test_probabilities_of_rounded_values_by_integration(kind: str, name: str, args: dict[str, Any]) -> None:
    """Against the density, integrated from half a unit below each value to half a unit above."""
    dtype = parse_type(kind)
    binned = numeric(name, args, dtype, 0, 0)
    assert binned is not None
    unit = 10**dtype.scale if dtype.name == "decimal" else 1
    low, high = args.get("min", 0), args["max"]
    x = np.linspace(low, high, 2_000_001)
    density = {
        "normal": lambda: stats.norm.pdf(x, args.get("mean", 0), args.get("stddev", 1)),
        "lognormal": lambda: stats.lognorm.pdf(x, args.get("sigma", 1), scale=np.exp(args.get("mu", 0))),
        "exponential": lambda: np.exp(-args.get("rate", 1) * x),
    }[name]()
    density = np.nan_to_num(density)
    stored = np.rint(x * unit)
    seen = np.array([density[stored == v].sum() for v in binned.edges[1:]]) / density.sum()
    grouped = np.array(
        [density[(stored > a) & (stored <= b)].sum() for a, b in zip(binned.edges, binned.edges[1:], strict=False)]
    )
    assert binned.probabilities[0] == 0
    assert binned.probabilities[-1] == 0
    np.testing.assert_allclose(binned.probabilities[1:-1], grouped / density.sum(), atol=2e-6)
    assert seen.sum() <= 1.0001


def test_zipf_law_against_sums() -> None:
    law = ZipfLaw(1.3, 2_000_000)
    exact = np.cumsum(np.arange(1, 2_000_001, dtype=np.float64) ** -1.3)
    exact /= exact[-1]
    at = np.array([1, 10, 999_999, 1_000_001, 1_500_000, 2_000_000])
    np.testing.assert_allclose(law.cdf(at), exact[at - 1], rtol=1e-12)
    assert law.quantile(np.array([0.9]))[0] == np.searchsorted(exact, 0.9) + 1


def test_wrong_values_in_nested_parts_are_named(make_shop: Callable[..., Any], kit: Any) -> None:
    shop = make_shop(
        "{name: c, type: 'struct<n:int,t:array<date>>', generator: {struct: {n: {uniform: {min: 1, max: 5}}, t: {array: {element: {uniform: {min: '2024-01-01', max: '2024-01-31'}}}}}}}"  # noqa: E501
    )
    shop.write("t")

    def change(table: pa.Table) -> pa.Table:
        values = table["c"].to_pylist()
        values[3] = {"n": 6, "t": [dt.date(2025, 1, 1)]}
        return table.set_column(0, "c", pa.array(values, table.schema.field("c").type))

    shop.spoil("t", change)
    found = kit.failures(shop.judge("t"))
    assert {"bounds of c.n", "bounds of c.t[]"} <= set(found)


def test_decimal_bounds_are_exact(make_shop: Callable[..., Any], kit: Any) -> None:
    shop = make_shop(
        "{name: c, type: 'decimal(18,4)', generator: {uniform: {min: '-1.0001', max: '99999999999999.9999'}}}"
    )
    shop.write("t")
    for value, good in (("99999999999999.9999", True), ("-1.0001", True), ("-1.0002", False)):
        shop.write("t")
        shop.spoil(
            "t",
            lambda t, v=value: t.set_column(
                0, "c", pa.array([Decimal(v), *t["c"].to_pylist()[1:]], pa.decimal128(18, 4))
            ),
        )
        assert ("bounds of c" not in kit.failures(shop.judge("t"))) == good, value
    assert DataType("decimal", (18, 4)).scale == 4
