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


def test_convert_then_unchanged_then_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "t.sql", tmp_path / "new" / "t.yaml"
    source.write_text("create table t (a int encode zstd);")
    read = f"{source}: read as redshift, by its marks: encode zstd\n"
    assert main([str(source), str(out)]) == 0
    assert capsys.readouterr() == (f"{read}converted: {out}\n", "")
    os.utime(out, ns=(1, 1))
    assert main([str(source), str(out), "--dry-run"]) == 0
    assert out.stat().st_mtime_ns == 1
    assert main([str(source), str(out), "--dialect", "redshift"]) == 0
    assert capsys.readouterr().out == f"{read}unchanged: {out}\nunchanged: {out}\n"
    assert out.stat().st_mtime_ns > 1
    before = out.read_text()
    source.write_text("create table t (a int encode zstd, b int);")
    assert main([str(source), str(out), "--check", "--dialect", "redshift"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"would convert: {out}\n  table t: + column b int\n--- {out}\n")
    assert "\n+      - name: b\n" in said.out
    assert out.read_text() == before
    assert main([str(source), str(out), "--dialect", "redshift"]) == 0
    assert capsys.readouterr().out == f"converted: {out}\n  table t: + column b int\n"
    loaded = YAMLLoader.load(out)
    assert YAMLLoader().load(out) == loaded
    assert isinstance(loaded.tables[0], TableDefinition)
    assert isinstance(loaded.tables[0].columns[0], TableColumn)


def test_what_no_dialect_left_its_mark_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.sql").write_text("create table t (a int);")
    assert main([str(tmp_path / "t.sql"), str(tmp_path / "t.yaml")]) == 0
    assert "t.sql: read as postgres, the plainest: it bears no marks" in capsys.readouterr().out


MIXED = """\
create table a (x int);
create table b (x int, X int);
create table c (y int);
create table d (y int, primary key (z));
"""


def test_every_refused_statement_is_one_line_and_nothing_is_written(tmp_path: Path) -> None:
    source, out = tmp_path / "t.sql", tmp_path / "t.yaml"
    source.write_text(MIXED)
    done = program(source, out, "--dialect", "postgres")
    assert (done.returncode, done.stdout) == (1, "")
    first, second = done.stderr.splitlines()
    assert first.startswith(f"error: {source}:2 table 'b'")
    assert second.startswith(f"error: {source}:4 table 'd'")
    assert not out.exists()


def test_keep_going_writes_the_good_ones(tmp_path: Path) -> None:
    source, out = tmp_path / "t.sql", tmp_path / "t.yaml"
    source.write_text(MIXED)
    done = program(source, out, "--dialect", "postgres", "--keep-going", "--check")
    assert (done.returncode, done.stderr.count("\n"), out.exists()) == (3, 2, False)
    done = program(source, out, "--dialect", "postgres", "--keep-going")
    assert (done.returncode, done.stdout) == (3, f"converted: {out}\n")
    assert [line.split()[0] for line in done.stderr.splitlines()] == ["error:", "error:"]
    assert [table.name for table in YAMLLoader.load(out).tables] == ["a", "c"]
    # A table whose statement is refused today was good yesterday: it stays.
    source.write_text(MIXED.replace("c (y int)", "c (y int, Y int)").replace("a (x int)", "a (x int, z int)"))
    done = program(source, out, "--dialect", "postgres", "--keep-going")
    assert (done.returncode, done.stdout) == (3, f"converted: {out}\n  table a: + column z int\n")
    assert [table.column_names for table in YAMLLoader.load(out).tables] == [("x", "z"), ("y",)]


def test_an_unknown_type_is_told_until_people_write_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "t.sql", tmp_path / "t.yaml"
    source.write_text("create table s.t (a wibble(3), b wobble);")
    arguments = [str(source), str(out), "--dialect", "postgres"]
    assert main(arguments) == 0
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith(f"warning: {source}:1 table 's.t' column 'a': unknown type wibble(3)")
    written = out.read_text().replace(
        "type: unknown\n        source_type: wibble", "type: int\n        source_type: wibble"
    )
    out.write_text(written)
    assert main(arguments) == 0
    assert capsys.readouterr() == (f"unchanged: {out}\n", f"{second}\n")
    source.write_text("create table s.t (a wobble(3), b wobble);")
    assert main(arguments) == 0
    said = capsys.readouterr()
    assert "  table t: ~ column a: int (wibble(3)) -> unknown (wobble(3))\n" in said.out
    assert said.err.count("warning: ") == 2


def test_keep_going_with_nothing_good_writes_nothing(tmp_path: Path) -> None:
    source, out = tmp_path / "t.sql", tmp_path / "t.yaml"
    source.write_text("create table b (x int, X int);")
    assert program(source, out, "--keep-going").returncode == 3
    assert not out.exists()


@pytest.mark.parametrize(
    ("ddl", "message"),
    [
        ("create table t (a int, b int, primary key (a, a));", "names a column twice"),
        ("create table t (a int, b int, unique (b, b));", "names a column twice"),
        ('create table t (a int, "" int);', "name"),
        ('create table "" (a int);', "name"),
        ("create table t (a int, foreign key (a, a) references p (b, c));", "names a column twice"),
    ],
)
def test_no_yaml_is_written_that_could_not_be_read(ddl: str, message: str, tmp_path: Path) -> None:
    source, out = tmp_path / "t.sql", tmp_path / "t.yaml"
    source.write_text(f"create table good (a int);\n{ddl}")
    done = program(source, out, "--dialect", "postgres", "--keep-going")
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert done.stderr.startswith(f"error: {source}:2 table ")
    assert message in done.stderr
    assert [table.name for table in YAMLLoader.load(out).tables] == ["good"]


def test_a_folder_becomes_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ddl, out = tmp_path / "ddl", tmp_path / "out"
    (ddl / "deep" / "er").mkdir(parents=True)
    (ddl / "a.sql").write_text("create table a (x int);")
    (ddl / "deep" / "b.DDL").write_text("create table b (x int);")
    (ddl / "deep" / "er" / "c.sql").write_text("create table c (x int);")
    (ddl / "grants.sql").write_text("grant select on a to b;")
    (ddl / "notes.txt").write_text("create table no (x int);")
    arguments = [str(ddl), str(out), "--dialect", "postgres"]
    assert main([*arguments, "--check"]) == 0
    assert not out.exists()
    capsys.readouterr()
    assert main(arguments) == 0
    said = capsys.readouterr()
    made = ["a.yaml", "deep/b.yaml", "deep/er/c.yaml"]
    assert said.out == "".join(f"converted: {out}/{name}\n" for name in made) + "4 files: 3 converted, 1 skipped\n"
    assert said.err == f"warning: {ddl}/grants.sql: no CREATE TABLE; skipped\n"
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*.*")) == made
    (ddl / "deep" / "b.DDL").write_text("create table b (x int, x int);")
    (ddl / "deep" / "er" / "c.sql").write_bytes(b"\0\1\2")
    (ddl / "a.sql").write_text("create table a (y int);")
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"converted: {out}/a.yaml",
        "  table a: + column y int",
        "  table a: - column x int",
        "4 files: 1 converted, 2 failed, 1 skipped; 1 statement refused",
    ]
    assert [line.split()[0] for line in said.err.splitlines()] == ["error:", "error:", "warning:"]
    assert main([*arguments, "--keep-going"]) == 3


