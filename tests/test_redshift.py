"""COPY, its manifest and CREATE TABLE for Redshift: of every format, type and name. No Redshift reads them here."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from rowmill.ddl.dialects import dialect_named
from rowmill.ddl.export.quoting import name as quoted_name
from rowmill.redshift import COPY, CREATE, MANIFEST, Source, manifest_faults, texts
from rowmill.s3.uri import S3Uri
from rowmill.schema.model import ForeignKey, TableColumn, TableDefinition
from rowmill.schema.types import parse_type
from rowmill.schema.yaml import load_schema
from rowmill.sink.manifest import Manifest, WrittenFile

PLACE = S3Uri("lake", "shop/orders")
AWS = Source(PLACE, "eu-west-1", True, "snappy")
FORMATS = ("parquet", "orc", "csv", "json")


def table(columns: dict[str, str], name: str = "orders", **rest: Any) -> TableDefinition:
    return TableDefinition(name, tuple(TableColumn(n, parse_type(t)) for n, t in columns.items()), **rest)


PLAIN = table({"id": "bigint", "day": "date", "price": "decimal(12,2)", "note": "varchar(20)"}, primary_key=("id",))


def manifest(
    form: str, definition: TableDefinition = PLAIN, rows: tuple[int, ...] = (70, 0, 30), ending: str = ""
) -> Manifest:
    files, first = [], 0
    for number, count in enumerate(rows):
        path = f"slice-{number:03d}/part-000-000000-0123456789ab.{form}{ending}"
        files.append(WrittenFile(path, first, count, 1000 + number, 5))
        first += count
    columns = {column.name: str(column.type) for column in definition.columns}
    return Manifest("orders", form, columns, (), (("digest", first),), tuple(files), "0")


def made(form: str, definition: TableDefinition = PLAIN, source: Source = AWS, **rest: Any) -> dict[str, str]:
    return texts(manifest(form, definition, **rest), definition, source)


def clauses(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("-- ")]


def warnings(text: str) -> list[str]:
    return [line.removeprefix("-- warning: ") for line in text.splitlines() if line.startswith("-- warning: ")]


def parsed(text: str, kind: type[exp.Expression]) -> Any:
    """The one statement of the kind, as a parser of Redshift's SQL reads it."""
    (found,) = [
        e for e in sqlglot.parse(text, dialect="redshift") if isinstance(e, kind) and e.args.get("kind") != "SCHEMA"
    ]
    return found


# -- the manifest ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_the_manifest_has_the_form_that_redshift_documents(form: str) -> None:
    start = f"s3://lake/shop/orders/slice-{{}}/part-000-000000-0123456789ab.{form}"
    assert json.loads(made(form)[MANIFEST]) == {
        "entries": [
            {"url": start.format("000"), "mandatory": True, "meta": {"content_length": 1000}},
            {"url": start.format("002"), "mandatory": True, "meta": {"content_length": 1002}},
        ]
    }


def test_a_table_at_the_top_of_a_bucket() -> None:
    found = made("csv", source=Source(S3Uri("lake", ""), "eu-west-1", True, "none"))
    assert json.loads(found[MANIFEST])["entries"][0]["url"].startswith("s3://lake/slice-000/")
    assert "FROM 's3://lake/_redshift/manifest.json'" in clauses(found[COPY])


def test_without_rows_there_is_nothing_to_load() -> None:
    found = made("parquet", rows=(0, 0))
    assert json.loads(found[MANIFEST]) == {"entries": []}
    assert clauses(found[COPY]) == []
    assert "there are no rows, so there is nothing to load" in warnings(found[COPY])


