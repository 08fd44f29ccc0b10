"""ddlparse: reads one statement, so it is given the CREATE TABLEs one by one. FOLDER"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ddl_judge import Found, judge, measured, statements, written
from ddlparse import DdlParse

FOLDER = Path(sys.argv[1])
REFUSED: list[str] = []
DATABASES = {
    "postgres": DdlParse.DATABASE.postgresql,
    "redshift": DdlParse.DATABASE.redshift,
    "mysql": DdlParse.DATABASE.mysql,
}


def read(dialect: str, text: str) -> tuple[str, list[Any]]:
    tables = []
    for statement in statements(text):
        try:
            tables.append(DdlParse().parse(ddl=statement, source_database=DATABASES[dialect]))
        except Exception:
            REFUSED.append(statement)
    return dialect, tables


def columns(table: Any) -> list[Found]:
    made = []
    for column in table.columns.values():
        sizes = [n for n in (column.precision or column.length, column.scale) if isinstance(n, int)]
        nullable = not (column.not_null or column.primary_key)
        made.append(Found(column.name, written(column.data_type, sizes), nullable))
    return made


measures, parsed = measured(read, FOLDER, lambda: read("postgres", "CREATE TABLE t (a int);"))
found = {dialect: {table.name: columns(table) for table in tables} for dialect, tables in parsed}
print(json.dumps(measures | judge(found, FOLDER, len(REFUSED))))
