"""The project's own test of itself: what it generates, by Spark and through Hive, is judged by validate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import validate_data

from rowmill.schema.catalog import Catalog

pytestmark = pytest.mark.integration

PROJECT = Path(__file__).resolve().parents[2]
SCHEMAS = PROJECT / "schemas"


# True data are refused once in a hundred tables; not so in a test that runs whenever the engine changes.
SURELY = 1e-6


def judge(*arguments: object) -> dict[str, Any]:
    """The report of validate_data.py, run in this process."""
    report = Path(str(arguments[arguments.index("--report") + 1]))
    validate_data.main([str(argument) for argument in arguments])
    tables: dict[str, Any] = json.loads(report.read_text())["tables"]
    return tables


def faults(tables: dict[str, Any]) -> list[str]:
    return [
        f"{name}: {check['name']}: {check.get('observed')} {check.get('detail')}"
        for name, table in tables.items()
        for check in table["checks"]
        if check["status"] == "fail" and check.get("p_value", 0.0) < SURELY
    ]


def generate(here: Any, names: str, output: Path, *arguments: object) -> None:
    here.generate(names, output, *arguments, schema=SCHEMAS)


RETAIL = ("stores", "products", "customers", "orders", "order_lines", "shipments", "web_events")


def test_the_retail_warehouse_and_its_events(here: Any, tmp_path: Path) -> None:
    generate(here, "all", tmp_path / "data", "--no-check")
    page = tmp_path / "page.html"
    found = judge(
        "--schema", SCHEMAS, "--table", "all", "--output", tmp_path / "data", "--report", tmp_path / "r.json",
        "--page", page,
    )  # fmt: skip
    assert set(found) == set(RETAIL)
    assert faults(found) == []
    for name, table in found.items():
        manifest = json.loads((tmp_path / "data" / name / "_manifest.json").read_text())
        assert table["fingerprint"] == manifest["fingerprint"]
    assert page.read_text().count("<svg") > 60


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_seed(here: Any, tmp_path: Path, seed: int) -> None:
    generate(
        here, "customers,orders,products,order_lines", tmp_path / "data", "--seed", seed, "--rows", 30_000, "--no-check"
    )
    found = judge(
        "--schema", SCHEMAS, "--table", "customers,orders,products,order_lines", "--output", tmp_path / "data",
        "--seed", seed, "--report", tmp_path / "r.json",
    )  # fmt: skip
    assert faults(found) == []


def test_tpch_small(here: Any, tmp_path: Path) -> None:
    """At a scale of 1/50, each table alone: parents' keys are computed where they have no data."""
    catalog = Catalog(SCHEMAS)
    small = {"supplier": 200, "customer": 3000, "part": 4000}
    for table in catalog.select("tpch.all"):
        rows = small.get(table.name, 25)
        if table.name in ("partsupp", "orders", "lineitem"):
            continue
        output = tmp_path / table.name
        generate(here, table.qualified, output, "--rows", 5 if table.name == "region" else rows, "--no-check")
        found = judge(
            "--schema", SCHEMAS, "--table", table.qualified, "--output", output, "--report", tmp_path / "r.json"
        )
        assert faults(found) == []
    for name, rows in (("tpch.partsupp", 16_000), ("tpch.orders", 30_000), ("tpch.lineitem", 120_000)):
        output = tmp_path / name
        generate(here, name, output, "--rows", rows, "--no-check", "--format", "orc" if "orders" in name else "parquet")
        found = judge("--schema", SCHEMAS, "--table", name, "--output", output, "--report", tmp_path / "r.json")
        assert faults(found) == []


@pytest.mark.parametrize("form", ["csv", "json", "orc"])
def test_formats_partitions_and_slices(here: Any, tmp_path: Path, form: str) -> None:
    slices = tmp_path / "slices.txt"
    slices.write_text("x|0|3000\nx|1|1000\n")
    generate(here, "orders", tmp_path / "sliced", "--format", form, "--slices", slices, "--no-check")
    found = judge(
        "--schema", SCHEMAS, "--table", "orders", "--path", tmp_path / "sliced", "--report", tmp_path / "r.json"
    )
    assert faults(found) == []
    generate(
        here,
        "orders",
        tmp_path / "parted",
        "--rows",
        3000,
        "--format",
        form,
        "--partition-by",
        "channel,status",
        "--no-check",
    )
    found = judge(
        "--schema", SCHEMAS, "--table", "orders", "--path", tmp_path / "parted", "--report", tmp_path / "r.json"
    )
    assert faults(found) == []
    assert found["orders"]["files"] > 6


