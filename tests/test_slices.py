"""Slice files: what is read, what is refused and where, how even the slices are, plans to the row, and the program."""

from __future__ import annotations

import subprocess
import sys
import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from import_ddl import SliceProcessor, main

from rowmill.errors import ConfigError
from rowmill.slices import (
    Slice,
    apportion,
    check_slices,
    gini,
    plan_slices,
    read_slices,
    scale_slices,
    summarize,
    write_slices,
)

PROGRAM = Path(__file__).parents[1] / "jobs" / "import_ddl.py"
COUNTS = st.lists(st.integers(0, 10**18 - 1), min_size=1, max_size=40)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "slices.txt"
    made.write_text("# of the warehouse\nx|0|10\n\n  y | 12 | 30 \nz|1|0\n")
    return made


def test_slices_are_read_in_the_order_of_the_file(file: Path) -> None:
    processor = SliceProcessor(file)
    assert (
        processor.load() == processor.slices == [Slice("slice-000", 10), Slice("slice-012", 30), Slice("slice-001", 0)]
    )
    assert [(item.x, item.number) for item in processor.slices] == [("x", 0), ("y", 12), ("z", 1)]
    assert processor.total_rows == 40


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x|1", r"\.txt:1: three fields"),
        ("x|1|2|3", "three fields"),
        ("x|1|2\nx|1|3", r"\.txt:2: slice 1 stands twice \(got 'x\|1\|3'\); take it out here or at line 1$"),
        ("x|-1|2", r"s\.txt:1: the slice must be a whole number, 0 or more \(got '-1'\); write lines of the form"),
        ("x|a|2", "slice must be"),
        ("x|1|-2", "rows must be"),
        ("x|1|2.5", "rows must be"),
        ("x|1|1_0", "rows must be"),
        ("x|1|٣", "rows must be"),
        ("x|1|1234567890123456789", "rows must be"),
        ("# none", "no slices"),
        ("", "no slices"),
        ("x|1|2\x00", "not UTF-8 text"),
        ("x|1|2\nx|1|3\n\nx|1\nx|-1|5", r"txt:2: slice 1 .* at line 1; 2 more lines are wrong: 4, 5$"),
        ("x|1\n" * 2, r"txt:1: three .*; 1 more line is wrong: 2$"),
        ("x|1\n" * 9, r"; 8 more lines are wrong: 2, 3, 4, 5, 6, \.\.\.$"),
        ("x|1\n" * 5000, r"; 999 or more lines are wrong: 2,"),
    ],
)
def test_bad_slice_files(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "s.txt"
    file.write_text(text)
    with pytest.raises(ConfigError, match=message) as refused:
        read_slices(file)
    assert "\n" not in str(refused.value)
    with pytest.raises(ConfigError):
        main(["--slices", str(file)])


def test_slice_file_that_is_missing_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_slices(tmp_path / "none")
    with pytest.raises(ConfigError, match="Is a directory"):
        check_slices(tmp_path)
    (tmp_path / "b").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_slices(tmp_path / "b")
    with pytest.raises(ConfigError, match="there are no slices yet; name a slice file, or plan some"):
        SliceProcessor().summary()


def test_forty_thousand_slices_are_read_at_once(tmp_path: Path) -> None:
    file = tmp_path / "s.txt"
    file.write_text("".join(f"x|{i}|{i}\n" for i in range(40_000)))
    start = time.perf_counter()
    assert len(read_slices(file)) == 40_000
    assert time.perf_counter() - start < 2


def test_a_check_names_every_fault_and_the_gaps(tmp_path: Path) -> None:
    file = tmp_path / "s.txt"
    file.write_text("x|0|1\nx|9|1\nx|0|7\nx|3|-4\nx|-3|4\nx|four|1\nx|4|1\nx|0|2\nx|12|0\n")
    report = SliceProcessor(file).check()
    assert [item.number for item in report.slices] == [0, 9, 4, 12]
    assert [(fault.kind, fault.line) for fault in report.faults] == [
        ("duplicate", 3), ("negative", 4), ("negative", 5), ("form", 6), ("duplicate", 8),
    ]  # fmt: skip
    assert [fault.line for fault in report.duplicates] == [3, 8]
    assert [fault.line for fault in report.negatives] == [4, 5]
    assert [str(fault.error) for fault in report.duplicates] == [
        f"{file}:{line}: slice 0 stands twice (got 'x|0|{rows}'); take it out here or at line 1"
        for line, rows in ((3, 7), (8, 2))
    ]
    assert report.gaps == ((1, 3), (5, 8), (10, 11))
    assert report.warnings == (f"{file}: no slice has the number 1 .. 3, 5 .. 8, 10 .. 11",)
    assert not report.ok


def test_gaps_are_a_warning(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = SliceProcessor(file).check()
    assert (report.ok, report.gaps) == (True, ((2, 11),))
    assert main(["--slices", str(file)]) == 0
    said = capsys.readouterr()
    assert said.err == f"warning: {file}: no slice has the number 2 .. 11\n"
    assert said.out.endswith(
        "3 slices, 40 rows; largest 30, largest/mean 2.25\n"
        "smallest 0, mean 13.33, Gini coefficient 0.500, empty slices 1\n"
    )
    file.write_text("".join(f"x|{2 * i}|0\n" for i in range(8)))
    assert SliceProcessor(file).check().warnings[0].endswith("the number 1, 3, 5, 7, 9 and 2 more gaps")
    assert main(["--slices", str(file)]) == 0
    assert "largest/mean none\nsmallest 0, mean 0.00, Gini coefficient none" in capsys.readouterr().out


def test_figures_of_known_distributions() -> None:
    found = summarize([Slice("slice-000", 1), Slice("slice-001", 3)])
    assert (found.slices, found.rows, found.min, found.mean, found.max) == (2, 4, 1, 2.0, 3)
    assert (found.max_over_mean, found.gini, found.empty) == (1.5, 0.25, 0)
    assert gini([5] * 7) == 0
    assert gini([0, 0, 0, 8]) == 0.75
    assert gini(list(range(1, 101))) == pytest.approx(0.33)  # (n - 1) / 3n
    assert gini([0, 0]) is None


@settings(deadline=None)
@given(COUNTS.filter(any))
def test_the_gini_coefficient_is_the_mean_difference_over_twice_the_mean(counts: list[int]) -> None:
    n = len(counts)
    found = gini(counts)
    assert found is not None
    assert 0 <= found <= 1 - 1 / n + 1e-12
    exact = Fraction(sum(abs(a - b) for a in counts for b in counts), 2 * n * sum(counts))
    assert found == pytest.approx(float(exact), abs=1e-12)
    assert gini(counts[::-1]) == found


@settings(deadline=None)
@given(st.integers(0, 10**18 - 1), COUNTS.filter(any))
def test_apportioned_rows_add_up_and_are_less_than_one_off(rows: int, weights: list[int]) -> None:
    counts = apportion(rows, weights)
    assert sum(counts) == rows
    for count, weight in zip(counts, weights, strict=True):
        assert abs(count - Fraction(rows * weight, sum(weights))) < 1
        assert weight or not count
    for (count, weight), (other, less) in pairwise(sorted(zip(counts, weights, strict=True), key=lambda p: -p[1])):
        assert weight == less or count >= other


@settings(deadline=None)
@given(st.integers(0, 10**18 - 1), st.integers(1, 300), st.floats(0, 50))
def test_a_plan_is_exact_and_falls_from_slice_to_slice(rows: int, slices: int, exponent: float) -> None:
    plan = plan_slices(rows, slices, f"zipf:{exponent!r}")
    assert [item.number for item in plan] == list(range(slices))
    assert sum(item.rows for item in plan) == rows
    assert all(a.rows >= b.rows for a, b in pairwise(plan))
    assert plan == plan_slices(rows, slices, f"zipf:{exponent!r}")
    even = [item.rows for item in plan_slices(rows, slices)]
    assert sum(even) == rows
    assert max(even) - min(even) <= 1


def test_zipf_shares() -> None:
    assert [item.rows for item in plan_slices(11, 3, "zipf:1")] == [6, 3, 2]
    assert plan_slices(1000, 7, "zipf:0") == plan_slices(1000, 7, "even")
    assert [item.rows for item in plan_slices(7, 3)] == [3, 2, 2]
    assert [item.rows for item in plan_slices(5, 3, "zipf:1e300")] == [5, 0, 0]
    total = sum(k**-1.2 for k in range(1, 17))
    for k, item in enumerate(plan_slices(10**12, 16, "zipf:1.2"), 1):
        assert item.rows == pytest.approx(10**12 * k**-1.2 / total, abs=1)


@settings(deadline=None)
@given(COUNTS.filter(any), st.integers(0, 10**18 - 1))
def test_scaling_keeps_shares_numbers_and_first_fields(counts: list[int], rows: int) -> None:
    slices = [Slice(f"slice-{3 * k:03d}", n, f"node {k}") for k, n in enumerate(counts)]
    scaled = scale_slices(slices, rows)
    assert sum(item.rows for item in scaled) == rows
    assert [(item.name, item.x) for item in scaled] == [(item.name, item.x) for item in slices]
    assert scale_slices(slices, sum(counts)) == slices if sum(counts) < 10**18 else True


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(st.integers(0, 10**18 - 1), st.tuples(st.integers(0, 10**18 - 1), st.text(max_size=6))))
def test_what_is_written_reads_back_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, found: dict[int, tuple[int, str]]
) -> None:
    file = tmp_path_factory.mktemp("slices") / "s.txt"
    slices = [Slice(f"slice-{number:03d}", rows, x) for number, (rows, x) in found.items()]
    plain = all(item.x.isalnum() and item.x.isprintable() for item in slices) and bool(slices)
    try:
        write_slices(slices, file)
    except ConfigError:
        assert not plain
        assert not file.exists()
        return
    back = read_slices(file)
    assert [(item, item.x) for item in back] == [(item, item.x) for item in slices]
    assert [path.name for path in file.parent.iterdir()] == ["s.txt"]


