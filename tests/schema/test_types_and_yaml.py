"""Types print as they parse; a schema YAML that is wrong is refused with file, line and path, whatever is wrong."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rowmill.errors import GeneratorError, SchemaError
from rowmill.generate.table import World
from rowmill.schema.catalog import Catalog, CatalogTable
from rowmill.schema.model import ForeignKey, GeneratorSpec
from rowmill.schema.types import INTEGER_BITS, DataType, parse_type
from rowmill.schema.yaml import parse_columns, parse_schema

PLAIN = [
    *INTEGER_BITS,
    *("boolean", "float", "double", "string", "binary", "date", "timestamp", "timestamp_ntz", "time", "interval"),
    *("json", "uuid", "xml", "geometry"),
]
DECIMALS = st.integers(1, 38).flatmap(lambda p: st.integers(0, p).map(lambda s: DataType("decimal", (p, s))))
SCALARS = st.one_of(
    st.sampled_from(PLAIN).map(DataType),
    DECIMALS,
    st.tuples(st.sampled_from(["char", "varchar"]), st.integers(1, 65535)).map(lambda t: DataType(t[0], (t[1],))),
)
NAMES = st.text(min_size=1, max_size=8)


def struct(fields: dict[str, DataType]) -> DataType:
    return DataType("struct", children=tuple(fields.values()), field_names=tuple(fields))


TYPES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        inner.map(lambda t: DataType("array", children=(t,))),
        st.tuples(inner, inner).map(lambda t: DataType("map", children=t)),
        st.dictionaries(NAMES, inner, min_size=1, max_size=4).map(struct),
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=300)
@given(TYPES)
def test_a_type_parses_as_it_prints(dtype: DataType) -> None:
    assert parse_type(str(dtype)) == dtype
    dtype.to_arrow()


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=30) | st.text("decimalrystuc<>(),:0123`` ", max_size=40))
def test_what_is_no_type_is_a_schema_error(text: str) -> None:
    try:
        found = parse_type(text)
    except SchemaError as error:
        said = str(error)
    else:
        said = ""
        assert parse_type(str(found)) == found
    assert "\n" not in said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BIGINT", "bigint"),
        (" decimal ( 12 , 2 ) ", "decimal(12,2)"),
        ("decimal(5)", "decimal(5,0)"),
        ("array< struct< a : int , `b c`:map<string,date>>>", "array<struct<a:int,`b c`:map<string,date>>>"),
    ],
)
def test_how_a_type_may_be_written(text: str, expected: str) -> None:
    assert str(parse_type(text)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bigin", "did you mean bigint"),
        ("decimal", "needs its size"),
        ("decimal(39,2)", "1 <= p <= 38"),
        ("decimal(3,4)", "0 <= s <= p"),
        ("varchar", "varchar(40)"),
        ("varchar(0)", "at least 1"),
        ("varchar(x)", "whole number"),
        ("int(3)", "nothing expected"),
        ("array<int", "'>' expected"),
        ("map<int>", "',' expected"),
        ("struct<a:int,a:int>", "two struct fields"),
        ("struct<>", "a field name expected"),
        ("", "unknown type"),
        ("array<" * 40 + "int" + ">" * 40, "deeper than 32"),
    ],
)
def test_what_is_wrong_with_a_type(text: str, message: str) -> None:
    with pytest.raises(SchemaError) as caught:
        parse_type(text, where="a.yaml:3")
    assert message in str(caught.value)
    assert str(caught.value).startswith("a.yaml:3: ")


BASE = """tables:
  - name: t
    rows: 10
    columns:
      - name: a
        type: int
        generator: {uniform: {min: 1, max: 5}}
      - name: b
        type: date
        generator: {constant: 2024-01-31}
    primary_key: [a]
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rows: 10", "row: 10", "s.yaml:2 tables[0]: 'row' is not known here; did you mean rows"),
        ("rows: 10", "rows: -1", "s.yaml:3 tables[0].rows: at least 0 expected (got -1)"),
        ("rows: 10", "rows: 5.0", "s.yaml:3 tables[0].rows: integer expected (got 5.0)"),
        ("rows: 10", "rows: true", "s.yaml:3 tables[0].rows: integer expected"),
        ("type: int", "type: itn", "s.yaml:6 tables[0].columns[0].type: unknown type 'itn'"),
        ("        type: int\n", "", "s.yaml:5 tables[0].columns[0]: 'type' is missing"),
        (
            "uniform:",
            "unifrom:",
            "s.yaml:7 tables[0].columns[0].generator: 'unifrom' is not known here; did you mean uniform",
        ),
        (
            "min: 1",
            "mim: 1",
            "s.yaml:7 tables[0].columns[0].generator.uniform: 'mim' is not known here; did you mean min",
        ),
        ("{uniform: {min: 1, max: 5}}", "unifrom", "did you mean uniform"),
        ("{uniform: {min: 1, max: 5}}", "zipf", "zipf needs its arguments: n"),
        ("{uniform: {min: 1, max: 5}}", "{normal: {mean: .nan}}", "number expected (got nan)"),
        ("{uniform: {min: 1, max: 5}}", "{uniform: {}, uuid: {}}", "one generator expected, not several"),
        ("primary_key: [a]", "primary_key: [aa]", "s.yaml:11 tables[0].primary_key: table 't' has no such column"),
        ("primary_key: [a]", "primary_key: [a, a]", "a column stands twice"),
        ("name: b", "name: A", "two columns of this name"),
        ("    rows: 10", "    rows: 10\n    rows: 11", "s.yaml:4: invalid YAML: the key 'rows' stands twice"),
        ("tables:", "tables: [", "invalid YAML"),
        ("[a]", "!!bool x", "a value does not fit its tag"),
        ("[a]", "&x [*x]", "an alias stands for itself"),
        ("rows: 10", "rows: 1" + "0" * 5000, "invalid YAML"),
        ("rows: 10", "rows: 0x" + "f" * 5000, "too many digits"),
        ("rows: 10", "rows: " + "[" * 3000 + "]" * 3000, "nested too deeply"),
        ("rows: 10", "rows: " + "[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ("rows: 10", "rows:\n      " + "- " * 100_000 + "1", "nested too deeply"),
        ("rows: 10", "rows: " + "{a: " * 100_000 + "}" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, message: str) -> None:
    assert old in BASE
    with pytest.raises(SchemaError) as caught:
        parse_schema(BASE.replace(old, new, 1), "s.yaml")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_alias_bomb_is_refused_at_once() -> None:
    levels = [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 10 if i else ['x'] * 10)}]" for i in range(12)]
    start = time.monotonic()
    with pytest.raises(SchemaError, match="more than"):
        parse_schema("\n".join(levels), "s.yaml")
    assert time.monotonic() - start < 2