def test_folders_that_make_no_sense(tmp_path: Path) -> None:
    ddl = tmp_path / "ddl"
    ddl.mkdir()
    with pytest.raises(ConfigError, match=r"no \.sql or \.ddl file"):
        main([str(ddl), str(tmp_path / "out")])
    (ddl / "a.sql").write_text("grant select on a to b;")
    with pytest.raises(DDLError, match="no CREATE TABLE in any file"):
        main([str(ddl), str(tmp_path / "out")])
    (ddl / "a.ddl").write_text("create table a (x int);")
    with pytest.raises(ConfigError, match="two files would be written to the same YAML"):
        main([str(ddl), str(tmp_path / "out")])
    (ddl / "a.ddl").unlink()
    for out in (tmp_path / "out.yaml", ddl / "a.sql"):
        with pytest.raises(ConfigError, match="a folder's output is a folder"):
            main([str(ddl), str(out)])


def test_refresh_looks_only_at_what_is_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "deep").mkdir()
    a, b = tmp_path / "a.sql", tmp_path / "deep" / "b.sql"
    a.write_text("create table a (x int);")
    b.write_text("create table b (x int);")
    arguments = ["--refresh", str(tmp_path), "--dialect", "postgres"]
    assert main([*arguments, "--dry-run"]) == 0
    assert not list(tmp_path.rglob("*.yaml"))
    capsys.readouterr()
    assert main(arguments) == 0
    assert capsys.readouterr().out == f"converted: {tmp_path}/a.yaml\nconverted: {tmp_path}/deep/b.yaml\n"
    assert main(arguments) == 0
    assert capsys.readouterr().out == ""
    os.utime(a, (time.time() + 5, time.time() + 5))
    assert main(arguments) == 0
    assert capsys.readouterr().out == f"unchanged: {tmp_path}/a.yaml\n"
    a.write_text("create table a (x int, x int);")
    os.utime(a, (time.time() + 9, time.time() + 9))
    os.utime(b, (time.time() + 9, time.time() + 9))
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert said.out == f"unchanged: {tmp_path}/deep/b.yaml\n"
    assert said.err.startswith(f"error: {a}:1 ")


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
        word in helped.stdout
        for word in (
            "--dialect",
            "--keep-going",
            "--check",
            "--reader",
            "--refresh",
            "--slices",
            "redshift",
            "examples",
        )
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