@pytest.mark.parametrize(
    ("slices", "message"),
    [
        ([], "has no slices"),
        ([Slice("east", 1)], "no name of a slice"),
        ([Slice("slice-0001", 1)], "can't be written"),
        ([Slice("slice-001", -1)], "rows must be"),
        ([Slice("slice-001", 1), Slice("slice-001", 2)], "stands twice"),
        ([Slice("slice-001", 1, "#1")], "has no slices"),
        ([Slice("slice-000", 1), Slice("slice-001", 1, "#1")], "can't be written"),
        ([Slice("slice-001", 1, "a|b")], "three fields"),
        ([Slice("slice-001", 1, "\ud800")], "no text"),
    ],
)
def test_slices_that_no_file_can_hold(slices: list[Slice], message: str, tmp_path: Path) -> None:
    file = tmp_path / "s.txt"
    file.write_text("as it was")
    with pytest.raises(ConfigError, match=message):
        write_slices(slices, file)
    assert file.read_text() == "as it was"
    with pytest.raises(ConfigError, match="is a directory"):
        write_slices(plan_slices(1, 1), tmp_path)
    with pytest.raises(ConfigError, match="can't write the slice file: "):
        write_slices(plan_slices(1, 1), file / "s.txt")


def test_the_api_plans_and_writes(file: Path, tmp_path: Path) -> None:
    processor = SliceProcessor()
    assert processor.plan(11, 3, skew="zipf:1") == processor.slices
    processor.write(tmp_path / "new" / "plan.txt")
    assert (tmp_path / "new" / "plan.txt").read_text() == "x|0|6\nx|1|3\nx|2|2\n"
    larger = SliceProcessor(file)
    larger.plan(rows=4001)
    assert larger.total_rows == 4001
    larger.write(file)
    assert file.read_text() == "x|0|1000\ny|12|3001\nz|1|0\n"
    assert larger.load() == SliceProcessor(file).slices


