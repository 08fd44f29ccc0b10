"""Texts between two others, in the order of their characters' code points (as bytes of UTF-8 compare)."""

from __future__ import annotations

import string
from dataclasses import dataclass

_CHARACTERS = frozenset(string.digits + string.ascii_letters)
_USUAL = 4  # characters of a text where one end is open
_LONGER = 12  # characters that texts may have where many are wanted


@dataclass(frozen=True)
class TextRange:
    """Texts low .. high of a length; an end that is None is open for all, `open_` ends are not reached themselves."""

    low: str | None
    open_low: bool
    high: str | None
    open_high: bool
    min_length: int = 0
    max_length: int | None = None

    def holds(self, text: str) -> bool:
        if not self.min_length <= len(text) <= (len(text) if self.max_length is None else self.max_length):
            return False
        if self.low is not None and (text < self.low or (self.open_low and text == self.low)):
            return False
        return self.high is None or not (text > self.high or (self.open_high and text == self.high))

    def __str__(self) -> str:
        parts = []
        if self.low is not None:
            parts.append(f"{'above' if self.open_low else 'from'} '{self.low}'")
        if self.high is not None:
            parts.append(f"{'below' if self.open_high else 'up to'} '{self.high}'")
        return " ".join(parts)


def texts_within(texts: TextRange, most: int, wanted: int = 1) -> list[str]:
    """Up to `most` texts of a range, evenly over it and in order: texts of one length, and the ends where they may be.

    wanted: so many there should be; texts get longer for it, as far as they may
    """
    low, high = texts.low or "", texts.high
    digits = sorted(_CHARACTERS | set(low) | set(high or ""))
    usual = 1 if texts.low is not None and high is not None else _USUAL
    width = max(len(low), len(high or ""), texts.min_length, usual)
    longest = max(width, _LONGER) if texts.max_length is None else texts.max_length
    width = min(width, longest)
    while width < longest and _places(texts, digits, width)[1] < wanted:
        width += 1
    first, count = _places(texts, digits, width)
    taken = min(count, most)
    places = [first + (i * (count - 1) // (taken - 1) if taken > 1 else 0) for i in range(taken)]
    ends = [end for end in (texts.low, texts.high) if end is not None]
    found = [*ends, *(_written(place, digits, width) for place in places)]
    return sorted({text for text in found if texts.holds(text)})[:most]


def _places(texts: TextRange, digits: list[str], width: int) -> tuple[int, int]:
    """Texts of one length are numbers of a place system: the first one of the range, and how many there are."""
    low, high = texts.low or "", texts.high
    value = {character: at for at, character in enumerate(digits)}

    def number(text: str) -> int:
        found = 0
        for at in range(width):
            found = found * len(digits) + (value[text[at]] if at < len(text) else 0)
        return found

    # A text cut short is below the whole one; one that is filled up is above it.
    first = number(low) + (len(low) > width or (texts.open_low and len(low) == width))
    last = len(digits) ** width - 1
    if high is not None:
        last = number(high) - (len(high) < width or (texts.open_high and len(high) == width))
    return first, max(0, last - first + 1)


def _written(place: int, digits: list[str], width: int) -> str:
    made = []
    for _ in range(width):
        place, digit = divmod(place, len(digits))
        made.append(digits[digit])
    return "".join(reversed(made))
