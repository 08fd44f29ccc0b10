"""The functions that expressions may call, by name. They do what Spark SQL's of the same name do (ANSI mode)."""

from __future__ import annotations

from rowmill.generate.functions import conditions, numbers, text, times
from rowmill.generate.functions.values import Function

GROUPS: dict[str, dict[str, Function]] = {
    "Conditions": conditions.FUNCTIONS,
    "Text": text.FUNCTIONS,
    "Numbers": numbers.FUNCTIONS,
    "Dates and times": times.FUNCTIONS,
}
FUNCTIONS: dict[str, Function] = {name: f for group in GROUPS.values() for name, f in group.items()}
SYNONYMS: dict[str, str] = {
    **conditions.SYNONYMS,
    **text.SYNONYMS,
    **numbers.SYNONYMS,
    **times.SYNONYMS,
}


def find(name: str) -> tuple[str, Function] | None:
    """A function and its own name, by that or by a synonym."""
    own = SYNONYMS.get(name, name)
    return (own, FUNCTIONS[own]) if own in FUNCTIONS else None
