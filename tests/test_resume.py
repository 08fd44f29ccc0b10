"""A run with resume makes what is missing, and nothing else: whole files keep inode and time, the rows are the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rowmill import job, spark
from rowmill.errors import StorageError
from rowmill.report import TableReport
from rowmill.request import Request
from rowmill.sink import records
from rowmill.sink.manifest import WrittenFile
from rowmill.spark import SparkConfig

SCHEMA = """
tables:
  - name: t
    rows: 20000
    columns:
      - {name: id, type: bigint, nullable: false}
      - {name: kind, type: varchar(8), nulls: 0.1, generator: {choice: [book, film, game]}}
      - {name: price, type: "decimal(8,2)", generator: {uniform: {min: 1, max: 99}}}
      - {name: note, type: varchar(60), generator: {words: {min: 2, max: 7}}}
    primary_key: [id]
"""


class Table:
    """One table in a folder, made in this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "out"
        self.lines: list[str] = []
        (folder / "t.yaml").write_text(SCHEMA)

    def request(self, **changes: Any) -> Request:
        catalog, tables = job.select_tables(str(self.folder / "t.yaml"), "t")
        asked = Request(tables=tables, catalog=catalog, output=str(self.output), file_rows=2000)
        return replace(asked, **changes)

    def make(self, **changes: Any) -> TableReport:
        self.lines.clear()
        return job.run(self.request(**changes), SparkConfig(), self.lines.append)["t"]

    def files(self) -> dict[str, tuple[int, int]]:
        """Inode and time of each data file."""
        found = sorted(path for path in self.output.rglob("part-*") if path.is_file())
        return {str(p.relative_to(self.output)): (p.stat().st_ino, p.stat().st_mtime_ns) for p in found}

    def leftovers(self) -> list[Path]:
        return [*self.folder.glob(".out.staging-*"), *self.output.glob("_records")]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path)


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """The next run dies after so many files, as if its driver were killed."""

    def after(files: int) -> None:
        whole = spark.run_task

        def run_task(*arguments: Any) -> Any:
            count = 0

            def note(*noted: Any) -> None:
                nonlocal count
                records_note(*noted)
                count += 1
                if count == files:
                    raise RuntimeError("killed")

            records_note = records.note
            with monkeypatch.context() as patch:
                patch.setattr(records, "note", note)
                return whole(*arguments)

        monkeypatch.setattr(spark, "run_task", run_task)

    return after


def test_a_run_that_died_goes_on(table: Table, dying: Callable[[int], None], monkeypatch: pytest.MonkeyPatch) -> None:
    undisturbed = table.make()
    table.output.rename(table.folder / "undisturbed")
    with monkeypatch.context() as patch:
        dying(4)
        with pytest.raises(RuntimeError):
            table.make(resume=True)
        patch.undo()
    monkeypatch.undo()
    assert "run again with --resume" in table.lines[-1]
    (staging,) = table.folder.glob(".out.staging-*")
    (staging / "_part-000-000004.parquet.9").write_bytes(b"half a file")
    (staging / "part-000-000007.parquet").write_bytes(b"a file that no record names")
    before = {path.name: path.stat() for path in staging.glob("part-000-00000[0-3]*")}
    assert len(before) == 4
    report = table.make(resume=True)
    assert "t: resuming: 4 of 10 files are there" in table.lines
    assert report.fingerprint == undisturbed.fingerprint
    assert (report.rows, report.files) == (20_000, 10)
    after = table.files()
    assert {name: (found.st_ino, found.st_mtime_ns) for name, found in before.items()} == {n: after[n] for n in before}
    assert all((table.output / n).read_bytes() == (table.folder / "undisturbed" / n).read_bytes() for n in after)
    assert not table.leftovers()
    assert not table.make(resume=True).changed