def test_dates_stay_text_and_columns_may_come_from_python() -> None:
    spec = parse_schema(BASE, "s.yaml").tables[0].column("b").generator
    assert spec is not None
    assert spec.args == {"value": "2024-01-31"}
    columns = parse_columns([{"name": "a", "type": "int"}, {"name": "b", "type": "string", "generator": "uuid"}])
    assert columns.column_names == ("a", "b")
    with pytest.raises(SchemaError, match=r"columns\[0\]"):
        parse_columns([{"name": "a"}])


DOCUMENT = """dialect: redshift
tables:
  - name: p
    rows: 20
    columns:
      - {name: id, type: bigint, nullable: false, generator: permutation}
      - {name: mail, type: varchar(40), generator: {template: "u{seq}@x.org"}, nulls: 0.1}
      - {name: c, type: string, generator: {choice: {by: id, cases: {1: {values: [a], weights: [1]}}, values: [b]}}}
      - {name: n, type: "decimal(10,2)", generator: {normal: {mean: 5, stddev: 2, min: 0, max: 9}}}
      - {name: s, type: "struct<a:int,b:array<string>>", generator: {struct: {a: {poisson: 4}, b: array}}}
      - {name: m, type: "map<string,int>", generator: {map: {key: {words: {min: 1, max: 1}}, length: {min: 0, max: 3}}}}
      - {name: e, type: int, generator: {expression: "id % 7 + random_int(1, 3)"}}
      - {name: d, type: date, generator: {uniform: {min: 2024-01-01, max: 2024-12-31}}}
      - {name: o, type: timestamp, generator: {offset: {of: d, by: {uniform: {min: 1, max: 5}}, unit: hour}}}
      - {name: z, type: int, generator: {zipf: {s: 1.1, n: 50}}}
      - {name: i, type: timestamp_ntz, generator: {increasing: {start: 2024-01-01 00:00:00, step: 60}}}
      - {name: x, type: string, generator: {pattern: "[a-z]{1,3}-(x|yy)[0-9]?"}}
      - {name: j, type: json, generator: {json: {a: uuid, b: {boolean: 0.2}}}}
    primary_key: [id]
    unique: [[mail]]
  - name: c
    rows: 30
    columns:
      - {name: p_id, type: bigint, nullable: false}
      - {name: line, type: int, nullable: false}
      - {name: mail, type: string, generator: {parent: {column: mail}}}
    primary_key: [p_id, line]
    foreign_keys:
      - {columns: [p_id], references: {table: p, columns: [id]}, distribution: {each: {min: 1, max: 3}}}
"""
PIECES = [
    *("-1", "0", "1.5", "1e9", "99999999999999999999", ".nan", ".inf", "null", "true", "''", "[]", "{}", "x", "[a, 1]"),
    *(
        "{a: 1}",
        "2024-02-30",
        "2024-01-01",
        "'{'",
        "'{seq:d}'",
        "'[a-'",
        "'(a|b){9}'",
        "int",
        "decimal(38,38)",
        "char(1)",
    ),
    *(
        "tinyint",
        "array<int>",
        "uuid",
        "sequence",
        "words",
        "{uniform: {min: 9, max: 1}}",
        "{faker: first_name}",
        "!!int x",
    ),
    *(
        "{constant: 1}",
        "{expression: '1/0'}",
        "{expression: id}",
        "&a",
        "*a",
        "'a\\nb'",
        "\\t",
        "#",
        ":",
        "- ",
        "id",
        "mail",
    ),
]


