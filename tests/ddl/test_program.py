"""import_ddl.py as a program: what it prints, writes and returns; slice files; how programs end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from import_ddl import SliceProcessor, TableColumn, TableDefinition, YAMLLoader, main

import rowmill.cli
from rowmill.errors import ConfigError, DDLError
from rowmill.slices import Slice, read_slices

PROGRAM = Path(__file__).parents[2] / "jobs" / "import_ddl.py"


def program(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=60)


def test_convert_then_unchanged_then_dry_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "t.sql", tmp_path / "new" / "t.yaml"
    source.write_text("create table t (a int encode zstd);")
    assert main([str(source), str(out)]) == 0
    said = capsys.readouterr()
    assert said.out == f"converted: {out}\n"
    assert said.err == f"{source}: read as redshift\n"
    os.utime(out, ns=(1, 1))
    assert main([str(source), str(out), "--dry-run"]) == 0
    assert out.stat().st_mtime_ns == 1
    assert main([str(source), str(out)]) == 0
    assert capsys.readouterr().out == f"unchanged: {out}\n" * 2
    assert out.stat().st_mtime_ns > 1
    before = out.read_text()
    source.write_text("create table t (a int encode zstd, b int);")
    assert main([str(source), str(out), "--dry-run"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"would convert: {out}\n--- {out}\n")
    assert "\n+      - name: b\n" in said.out
    assert out.read_text() == before
    loaded = YAMLLoader.load(out)
    assert YAMLLoader().load(out) == loaded
    assert isinstance(loaded.tables[0], TableDefinition)
    assert isinstance(loaded.tables[0].columns[0], TableColumn)


def test_refresh_looks_only_at_what_is_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "deep").mkdir()
    a, b = tmp_path / "a.sql", tmp_path / "deep" / "b.sql"
    a.write_text("create table a (x int);")
    b.write_text("create table b (x int);")
    assert main(["--refresh", str(tmp_path), "--dry-run"]) == 0
    assert not list(tmp_path.rglob("*.yaml"))
    capsys.readouterr()
    assert main(["--refresh", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"converted: {tmp_path}/a.yaml\nconverted: {tmp_path}/deep/b.yaml\n"
    assert main(["--refresh", str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""
    os.utime(a, (time.time() + 5, time.time() + 5))
    assert main(["--refresh", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"unchanged: {tmp_path}/a.yaml\n"
    a.write_text("create table a (x wibble);")
    os.utime(a, (time.time() + 9, time.time() + 9))
    os.utime(b, (time.time() + 9, time.time() + 9))
    with pytest.raises(DDLError, match="wibble"):
        main(["--refresh", str(tmp_path)])
    assert capsys.readouterr().out == f"unchanged: {tmp_path}/deep/b.yaml\n"


def test_failures_are_one_line_and_usage_is_two(tmp_path: Path) -> None:
    source = tmp_path / "t.sql"
    source.write_text("select 1")
    failed = program(source, tmp_path / "t.yaml")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("error: ")
    assert failed.stderr.count("\n") == 1
    for arguments in ([], [source], [source, "x", "--refresh", tmp_path], [source, "x", "--dialect", "klingon"]):
        assert program(*arguments).returncode == 2
    helped = program("--help")
    assert helped.returncode == 0
    assert all(
        word in helped.stdout for word in ("--dialect", "--reader", "--refresh", "--slices", "redshift", "examples")
    )


def test_slices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "slices.txt"
    file.write_text("# of the warehouse\nx|0|10\n\n  y | 12 | 30 \nz|1|0\n")
    processor = SliceProcessor(file)
    assert (
        processor.load() == processor.slices == [Slice("slice-000", 10), Slice("slice-012", 30), Slice("slice-001", 0)]
    )
    assert processor.total_rows == 40
    assert main(["--slices", str(file)]) == 0
    assert "3 slices, 40 rows; largest 30, largest/mean 2.25" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x|1", r"\.txt:1: three fields"),
        ("x|1|2|3", "three fields"),
        ("x|1|2\nx|1|3", r"\.txt:2: slice 1 stands twice"),
        ("x|-1|2", "slice must be"),
        ("x|a|2", "slice must be"),
        ("x|1|-2", "rows must be"),
        ("x|1|2.5", "rows must be"),
        ("x|1|1_0", "rows must be"),
        ("x|1|٣", "rows must be"),
        ("# none", "no slices"),
        ("", "no slices"),
        ("x|1|2\x00", "not UTF-8 text"),
    ],
)
def test_bad_slice_files(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "s.txt"
    file.write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_slices(file)


def test_slice_file_that_is_missing_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_slices(tmp_path / "none")
    (tmp_path / "b").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_slices(tmp_path / "b")


def test_forty_thousand_slices_are_read_at_once(tmp_path: Path) -> None:
    file = tmp_path / "s.txt"
    file.write_text("".join(f"x|{i}|{i}\n" for i in range(40_000)))
    start = time.perf_counter()
    assert len(read_slices(file)) == 40_000
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (ConfigError("bad", where="x", value=1, fix="mend it"), 1, "error: x: bad (got 1); mend it\n"),
        (KeyboardInterrupt(), 130, "error: interrupted\n"),
        (BrokenPipeError(), 0, ""),
        (ValueError("a\nb"), 1, "error: internal error: ValueError: a b (set ROWMILL_DEBUG=1 for the traceback)\n"),
    ],
)
def test_how_programs_end(error: BaseException, code: int, line: str) -> None:
    body = "import sys; sys.path.insert(0, sys.argv[1]); import pickle; from rowmill.cli import run\n"
    body += "def main(): raise pickle.loads(bytes.fromhex(sys.argv[2]))\nrun(main)"
    import pickle

    jobs = Path(rowmill.cli.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", body, str(jobs), pickle.dumps(error).hex()], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (code, line)
