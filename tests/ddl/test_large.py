"""Files that are too large, too deep or too long: read in the memory of a statement, or refused in one line, soon."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import pytest

PROGRAM = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from rowmill.ddl.convert import convert_file
from rowmill.errors import DDLError
def held():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
small = Path(sys.argv[1]).with_suffix(".small")
small.write_text("create table t (a int default 1, check (a > 0)); insert into t values (1);")
convert_file(small, sys.argv[2])
before = held()
try:
    found = convert_file(Path(sys.argv[1]), sys.argv[2])
    print([table.name for table in found.schema.tables][:3], *found.failures)
except DDLError as error:
    print(error)
print(held() - before)
"""
JOBS = Path(__file__).parents[2] / "jobs"
MIB = 1 << 20


def write(file: TextIO, line: str, size: int) -> None:
    block = line * (MIB // len(line) + 1)
    for _ in range(size // len(block) + 1):
        file.write(block)


def convert(tmp_path: Path, dialect: str, make: Callable[[TextIO], object], seconds: int) -> tuple[str, int]:
    """What the conversion says, and the MiB that it took beyond a small one's."""
    source = tmp_path / "large.sql"
    with source.open("w") as file:
        make(file)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(source), dialect, str(JOBS)],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=True,
    )
    said, grown = done.stdout.strip().rsplit("\n", 1)
    return said.replace(str(source), "large.sql"), int(grown)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("dialect", "line", "before", "after"),
    [
        ("mysql", "INSERT INTO t VALUES (1,'it''s; a (text',2.5),(2,'create table x',3);\n", "", ""),
        ("postgres", "12345\tit's; \\N\tx\n", "COPY t (a) FROM stdin;\n", "\\.\n"),
        ("redshift", "\n,(12345)", "insert into t values (1)", ";\n"),
    ],
    ids=["many inserts", "COPY", "one insert"],
)
def test_a_hundred_megabytes(tmp_path: Path, dialect: str, line: str, before: str, after: str) -> None:
    def make(file: TextIO) -> None:
        file.write(f"create table t (a int);\n{before}")
        write(file, line, 100 * MIB)
        file.write(f"{after}create table u (b int);\n")

    said, grown = convert(tmp_path, dialect, make, 120)
    assert said == "['t', 'u']"
    assert grown < 24


DEEP = 1_000_000
TOO_LONG = "large.sql:1: a statement of more than 2 MiB"
BAD: dict[str, tuple[Callable[[TextIO], object], str]] = {
    "parentheses": (
        lambda file: file.write(
            f"create table t (a int default {'(' * DEEP}1{')' * DEEP}, b int);create table u (a int);"
        ),
        "['u'] large.sql:1 table 't': nested too deeply; take the nesting apart",
    ),
    "open parentheses": (
        lambda file: file.write("create table t (a int default " + "(" * DEEP),
        "[] large.sql:1 table 't': nested too deeply; take the nesting apart",
    ),
    "an open quote": (
        lambda file: (file.write("create table t (a int default 'x);\n"), write(file, "more text\n", 30 * MIB)),
        f'{TOO_LONG} (got "create table t (a int default \'x);"); is a quote or a semicolon missing?',
    ),
    "an open comment": (
        lambda file: (file.write("create table t (a int); /* \n"), write(file, "more text\n", 30 * MIB)),
        "['t'] large.sql:1: a comment is never closed (got '/* '); close it",
    ),
    "no end": (
        lambda file: (file.write("create table t (a int \n"), write(file, ", c int\n", 30 * MIB)),
        f"{TOO_LONG} (got 'create table t (a int '); is a quote or a semicolon missing?",
    ),
    "blanks": (
        lambda file: write(file, " \n", 20 * MIB),
        "large.sql: the file is empty; it needs at least one CREATE TABLE",
    ),
}


@pytest.mark.integration
@pytest.mark.parametrize(("make", "message"), BAD.values(), ids=BAD.keys())
def test_what_never_ends_is_one_line(tmp_path: Path, make: Callable[[TextIO], object], message: str) -> None:
    said, _ = convert(tmp_path, "postgres", make, 60)
    assert message in said


@pytest.mark.integration
def test_twenty_thousand_columns(tmp_path: Path) -> None:
    def make(file: TextIO) -> None:
        file.write(f"create table t ({', '.join(f'c{i} int' for i in range(20_000))});")

    assert convert(tmp_path, "postgres", make, 60)[0] == "['t']"