def mutated(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 3)):
        words = [i for i in range(len(text)) if text[i].isalnum() and not text[i - 1].isalnum()]
        at = chance.choice(words)
        end = at
        while end < len(text) and (text[end].isalnum() or text[end] in "_.-"):
            end += 1
        match chance.randrange(6):
            case 0 | 1 | 2:
                text = text[:at] + chance.choice(PIECES) + text[end:]
            case 3:
                text = text[:at] + text[end:]
            case 4:  # a line moves, comes twice or goes
                lines = text.splitlines(keepends=True)
                line = lines.pop(chance.randrange(len(lines)))
                lines[(to := chance.randrange(len(lines))) : to] = [line] * chance.randint(0, 2)
                text = "".join(lines)
            case _:
                other = chance.choice(words)
                text = text[:at] + text[other : other + chance.randint(1, 12)] + text[end:]
    return text


def test_two_thousand_mutants_are_made_or_refused_in_a_line() -> None:
    chance = random.Random(20240131)
    refused, made, lines, slowest = 0, 0, 0, 0.0
    for number in range(2000):
        text = mutated(DOCUMENT, chance)
        start = time.monotonic()
        try:
            found = {t.name: CatalogTable("", t, "m.yaml") for t in parse_schema(text, "m.yaml").tables}

            def resolve(table: CatalogTable, key: ForeignKey, found: dict[str, CatalogTable] = found) -> CatalogTable:
                if key.table not in found:
                    raise SchemaError("no such table", value=key.table)
                if missing := [c for c in key.references if c not in found[key.table].definition.column_names]:
                    raise SchemaError("no such column", value=missing)
                return found[key.table]

            world = World(resolve, 42)
            for table in found.values():
                table_made = world.table(table)
                table_made.prepare()
                if table_made.rows < 1000:
                    table_made.batch(0, table_made.rows)
            made += 1
        except (SchemaError, GeneratorError) as error:
            lines += str(error).count("\n")
            refused += 1
        except Exception as error:
            raise AssertionError(f"mutant {number}: {type(error).__name__}: {error}\n{text}") from error
        slowest = max(slowest, time.monotonic() - start)
    assert made > 50
    assert refused > 500
    assert lines == 0
    assert slowest < 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    def table(name: str, refers: str | None = None) -> dict[str, object]:
        item: dict[str, object] = {"name": name, "columns": [{"name": "id", "type": "int"}]}
        if refers:
            item["foreign_keys"] = [{"columns": ["id"], "references": {"table": refers, "columns": ["id"]}}]
        return item

    (tmp_path / "shop").mkdir()
    (tmp_path / "_off").mkdir()
    for path, tables in {
        "a.yaml": [table("lines", "orders"), table("orders", "sales.customers")],
        "b.yml": [table("customers")],
        "shop/s.yaml": [table("orders"), table("ring", "gnir"), table("gnir", "ring"), table("up", "orders")],
    }.items():
        (tmp_path / path).write_text(yaml.safe_dump({"tables": tables}))
    return tmp_path


