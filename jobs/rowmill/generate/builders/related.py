"""Builders of values that hang on others: of the row, of the row that it belongs to, or of chance among few."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from rowmill.generate import scalars
from rowmill.generate.builders.site import (
    LARGEST_DOUBLE,
    Site,
    need_column,
    need_text,
    refuse_unique,
    value_array,
    wrong_type,
)
from rowmill.generate.distributions import Discrete
from rowmill.generate.expression import Node, columns_of, parse_expression
from rowmill.generate.expression import replace as replace_nodes
from rowmill.generate.literals import UNIT_MICROSECONDS
from rowmill.generate.random import derive_key
from rowmill.generate.rows import Generator
from rowmill.schema.types import DataType
from rowmill.schema.vocabulary import VOCABULARY
from rowmill.schema.yaml import generator_spec


def _weights(values: list[Any], weights: list[float] | None, site: Site) -> Discrete | None:
    if weights is None:
        return None
    if len(weights) != len(values):
        raise site.fail(f"{len(values)} values but {len(weights)} weights", fix="give one weight to each value")
    if not 0 < sum(weights) < LARGEST_DOUBLE:
        raise site.fail("the weights' sum must be above 0 and finite", value=weights)
    return Discrete(0, np.array(weights, np.float64))


def choice(args: dict[str, Any], site: Site) -> Generator:
    values, cases = list(args["values"] or []), args["cases"] or {}
    if not values and not cases:
        raise site.fail("choice needs values", fix="write {choice: [A, B]}")
    if bool(cases) != (args["by"] is not None):
        raise site.fail("choice: `by` and `cases` go together")
    if site.dtype.is_nested:
        raise wrong_type(site, "choice")
    if site.unique:
        made = value_array(values, site)
        different = len(set(made.to_pylist() if isinstance(made, pa.Array) else made.tolist()))
        if cases or args["weights"] or different < max(site.rows, len(values)):
            raise site.fail(f"a unique choice needs {site.rows} different values, without weights")
        return scalars.Pool(site.key, made, unique=True)
    everything = list(values)
    parts: list[tuple[str, int, int, Discrete | None]] = []
    if args["by"] is not None:
        need_text(site, args["by"])
    for value, case in cases.items():
        weights = _weights(case["values"], case.get("weights"), site)
        text = str(value).lower() if isinstance(value, bool) else str(value)
        parts.append((text, len(everything), len(case["values"]), weights))
        everything += case["values"]
    return scalars.Choice(
        site.key,
        value_array(everything, site),
        _weights(values, args["weights"], site) if values else None,
        args["by"],
        tuple(parts),
        site.where,
    )


def expression(args: dict[str, Any], site: Site) -> Generator:
    if site.dtype.is_nested or site.dtype.name == "binary":
        raise wrong_type(site, "expression")
    node = parse_expression(args["sql"], site.where)
    node = replace_nodes(node, lambda n: _parent_rows(n, site))
    for name in columns_of(node):
        need_column(site, name)
    for part in node.walk():
        if part.op == "parent" and site.table is not None:
            site.table.relation_of(part.args[1], site.where)
        if part.op == "ordinal" and site.table is not None:
            site.table.need_ordinals(site.where)
        if site.table is None and part.op in ("parent", "ordinal"):
            raise site.fail("a generator inside a nested value can't see other columns")
    if site.unique and not any(p.op in ("row_number", "ordinal") for p in node.walk()):
        key_columns = site.table is not None and any(site.table.is_unique_column(c) for c in columns_of(node))
        if not key_columns:
            refuse_unique(site, "an expression without row_number() or a key column")
    return scalars.Expression(site.key, node, site.dtype, site.where)


def _parent_rows(node: Node, site: Site) -> Node:
    """parent_rows(column) is a number that is known now."""
    if node.op != "parent_rows":
        return node
    if site.table is None:
        raise site.fail("a generator inside a nested value can't see other columns")
    return Node("literal", (pa.scalar(site.table.parent_rows(node.args[0], site.where), pa.int64()),))


def offset(args: dict[str, Any], site: Site) -> Generator:
    refuse_unique(site, "offset")
    times = ("date", "timestamp", "timestamp_ntz")
    of_type = need_column(site, args["of"])
    if site.dtype.name not in times or of_type.name not in times:
        raise site.fail(f"offset goes from a date or timestamp to another, not from {of_type} to {site.dtype}")
    units = (*UNIT_MICROSECONDS, "month", "year")
    unit = str(args["unit"]).removesuffix("s")
    if unit not in units:
        raise site.fail("unknown unit", args["unit"], f"use one of {', '.join(units)}")
    spec = generator_spec(args["by"], VOCABULARY)
    whole = replace(
        site,
        name="by",
        dtype=DataType("bigint"),
        key=derive_key(site.key, "by"),
        where=f"{site.where}.by",
        table=site.table,
    )
    floating = spec.name in ("normal", "lognormal", "exponential") or any(
        isinstance(v, float) for v in spec.args.values()
    )
    if floating and unit not in ("month", "year"):
        whole = replace(whole, dtype=DataType("double"))
    return scalars.Offset(args["of"], of_type, site.build(spec, whole), unit, site.dtype, site.where)


def parent(args: dict[str, Any], site: Site) -> Generator:
    if site.table is None:
        raise site.fail("a generator inside a nested value can't see other columns")
    relation = site.table.relation_of(args["key"], site.where)
    parent = site.table.parent_definition(relation)
    if args["column"] not in parent.column_names:
        raise site.fail(
            f"the parent table '{parent.name}' has no such column",
            args["column"],
            f"it has {', '.join(parent.column_names)}",
        )
    return scalars.ParentColumn(args["column"], relation, site.dtype)
