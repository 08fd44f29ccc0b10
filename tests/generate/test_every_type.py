"""Every generator for every type: valid values of exactly that type, or a GeneratorError; never anything else."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import yaml

from rowmill.errors import GeneratorError, SchemaError
from rowmill.generate.arrow import plain
from rowmill.schema.types import DataType, integer_bounds, parse_type
from rowmill.schema.vocabulary import VOCABULARY

TYPES = [
    *("boolean", "tinyint", "smallint", "int", "bigint", "float", "double"),
    *("decimal(1,0)", "decimal(3,3)", "decimal(9,2)", "decimal(18,0)", "decimal(18,18)", "decimal(19,4)"),
    *("decimal(38,0)", "decimal(38,20)", "decimal(38,38)"),
    *("char(1)", "char(40)", "varchar(2)", "varchar(5)", "varchar(64)", "string", "binary"),
    *("date", "timestamp", "timestamp_ntz", "time", "interval", "json", "uuid", "xml", "geometry"),
    *("array<int>", "array<decimal(38,2)>", "array<array<tinyint>>", "map<string,int>", "map<date,array<string>>"),
    "struct<a:int,b:varchar(3),c:struct<d:date,e:array<double>>>",
]
GENERATORS: list[Any] = [
    *("sequence", "permutation", "uniform", "normal", "lognormal", "exponential", "boolean", "increasing", "words"),
    *("uuid", "array", "map"),
    *({"sequence": {"start": s, "step": t}} for s, t in ((-1000, 1), (10**15, -(10**12)), (10**25, 1), (0, 0))),
    *({"permutation": {"start": s}} for s in (-5, 10**18, 10**30)),
    *({"constant": v} for v in (0, 1, True, "a", "2024-01-31", "2024-01-31 10:00:00", "10:00:00", "3 days", 0.5, 1e30)),
    {"constant": 2**63},
    *({"uniform": {"min": a, "max": b}} for a, b in ((0, 1), (-5.5, 5.5), (0, 10**30), ("2024-01-31", "2024-02-01"))),
    *({"normal": {"mean": m, "stddev": s}} for m, s in ((0, 0), (1e300, 1e307), (9e18, 1e18), (5e37, 1e37), (100, 1))),
    *({"lognormal": {"mu": m, "sigma": s}} for m, s in ((100, 50), (-100, 1), (700, 100))),
    *({"exponential": {"rate": r}} for r in (1e-300, 1e-15, 1e300)),
    *({"poisson": m} for m in (0, 3.5, 1e9)),
    *({"zipf": {"s": s, "n": n, "min": m}} for s, n, m in ((1.2, 100, 1), (0.5, 10**15, -(10**9)), (3, 5, 10**25))),
    {"choice": [1, 2, 3]},
    {"choice": ["a", "bb"]},
    {"choice": [True, False]},
    {"choice": {"values": ["2024-01-31", "2024-02-01"], "weights": [1, 0]}},
    {"choice": {"by": "other", "cases": {"1": {"values": [1]}}, "values": [2]}},
    {"choice": [[1], [2]]},
    {"increasing": {"start": 0, "end": 100}},
    {"increasing": {"start": "2024-01-01", "end": "2024-01-02"}},
    {"increasing": {"start": "2024-01-01 00:00:00", "step": 3600}},
    {"increasing": {"step": 1e300}},
    {"pattern": "[a-c]{2}"},
    {"pattern": "x?"},
    {"template": "{seq}"},
    {"template": "{other}-{seq:05d}"},
    {"words": {"chars": {"min": 1, "max": 1}}},
    {"faker": "name"},
    {"faker": "pyint"},
    {"faker": "date"},
    {"faker": "binary"},
    *({"expression": e} for e in ("1", "other + 1", "other / 3.0", "'x'", "null", "other > 2", "date '2024-01-01'")),
    {"expression": "cast(other as string)"},
    {"offset": {"of": "day", "by": {"uniform": {"min": 0, "max": 10}}}},
    {"offset": {"of": "day", "by": {"normal": {"mean": 0, "stddev": 2}}, "unit": "hour"}},
    {"offset": {"of": "day", "by": {"expression": "other * 2"}, "unit": "month"}},
    {"offset": {"of": "day", "by": {"constant": 9000}, "unit": "year"}},
    {"offset": {"of": "other", "by": "sequence"}},
    {"parent": "a"},
    {"array": {"element": "sequence", "length": {"min": 0, "max": 2}}},
    {"array": {"element": {"uniform": {"min": 1, "max": 9}}, "length": {"min": 0, "max": 0}}},
    {"map": {"key": {"choice": ["a", "b"]}, "value": {"poisson": 3}, "length": {"min": 1, "max": 3}}},
    {"struct": {"a": {"uniform": {"min": 1, "max": 5}}}},
    {"json": {"a": "uuid", "b": {"normal": {"mean": 1, "stddev": 1}}}},
]
# The binary provider makes megabytes: smaller ones do.
GENERATORS[GENERATORS.index({"faker": "binary"})] = {"faker": {"provider": "binary", "args": {"length": 8}, "pool": 5}}
OTHERS = (
    "      - {name: other, type: int, generator: {uniform: {min: 1, max: 5}}}\n"
    "      - {name: day, type: date}\n"
    "      - {name: nested, type: 'array<int>'}\n"
)


def check(dtype: DataType, array: Any) -> None:
    """Fails unless every value is one that the type can hold."""
    array = plain(array)
    array.validate(full=True)
    assert array.type in (dtype.to_arrow(), plain(array).type)
    assert array.type == dtype.to_arrow()
    values = [v for v in array.to_pylist() if v is not None] if dtype.name != "interval" else []
    match dtype.name:
        case "decimal":
            limit = Decimal(f"1e{dtype.precision - dtype.scale}")
            assert all(abs(v) < limit for v in values)
        case "char" | "varchar":
            assert all(len(v) <= dtype.length for v in values)
        case "float" | "double":
            assert np.isfinite(np.array(values, float)).all()
        case "array":
            check(dtype.children[0], array.flatten())
        case "map":
            check(dtype.children[0], array.keys)
            check(dtype.children[1], array.items)
        case "struct":
            for child, part in zip(dtype.children, array.flatten(), strict=True):
                check(child, part)


@pytest.mark.parametrize("dtype", TYPES)
def test_values_are_valid_or_refused(dtype: str, column: Any) -> None:
    made = 0
    refused: list[str] = []
    for spec, more in zip(GENERATORS, itertools.cycle(("", ", nulls: 0.3", "", ", nullable: false")), strict=False):
        try:
            table = column(
                dtype,
                yaml.safe_dump(spec, default_flow_style=True).removesuffix("\n...\n"),
                20,
                more=more,
                others=OTHERS,
            )
            array = table.batch(0, 20).column("c")
        except GeneratorError as error:
            refused.append(str(error))
            continue
        assert table.arrow_schema.field("c").nullable == ("nullable" not in more)
        array = plain(array)
        assert array.type == parse_type(dtype).to_arrow()
        check(parse_type(dtype), array)
        if more.endswith("false"):
            assert array.null_count == 0
        made += 1
    assert all("shop.yaml:" in text and "\n" not in text for text in refused)
    assert made >= (1 if "<" in dtype else 6), "hardly any generator makes this type"


def test_the_matrix_has_every_generator() -> None:
    used = {next(iter(s)) if isinstance(s, dict) else s for s in GENERATORS}
    assert used == set(VOCABULARY)


NAMES = """id user_id order_key email first_name last_name username company file_name host_name domain name full_name
 phone tel street address city country country_code state zip postal_code locale currency url ip_address user_agent
 color job_title gender status priority sku serial code ref iban price amount total_cost tax rate discount score
 latitude lon lat lng year age month day hour quantity cnt_num is_active has_it flag birth_date dob created_at
 description x value comment balance güte""".split()


@pytest.mark.parametrize("dtype", TYPES)
def test_inference_keeps_the_bounds_of_every_type(dtype: str, tables: Any) -> None:
    same = ("json", "xml", "geometry", "uuid", "binary", "array", "map", "struct")  # whatever the name
    names = NAMES[:3] if parse_type(dtype).name in same else NAMES
    columns = "".join(f"      - {{name: '{name}', type: '{dtype}'}}\n" for name in names)
    table = tables(f"tables:\n  - name: t\n    rows: 100\n    columns:\n{columns}")["t"]
    batch = table.batch(0, 100)
    for name in batch.schema.names:
        check(parse_type(dtype), batch.column(name))
        assert batch.column(name).null_count == 0


@pytest.mark.parametrize("dtype", [t for t in TYPES if "<" not in t])
@pytest.mark.parametrize("name", ["id", "email"])
def test_keys_are_inferred_for_every_type_that_can(dtype: str, name: str, tables: Any) -> None:
    kind = parse_type(dtype)
    refused = kind.name in ("boolean", "json", "xml", "geometry")
    room = {"char(1)": 36, "varchar(2)": 1296, "tinyint": 256, "decimal(1,0)": 19, "decimal(3,3)": 1999}.get(
        dtype, 10**6
    )
    for rows in {7, min(room, 3000)}:
        only = f"{{name: {name}, type: '{dtype}', nullable: false}}"
        text = f"tables:\n  - name: t\n    rows: {rows}\n    columns: [{only}]\n"
        if refused:
            with pytest.raises(GeneratorError):
                tables(f"{text}    primary_key: [{name}]\n")
            continue
        array = tables(f"{text}    primary_key: [{name}]\n")["t"].batch(0, rows).column(0)
        check(kind, array)
        assert len(plain(array).unique()) == rows
    if room < 3000 and not refused:
        with pytest.raises(GeneratorError):
            tables(text.replace(f"rows: {rows}", f"rows: {room + 1}") + f"    primary_key: [{name}]\n")


@pytest.mark.parametrize("dtype", ["tinyint", "smallint", "int", "bigint"])
def test_the_whole_range_of_an_integer_is_reached(dtype: str, column: Any, values: Any) -> None:
    low, high = integer_bounds(parse_type(dtype))
    made = values(column(dtype, f"{{uniform: {{min: {low}, max: {high}}}}}", 20_000))
    assert low <= min(made)
    assert max(made) <= high
    assert min(made) < low + (high - low) / 1000 + 1
    assert max(made) > high - (high - low) / 1000 - 1
    if dtype == "tinyint":
        assert set(made) == set(range(low, high + 1))


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [
        ("decimal(38,0)", "-" + "9" * 38, "9" * 38),
        ("decimal(38,38)", "-0." + "9" * 38, "0." + "9" * 38),
        ("decimal(38,20)", "12345678901234567.12345678901234567891", "12345678901234567.12345678901234567893"),
        ("date", "0001-01-01", "9999-12-31"),
        ("timestamp", "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999"),
        ("time", "23:59:59.999998", "23:59:59.999999"),
        ("date", "2024-02-28", "2024-03-01"),
    ],
)
def test_bounds_are_kept_to_the_last_digit(dtype: str, low: str, high: str, column: Any, values: Any) -> None:
    table = column(dtype, f"{{uniform: {{min: '{low}', max: '{high}'}}}}", 3000)
    made = [str(v) for v in values(table)]
    check(parse_type(dtype), table.batch(0, 3000).column("c"))
    if parse_type(dtype).name == "decimal":
        assert Decimal(low) <= min(map(Decimal, made))
        assert max(map(Decimal, made)) <= Decimal(high)
    if len(set(made)) <= 3:
        assert {low, high} <= set(made)


def test_nested_parts_keep_their_type_bounds_at_any_row(column: Any, values: Any) -> None:
    with pytest.raises(GeneratorError, match="don't fit tinyint"):
        column("array<tinyint>", "{array: {element: sequence}}", 1000)
    ends = "{array: {element: {increasing: {start: 5, end: 9}}, length: {min: 1, max: 4}}}"
    assert {v for row in values(column("array<int>", ends, 500)) for v in row} == {5, 6, 7, 8, 9}
    with pytest.raises(GeneratorError, match="distinct values"):
        column("array<string>", "{array: {element: {faker: {provider: state_abbr, unique: true}}}}", 500)


def test_lengths_of_arrays_and_maps(column: Any, values: Any, chi_squared: Any) -> None:
    made = values(column("array<int>", "{array: {length: {min: 2, max: 5}}}", 8000))
    chi_squared(np.bincount([len(v) for v in made])[2:], np.ones(4))
    maps = values(column("map<int,string>", "{map: {key: {uniform: {min: 1, max: 3}}, length: {min: 1, max: 3}}}", 500))
    assert all(1 <= len(m) <= 3 and len({k for k, _ in m}) == len(m) for m in maps)
    with pytest.raises((GeneratorError, SchemaError)):
        column("array<int>", "{array: {length: {min: 5, max: 2}}}", 10)


def test_parts_of_rows_are_independent_of_each_other(column: Any, values: Any, chi_squared: Any) -> None:
    element = "{array: {element: {uniform: {min: 0, max: 1}}, length: {min: 2, max: 2}}}"
    pairs = [a * 2 + b for a, b in values(column("array<int>", element, 8000))]
    chi_squared(np.bincount(pairs, minlength=4), np.ones(4))