def test_names_and_namespaces(folder: Path) -> None:
    catalog = Catalog(folder)
    assert catalog.namespaces() == ["", "shop"]
    assert [t.qualified for t in catalog.select("all")] == ["customers", "orders", "lines"]
    assert [t.qualified for t in catalog.select("lines, customers")] == ["lines", "customers"] or [
        t.qualified for t in catalog.select("lines, customers")
    ] == ["customers", "lines"]
    assert [t.qualified for t in catalog.select("shop.orders")] == ["shop.orders"]
    assert {t.qualified for t in catalog.select("shop.all")} == {"shop.orders", "shop.ring", "shop.gnir", "shop.up"}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("ordres", "did you mean orders"),
        ("ring", "shop.ring"),
        ("orders,shop.orders", "two tables of this name"),
        ("orders,,lines", "an empty table name"),
        ("nope.all", "no such table"),
        ("", "an empty table name"),
    ],
)
def test_names_that_are_none(folder: Path, names: str, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        Catalog(folder).select(names)


def test_a_table_in_two_files_and_a_parent_that_is_missing(folder: Path) -> None:
    (folder / "c.yaml").write_text("tables: [{name: x, columns: [{name: id, type: int}]}]")
    (folder / "d.yaml").write_text("tables: [{name: x, columns: [{name: id, type: int}]}]")
    with pytest.raises(SchemaError, match="stands in two files"):
        Catalog(folder).select("x")
    (folder / "d.yaml").write_text(
        "tables:\n - name: y\n   columns: [{name: id, type: int}]\n"
        "   foreign_keys: [{columns: [id], references: {table: custmers, columns: [id]}}]\n"
    )
    with pytest.raises(SchemaError, match="did you mean customers"):
        Catalog(folder).select("y")
    (folder / "d.yaml").write_text("tables: [")  # a fault in the one namespace does not hinder the other
    assert [t.name for t in Catalog(folder).select("shop.orders")] == ["orders"]
    with pytest.raises(SchemaError, match="no such schema"):
        Catalog(folder / "nope")


def test_numbers_with_an_exponent_are_numbers_where_one_is_expected() -> None:
    text = """
tables:
  - name: t
    rows: 1e3
    columns:
      - {name: a, type: int, nulls: 1e-1, generator: {zipf: {s: 12e-1, n: 1e6}}}
      - {name: b, type: string, generator: {choice: {values: [1e6, 2e6], weights: [1e1, 2]}}}
      - name: c
        type: "array<double>"
        generator: {array: {element: {normal: {mean: 1e3}}, length: {min: 0, max: 1e1}}}
      - {name: d, type: double, generator: {poisson: 1e2}}
      - {name: e, type: double, generator: {uniform: {min: 1e3, max: 2e3}}}
"""
    table = parse_schema(text, "x.yaml").tables[0]
    assert (table.rows, table.columns[0].nulls) == (1000, 0.1)
    assert isinstance(table.rows, int)
    specs = [c.generator for c in table.columns]
    assert specs[0] == GeneratorSpec("zipf", {"s": 1.2, "n": 1_000_000})
    assert specs[1] == GeneratorSpec("choice", {"values": ["1e6", "2e6"], "weights": [10, 2]})
    assert specs[2] is not None
    assert specs[2].args["length"] == {"min": 0, "max": 10}
    assert specs[3] == GeneratorSpec("poisson", {"mean": 100})
    for bad in ("1e-3", "1e999", "1.5e0", "1e", "x"):
        with pytest.raises(SchemaError, match=r"x.yaml:4 tables\[0\].rows: integer expected"):
            parse_schema(text.replace("rows: 1e3", f"rows: {bad}"), "x.yaml")
    with pytest.raises(SchemaError, match="number expected"):
        parse_schema(text.replace("s: 12e-1", "s: 1e999"), "x.yaml")
