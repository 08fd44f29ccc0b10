"""The completeness proof: the columns that were read are the columns that stand there, or the statement is refused."""

from __future__ import annotations

from collections.abc import Sequence

from rowmill.ddl.outline import Outline
from rowmill.errors import DDLError


def prove(outline: Outline, names: Sequence[str], where: str) -> None:
    """Compares the names read with those counted by parentheses and commas. Raises DDLError if they differ."""
    counted = outline.column_names
    if not counted:
        raise DDLError("the table has no columns", where=where, fix="write its columns in parentheses")
    if tuple(names) == counted:
        return
    lost = [name for name in counted if name not in names]
    added = [name for name in names if name not in counted]
    if lost:
        what = f"{len(lost)} of {len(counted)} columns would be lost"
    elif added:
        what = "a column would be read that doesn't stand there"
    else:
        what = "the columns would be read in another order"
    raise DDLError(
        what,
        where=where,
        value=", ".join(lost or added or names)[:120],
        fix="check the statement and its dialect (--dialect)",
    )
