"""The records of CSV text, found one by one, so that a broken one takes no other along.

Spark's own reader takes a quote that is never closed for a field that goes on to the end of the file: all records after
it are gone, without a word. Here such a line alone is bad, and reading goes on with the next line.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

# A quoted field may go on for so long; then its quote counts as never closed.
MOST_LINES, MOST_CHARACTERS = 10_000, 16 << 20
OPEN_QUOTE = "a quote is not closed"
AFTER_QUOTE = "text stands after a closing quote"


@dataclass(frozen=True, slots=True)
class Record:
    """A record, or a line that is none. line: of its beginning, from 1; fault: why it is none"""

    line: int
    text: str
    fields: int
    fault: str | None = None


@dataclass(frozen=True)
class Dialect:
    """CSV with this delimiter, quotes doubled within quotes. A quote counts only where a field begins."""

    delimiter: str = ","

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
        d = re.escape(self.delimiter)
        quoted = r'"[^"]*+(?:""[^"]*+)*+"'
        plain = rf'(?!")(?:(?!{d}).)*+'
        field = rf"(?:{quoted}|{plain})"
        whole = re.compile(rf"{field}(?:{d}{field})*+", re.DOTALL)
        begun = re.compile(rf'(?:{field}{d})*+"[^"]*+(?:""[^"]*+)*+', re.DOTALL)
        return whole, begun, re.compile(rf"({field})(?:{d}|$)", re.DOTALL)

    def records(self, lines: Iterable[str]) -> Iterator[Record]:
        """The records of lines that were cut at line feeds. Blank lines between records are skipped."""
        whole, begun, _ = self._patterns
        source = _Lines(lines)
        for number, line in source:
            text = line.removesuffix("\r")
            if not text:
                continue
            if '"' not in text:
                yield Record(number, text, text.count(self.delimiter) + 1)
            elif whole.fullmatch(text):
                yield Record(number, text, len(self.fields(text)))
            elif not begun.fullmatch(line):
                yield Record(number, text, 0, AFTER_QUOTE)
            else:
                longer = self._longer(line, source)
                if longer is None:
                    yield Record(number, text, 0, OPEN_QUOTE)
                else:
                    yield Record(number, longer, len(self.fields(longer)))

    def _longer(self, line: str, source: _Lines) -> str | None:
        """The record that begins with this line and has more; None, and no line taken, if it never ends well."""
        whole, begun, _ = self._patterns
        parts, length = [line], len(line)
        while len(parts) < MOST_LINES and length < MOST_CHARACTERS:
            found = source.take()
            if found is None:
                break
            parts.append(found)
            length += len(found)
            if '"' in found.replace('""', ""):  # here the quotes are closed, and perhaps the next field's opened
                text = "\n".join(parts)
                if whole.fullmatch(text.removesuffix("\r")):
                    return text.removesuffix("\r")
                if not begun.fullmatch(text):
                    break
        source.put_back(parts[1:])
        return None

    def fields(self, text: str) -> list[str]:
        """The fields of a record, without their quotes."""
        found, at = [], 0
        while True:
            match = self._patterns[2].match(text, at)
            assert match is not None, text
            field = match[1]
            found.append(field[1:-1].replace('""', '"') if field.startswith('"') else field)
            at = match.end()
            if at == match.end(1):  # no delimiter followed: it was the last
                return found


class _Lines:
    """Lines with their numbers, of which some can be put back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._back: deque[str] = deque()
        self._number = 0

    def __iter__(self) -> Iterator[tuple[int, str]]:
        while (line := self.take()) is not None:
            yield self._number, line

    def take(self) -> str | None:
        line = self._back.popleft() if self._back else next(self._lines, None)
        if line is not None:
            self._number += 1
            if self._number == 1:
                line = line.removeprefix("\ufeff")
        return line

    def put_back(self, lines: list[str]) -> None:
        self._back.extendleft(reversed(lines))
        self._number -= len(lines)
