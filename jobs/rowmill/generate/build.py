"""From a spec to its generator: arguments get their defaults, and the builder of that name takes over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rowmill.generate.builders import nested, numbers, related, texts
from rowmill.generate.builders.site import FLOATS, Site, unit_of
from rowmill.generate.infer import infer
from rowmill.generate.literals import physical_bounds
from rowmill.generate.rows import Generator
from rowmill.schema.model import GeneratorSpec
from rowmill.schema.vocabulary import VOCABULARY


def build(spec: GeneratorSpec | None, site: Site) -> Generator:
    """The generator of a spec for a site. Raises GeneratorError for what can't be done as asked."""
    if spec is None:
        spec = infer_unique(site) if site.unique else infer(site.name, site.dtype)
    else:
        path = "." if _PATH in site.where else _PATH
        site = replace(site, where=f"{site.where}{path}{spec.name}")
    entry = VOCABULARY[spec.name]
    args = dict(spec.args)
    if not entry.free_form:
        args = {name: args.get(name, argument.default) for name, argument in entry.arguments.items()}
    return _BUILDERS[spec.name](args, site)


_PATH = " generator."


def infer_unique(site: Site) -> GeneratorSpec:
    """A generator that is unique by construction, for a key column without one."""
    dtype = site.dtype
    if dtype.is_integer or dtype.name == "decimal":
        # As a sequence from 1 on, unless that does not fit and all values of the type would.
        if site.first_run * unit_of(dtype) <= physical_bounds(dtype)[1]:
            return GeneratorSpec("sequence")
        low, high = physical_bounds(dtype)
        low, high = (0 if site.first_run <= high else low), min(high, (1 << 62) - 1)
        places = f"e-{dtype.scale}" if dtype.name == "decimal" else ""
        return GeneratorSpec("uniform", {"min": f"{low}{places}", "max": f"{high}{places}"})
    if dtype.name in FLOATS:
        return GeneratorSpec("sequence")
    if dtype.name == "uuid":
        return GeneratorSpec("uuid")
    if dtype.name == "date":
        return GeneratorSpec("uniform", {"min": "1900-01-01", "max": "2099-12-31"})
    if dtype.name in ("timestamp", "timestamp_ntz"):
        return GeneratorSpec("uniform", {"min": "1970-01-01 00:00:00", "max": "2099-12-31 23:59:59"})
    if dtype.name == "time":
        return GeneratorSpec("uniform", {"min": "00:00:00", "max": "23:59:59.999999"})
    if dtype.name == "interval":
        return GeneratorSpec("uniform", {"min": 0, "max": "36500 days"})
    if dtype.name in ("char", "varchar", "string", "binary"):
        length = site.max_length or 16
        if "mail" in site.name.lower() and length >= 24:
            return GeneratorSpec("template", {"text": "user{seq}@example.com"})
        if length >= 13:
            return GeneratorSpec("pattern", {"regex": "[A-Z]{3}[0-9]{10}"})
        return GeneratorSpec("pattern", {"regex": f"[0-9A-Z]{{{length}}}"})
    raise site.fail(f"a unique {dtype.name} needs a generator", fix="give the column a generator that is unique")


_BUILDERS: dict[str, Callable[[dict[str, Any], Site], Generator]] = {
    "sequence": numbers.sequence,
    "permutation": numbers.permutation,
    "constant": numbers.constant,
    "uniform": numbers.uniform,
    "normal": numbers.distribution("normal"),
    "lognormal": numbers.distribution("lognormal"),
    "exponential": numbers.distribution("exponential"),
    "poisson": numbers.poisson,
    "zipf": numbers.zipf,
    "choice": related.choice,
    "boolean": numbers.boolean,
    "increasing": numbers.increasing,
    "pattern": texts.pattern,
    "template": texts.template,
    "words": texts.words,
    "uuid": texts.uuid,
    "faker": texts.faker,
    "expression": related.expression,
    "offset": related.offset,
    "parent": related.parent,
    "array": nested.array,
    "map": nested.map_of,
    "struct": nested.struct,
    "json": nested.json_object,
}