def test_an_append(here: Any, tmp_path: Path) -> None:
    names = "customers,orders,order_lines,web_events"
    for mode in ("overwrite", "append", "append"):
        generate(here, names, tmp_path / "data", "--rows", 9000, "--mode", mode, "--no-check")
    found = judge(
        "--schema", SCHEMAS, "--table", names, "--output", tmp_path / "data", "--report", tmp_path / "r.json"
    )  # fmt: skip
    assert faults(found) == []
    assert found["orders"]["rows"] == 27_000


def playbook(*variables: object, folder: Path) -> subprocess.CompletedProcess[str]:
    words = [word for variable in variables for word in ("-e", str(variable))]
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "ROWMILL_LOG_DIR": str(folder / "logs"),
        "ANSIBLE_FORCE_COLOR": "0",
    }
    return subprocess.run(
        ["ansible-playbook", "validate.yml", *words],
        cwd=PROJECT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=240,
        check=False,
    )


def test_through_hive_and_the_playbook(programs: Any, tmp_path: Path) -> None:
    made = programs.run("generate_data_by_type", "--schema", SCHEMAS, "--table", "web_events,orders", "--rows", 3000)
    assert made.code == 0, made.err
    places = (f"warehouse={tmp_path / 'warehouse'}", f"metastore={tmp_path / 'metastore_db'}")
    done = playbook("table=web_events,orders", *places, folder=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "changed=0" in done.stdout
    assert "orders: valid: " in done.stdout
    (page,) = (tmp_path / "logs").glob("validate-*Z.html")
    (report,) = (tmp_path / "logs").glob("validate-*-report.json")
    found = json.loads(report.read_text())["tables"]
    assert faults(found) == []
    assert {"Hive table", "rows through Hive"} <= {check["name"] for check in found["web_events"]["checks"]}
    assert page.name in done.stdout.split("PLAY RECAP")[0].splitlines()[-3]
    # A partition's file that is gone, and a value that is another.
    events = sorted((tmp_path / "warehouse" / "web_events").rglob("*.parquet"))
    events[0].unlink()
    path = next((tmp_path / "warehouse" / "orders").glob("*.parquet"))
    table = pq.ParquetFile(path).read()
    gifts = pa.array([not table["is_gift"][0].as_py(), *table["is_gift"].to_pylist()[1:]])
    pq.write_table(table.set_column(table.schema.names.index("is_gift"), "is_gift", gifts), path)
    done = playbook("table=web_events,orders", *places, folder=tmp_path)
    assert done.returncode != 0
    said = done.stdout
    assert "fatal: [localhost]: not valid: web_events, orders" in said
    assert "failed: files: missing: event_date=" in said
    assert "failed: fingerprint: values are not those that were written" in said
    assert "Traceback" not in said


def test_a_playbook_judges_its_input(tmp_path: Path) -> None:
    for variables, said in (
        (("tabel=orders",), "did you mean table?"),
        (("table=orders", "path=/tmp", "output=/tmp"), "they are the same; give one"),
        (("table=orders", "format=xml"), "must be parquet or csv or json or orc"),
        (("table=orders", "expect_fingerprint=12"), "16 hexadecimal digits"),
        (("table=orders", "processes=0"), "1 or more"),
    ):
        done = playbook(*variables, folder=tmp_path)
        assert done.returncode != 0
        assert said in done.stdout, done.stdout
        assert "Traceback" not in done.stdout


def test_an_interruption_leaves_nothing(programs: Any, tmp_path: Path, here: Any) -> None:
    import signal
    import time

    generate(here, "order_lines", tmp_path / "lines", "--no-check")
    temporary = tmp_path / "temp"
    temporary.mkdir()
    place = ("--output", tmp_path / "lines", "--temp", temporary)
    process = programs.start("validate_data", "--schema", SCHEMAS, "--table", "order_lines", *place)
    deadline = time.monotonic() + 120
    while not any(temporary.iterdir()) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, (out, err)
    assert err == "error: interrupted\n"
    assert list(temporary.iterdir()) == []
