"""Foreign keys that share columns are kept together, or refused; self-references are trees when asked."""

from __future__ import annotations

from typing import Any

import pytest

from rowmill.errors import GeneratorError

TENANTS = """
tables:
  - name: tenants
    rows: 20
    columns: [{{name: tenant, type: int, nullable: false, generator: permutation}}]
    primary_key: [tenant]
  - name: users
    rows: 300
    columns:
      - {{name: tenant, type: int, nullable: false}}
      - {{name: user, type: string, nullable: false, generator: uuid}}
    primary_key: [tenant, user]
    foreign_keys: [{{columns: [tenant], references: {{table: tenants, columns: [tenant]}}}}]
  - name: products
    rows: {products}
    columns: [{{name: tenant, type: int, nullable: false}}, {{name: product, type: int, nullable: false}}]
    primary_key: [tenant, product]
    foreign_keys:
      - {{columns: [tenant], references: {{table: tenants, columns: [tenant]}}, distribution: {{each: {each}}}}}
  - name: sales
    rows: 2000
    columns:
      - {{name: id, type: bigint, nullable: false}}
      - {{name: tenant, type: int}}
      - {{name: user, type: string}}
      - {{name: product, type: int}}
      - {{name: other, type: int, generator: {{parent: {{column: tenant, key: tenant}}}}}}
    primary_key: [id]
    foreign_keys:
      - {{columns: [tenant, user], references: {{table: users, columns: [tenant, user]}}, nulls: 0.1}}
      - {{columns: [tenant, product], references: {{table: products, columns: [tenant, product]}}}}
      - {{columns: [tenant], references: {{table: tenants, columns: [tenant]}}}}
"""


def rows_of(table: Any) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = table.batch(0, table.rows).to_pylist()
    return made


@pytest.mark.parametrize(("each", "products"), [("{min: 1, max: 9}", 100), ("{min: 5, max: 5}", 100)])
def test_three_keys_that_share_a_column(tables: Any, each: str, products: int) -> None:
    made = tables(TENANTS.format(each=each, products=products))
    tenants = {r["tenant"] for r in rows_of(made["tenants"])}
    users = {(r["tenant"], r["user"]) for r in rows_of(made["users"])}
    there = {(r["tenant"], r["product"]) for r in rows_of(made["products"])}
    assert len(there) == products
    met = set()
    nulls = 0
    for row in rows_of(made["sales"]):
        if row["tenant"] is None:
            assert row["user"] is row["product"] is row["other"] is None
            nulls += 1
            continue
        assert row["tenant"] in tenants
        assert row["other"] == row["tenant"]
        assert (row["tenant"], row["user"]) in users
        assert (row["tenant"], row["product"]) in there
        met.add((row["tenant"], row["product"]))
    assert 100 < nulls < 300
    assert len(met) > 0.9 * len(there)


def test_what_can_not_be_shared_is_refused(tables: Any) -> None:
    text = TENANTS.format(each="{min: 0, max: 9}", products=60)
    with pytest.raises(GeneratorError, match=r"shares column tenant with .* 'products' with the distribution each"):
        tables(text)
    alone = """
tables:
  - {name: p, rows: 9, columns: [{name: a, type: int}, {name: b, type: int}], primary_key: [a, b]}
  - {name: q, rows: 9, columns: [{name: a, type: int}], primary_key: [a]}
  - name: c
    rows: 9
    columns: [{name: a, type: int}, {name: b, type: int}]
    foreign_keys:
      - {columns: [a, b], references: {table: p, columns: [a, b]}}
      - {columns: [a], references: {table: q, columns: [a]}}
"""
    with pytest.raises(GeneratorError, match="let 'p' reference 'q' by"):
        tables(alone)
    half = alone.replace(
        "rows: 9\n    columns: [{name: a, type: int}",
        "rows: 9\n    columns: [{name: a, type: int, generator: sequence}",
    )
    with pytest.raises(GeneratorError, match="column 'a' has a generator of its own"):
        tables(half)


@pytest.mark.parametrize("nullable", ["true", "false"])
def test_a_forest_of_so_many_roots(tables: Any, nullable: str) -> None:
    text = f"""
tables:
  - name: t
    rows: 1000
    columns: [{{name: id, type: int, nullable: false}}, {{name: up, type: int, nullable: {nullable}}}]
    primary_key: [id]
    foreign_keys:
      - {{columns: [up], references: {{table: t, columns: [id]}}, distribution: {{earlier: {{roots: 7}}}}}}
"""
    made = rows_of(tables(text)["t"])
    for at, row in enumerate(made):
        if at < 7:
            assert row["up"] == (None if nullable == "true" else row["id"])
        else:
            assert 1 <= row["up"] < row["id"]
    with pytest.raises(GeneratorError, match="references itself"):
        tables(text.replace("table: t,", "table: u,") + "  - {name: u, rows: 3, columns: [{name: id, type: int}]}\n")


def test_an_append_beyond_the_parents_is_refused(tables: Any) -> None:
    text = TENANTS.format(each="{min: 5, max: 5}", products=100).partition("  - name: sales")[0]
    grown = tables(text, rows={"products": 100, "tenants": 20}, segments={"products": (100,), "tenants": (20,)})
    assert len({(r["tenant"], r["product"]) for r in rows_of(grown["products"])}) == 200
    assert {r["tenant"] for r in rows_of(grown["products"])} == {r["tenant"] for r in rows_of(grown["tenants"])}
    with pytest.raises(GeneratorError, match="can't be spread over 20 parents"):
        tables(text, rows={"products": 101, "tenants": 20}, segments={"products": (100,), "tenants": (20,)})
