"""What -e takes and refuses, without starting Ansible."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import rowmill_input
import yaml

PROJECT = Path(__file__).resolve().parents[2]
SPECS = rowmill_input.role_specs(PROJECT / "roles")


def check(role: str = "generate", required: tuple[str, ...] = (), **given: Any) -> dict[str, Any]:
    return rowmill_input.check(given, role, required, SPECS)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"table": "orders"}, {"generate_table": ["orders"]}),
        ({"table": "orders, tpch.all"}, {"generate_table": ["orders", "tpch.all"]}),
        ({"table": ["a", "b"]}, {"generate_table": ["a", "b"]}),
        ({"rows": "1000"}, {"generate_rows": 1000}),
        ({"rows": 1000}, {"generate_rows": 1000}),
        ({"generate_rows": "7"}, {"generate_rows": 7}),
        ({"seed": "-3"}, {"generate_seed": -3}),
        ({"hive": "no"}, {"generate_hive": False}),
        ({"hive": True}, {"generate_hive": True}),
        ({"chunks": "2", "records_per_chunk": "5"}, {"generate_chunks": 2, "generate_records_per_chunk": 5}),
        ({"partition_by": "a,b"}, {"generate_partition_by": ["a", "b"]}),
        ({"output": "s3a://bucket/x"}, {"generate_output": "s3a://bucket/x"}),
        (
            {"s3_endpoint": "http://localhost:9000", "s3_path_style": "yes"},
            {"generate_s3_endpoint": "http://localhost:9000", "generate_s3_path_style": True},
        ),
        ({"ansible_connection": "local", "convert_program": "x", "preflight_java": "false"}, {}),
    ],
)
def test_takes(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert check(**given) == wanted


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tabel": "orders"}, "unknown variable tabel=orders: did you mean table?"),
        ({"generate_tabel": "orders"}, "unknown variable generate_tabel=orders: did you mean generate_table?"),
        ({"zzz": "1"}, "unknown variable zzz=1: known: chunks, "),
        ({"_raw_params": "orders"}, "-e orders can't be read: write -e name=value"),
        ({"rows": "-5"}, "rows=-5: must be a whole number, 0 or more"),
        ({"rows": "abc"}, "rows=abc: must be a whole number, 0 or more"),
        ({"rows": True}, "rows=True: must be a whole number"),
        ({"rows": 1.5}, "rows=1.5: must be a whole number"),
        ({"rows": "9" * 30}, "in 64 bits"),
        ({"seed": "x"}, "seed=x: must be a whole number"),
        ({"file_rows": "0"}, "file_rows=0: must be a whole number, 1 or more"),
        ({"mode": "foo"}, "mode=foo: must be overwrite or append or error"),
        ({"format": "xml"}, "format=xml: must be parquet or csv or json or orc"),
        ({"hive": "maybe"}, "hive=maybe: must be true or false"),
        ({"table": ""}, "table=: an empty name in the list"),
        ({"table": "a,,b"}, "table=a,,b: an empty name in the list"),
        ({"target": "fleet"}, "target=fleet: the fleet is not available in this version"),
        ({"target": "moon"}, "target=moon: must be embedded"),
        ({"output": "s3a:///x"}, "output=s3a:///x: a bucket must follow"),
        ({"output": "hdfs://host/x"}, "output=hdfs://host/x: only paths of this machine and s3a:// can be used here"),
        ({"warehouse": "s3a://bucket/x"}, "only local paths can be used here"),
        ({"s3_path_style": "maybe"}, "must be true or false"),
        ({"s3_ca_bundle": "/nowhere.pem"}, "there is no such file"),
        ({"s3_proxy": "http://me:hush@proxy:3128"}, "taken from the environment only: S3_PROXY"),
        ({"slices": "/nowhere/slices.txt"}, "slices=/nowhere/slices.txt: there is no such file"),
        ({"rows": "5", "chunks": "2", "records_per_chunk": "3"}, "rows=5 and chunks=2 exclude each other"),
        ({"chunks": "2"}, "chunks=2 needs records_per_chunk"),
        ({"records_per_chunk": "2"}, "records_per_chunk=2 needs chunks"),
        ({"rows": "5", "generate_rows": "6"}, "rows and generate_rows are the same variable"),
    ],
)
def test_refuses(given: dict[str, Any], message: str) -> None:
    with pytest.raises(rowmill_input.InputError) as caught:
        check(**given)
    assert message in str(caught.value)


def test_says_which_variable_is_missing() -> None:
    with pytest.raises(rowmill_input.InputError, match="table is missing: give -e table="):
        check(required=("table",))
    assert check(required=("table",), generate_table="orders") == {"generate_table": ["orders"]}


def test_a_typo_is_not_also_reported_as_missing() -> None:
    with pytest.raises(rowmill_input.InputError) as caught:
        check(required=("table",), tabel="orders")
    assert "missing" not in str(caught.value)


@pytest.mark.parametrize("role", sorted(SPECS))
def test_specification_and_defaults_agree(role: str) -> None:
    # An argument specification only validates: its defaults must be those of defaults/main.yml.
    defaults = yaml.safe_load((PROJECT / "roles" / role / "defaults" / "main.yml").read_text()) or {}
    options = SPECS[role]
    assert set(defaults) == {name for name, spec in options.items() if not spec.get("required")}
    for name, spec in options.items():
        assert name.startswith(f"{role}_")
        assert spec.get("description")
        if not spec.get("required"):
            assert defaults[name] == spec.get("default"), name


@pytest.mark.parametrize("role", sorted(SPECS))
def test_readme_names_every_variable(role: str) -> None:
    text = (PROJECT / "roles" / role / "README.md").read_text()
    assert [name for name in SPECS[role] if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "ddl or schema is missing: give -e ddl=... (DDL, a file or a folder"),
        ({"ddl": ".", "schema": __file__, "to": "hive"}, "ddl becomes YAML, schema becomes DDL; give one of them"),
        ({"ddl": ".", "to": "hive"}, "ddl=. and to=hive exclude each other"),
        ({"ddl": ".", "out": "x.yml"}, "out=x.yml: ddl is a folder, so out must be one, too"),
        ({"ddl": __file__, "out": "x.sql"}, "out=x.sql: must be a .yaml file or a folder"),
        ({"schema": __file__}, "needs to: schema=FILE.yaml to=DIALECT writes DDL"),
        ({"schema": __file__, "to": "hive", "keep_going": "true"}, "exclude each other: it goes with ddl"),
        ({"schema": ".", "to": "hive"}, "schema=.: there is no such file"),
        ({"schema": __file__, "to": "hive", "out": "x.yaml"}, "out=x.yaml: must be a .sql file or a folder"),
    ],
)
def test_what_convert_refuses(given: dict[str, Any], message: str) -> None:
    with pytest.raises(rowmill_input.InputError) as caught:
        rowmill_input.check(given, "convert", (), SPECS, ("ddl", "schema"))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"op": "move"}, "op=move: must be read or write or copy or ls or rm or clean"),
        ({"op": "write", "path": "a.csv"}, "op=write needs to: give -e to="),
        ({"op": "copy", "path": "a.csv"}, "op=copy needs to"),
        ({"op": "ls", "path": "a", "to": "b"}, "to=b does not go with op=ls, which takes path alone"),
        ({"op": "read", "path": "a", "mode": "append"}, "mode=append does not go with op=read, which takes "),
        (
            {"op": "read", "path": "a", "bad_lines": "quarantine"},
            "bad_lines=quarantine and quarantine=PATH go together",
        ),
        ({"op": "read", "path": "a", "quarantine": "b"}, "go together"),
        ({"op": "read", "path": "a", "bad_lines": "eat"}, "bad_lines=eat: must be fail or drop or quarantine"),
        ({"op": "read", "path": "a", "compression": "rar"}, "compression=rar: must be none or gzip or bzip2"),
        ({"op": "read", "path": "a", "limit": "-1"}, "limit=-1: must be a whole number, 0 or more"),
        ({"op": "write", "path": "a", "to": "gs://b/c"}, "to=gs://b/c: only paths of this machine and s3a://"),
        ({"op": "ls", "pth": "a"}, "unknown variable pth=a: did you mean path?"),
    ],
)
def test_what_s3_refuses(given: dict[str, Any], message: str) -> None:
    with pytest.raises(rowmill_input.InputError) as caught:
        rowmill_input.check(given, "s3", ("op", "path"), SPECS)
    assert message in str(caught.value)


def test_s3_takes_places_anywhere() -> None:
    given = {"op": "write", "path": "s3://b/x.csv.bz2", "to": "out", "compression": "bzip2", "s3_region": "eu-west-1"}
    wanted = {"s3_op": "write", "s3_path": "s3://b/x.csv.bz2", "s3_to": "out", "s3_compression": "bzip2"}
    assert rowmill_input.check(given, "s3", ("op", "path"), SPECS) == wanted | {"s3_region": "eu-west-1"}


@pytest.mark.parametrize("name", ["secret_key", "ACCESS_KEY", "s3_secret", "session_token"])
def test_a_key_is_refused_and_not_shown(name: str) -> None:
    with pytest.raises(rowmill_input.InputError, match="from the environment only") as caught:
        check(role="s3", **{name: "hush-hush"})
    assert "hush" not in str(caught.value)
