"""Builders of text: patterns, templates, words, UUIDs, Faker."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from rowmill.generate import scalars
from rowmill.generate.builders.site import (
    Site,
    fits_text,
    need_column,
    need_text,
    refuse_unique,
    value_array,
    wrong_type,
)
from rowmill.generate.permutation import permute
from rowmill.generate.pools import english_words, fill_pool
from rowmill.generate.random import derive_key
from rowmill.generate.rows import Generator
from rowmill.generate.text import IndexDigits, WordText, has_choice_of_length, longest, numbered, parse_pattern, strings


def pattern(args: dict[str, Any], site: Site) -> Generator:
    if not (site.dtype.is_text or site.dtype.name == "binary"):
        raise wrong_type(site, "pattern")
    node = parse_pattern(args["regex"], site.where)
    fits_text(site, longest(node), "pattern")
    binary = site.dtype.name == "binary"
    if site.unique:
        node = numbered(node)
    if site.unique and node.size < site.rows:
        raise site.fail(
            f"{site.rows} unique values are needed, the pattern has {node.size}", args["regex"], "make it longer"
        )
    if site.unique and node.size > 1 << 62:
        return _LongPattern(scalars.Pattern(site.key, node, True, binary), site.key)
    if not site.unique and not binary and node.size <= 4096 and not has_choice_of_length(node):
        every = strings(*node.fill(IndexDigits(np.arange(node.size)), node.size))
        return scalars.SmallPattern(site.key, every)
    return scalars.Pattern(site.key, node, site.unique, binary)


@dataclass(frozen=True)
class _LongPattern:
    """More texts than 2**62: the row's 62-bit image numbers those that are taken."""

    pattern: scalars.Pattern
    key: int

    def make(self, rows: Any) -> Any:
        digits = IndexDigits(permute(rows.index, 1 << 62, self.key))
        made = strings(*self.pattern.node.fill(digits, len(rows)))
        return made.cast(pa.binary()) if self.pattern.binary else made


_PAD = re.compile(r"^0?(\d*)d?$")


def template(args: dict[str, Any], site: Site) -> Generator:
    if not site.dtype.is_text:
        raise wrong_type(site, "template")
    parts: list[Any] = []
    try:
        pieces = list(string.Formatter().parse(args["text"]))
    except ValueError as error:
        raise site.fail(f"template: {error}", args["text"], "write a literal brace as {{ or }}") from error
    for literal, name, form, _ in pieces:
        if literal:
            parts.append(literal)
        if name is None:
            continue
        match = _PAD.match(form or "")
        if match is None:
            raise site.fail("template: this format is not known", form, "write {name} or {name:06d}")
        width = int(match[1]) if match[1] else None
        if width is not None and width > 65_536:
            raise site.fail("template: wider than 65,536 characters", form)
        if name == "seq":
            parts.append(("seq", width))
        elif name.startswith("faker."):
            pool_args = {"provider": name[6:], "locale": "en_US", "args": None, "pool": None}
            values = [str(v) for v in fill_pool(pool_args, derive_key(site.key, len(parts)), None, site.where)]
            parts.append(("pool", pa.array(values, pa.string()), derive_key(site.key, "pool", len(parts))))
        else:
            need_text(site, name)
            parts.append(("column", name, width))
    if site.unique:
        _check_unique_template(parts, site)
    return scalars.Template(tuple(parts))


def _check_unique_template(parts: list[Any], site: Site) -> None:
    """Refuses a template whose texts could coincide: the number must be told from what stands beside it.

    It can be if all else is fixed text; or if what is to one side of it is fixed text, and on the other
    side a character that is no digit comes first.
    """
    holes = [at for at, part in enumerate(parts) if not isinstance(part, str)]
    for at in holes:
        part = parts[at]
        counts = part[0] == "seq" or (
            part[0] == "column" and site.table is not None and site.table.is_unique_column(part[1])
        )
        if not counts:
            continue
        if len(holes) == 1 and (part[0] == "seq" or part[2] is None or need_column(site, part[1]).is_integer):
            return
        number = part[0] == "seq" or site.table.definition.column(part[1]).type.is_integer  # type: ignore[union-attr]
        before = at > 0 and isinstance(parts[at - 1], str) and not parts[at - 1][-1].isdigit()
        before = before and (part[0] == "seq" or parts[at - 1][-1] != "-")
        after = at + 1 < len(parts) and isinstance(parts[at + 1], str) and not parts[at + 1][0].isdigit()
        if number and ((at == holes[-1] and before) or (at == holes[0] and after)):
            return
    raise site.fail(
        "the column is a key, and the texts of this template could coincide",
        fix="keep {seq}, or a whole-number key column, apart by a character such as - at the template's start or end",
    )


def words(args: dict[str, Any], site: Site) -> Generator:
    refuse_unique(site, "words")
    if not site.dtype.is_text:
        raise wrong_type(site, "words")
    chars = args["chars"]
    low, high = (chars["min"], chars["max"]) if chars else (args["min"], args["max"])
    if low > high:
        raise site.fail("min is larger than max", f"min {low}, max {high}", "swap them")
    if chars:
        fits_text(site, high, "words")
    if high > (65_536 if chars else 10_000):
        raise site.fail("words: too long", value=high, fix="at most 10,000 words or 65,536 characters")
    text = WordText.build(english_words(), derive_key("words", site.key))
    return scalars.Words(site.key, text, low, high, site.max_length, bool(chars))


def uuid(args: dict[str, Any], site: Site) -> Generator:
    if not site.dtype.is_text:
        raise wrong_type(site, "uuid")
    if args["version"] != 4:
        raise site.fail("only version 4 is made", value=args["version"])
    fits_text(site, 36, "uuid")
    return scalars.Uuid(site.key)


def faker(args: dict[str, Any], site: Site) -> Generator:
    unique = site.unique or args["unique"]
    values = fill_pool(args, site.key, site.rows if unique else None, site.where)
    if site.dtype.is_text:
        texts = [str(v) for v in values if len(str(v)) >= site.min_length]
        if not texts:
            raise site.fail(f"Faker's {args['provider']} has none of {site.min_length} characters")
        if site.max_length is not None:
            fitting = [t for t in texts if len(t) <= site.max_length]
            if unique and len(fitting) < site.rows:
                raise site.fail(f"only {len(fitting)} distinct values fit {site.dtype}")
            texts = fitting or list(dict.fromkeys(t[: site.max_length].rstrip() for t in texts))
        return scalars.Pool(site.key, pa.array(texts, pa.string()), unique, site.runs)
    if site.dtype.is_nested:
        raise wrong_type(site, "faker")
    return scalars.Pool(site.key, value_array(values, site), unique, site.runs)
