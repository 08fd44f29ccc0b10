"""simple-ddl-parser: given the CREATE TABLEs one by one, for one can cost it a whole file. FOLDER"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ddl_judge import Found, judge, measured, statements, written
from simple_ddl_parser import DDLParser

FOLDER = Path(sys.argv[1])
REFUSED: list[str] = []


def unquoted(name: str) -> str:
    return name.strip('`"')


def read(dialect: str, text: str) -> tuple[str, list[dict[str, Any]]]:
    tables = []
    for statement in statements(text):
        try:
            tables += DDLParser(statement).run(output_mode=dialect)
        except Exception:
            REFUSED.append(statement)
    return dialect, tables


def columns(table: dict[str, Any]) -> list[Found]:
    keys = {unquoted(name) for name in table.get("primary_key") or ()}
    made = []
    for column in table["columns"]:
        size = column.get("size")
        sizes = [n for n in (size if isinstance(size, tuple | list) else [size]) if isinstance(n, int)]
        name = unquoted(column["name"])
        made.append(Found(name, written(str(column["type"]), sizes), bool(column["nullable"]) and name not in keys))
    return made


measures, parsed = measured(read, FOLDER, lambda: read("postgres", "CREATE TABLE t (a int);"))
found = {
    dialect: {unquoted(table["table_name"]): columns(table) for table in tables if table.get("table_name")}
    for dialect, tables in parsed
}
print(json.dumps(measures | judge(found, FOLDER, len(REFUSED))))
