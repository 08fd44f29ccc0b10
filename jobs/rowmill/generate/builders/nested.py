"""Builders of arrays, maps, structs and JSON objects."""

from __future__ import annotations

from typing import Any

from rowmill.generate import nested
from rowmill.generate.builders.site import Site, refuse_unique, wrong_type
from rowmill.generate.rows import Generator
from rowmill.schema.model import GeneratorSpec
from rowmill.schema.types import DataType
from rowmill.schema.vocabulary import VOCABULARY
from rowmill.schema.yaml import generator_spec


def _sizes(args: dict[str, Any], site: Site) -> tuple[int, int]:
    low, high = args["length"]["min"], args["length"]["max"]
    if low > high or high > 100_000:
        raise site.fail("length: 0 <= min <= max <= 100000 expected", f"min {low}, max {high}")
    return low, high


def _inner(spec: Any, site: Site) -> Generator:
    return site.build(None if spec is None else generator_spec(spec, VOCABULARY), site)


def array(args: dict[str, Any], site: Site) -> Generator:
    if site.dtype.name != "array":
        raise wrong_type(site, "array")
    refuse_unique(site, "array")
    low, high = _sizes(args, site)
    element = _inner(args["element"], site.part("element", site.dtype.children[0], high))
    return nested.ArrayOf(site.key, site.dtype, element, low, high, site.where)


def map_of(args: dict[str, Any], site: Site) -> Generator:
    if site.dtype.name != "map":
        raise wrong_type(site, "map")
    refuse_unique(site, "map")
    low, high = _sizes(args, site)
    key_type, value_type = site.dtype.children
    keys = _inner(args["key"], site.part("key", key_type, high))
    values = _inner(args["value"], site.part("value", value_type, high))
    return nested.MapOf(site.key, site.dtype, keys, values, low, high, site.where)


def struct(args: dict[str, Any], site: Site) -> Generator:
    if site.dtype.name != "struct":
        raise wrong_type(site, "struct")
    refuse_unique(site, "struct")
    for name in args:
        if name not in site.dtype.field_names:
            raise site.fail("the struct has no such field", name, f"it has {', '.join(site.dtype.field_names)}")
    fields = [
        _inner(args.get(name), site.part(name, kind))
        for name, kind in zip(site.dtype.field_names, site.dtype.children, strict=True)
    ]
    return nested.StructOf(site.dtype, tuple(fields), site.where)


def json_object(args: dict[str, Any], site: Site) -> Generator:
    if not site.dtype.is_text:
        raise wrong_type(site, "json")
    refuse_unique(site, "json")
    fields = []
    for name, item in args.items():
        spec = generator_spec(item, VOCABULARY)
        dtype = _json_type(spec)
        fields.append((str(name), dtype, site.build(spec, site.part(str(name), dtype))))
    return nested.JsonObject(tuple(fields), site.where)


def _json_type(spec: GeneratorSpec) -> DataType:
    values = list(spec.args.get("values") or []) or [
        v for v in (spec.args.get("min"), spec.args.get("max"), spec.args.get("value")) if v is not None
    ]
    if spec.name == "boolean" or (values and all(isinstance(v, bool) for v in values)):
        return DataType("boolean")
    if spec.name in ("sequence", "poisson", "zipf"):
        return DataType("bigint")
    if spec.name in ("normal", "lognormal", "exponential"):
        return DataType("double")
    if spec.name == "json":
        return DataType("json")
    if spec.name in ("uniform", "choice", "constant") and values:
        if all(isinstance(v, int) for v in values):
            return DataType("bigint")
        if all(isinstance(v, int | float) for v in values):
            return DataType("double")
        if spec.name == "uniform":
            return DataType("date" if len(str(values[0])) == 10 else "timestamp_ntz")
    return DataType("bigint") if spec.name == "uniform" else DataType("string")
