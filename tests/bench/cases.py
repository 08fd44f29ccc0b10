"""What is measured against what: the groups of cases, their row counts and their bounds."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import lineitem_rules
import s3_place
from measure import BENCH, PROJECT, SCRATCH, Case, Check, Group, Limit, Measured

PYTHON = sys.executable  # of the peers
ROWMILL = str(PROJECT / ".venv" / "bin" / "python")  # of those who use Rowmill
SCHEMAS, TPCH = str(PROJECT / "schemas"), str(PROJECT / "schemas" / "tpch")
EVERY_TYPE = str(BENCH / "all_types.yaml")
WRITERS = ("pyarrow", "pyarrow-zstd1", "polars", "polars-snappy", "polars-zstd1")
LINEITEM_ROWS = {"1": 6_001_215, "0.1": 600_572}  # by scale factor, as the TPC says
MIB_OF_A_TASK = 512
RIGHT = ("names", "types", "nullability")  # shares of columns of which it is right


def groups(divisor: int, full: bool) -> dict[str, Group]:
    """All groups by name. divisor: of the row counts; full: with the sizes that take minutes."""
    few = 1_000_000 // divisor
    made = (
        _orders(divisor),
        _floors("floors-orders", SCHEMAS, "orders", 8_388_608 // divisor),
        _floors("floors-lineitem", TPCH, "lineitem", 4_194_304 // divisor),
        _lineitem("1" if divisor == 1 else "0.1"),
        _shape("nested", "Nested rows: web_events, two cores", SCHEMAS, "web_events", "events", few),
        _shape("every-type", "A column of every type, two cores", EVERY_TYPE, "every_type", "every_type", few),
        _flat(divisor, full),
        _small(),
        _convert(1_000 // divisor),
        _s3(divisor),
    )
    return {group.name: group for group in made}


def _job(schema: str, table: str, rows: int, output: str = "out", *more: str) -> tuple[str, ...]:
    """The program that people run, on Spark; its seconds are those of its report."""
    program = (ROWMILL, str(PROJECT / "jobs" / "generate_data.py"), "--schema", schema, "--table", table)
    options = ("--rows", str(rows), "--output", output, "--partition-by", "", "--master", "local[2]", *more)
    return (*program, *options, "--report", "report.json")


def _tasks(schema: str, table: str, rows: int, processes: int, *rest: int) -> tuple[str, ...]:
    return (ROWMILL, str(BENCH / "rowmill_tasks.py"), schema, table, str(rows), str(processes), *map(str, rest))


def _peer(name: str, *arguments: object) -> tuple[str, ...]:
    return (PYTHON, str(BENCH / "peers" / f"{name}.py"), *map(str, arguments))


def _orders(divisor: int) -> Group:
    job, peer, few = 48_000_000 // divisor, 2_000_000 // divisor, 50_000 // divisor
    cases = (
        Case("Rowmill: the job", _job(SCHEMAS, "orders", job), job),
        Case("Rowmill: tasks without Spark", _tasks(SCHEMAS, "orders", job, 2), job),
        Case("dbldatagen, its own distribution", _peer("dbldatagen_orders", peer, "own"), peer),
        Case("dbldatagen, an expression for it", _peer("dbldatagen_orders", peer), peer),
        Case("Spark's expressions", _peer("spark_orders", 2 * peer), 2 * peer),
        Case("Spark writing cached rows", _peer("spark_orders", 2 * peer, "cached"), 2 * peer),
        Case("DuckDB SQL", _peer("duckdb_orders", 3 * peer), 3 * peer),
        Case("Faker, row by row", _peer("faker_orders", few), few),
    )
    limits = {case.name: Limit(least=25) for case in cases if case.name.startswith("dbldatagen")}
    return Group("orders", "Orders: ten columns as Parquet, two cores", cases, limits)


def _floors(name: str, schema: str, table: str, rows: int) -> Group:
    """Ours makes and writes; the others write the same rows, which they hold, to files of as many rows."""
    folder, half = SCRATCH / "ready" / table, 4
    pair = Case("Rowmill: made and written, 2 processes", _tasks(schema, table, rows, 2), rows)
    alone = Case("Rowmill: made and written, 1 process", _tasks(schema, table, rows, 1, 0, half))
    single = {"POLARS_MAX_THREADS": "1"}
    two = [Case(f"{w}: written, 2 processes", _peer("stock_writers", w, folder, 8, 2), rows) for w in WRITERS]
    one = [Case(f"{w}: written, 1 process", _peer("stock_writers", w, folder, half, 1), None, single) for w in WRITERS]
    return Group(
        name,
        f"{table.capitalize()} made and written, beside the same rows merely written",
        (pair, *two, alone, *one),
        dict.fromkeys((case.name for case in (*two, *one)), Limit(least=1)),
        prepare=((ROWMILL, str(BENCH / "ready_rows.py"), schema, table, str(rows), str(folder)),),
        ours=alone.name,
    )


def _lineitem(scale: str) -> Group:
    rows = LINEITEM_ROWS[scale]
    tpchgen = (str(Path(PYTHON).with_name("tpchgen-cli")), "parquet", "-s", scale, "--tables=lineitem")
    tpchgen += ("--output-dir=out", "--num-threads=2")
    tasks = _tasks(TPCH, "lineitem", rows, 2)
    cases = (
        Case("Rowmill: the job", _job(TPCH, "lineitem", rows), rows),
        Case("Rowmill: tasks without Spark", tasks, rows),
        Case("tpchgen-cli parquet", tpchgen, rows),
        Case("tpchgen-cli parquet, zstd", (*tpchgen, "--compression=ZSTD(1)"), rows),
    )
    title = f"TPC-H lineitem, scale factor {scale}, as Parquet, two cores"
    limits = {"tpchgen-cli parquet": Limit(least=1.25)}
    return Group("lineitem", title, cases, limits, lambda measured: lineitem_rules.compare(tasks, tpchgen))


def _shape(name: str, title: str, schema: str, table: str, peers: str, rows: int) -> Group:
    cases = (
        Case("Rowmill: the job", _job(schema, table, rows), rows),
        Case("Rowmill: tasks without Spark", _tasks(schema, table, rows, 2), rows),
        Case("dbldatagen", _peer(f"dbldatagen_{peers}", rows // 5), rows // 5),
        Case("Spark's expressions", _peer(f"spark_{peers}", rows // 2), rows // 2),
    )
    return Group(name, title, cases, rounds=2)


def _flat(divisor: int, full: bool) -> Group:
    """One core, without Spark; the ratio is what the first size makes a second by what this one does."""
    sizes = [10**6 // divisor, 10**7 // divisor, *([10**8] if full else [])]
    cases = [Case(f"{rows:,} rows", _tasks(SCHEMAS, "orders", rows, 1), rows) for rows in sizes]
    last = _tasks(SCHEMAS, "orders", sizes[1], 1, 10**10 - sizes[1])
    late = Case(f"the last {sizes[1]:,} of 10,000,000,000 rows", last, sizes[1])

    def checks(measured: dict[str, Measured]) -> list[Check]:
        peaks = {name: max(item.values("peak_mib")) for name, item in measured.items()}
        told, most = "; ".join(f"{name}: {peak:.0f} MiB" for name, peak in peaks.items()), max(peaks.values())
        grown = most - peaks[cases[0].name]
        return [
            Check("peak memory of the task's process", told, f"< {MIB_OF_A_TASK} MiB", most < MIB_OF_A_TASK),
            Check("more than with the fewest rows", f"{grown:.0f} MiB", "< 64 MiB", grown < 64),
        ]

    limits = {case.name: Limit(most=1.2) for case in [*cases[1:], late]}
    return Group("flat", "The same cost at any size and place: orders, one core", (*cases, late), limits, checks)


def _small() -> Group:
    rows = 10_000
    program, playbook = "generate_data.py", "ansible-playbook generate.yml"
    job = _job(SCHEMAS, "orders", rows)
    clocked = (ROWMILL, str(BENCH / "small_program.py"), *job[2:-2])
    cases = (
        Case(program, job[:-2], rows),
        Case(playbook, (PYTHON, str(BENCH / "small_playbook.py"), str(rows)), rows),
        Case(f"{program}, with a clock in it", clocked, rows),
    )

    def checks(measured: dict[str, Measured]) -> list[Check]:
        pairs = zip(measured[program].values("seconds"), measured[playbook].values("seconds"), strict=True)
        added = [b - a for a, b in pairs]
        middle = statistics.median(added)
        told = f"{middle:.2f} s ({min(added):.2f}-{max(added):.2f})"
        return [
            Check("the playbook adds", told, "< 5 s", middle < 5),
            Check("where the program's seconds go", _phases(measured[cases[2].name]), "", True),
            Check("where the playbook's seconds go", _phases(measured[playbook]), "", True),
        ]

    return Group("small", "Ten thousand rows, whole processes", cases, checks=checks)


def _convert(tables: int) -> Group:
    """DDL in mixed style -> the model and YAML, beside those who parse it, and what each makes of it."""
    small, large = SCRATCH / "ready" / "ddl", SCRATCH / "ready" / "ddl-large"
    make, ours = (ROWMILL, str(BENCH / "ddl_tables.py")), (ROWMILL, str(BENCH / "rowmill_ddl.py"))
    call, raw = "Rowmill: the call, DDL to YAML", "sqlglot: parsing alone"
    program, many = "Rowmill: import_ddl.py, the whole program", f"Rowmill: import_ddl.py, {10 * tables:,} tables"
    clocked = "Rowmill: the call, with a clock at each stage"
    cases = (
        Case(call, (*ours, "call", str(small))),
        Case(program, (*ours, "program", str(small))),
        Case(raw, _peer("sqlglot_ddl", small)),
        Case("simple-ddl-parser, table by table", _peer("simple_ddl_parser_ddl", small)),
        Case("ddlparse, table by table", _peer("ddlparse_ddl", small)),
        Case(many, (*ours, "program", str(large))),
        Case(clocked, (*ours, "stages", str(small))),
    )

    def checks(measured: dict[str, Measured]) -> list[Check]:
        wrong = [
            name
            for name in (call, program, many)
            if any(run[k] != "100.0 %" for run in measured[name].runs for k in RIGHT)
        ]
        peaks = [max(measured[name].values("peak MiB")) for name in (program, many)]
        grown = (peaks[1] - peaks[0]) * 1024 / (9 * tables)
        return [
            _times("Rowmill's time by raw sqlglot's", measured[call], measured[raw], 1.5),
            Check("columns that Rowmill gets wrong", ", ".join(wrong) or "none", "none", not wrong),
            Check(
                f"peak memory, {tables:,} and {10 * tables:,} tables in three files",
                " and ".join(f"{peak:.0f} MiB" for peak in peaks),
                "",
                True,
            ),
            Check("memory by table more", f"{grown:.1f} KiB", "< 32 KiB", grown < 32),
            Check("where the seconds of the call go", _phases(measured[clocked], 0.01), "", True),
        ]

    return Group(
        "convert",
        f"DDL of {tables:,} tables in mixed style: PostgreSQL, Redshift, MySQL",
        cases,
        checks=checks,
        prepare=((*make, str(tables), str(small)), (*make, str(10 * tables), str(large))),
        unit="columns",
        extra=(*RIGHT, "tables refused", "tables lost", "columns lost", "peak MiB"),
    )


def _s3(divisor: int) -> Group:
    """The same job to S3 and to local files, beside Spark, which has the rows in memory; few files and many.

    Tiny files have no bound: three requests each take longer than making their rows and writing them to a disk.
    """
    cases: list[Case] = []
    names: dict[str, tuple[str, str]] = {}
    prepare = []
    bounds = {"large": 1.3, "small": 1.3, "tiny": float("inf")}
    # Spark takes a tenth of a second for each file: of the small ones it is given fewer.
    for kind, rows, file_rows, spark_rows in (
        ("large", 8_388_608 // divisor, -(-4_194_304 // divisor), 8_388_608 // divisor),
        ("small", 8_388_608 // divisor, 65_536, 2_097_152 // divisor),
        ("tiny", 2_000_000 // divisor, 2_000, 200_000 // divisor),
    ):
        files, spark_files = (f"{-(-count // file_rows):,} files" for count in (rows, spark_rows))
        options, ready = ("--file-rows", str(file_rows), "--no-check"), SCRATCH / "ready" / f"s3-{kind}"
        ours, local = f"Rowmill: the job, to S3, {files}", f"Rowmill: the job, to local files, {files}"
        names[kind] = ours, local
        place, magic = f"s3a://{s3_place.BUCKET}/rowmill-{kind}", f"s3a://{s3_place.BUCKET}/magic-{kind}"
        spark = (ROWMILL, str(BENCH / "peers" / "spark_magic.py"), str(ready), magic)
        spark_name, spark_out = f"Spark writing cached rows, magic committer, {spark_files}", s3_place.directory(magic)
        cases += [
            Case(ours, _job(TPCH, "lineitem", rows, place, *options), rows, out=s3_place.directory(place)),
            Case(local, _job(TPCH, "lineitem", rows, "out", *options), rows),
            Case(spark_name, spark, spark_rows, out=spark_out),
        ]
        prepare.append(_job(TPCH, "lineitem", spark_rows, str(ready), *options)[:-2])
    beside, objects = {case.name: Limit(least=1) for case in cases if case.name.startswith("Spark")}, 10_000 // divisor
    task, commit = "Rowmill: one task, to S3", f"Rowmill: commit of {objects:,} objects"
    cases += [
        Case(task, (ROWMILL, str(BENCH / "rowmill_s3.py"), "task", str(4_194_304 // divisor))),
        Case(commit, (ROWMILL, str(BENCH / "rowmill_s3.py"), "commit", str(objects))),
    ]

    def checks(measured: dict[str, Measured]) -> list[Check]:
        more, group, whole = (max(measured[task].values(n)) for n in ("more MiB", "row group MiB", "peak MiB"))
        took = measured[commit].values("seconds")
        return [
            *(
                _times(f"S3's time by local files', {kind} files", measured[ours], measured[local], bounds[kind])
                for kind, (ours, local) in names.items()
            ),
            Check(
                "memory that a task adds to its process",
                f"{more:.0f} MiB, a row group of it {group:.0f} MiB; the whole process {whole:.0f} MiB",
                "< 256 MiB + a row group",
                more < 256 + group,
            ),
            Check(
                f"commit of {objects:,} objects",
                f"{statistics.median(took):.1f} s ({min(took):.1f}-{max(took):.1f})",
                "< 60 s",
                max(took) < 60,
            ),
        ]

    return Group(
        "s3",
        "To S3 on loopback, beside local files and Spark's magic committer: lineitem, two cores",
        tuple(cases),
        beside,
        checks,
        tuple(prepare),
        ours=names["small"][0],
        around=s3_place.served,
    )


def _times(what: str, ours: Measured, other: Measured, most: float) -> Check:
    """How many times as long ours takes for as many rows, round by round."""
    times = [1 / ratio for ratio in other.ratios(ours)]
    middle = statistics.median(times)
    bound = f"<= {most:g}x" if most < float("inf") else "none"
    return Check(what, f"{middle:.2f}x ({min(times):.2f}-{max(times):.2f})", bound, middle <= most)


def _phases(item: Measured, least: float = 0.1) -> str:
    """Medians of the parts of a run, those of `least` seconds by name."""
    names = list(dict.fromkeys(name for run in item.runs for name in run["phases"]))
    medians = {name: statistics.median(run["phases"].get(name, 0.0) for run in item.runs) for name in names}
    shown = {name: seconds for name, seconds in medians.items() if seconds >= least}
    rest = sum(medians.values()) - sum(shown.values())
    return ", ".join([*(f"{name} {seconds:.2f}" for name, seconds in shown.items()), f"all else {rest:.2f}"])