def test_differences_to_the_objects_are_found() -> None:
    text = made("csv")[MANIFEST]
    there = {f"slice-{n:03d}/part-000-000000-0123456789ab.csv": 1000 + n for n in range(3)}
    first, empty, last = there
    none: frozenset[str] = frozenset()
    assert manifest_faults(text, PLACE, there, frozenset({empty})) == []
    assert manifest_faults(text, PLACE, there, none) == [f"s3://lake/shop/orders/{empty} is not in the manifest"]
    del there[empty]
    assert manifest_faults(text, PLACE, there | {first: 7}, none) == [
        f"s3://lake/shop/orders/{first} has 7 bytes, the manifest says 1000"
    ]
    assert manifest_faults(text, PLACE, {first: 1000}, none) == [f"s3://lake/shop/orders/{last} is missing"]
    assert len(manifest_faults(text, S3Uri("lake", "elsewhere"), {}, none)) == 2
    twice = json.dumps({"entries": json.loads(text)["entries"] * 2})
    assert sum("named twice" in fault for fault in manifest_faults(twice, PLACE, there, none)) == 2
    loose = text.replace('"mandatory": true', '"mandatory": false')
    assert sum("not mandatory" in fault for fault in manifest_faults(loose, PLACE, there, none)) == 2


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"entries": [{}]}', '{"entries": [{"url": "s3://a/b", "mandatory": true}]}']
)
def test_what_is_no_manifest_is_a_fault(text: str) -> None:
    (fault,) = manifest_faults(text, PLACE, {}, frozenset())
    assert "no manifest for COPY" in fault


# -- COPY --------------------------------------------------------------------------------------------------------

_FROM = [
    "COPY orders (id, day, price, note)",
    "FROM 's3://lake/shop/orders/_redshift/manifest.json'",
    "IAM_ROLE default",
]
_TIMES = ["DATEFORMAT 'auto'", "TIMEFORMAT 'auto'"]
_REGION = ["MANIFEST", "REGION 'eu-west-1'", "STATUPDATE ON;"]


@pytest.mark.parametrize(
    ("form", "ending", "expected"),
    [
        ("parquet", "", ["FORMAT AS PARQUET", "MANIFEST", "STATUPDATE ON;"]),  # a REGION would be an error
        ("orc", "", ["FORMAT AS ORC", "MANIFEST", "STATUPDATE ON;"]),
        ("csv", "", ["FORMAT AS CSV", "IGNOREHEADER 1", r"NULL AS '\\N'", *_TIMES, *_REGION]),
        ("csv", ".gz", ["FORMAT AS CSV", "IGNOREHEADER 1", r"NULL AS '\\N'", *_TIMES, "GZIP", *_REGION]),
        ("json", "", ["FORMAT AS JSON 'auto'", *_TIMES, *_REGION]),
        ("json", ".gz", ["FORMAT AS JSON 'auto'", *_TIMES, "GZIP", *_REGION]),
    ],
)
def test_copy_reads_each_format_as_it_is_written(form: str, ending: str, expected: list[str]) -> None:
    copy = made(form, ending=ending)[COPY]
    assert clauses(copy) == [*_FROM, *expected]
    found = parsed(copy, exp.Copy)
    assert found.find(exp.Table).name == "orders"
    assert found.args["files"][0].name == "s3://lake/shop/orders/_redshift/manifest.json"


def test_files_of_two_kinds_are_no_one_copy() -> None:
    files = (*manifest("csv").files, *manifest("csv", ending=".gz").files)
    both = Manifest("orders", "csv", {}, (), (), files, "0")
    copy = texts(both, PLAIN, AWS)[COPY]
    assert clauses(copy) == []
    assert any("some objects are gzip and others are not" in line for line in warnings(copy))


def test_a_store_of_others_is_named_as_such() -> None:
    copy = made("csv", source=Source(PLACE, "us-east-1", False, "none"))[COPY]
    assert "REGION" not in copy
    assert any("not in Amazon's S3" in line for line in warnings(copy))


def test_a_codec_that_is_not_documented_is_named() -> None:
    assert not any("zstd" in line for line in warnings(made("parquet")[COPY]))
    copy = made("parquet", source=Source(PLACE, "eu-west-1", True, "zstd"))[COPY]
    assert any("zstd in parquet" in line for line in warnings(copy))


