"""Are our rows of lineitem like tpchgen-cli's? Same columns and types, and no row breaks a rule of TPC-H."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
from measure import SCRATCH, Check, start

# What each row obeys (TPC-H 4.2.3), as far as lineitem alone can tell. S is the number of suppliers.
RULES = {
    "l_orderkey uses 8 of 32 numbers": "l_orderkey % 32 < 8",
    "l_linenumber is 1 .. 7": "l_linenumber BETWEEN 1 AND 7",
    "l_suppkey is one of the part's four": """list_contains([(l_partkey + i * (S // 4 + (l_partkey - 1) // S)) % S + 1
        FOR i IN range(4)], l_suppkey)""",
    "l_quantity is whole, 1 .. 50": "l_quantity BETWEEN 1 AND 50 AND l_quantity = floor(l_quantity)",
    "l_extendedprice is l_quantity times the part's price": """100 * l_extendedprice
        = l_quantity * (90000 + (l_partkey // 10) % 20001 + 100 * (l_partkey % 1000))""",
    "l_discount is 0.00 .. 0.10": "l_discount BETWEEN 0 AND 0.10",
    "l_tax is 0.00 .. 0.08": "l_tax BETWEEN 0 AND 0.08",
    "l_receiptdate is 1 .. 30 days after l_shipdate": "l_receiptdate - l_shipdate BETWEEN 1 AND 30",
    "l_commitdate and l_shipdate are of one order": "l_commitdate - l_shipdate BETWEEN 30 - 121 AND 90 - 1",
    "l_returnflag follows l_receiptdate": """CASE WHEN l_receiptdate <= DATE '1995-06-17'
        THEN l_returnflag IN ('R', 'A') ELSE l_returnflag = 'N' END""",
    "l_linestatus follows l_shipdate": "l_linestatus = CASE WHEN l_shipdate > DATE '1995-06-17' THEN 'O' ELSE 'F' END",
    "l_shipinstruct is one of four": """trim(l_shipinstruct)
        IN ('DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN')""",
    "l_shipmode is one of seven": "trim(l_shipmode) IN ('REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB')",
    "l_comment has 10 .. 43 characters": "length(l_comment) BETWEEN 10 AND 43",
}


def compare(ours: Sequence[str], theirs: Sequence[str]) -> list[Check]:
    """Runs two programs that write lineitem into `out`, and holds their rows against each other and the rules."""
    found, types = [], []
    for name, command in (("ours", ours), ("tpchgen's", theirs)):
        with tempfile.TemporaryDirectory(dir=SCRATCH, prefix="rules-") as folder:
            start(command, Path(folder), {})
            columns, broken = _look(f"read_parquet('{folder}/out/**/*.parquet')")
        types.append(columns)
        found.append(
            Check(f"rules of TPC-H ({len(RULES)} and the key) that {name} break", broken or "none", "", not broken)
        )
    mine, other = types
    differing = [f"{c} {mine.get(c)} / {other.get(c)}" for c in mine | other if mine.get(c) != other.get(c)]
    told = ", ".join(differing) or "the same"
    return [
        *found,
        Check(f"columns and types: ours {len(mine)}, tpchgen's {len(other)}", told, "", mine.keys() == other.keys()),
    ]


def _look(rows: str) -> tuple[dict[str, str], str]:
    """Types by column, and the rules that are broken."""
    with duckdb.connect(config={"threads": 2}) as connection:
        columns = {column: kind for column, kind, *_ in connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()}
        counts = ", ".join(f"count(*) FILTER (NOT ({rule}))" for rule in RULES.values())
        twice = "count(*) - count(DISTINCT (l_orderkey, l_linenumber))"
        source = f"(SELECT *, (SELECT max(l_suppkey) FROM {rows}) AS S FROM {rows})"
        *broken, repeated = connection.execute(f"SELECT {counts}, {twice} FROM {source}").fetchall()[0]
    told = [f"{rule}: {count:,} rows" for rule, count in zip(RULES, broken, strict=True) if count]
    return columns, "; ".join([*told, *([f"{repeated:,} keys are met twice"] if repeated else [])])
