"""From a spec to its generator: arguments get their defaults, and the builder of that name takes over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rowmill.generate.builders import nested, numbers, related, texts
from rowmill.generate.builders.site import Site
from rowmill.generate.infer import infer
from rowmill.generate.infer_unique import infer_unique
from rowmill.generate.rows import Generator
from rowmill.schema.model import GeneratorSpec
from rowmill.schema.vocabulary import VOCABULARY


def build(spec: GeneratorSpec | None, site: Site) -> Generator:
    """The generator of a spec for a site. Raises GeneratorError for what can't be done as asked."""
    if spec is None:
        spec = infer_unique(site) if site.unique else infer(site.name, site.dtype, site.bounds)
    else:
        path = "." if _PATH in site.where else _PATH
        site = replace(site, where=f"{site.where}{path}{spec.name}")
    entry = VOCABULARY[spec.name]
    args = dict(spec.args)
    if not entry.free_form:
        args = {name: args.get(name, argument.default) for name, argument in entry.arguments.items()}
    return _BUILDERS[spec.name](args, site)


_PATH = " generator."


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
