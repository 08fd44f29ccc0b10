"""A type that a person wrote over `unknown` stays as long as the DDL says the same."""

from __future__ import annotations

import pytest

from rowmill.ddl.into_yaml.kept_types import type_to_keep
from rowmill.schema.model import TableColumn
from rowmill.schema.types import parse_type


def column(dtype: str, source: str | None = None) -> TableColumn:
    return TableColumn("c", parse_type(dtype), source_type=source)


@pytest.mark.parametrize(
    ("ddl", "yaml", "kept"),
    [
        (("unknown", "money_t"), ("decimal(9,2)", "money_t"), "decimal(9,2)"),
        (("unknown", "Money_T ( 1 )"), ("decimal(9,2)", "money_t(1)"), "decimal(9,2)"),
        (("unknown", "money_t"), ("decimal(9,2)", None), "decimal(9,2)"),
        (("array<unknown>", "money_t[]"), ("array<int>", "money_t[]"), "array<int>"),
        (("unknown", "price_t"), ("decimal(9,2)", "money_t"), "unknown"),
        (("unknown", "money_t"), ("unknown", "money_t"), "unknown"),
        (("unknown", "money_t"), ("array<unknown>", "money_t"), "unknown"),
        (("int", None), ("decimal(9,2)", "money_t"), "int"),
        (("bigint", None), ("unknown", "money_t"), "bigint"),
    ],
)
def test_whose_type_stays(ddl: tuple[str, str | None], yaml: tuple[str, str | None], kept: str) -> None:
    assert str(type_to_keep(column(*ddl), column(*yaml))) == kept