@pytest.mark.parametrize(
    ("rows", "slices", "skew", "message"),
    [
        (1, 0, None, r"^slices: 1 \.\. 1,000,000 slices"),
        (1, 10**7, None, "slices can be planned"),
        (-1, 2, None, r"^rows: 0 rows or more, of at most 18 digits, expected \(got -1\)"),
        (10**18, 2, None, "^rows: "),
        (1, 2, "zipf", r"^skew: no such skew \(got 'zipf'\); write even, or zipf:S with S at least 0"),
        (1, 2, "zipf:-1", "^skew: "),
        (1, 2, "zipf:nan", "^skew: "),
        (1, 2, "zipf:inf", "^skew: "),
        (1, 2, "pareto:2", "^skew: "),
        (1, None, "even", "^skew: the slices have the shares of the file already"),
    ],
)
def test_bad_plans(rows: int, slices: int | None, skew: str | None, message: str, file: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        SliceProcessor(file).plan(rows, slices, skew)


def test_slices_without_rows_have_no_shares(file: Path) -> None:
    file.write_text("x|0|0\nx|1|0\n")
    with pytest.raises(ConfigError, match="slices without rows have no shares"):
        SliceProcessor(file).plan(5)
    assert [item.rows for item in SliceProcessor(file).plan(0)] == [0, 0]


def program(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=60)


def test_the_program_plans_and_scales(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "plan.txt"
    assert main(["--plan-slices", "4", "--rows", "1e3", "--skew", "zipf:1.2", "--output", str(out), "--dry-run"]) == 0
    assert not out.exists()
    assert capsys.readouterr().out.endswith(f"would write: {out}\n")
    assert main(["--plan-slices", "4", "--rows", "1e3", "--skew", "zipf:1.2", "--output", str(out)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("slice-000                ")
    assert "\n4 slices, 1,000 rows; largest " in said.out
    assert said.out.endswith(f"written: {out}\n")
    assert said.err == ""
    assert sum(item.rows for item in read_slices(out)) == 1000
    assert main(["--slices", str(file), "--rows", "80"]) == 0
    assert "slice-012                 60   75.00%" in capsys.readouterr().out
    assert main(["--slices", str(file), "--rows", "80", "--output", str(out)]) == 0
    assert out.read_text() == "x|0|20\ny|12|60\nz|1|0\n"


def test_the_program_refuses_in_one_line(file: Path, tmp_path: Path) -> None:
    bad = [
        ["--rows", 5],
        ["--output", "x"],
        ["--slices", file, "--output", "x"],
        ["--slices", file, "--skew", "even", "--rows", 5],
        ["--slices", file, "--plan-slices", 2, "--rows", 5],
        ["--plan-slices", 2],
        ["--plan-slices", 2, "--rows", "many"],
        ["--plan-slices", 2, "--rows", "1e-1"],
        ["--slices", file, "--refresh", tmp_path],
    ]
    for arguments in bad:
        with pytest.raises(SystemExit) as ended:
            main(list(map(str, arguments)))
        assert ended.value.code == 2, arguments
    refused = program("--plan-slices", 2, "--rows", "x")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: argument --rows: a whole number expected, got 'x'")
    assert refused.stderr.count("\n") == 1
    failed = program("--plan-slices", 0, "--rows", 5)
    assert (failed.returncode, failed.stdout, failed.stderr.count("\n")) == (1, "", 1)
    assert failed.stderr.startswith("error: slices: 1 .. 1,000,000 slices can be planned")
