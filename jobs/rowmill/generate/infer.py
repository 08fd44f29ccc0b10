"""A sensible generator for a column that has none: from its name, its type and its bounds."""

from __future__ import annotations

import re
from typing import Any

from rowmill.generate.bounds import Bounds, literal
from rowmill.generate.steer import steered, steered_binary, steered_text
from rowmill.schema.model import GeneratorSpec
from rowmill.schema.types import DataType, integer_bounds

# (names, generator): the first pattern found in a text column's name wins.
_TEXT_RULES: list[tuple[str, tuple[str, dict[str, Any]]]] = [
    (r"e_?mail", ("faker", {"provider": "email"})),
    (r"first_?name|given_?name|forename", ("faker", {"provider": "first_name"})),
    (r"last_?name|family|surname", ("faker", {"provider": "last_name"})),
    (r"user_?name|login|nick", ("faker", {"provider": "user_name"})),
    (r"company|supplier|vendor|manufacturer|brand|employer", ("faker", {"provider": "company"})),
    (r"file_?name", ("faker", {"provider": "file_name"})),
    (r"host_?name", ("faker", {"provider": "hostname"})),
    (r"domain", ("faker", {"provider": "domain_name"})),
    (r"(^|_)name|full_?name|contact|owner|author|manager|clerk", ("faker", {"provider": "name"})),
    (r"phone|mobile|fax|tel(_|$)", ("pattern", {"regex": r"\([2-9]\d{2}\) [2-9]\d{2}-\d{4}"})),
    (r"street|address|addr", ("faker", {"provider": "street_address"})),
    (r"city|town", ("faker", {"provider": "city"})),
    (r"country_?code|(^|_)country$", ("faker", {"provider": "country_code"})),
    (r"country|nation", ("faker", {"provider": "country"})),
    (r"state|province", ("faker", {"provider": "state_abbr"})),
    (r"zip|postal|postcode", ("pattern", {"regex": r"\d{5}"})),
    (r"locale|language|lang(_|$)", ("choice", {"values": ["en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "ja_JP"]})),
    (r"currency", ("choice", {"values": ["USD", "EUR", "GBP", "JPY"], "weights": [60, 25, 10, 5]})),
    (r"url|link|website|href|referr?er", ("faker", {"provider": "uri"})),
    (r"ip_?addr|(^|_)ip($|_)", ("faker", {"provider": "ipv4_public"})),
    (r"user_?agent", ("faker", {"provider": "user_agent", "pool": 200})),
    (r"colou?r", ("faker", {"provider": "safe_color_name"})),
    (r"job|title|occupation|position", ("faker", {"provider": "job"})),
    (r"gender|(^|_)sex$", ("choice", {"values": ["F", "M"]})),
    (r"status", ("choice", {"values": ["active", "pending", "closed"], "weights": [70, 20, 10]})),
    (r"priority", ("choice", {"values": ["low", "normal", "high"], "weights": [20, 65, 15]})),
    (r"sku|serial|(^|_)(code|number|no|ref)$", ("pattern", {"regex": "[A-Z]{3}[0-9]{5}"})),
    (r"(^|_)(id|uuid|guid|key)$|_sk$", ("pattern", {"regex": "[0-9a-f]{12}"})),
    (r"iban", ("faker", {"provider": "iban"})),
]
_MONEY = re.compile(r"price|amount|total|cost|fee|revenue|salary|balance|value|tax|spend|paid|charge")
_SHARE = re.compile(r"rate|ratio|share|percent|pct|discount|probability|score")


def infer(name: str, dtype: DataType, bounds: Bounds | None = None) -> GeneratorSpec:
    """The generator of a column that names none and is in no key; all of its values are within the bounds."""
    if bounds is None:
        return _by_name(name, dtype)
    if bounds.values is not None:
        return GeneratorSpec("choice", {"values": [literal(dtype, value) for value in bounds.values]})
    spec = _by_name(name, bounds.narrowed(dtype))
    if dtype.is_text:
        return steered_text(spec, dtype, bounds)
    return steered_binary(bounds) if dtype.name == "binary" else steered(spec, dtype, bounds)


def _by_name(name: str, dtype: DataType) -> GeneratorSpec:
    lower = name.lower()
    if dtype.is_integer:
        return _integer(lower, dtype)
    if dtype.name in ("float", "double", "decimal"):
        return _number(lower, dtype)
    if dtype.is_text:
        return _text(lower, dtype)
    fixed: dict[str, tuple[str, dict[str, Any]]] = {
        "boolean": ("boolean", {}),
        "binary": ("pattern", {"regex": "[0-9a-f]{32}"}),
        "date": ("uniform", {"min": "2020-01-01", "max": "2025-12-31"}),
        "timestamp": ("uniform", {"min": "2020-01-01 00:00:00", "max": "2025-12-31 23:59:59"}),
        "timestamp_ntz": ("uniform", {"min": "2020-01-01 00:00:00", "max": "2025-12-31 23:59:59"}),
        "time": ("uniform", {"min": "00:00:00", "max": "23:59:59"}),
        "interval": ("uniform", {"min": 0, "max": "30 days"}),
        "array": ("array", {}),
        "map": ("map", {}),
        "struct": ("struct", {}),
    }
    if re.search(r"birth|dob", lower) and dtype.name in ("date", "timestamp", "timestamp_ntz"):
        low, high = ("1940-01-01", "2006-12-31")
        if dtype.name != "date":
            low, high = f"{low} 00:00:00", f"{high} 23:59:59"
        return GeneratorSpec("uniform", {"min": low, "max": high})
    return GeneratorSpec(*fixed[dtype.name])


def _integer(name: str, dtype: DataType) -> GeneratorSpec:
    low, high = 0, 1000
    if re.search(r"year", name):
        low, high = 2000, 2025
    elif re.search(r"age(_|$)", name):
        low, high = 18, 90
    elif re.search(r"month", name):
        low, high = 1, 12
    elif re.search(r"day|hour", name):
        low, high = 1, 23 if "hour" in name else 28
    elif re.search(r"quantity|qty|count|num_|_num", name):
        low, high = 1, 100
    elif re.search(r"(^|_)(id|key|sk)$", name):
        low, high = 1, 1_000_000
    elif re.search(r"(^|_)(is|has|flag)", name):
        low, high = 0, 1
    largest = integer_bounds(dtype)[1]
    if low > largest:  # a year in a tinyint: two digits of it
        low, high = 0, 99
    return GeneratorSpec("uniform", {"min": low, "max": min(high, largest)})


def _number(name: str, dtype: DataType) -> GeneratorSpec:
    if dtype.name == "decimal":
        top = 10 ** (dtype.precision - dtype.scale)
        if re.search(r"latitude|longitude|(^|_)(lat|lon|lng)$", name) and top > 180:
            return _place(name)
        wanted = 1 if _SHARE.search(name) and dtype.scale else 1000
        if top <= wanted:
            unit = f"{10**dtype.precision - 1}e-{dtype.scale}"
            return GeneratorSpec("uniform", {"min": 0, "max": unit})
        return GeneratorSpec("uniform", {"min": 0, "max": wanted})
    if re.search(r"latitude|longitude|(^|_)(lat|lon|lng)$", name):
        return _place(name)
    if _SHARE.search(name):
        return GeneratorSpec("uniform", {"min": 0, "max": 1})
    if _MONEY.search(name):
        return GeneratorSpec("lognormal", {"mu": 3.5, "sigma": 1.0, "min": 0.01, "max": 100000})
    return GeneratorSpec("uniform", {"min": 0, "max": 1000})


def _place(name: str) -> GeneratorSpec:
    limit = 90 if "lat" in name else 180
    return GeneratorSpec("uniform", {"min": -limit, "max": limit})


def _text(name: str, dtype: DataType) -> GeneratorSpec:
    if dtype.name == "uuid":
        return GeneratorSpec("uuid")
    if dtype.name == "json":
        fields = {"id": {"uniform": {"min": 1, "max": 1000000}}, "name": {"faker": "name"}, "active": "boolean"}
        return GeneratorSpec("json", fields)
    if dtype.name == "xml":
        return GeneratorSpec("template", {"text": '<item id="{seq}"/>'})
    if dtype.name == "geometry":
        return GeneratorSpec("pattern", {"regex": r"POINT \(-?1?[0-7]\d\.\d{4} -?[0-8]\d\.\d{4}\)"})
    length = dtype.length if dtype.name in ("char", "varchar") else None
    if dtype.name == "char" and length is not None and length <= 3:
        return GeneratorSpec("pattern", {"regex": f"[A-Z]{{{length}}}"})
    for pattern, (generator, args) in _TEXT_RULES:
        if re.search(pattern, name) and _fits(generator, args, length):
            return GeneratorSpec(generator, args)
    if length is not None and length < 8:
        return GeneratorSpec("pattern", {"regex": f"[A-Z]{{{length}}}"})
    return GeneratorSpec("words", {"min": 2, "max": 6})


def _fits(generator: str, args: dict[str, Any], length: int | None) -> bool:
    if length is None or generator == "words":
        return True
    if generator == "choice":
        return max(len(str(v)) for v in args["values"]) <= length
    needed = {"pattern": 14, "faker": 24}[generator]
    if args.get("provider") in ("country_code", "state_abbr"):
        needed = 2
    elif args.get("regex") == r"\d{5}":
        needed = 5
    elif generator == "pattern" and "12" in str(args.get("regex")):
        needed = 12
    return length >= needed