ODD = table({"order": "int", "Kund-Nr": "int", 'a"b': "int", "two\nlines": "json"}, 'it\'s "odd" (t', schema="My Shop")


@pytest.mark.parametrize("form", FORMATS)
def test_odd_names_are_quoted_in_both_statements(form: str) -> None:
    place = S3Uri("lake", "it's/mine")
    found = made(form, ODD, Source(place, "eu-west-1", True, "none"))
    copy, create = parsed(found[COPY], exp.Copy), parsed(found[CREATE], exp.Create)
    for statement in (copy, create):
        named = statement.find(exp.Table)
        assert (named.db, named.name) == ("My Shop", 'it\'s "odd" (t')
    assert [column.name for column in copy.this.expressions] == list(ODD.column_names)
    assert [column.name for column in create.find_all(exp.ColumnDef)] == list(ODD.column_names)
    assert copy.args["files"][0].name == "s3://lake/it's/mine/_redshift/manifest.json"
    if form == "json":  # Redshift folds Kund-Nr, the files do not
        assert "FORMAT AS JSON 'auto ignorecase'" in clauses(found[COPY])


def test_words_of_redshift_are_quoted() -> None:
    assert quoted_name("tag", dialect_named("redshift")) in made("csv", table({"tag": "int"}))[COPY]


# -- CREATE TABLE, and what files hold otherwise than Redshift would ----------------------------------------------


def types(create: str) -> dict[str, str]:
    return {c.name: c.args["kind"].sql("redshift") for c in parsed(create, exp.Create).find_all(exp.ColumnDef)}


@pytest.mark.parametrize(
    ("form", "kind", "stored", "said"),
    [
        ("parquet", "timestamp", "TIMESTAMP", "TIMESTAMP in UTC"),
        ("orc", "timestamp", "TIMESTAMP", "TIMESTAMP in UTC"),
        ("csv", "timestamp", "TIMESTAMP WITH TIME ZONE", None),
        ("json", "timestamp", "TIMESTAMP WITH TIME ZONE", None),
        ("parquet", "timestamp_ntz", "TIMESTAMP", None),
        ("orc", "timestamp_ntz", "BIGINT", "microseconds since 1970"),
        ("csv", "timestamp_ntz", "TIMESTAMP", None),
        ("parquet", "interval", "BIGINT", "microseconds"),
        ("parquet", "time", "TIME", "fills TIME from Parquet"),
        ("csv", "time", "TIME", None),
        ("parquet", "json", "VARCHAR(MAX)", "JSON_PARSE"),
        ("orc", "json", "VARCHAR(MAX)", "JSON_PARSE"),
        ("json", "json", "VARCHAR(MAX)", "JSON_PARSE"),
        ("csv", "json", "SUPER", None),
        ("parquet", "binary", "VARBYTE(1024000)", None),
        ("json", "binary", "VARCHAR(MAX)", "base64"),
        ("parquet", "uuid", "CHAR(36)", None),
        ("csv", "geometry", "VARCHAR(MAX)", "no GEOMETRY"),
        ("parquet", "tinyint", "SMALLINT", None),
        ("parquet", "string", "VARCHAR(MAX)", None),
        ("parquet", "array<int>", "SUPER", "becomes SUPER"),
        ("json", "map<string,int>", "SUPER", "becomes SUPER"),
        ("orc", "struct<a:int>", "SUPER", "becomes SUPER"),
    ],
)
def test_the_table_is_as_the_files_fill_it(form: str, kind: str, stored: str, said: str | None) -> None:
    found = made(form, table({"c": kind}))
    assert types(found[CREATE])["c"].replace("65535", "MAX") == stored
    told = [line for line in warnings(found[COPY]) if line.startswith("column c: ")]
    assert bool(told) is (said is not None)
    assert said is None or any(said in line for line in told)


