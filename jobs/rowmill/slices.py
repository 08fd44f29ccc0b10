"""Slice files: how many rows each slice of a warehouse holds, as lines `x|slice|rows`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from rowmill.errors import ConfigError

_WHOLE = re.compile(r"[0-9]+", re.ASCII)
_FORM = "write lines of the form x|slice|rows"


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice of a warehouse. `name` is also the name of its output directory."""

    name: str
    rows: int


def read_slices(path: str | Path) -> list[Slice]:
    """The slices of a slice file, in the file's order.

    Blank lines and lines that begin with `#` are left out; spaces around fields don't count.
    Raises ConfigError naming file and line of the first fault.
    """
    file = Path(path)
    slices: list[Slice] = []
    seen: dict[int, int] = {}
    for line, text in enumerate(_text(file).splitlines(), 1):
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        where = f"{file}:{line}"
        fields = [field.strip() for field in text.split("|")]
        if len(fields) != 3:
            raise ConfigError(f"three fields expected, found {len(fields)}", where=where, value=text[:80], fix=_FORM)
        number = _whole(fields[1], "the slice must be a whole number, 0 or more", where)
        rows = _whole(fields[2], "rows must be a whole number, 0 or more", where)
        if number in seen:
            raise ConfigError(
                f"slice {number} stands twice",
                where=where,
                value=text.strip()[:80],
                fix=f"take it out here or at line {seen[number]}",
            )
        seen[number] = line
        slices.append(Slice(f"slice-{number:03d}", rows))
    if not slices:
        raise ConfigError("the slice file has no slices", where=str(file), fix=_FORM)
    return slices


def _text(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(f"can't read the slice file: {reason}", where=str(file), fix="name a slice file") from error
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ConfigError("the slice file is not UTF-8 text", where=str(file), fix=_FORM)
    return text


def _whole(field: str, what: str, where: str) -> int:
    # isdigit() and int() also take other scripts' digits, underscores and signs.
    if not _WHOLE.fullmatch(field) or len(field) > 18:
        raise ConfigError(what, where=where, value=field[:80], fix=_FORM)
    return int(field)