def test_another_plan_or_no_resume_starts_anew(
    table: Table, dying: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for changes in ({"resume": True, "seed": 7}, {}):
        dying(4)
        with pytest.raises(RuntimeError):
            table.make(resume=True)
        monkeypatch.undo()
        report = table.make(**changes)
        assert not any("resuming" in line for line in table.lines)
        assert report.rows == 20_000
        assert not table.leftovers()


@pytest.mark.parametrize("form", ["parquet", "csv", "json", "orc"])
@pytest.mark.parametrize("partitioned", [False, True])
def test_lost_and_damaged_files_are_mended(table: Table, form: str, partitioned: bool) -> None:
    changes: dict[str, Any] = {"format": form, "partition_by": ("kind",) if partitioned else ()}
    made = table.make(**changes)
    before = table.files()
    names = list(before)
    lost, shorter, other = names[0], names[3], names[5]
    (table.output / lost).unlink()
    (table.output / shorter).write_bytes((table.output / shorter).read_bytes()[:-9])
    text = bytearray((table.output / other).read_bytes())
    text[len(text) // 3 : len(text) // 3 + 40] = bytes(40)  # the size stays
    (table.output / other).write_bytes(text)
    assert job.plan_only(table.request(**changes, resume=True), SparkConfig(), table.lines.append) == {"t": True}
    assert "that are missing" in table.lines[-1]
    report = table.make(**changes, resume=True)
    assert report.changed
    assert report.fingerprint == made.fingerprint
    after = table.files()
    assert {name for name in names if before[name] != after[name]} == {lost, shorter, other}
    assert not table.leftovers()
    assert not table.make(**changes, resume=True).changed


def test_an_append_that_died_goes_on(
    table: Table, dying: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def grown() -> str:
        return table.make(mode="append", resume=True).fingerprint

    table.make()
    wanted = grown()
    table.make(mode="overwrite")
    dying(3)
    with pytest.raises(RuntimeError):
        grown()
    monkeypatch.undo()
    assert grown() == wanted
    assert "t: resuming: 3 of 10 files are there" in table.lines
    manifest = json.loads((table.output / "_manifest.json").read_text())
    assert [rows for _, rows in manifest["runs"]] == [20_000, 20_000]


def test_records_that_were_torn_are_none(tmp_path: Path) -> None:
    records.begin(tmp_path, "digest")
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text("12345")
        records.note(tmp_path, "0", [(name, [WrittenFile(name, 0, 1, 5, 77)])])
    log = tmp_path / "_records" / "0.jsonl"
    log.write_bytes(log.read_bytes()[:-8])
    records.note(tmp_path, "0", [("d", [WrittenFile("d", 0, 1, 5, 77)])])  # its file is not there
    assert list(records.read(tmp_path, "digest") or {}) == ["a", "b"]
    assert records.read(tmp_path, "another") is None
    assert not records.outlived_the_system(tmp_path)
    (tmp_path / "_records" / "plan.json").write_text('{"digest": "digest", "boot": "of another day"}')
    assert records.outlived_the_system(tmp_path)


def test_files_of_before_the_machine_started_are_read_back(
    table: Table, dying: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = table.make()
    table.make(rows=5)
    dying(4)
    with pytest.raises(RuntimeError):
        table.make(resume=True)
    monkeypatch.undo()
    (staging,) = table.folder.glob(".out.staging-*")
    plan = staging / "_records" / "plan.json"
    plan.write_text(json.dumps(json.loads(plan.read_text()) | {"boot": "of another day"}))
    file = staging / "part-000-000001.parquet"
    file.write_bytes(bytes(file.stat().st_size))  # as a crash of the machine leaves it
    assert table.make(resume=True).fingerprint == made.fingerprint
    assert "t: resuming: 3 of 10 files are there" in table.lines


def test_a_table_that_can_not_be_mended_stays(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    table.make()
    before = table.files()
    (table.output / "part-000-000002.parquet").unlink()

    def full(*arguments: Any) -> Any:
        return StorageError("no space left on the disk")

    monkeypatch.setattr(spark, "run_task", full)
    with pytest.raises(StorageError, match="no space"):
        table.make(resume=True)
    monkeypatch.undo()
    assert set(before) - set(table.files()) == {"part-000-000002.parquet"}
    table.make(resume=True)
    assert {name for name in before if before[name] != table.files()[name]} == {"part-000-000002.parquet"}
    assert not table.leftovers()
