"""Texts between two others, in the order of their characters' code points (as bytes of UTF-8 compare)."""

from __future__ import annotations

import string
from dataclasses import dataclass

_CHARACTERS = frozenset(string.digits + string.ascii_letters)
_USUAL = 4  # characters of a text where neither end says more


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


def texts_within(texts: TextRange, most: int) -> list[str]:
    """Up to `most` texts of a range, evenly over it and in order: texts of one length, and the ends where they may be.

    They are the numbers of a place system whose digits are letters, digits and the characters of both ends.
    """
    low, high = texts.low or "", texts.high
    digits = sorted(_CHARACTERS | set(low) | set(high or ""))
    value = {character: at for at, character in enumerate(digits)}
    base = len(digits)
    width = max(len(low), len(high) if high is not None else _USUAL, texts.min_length, 1)
    width = width if texts.max_length is None else min(width, texts.max_length)

    def number(text: str) -> int:
        found = 0
        for at in range(width):
            found = found * base + (value[text[at]] if at < len(text) else 0)
        return found

    def text_of(at: int) -> str:
        made = []
        for _ in range(width):
            at, digit = divmod(at, base)
            made.append(digits[digit])
        return "".join(reversed(made))

    # A text cut short is below the whole one; one that is filled up is above it.
    first = number(low) + (len(low) > width)
    last = base**width - 1 if high is None else number(high) - (len(high) < width)
    count = max(0, last - first + 1)
    taken = min(count, most)
    places = [first + (i * (count - 1) // (taken - 1) if taken > 1 else 0) for i in range(taken)]
    ends = [end for end in (texts.low, texts.high) if end is not None]
    found = [*ends, *(text_of(at) for at in places)]
    return sorted({text for text in found if texts.holds(text)})[:most]
