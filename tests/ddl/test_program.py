"""import_ddl.py as a program: what it prints, writes and returns; how programs end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from import_ddl import TableColumn, TableDefinition, YAMLLoader, main

import rowmill.cli
from rowmill.errors import ConfigError, DDLError

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
