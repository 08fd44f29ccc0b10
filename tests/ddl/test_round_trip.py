"""Any model, written as YAML, reads as the same model; and writing it again changes nothing."""

from __future__ import annotations

from dataclasses import replace

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowmill.ddl.into_yaml import tree
from rowmill.ddl.into_yaml.merge import merged
from rowmill.ddl.into_yaml.splice import spliced
from rowmill.ddl.into_yaml.writer import to_yaml, update_yaml
from rowmill.schema.model import ForeignKey, GeneratorSpec, SchemaFile, TableColumn, TableDefinition
from rowmill.schema.types import DataType
from rowmill.schema.yaml import parse_schema

TRAPS = st.sampled_from(
    "no|yes|on|null|~|1_0|12:30|0x1|1e3|=|<<|'|\"|\\|2020-01-01|[|{a|*a|&a|!a|%a|@a|`a|- a|a: b|a #b|a, b|? a".split(
        "|"
    )
)
CHARACTERS = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co", "Zl", "Zp", "Zs"], include_characters=" ")
TEXT = st.one_of(st.just(""), TRAPS, st.text(CHARACTERS, max_size=30))
NAMES = st.one_of(TRAPS, TEXT).filter(bool)
SIMPLE = st.sampled_from(["boolean", "tinyint", "int", "bigint", "double", "string", "date", "timestamp", "json"]).map(
    DataType
)
DECIMALS = st.integers(1, 38).flatmap(lambda p: st.integers(0, p).map(lambda s: DataType("decimal", (p, s))))
SIZED = st.builds(
    lambda kind, size: DataType(kind, (size,)), st.sampled_from(["char", "varchar"]), st.integers(1, 65535)
)
TYPES = st.recursive(
    st.one_of(SIMPLE, DECIMALS, SIZED),
    lambda inner: st.one_of(
        inner.map(lambda t: DataType("array", children=(t,))),
        st.tuples(inner, inner).map(lambda pair: DataType("map", children=pair)),
        st.lists(st.tuples(NAMES, inner), min_size=1, max_size=3, unique_by=lambda f: f[0]).map(
            lambda fields: DataType("struct", (), tuple(t for _, t in fields), tuple(n for n, _ in fields))
        ),
    ),
    max_leaves=4,
)

NUMBERS = st.one_of(st.integers(-(10**30), 10**30), st.floats(allow_nan=False, allow_infinity=False))
KEYS = st.one_of(TEXT, st.sampled_from(["k" * 127, "k" * 128, "long and 'quoted': " * 12]))
OPTIONS = st.recursive(
    st.one_of(TEXT, st.booleans(), NUMBERS, st.lists(st.one_of(TEXT, NUMBERS), max_size=3)),
    lambda inner: st.dictionaries(KEYS, inner, max_size=2) | st.lists(inner, max_size=2),
    max_leaves=4,
)


@st.composite
def tables(draw: st.DrawFn, name: str) -> TableDefinition:
    names = draw(st.lists(NAMES, min_size=2, max_size=5, unique_by=str.casefold))
    keys = st.lists(st.sampled_from(names), min_size=1, max_size=len(names) - 1, unique=True).map(tuple)
    columns = [
        TableColumn(
            column,
            draw(TYPES),
            nullable=draw(st.booleans()),
            default=draw(st.none() | TEXT),
            comment=draw(st.none() | TEXT),
            generated=draw(st.booleans()),
            source_type=draw(st.none() | TEXT),
            generator=draw(st.sampled_from([None, GeneratorSpec("uuid"), GeneratorSpec("zipf", {"s": 1.2, "n": 9})])),
        )
        for column in names
    ]
    foreign = draw(st.lists(keys, max_size=2, unique=True))
    skewed = st.none() | st.just(GeneratorSpec("zipf", {"s": 2.0}))
    return TableDefinition(
        name,
        tuple(columns),
        schema=draw(st.none() | NAMES),
        comment=draw(st.none() | TEXT),
        rows=draw(st.none() | st.integers(0, 10**12)),
        primary_key=draw(st.just(()) | keys),
        unique=tuple(draw(st.lists(keys, max_size=2))),
        foreign_keys=tuple(ForeignKey(key, "p", key, draw(skewed)) for key in foreign),
        partition_by=draw(st.just(()) | keys),
        options=draw(st.dictionaries(TEXT, OPTIONS, max_size=3)),
    )


# The same examples each time: a change must not fail on what another change let through.
STEADY = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
FEWER = settings(STEADY, max_examples=40)
SCHEMAS = st.lists(NAMES, min_size=1, max_size=2, unique=True).flatmap(
    lambda names: st.tuples(*(tables(name) for name in names)).map(lambda made: SchemaFile(made, "redshift"))
)


@STEADY
@given(SCHEMAS)
def test_model_to_yaml_to_model(schema: SchemaFile) -> None:
    text = to_yaml(schema)
    assert parse_schema(text, "x").tables == schema.tables
    assert update_yaml(text, schema, "x") == text
    assert tree.nodes(text) == yaml.safe_load(text)  # YAML 1.2 and 1.1 take it for the same


@FEWER
@given(SCHEMAS, SCHEMAS)
def test_any_schema_becomes_any_other(old: SchemaFile, new: SchemaFile) -> None:
    before = to_yaml(old)
    text = update_yaml(before, new, "x")
    assert [t.column_names for t in parse_schema(text, "x").tables] == [t.column_names for t in new.tables]
    assert text in (before, spliced(before, old, merged(new, old))), "not line by line"
    assert update_yaml(text, new, "x") == text


@FEWER
@given(tables("t"), tables("t"))
def test_a_comment_stays_above_its_column(old: TableDefinition, new: TableDefinition) -> None:
    # What both have stays, in another order and with others between.
    both = replace(new, columns=old.columns[:1] + tuple(c for c in new.columns if not same(c, old.columns[0])))
    both = replace(both, primary_key=(), unique=(), foreign_keys=(), partition_by=())
    lines = to_yaml(SchemaFile((old,))).split("\n")
    at = lines.index("    columns:") + 1
    lines.insert(at, "      # above the first")
    after = update_yaml("\n".join(lines), SchemaFile((both,)), "x").split("\n")
    assert after[after.index("      # above the first") + 1] == lines[at + 1]


def same(one: TableColumn, other: TableColumn) -> bool:
    return one.name.casefold() == other.name.casefold()
