"""What a reader of DDL found, judged against the truth that ddl_tables.py wrote beside the files."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Two words for one type; nobody is asked to map types, only to read what stands there.
_SAME = {
    "int": "integer",
    "int unsigned": "integer unsigned",
    "bool": "boolean",
    "character varying": "varchar",
    "character": "char",
    "bpchar": "char",
    "numeric": "decimal",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "double precision": "double",
    "unsigned int": "integer unsigned",
}


@dataclass(frozen=True)
class Found:
    """A column as a reader gives it. type: the canonical one, or (base, sizes) as they stand in the DDL."""

    name: str
    type: str | tuple[str, tuple[int, ...]]
    nullable: bool


def written(text: str, sizes: Sequence[int] = ()) -> tuple[str, tuple[int, ...]]:
    """Base and sizes of a type's text such as `INT(10) UNSIGNED`; `sizes` for those who give them apart."""
    found = re.search(r"\(([\d\s,]+)\)", text)
    if found:
        sizes = [int(number) for number in found.group(1).split(",")]
    return base(re.sub(r"\(.*\)", " ", text)), tuple(sizes)


def base(text: str) -> str:
    plain = " ".join(text.lower().split())
    return _SAME.get(plain, plain)


def statements(text: str) -> list[str]:
    """The CREATE TABLEs of a file that ddl_tables.py wrote, for those who can't read it whole."""
    return re.findall(r"^CREATE TABLE.*?;$", text, re.DOTALL | re.MULTILINE)


def judge(found: Mapping[str, Mapping[str, Sequence[Found]]], folder: Path, refused: int = 0) -> dict[str, Any]:
    """Shares of all columns that are right, and what is missing without a word.

    found: by dialect and table; refused: tables that it said it can't read
    """
    truth = json.loads((folder / "truth.json").read_text())
    total = names = types = nullability = lost_tables = lost_columns = 0
    for dialect, tables in truth.items():
        for table in tables:
            total += len(table["columns"])
            columns = found.get(dialect, {}).get(table["name"])
            if columns is None:
                lost_tables += 1
                continue
            known = {column.name: column for column in columns}
            for column in table["columns"]:
                mine = known.get(column["name"])
                if mine is None:
                    lost_columns += 1
                    continue
                names += 1
                told = column["canonical"]
                if not isinstance(mine.type, str):
                    told = (base(column["base"]), tuple(column["sizes"]))
                types += mine.type == told
                nullability += mine.nullable == column["nullable"]
    shares = {"names": names, "types": types, "nullability": nullability}
    right = {name: f"{100 * count / total:.1f} %" for name, count in shares.items()}
    return {**right, "tables refused": refused, "tables lost": lost_tables - refused, "columns lost": lost_columns}


def peak_mib() -> int:
    """Of this process's own memory; ru_maxrss also counts that of the process that started it."""
    found = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())
    return int(found.group(1)) // 1024 if found else 0


def measured(
    work: Callable[[str, str], Any], folder: Path, warm: Callable[[], Any]
) -> tuple[dict[str, Any], list[Any]]:
    """Runs `work(dialect, text)` for each file under the clock, after `warm`. Gives the measures and the results."""
    with suppress(Exception):
        warm()
    truth = json.loads((folder / "truth.json").read_text())
    texts = {dialect: (folder / f"{dialect}.sql").read_text() for dialect in truth}
    started, used = time.perf_counter(), time.process_time()
    results = [work(dialect, text) for dialect, text in texts.items()]
    seconds, cpu, peak = time.perf_counter() - started, time.process_time() - used, peak_mib()
    rows = sum(len(table["columns"]) for tables in truth.values() for table in tables)
    return {"seconds": seconds, "cpu": cpu, "rows": rows, "peak MiB": peak}, results
