"""Raw sqlglot: parses the files; what its trees say of the columns is read off the clock. FOLDER"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import sqlglot
from ddl_judge import Found, judge, measured, written
from sqlglot import exp

FOLDER = Path(sys.argv[1])
DIALECTS = ("postgres", "redshift", "mysql")


def columns(tree: exp.Create, dialect: str) -> list[Found]:
    key = tree.find(exp.PrimaryKey)
    names = {name.name for name in key.expressions} if key else set()
    made = []
    for item in tree.this.expressions:
        if not isinstance(item, exp.ColumnDef):
            continue
        kinds = [constraint.args["kind"] for constraint in item.args.get("constraints") or ()]
        required = any(isinstance(k, exp.NotNullColumnConstraint) and not k.args.get("allow_null") for k in kinds)
        required |= item.name in names or any(isinstance(k, exp.PrimaryKeyColumnConstraint) for k in kinds)
        kind = item.args["kind"]
        made.append(Found(item.name, written(kind.sql(dialect) if kind else ""), not required))
    return made


measures, parsed = measured(
    lambda dialect, text: (dialect, sqlglot.parse(text, read=dialect)),
    FOLDER,
    lambda: [sqlglot.parse("create table t (a int not null, primary key (a))", read=name) for name in DIALECTS],
)
found = {
    dialect: {
        tree.find(exp.Table).name: columns(tree, dialect)
        for tree in trees
        if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Schema)
    }
    for dialect, trees in parsed
}
print(json.dumps(measures | judge(found, FOLDER)))
