"""Builders of values that hang on others: of the row, of the row that it belongs to, or of chance among few."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rowmill.errors import GeneratorError
from rowmill.generate import scalars
from rowmill.generate.builders.site import (
    LARGEST_DOUBLE,
    Site,
    TableView,
    need_column,
    need_text,
    refuse_unique,
    value_array,
    wrong_type,
)
from rowmill.generate.distributions import AliasTables, Discrete
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


def _coded(values: pa.Array) -> tuple[NDArray[np.int32], pa.Array]:
    """The place of each value among the different ones, and these."""
    places: dict[Any, int] = {}
    codes = [places.setdefault(value, len(places)) for value in values.to_pylist()]
    return np.array(codes, np.int32), pa.array(list(places), values.type)


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
    if args["by"] is None:
        return scalars.Choice(site.key, value_array(values, site), _weights(values, args["weights"], site))
    need_text(site, args["by"])
    texts, everything, weights = [], [], []
    for value, case in cases.items():
        texts.append(str(value).lower() if isinstance(value, bool) else str(value))
        everything += case["values"]
        weights.append(_weights(case["values"], case.get("weights"), site))
    everything += values
    weights.append(_weights(values, args["weights"], site) if values else None)
    counts = [*(len(case["values"]) for case in cases.values()), len(values)]
    shares = [np.ones(n) if w is None else w.weights for w, n in zip(weights, counts, strict=True)]
    results: Any = value_array(everything, site)
    codes = np.arange(len(results), dtype=np.int32)
    if isinstance(results, pa.Array):  # a text may stand in several cases, but only once in a dictionary
        codes, results = _coded(results)
    return scalars.ConditionalChoice(
        site.key,
        results,
        codes,
        AliasTables.build(shares),
        args["by"],
        pa.array(texts, pa.string()),
        site.where,
    )


def expression(args: dict[str, Any], site: Site) -> Generator:
    if site.dtype.is_nested or site.dtype.name == "binary":
        raise wrong_type(site, "expression")
    node = parse_expression(args["sql"], site.where)
    node = replace_nodes(node, lambda n: known_rows(n, site.table, site.where))
    for name in columns_of(node):
        need_column(site, name)
    for part in node.walk():
        if part.op == "parent" and site.table is not None:
            _need_parent_column(site, part.args[0], site.table.relation_of(part.args[1], site.where))
        if part.op == "ordinal" and site.table is not None:
            site.table.need_ordinals(site.where)
        if site.table is None and part.op in ("parent", "ordinal"):
            raise site.fail("a generator inside a nested value can't see other columns")
    return scalars.Expression(site.key, node, site.dtype, site.where)


def known_rows(node: Node, table: TableView | None, where: str) -> Node:
    """parent_rows(column) is a number that is known now."""
    if node.op != "parent_rows":
        return node
    if table is None:
        raise GeneratorError("a generator inside a nested value can't see other columns", where=where)
    return Node("literal", (pa.scalar(table.parent_rows(node.args[0], where), pa.int64()),))


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


def _need_parent_column(site: Site, column: str, relation: int) -> None:
    assert site.table is not None
    parent = site.table.parent_definition(relation)
    if column not in parent.column_names:
        near = difflib.get_close_matches(column, parent.column_names, n=2)
        raise site.fail(
            f"the parent table '{parent.name}' has no such column",
            column,
            f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(parent.column_names)}",
        )


def parent(args: dict[str, Any], site: Site) -> Generator:
    if site.table is None:
        raise site.fail("a generator inside a nested value can't see other columns")
    relation = site.table.relation_of(args["key"], site.where)
    _need_parent_column(site, args["column"], relation)
    return scalars.ParentColumn(args["column"], relation, site.dtype, site.where)