def test_nested_columns_of_columnar_files_are_serialized() -> None:
    nested = table({"id": "int", "tags": "array<string>"})
    assert "FORMAT AS PARQUET SERIALIZETOJSON" in clauses(made("parquet", nested)[COPY])
    assert "FORMAT AS JSON 'auto'" in clauses(made("json", nested)[COPY])


OWN = """
dialect: redshift
tables:
  - name: sales
    schema: mart
    columns:
      - {name: id, type: bigint, nullable: false, generated: true, source_type: bigint}
      - {name: sold_at, type: timestamp, source_type: timestamptz}
      - {name: note, type: string}
    primary_key: [id]
    options:
      identity: {id: {start: 1, increment: 1}}
      diststyle: key
      distkey: id
      sortstyle: compound
      sortkey: [sold_at, id]
      encode: {note: zstd}
"""


@pytest.fixture
def own(tmp_path: Path) -> TableDefinition:
    (tmp_path / "mart.yaml").write_text(OWN)
    return load_schema(tmp_path / "mart.yaml").tables[0]


@pytest.mark.parametrize("dialect", ["redshift", None])
def test_what_redshift_was_told_is_kept(own: TableDefinition, dialect: str | None) -> None:
    found = made("parquet", own, Source(PLACE, "eu-west-1", True, "snappy", dialect))
    create = found[CREATE]
    for words in ("DISTSTYLE KEY", "DISTKEY (id)", "COMPOUND SORTKEY (sold_at, id)", "note VARCHAR(MAX) ENCODE zstd"):
        assert words in create
    assert re.search(r"^  sold_at TIMESTAMP,$", create, re.MULTILINE)
    assert "IDENTITY(1,1)" in create
    # The files hold the numbers already.
    assert "EXPLICIT_IDS" in clauses(found[COPY])
    assert clauses(found[COPY])[0] == "COPY mart.sales (id, sold_at, note)"
    assert "COMPUPDATE" not in found[COPY]
    assert "COMPUPDATE OFF" in clauses(made("csv", own)[COPY])


def test_numbers_by_default_need_no_word(own: TableDefinition) -> None:
    by_default = {"identity": {"id": {"start": 1, "increment": 1, "by_default": True}}}
    found = made("csv", TableDefinition("sales", own.columns, options={**own.options, **by_default}))
    assert "GENERATED BY DEFAULT AS IDENTITY(1,1)" in found[CREATE]
    assert "EXPLICIT_IDS" not in found[COPY]


def test_a_table_of_files_outside_becomes_one_that_can_be_loaded() -> None:
    outside = table({"id": "int", "s": "struct<a:int>"}, options={"external": True, "location": "s3://x/y"})
    found = made("parquet", outside, Source(PLACE, "eu-west-1", True, "snappy", "redshift"))
    assert "EXTERNAL" not in found[CREATE]
    assert "s3://x/y" not in found[CREATE]
    assert types(found[CREATE])["s"] == "SUPER"


def test_keys_to_other_tables_are_left_out_and_named() -> None:
    keys = (ForeignKey(("day",), "days", ("day",)), ForeignKey(("id",), "orders", ("id",)))
    create = made("csv", table({"id": "int", "day": "date"}, primary_key=("id",), foreign_keys=keys))[CREATE]
    assert "-- the foreign key (day) to days is left out" in create
    assert "REFERENCES days" not in create
    assert "REFERENCES orders" in create


def test_a_schema_of_another_dialect_is_translated() -> None:
    home = table({"id": "int"}, schema="dbo", options={"identity": {"id": {"start": 5, "increment": 2}}})
    found = made("csv", home, Source(PLACE, "eu-west-1", True, "none", "tsql"))
    named = parsed(found[CREATE], exp.Create).find(exp.Table)
    assert (named.db, named.name) == ("", "orders")  # dbo is SQL Server's own
    assert clauses(found[COPY])[0] == "COPY orders (id)"
    assert "EXPLICIT_IDS" in clauses(found[COPY])
