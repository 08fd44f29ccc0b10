"""What comes from Faker: pools of values, filled once a run, and its English words."""

from __future__ import annotations

import difflib
import json
from functools import lru_cache
from typing import Any

from rowmill.errors import GeneratorError
from rowmill.generate.random import derive_key

DEFAULT_POOL = 1000
MAX_POOL = 1_000_000


def fill_pool(args: dict[str, Any], key: int, needed: int | None, where: str) -> list[Any]:
    """Distinct values of a Faker provider, in the order drawn.

    needed: how many distinct values there must be (for a unique column), or None
    Raises GeneratorError for an unknown provider or locale, wrong arguments, or too few distinct values.
    """
    provider, locale, extra = args["provider"], args["locale"], args["args"] or {}
    try:
        method = getattr(_faker(locale), provider, None) if not provider.startswith("_") else None
    except (AttributeError, ImportError, ValueError) as error:
        raise GeneratorError(
            "Faker has no such locale", where=where, value=locale, fix="for example en_US or de_DE"
        ) from error
    if not callable(method):
        near = difflib.get_close_matches(provider, _providers(locale), n=3)
        raise GeneratorError(
            "Faker has no such provider",
            where=where,
            value=provider,
            fix=f"did you mean {' or '.join(near)}?" if near else "see Faker's list of providers",
        )
    size = args["pool"] or max(DEFAULT_POOL, needed or 0)
    if not 1 <= size <= MAX_POOL:
        raise GeneratorError(f"a pool holds 1 .. {MAX_POOL} values", where=where, value=size)
    try:
        seen = _drawn(provider, locale, json.dumps(extra, default=str), size, key)
    except Exception as error:  # whatever a provider raises is about its arguments
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise GeneratorError(f"Faker's {provider} failed: {reason[:200]}", where=where, value=extra) from error
    if needed is not None and len(seen) < needed:
        raise GeneratorError(
            f"Faker's {provider} has only {len(seen)} distinct values, {needed} unique ones are needed",
            where=where,
            fix="use a template with {seq}, a pattern or a permutation",
        )
    return list(seen)


@lru_cache(maxsize=64)
def _drawn(provider: str, locale: str, arguments: str, size: int, key: int) -> tuple[Any, ...]:
    faker, extra = _faker(locale), json.loads(arguments)
    faker.seed_instance(derive_key("faker", key))
    method = getattr(faker, provider)
    seen: dict[Any, None] = {}
    misses = 0
    while len(seen) < size and misses < 200 + len(seen):
        value = method(**extra) if isinstance(extra, dict) else method(*extra)
        if isinstance(value, list | tuple | set | dict):
            value = " ".join(map(str, value))
        misses = misses + 1 if value in seen else 0
        seen.setdefault(value)
    return tuple(seen)


@lru_cache(maxsize=8)
def _faker(locale: str) -> Any:
    from faker import Faker

    return Faker(locale)


@lru_cache(maxsize=8)
def _providers(locale: str) -> list[str]:
    return [name for name in dir(_faker(locale)) if not name.startswith("_") and name.islower()]


@lru_cache(maxsize=1)
def english_words() -> list[str]:
    """Faker's English words: the vocabulary of the `words` generator."""
    from faker.providers.lorem.en_US import Provider

    return [word for word in dict.fromkeys(Provider.word_list) if word.isascii() and word.isalpha()]
