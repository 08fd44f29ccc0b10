"""Functions of text. Lengths and places count characters."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowmill.generate.functions.values import Function, Value, as_text, by_array, whole_numbers

MAX_WIDTH = 65_536


def _of_text(kernel: Callable[..., Value]) -> Callable[..., Value]:
    return lambda v, *more: kernel(as_text(v), *more)


def substring(v: Value, start: int, length: int | None = None) -> Value:
    """As Spark's: from 1 on, 0 is 1, negative counts from the end."""
    text = as_text(v)
    if start < 0:
        stop = None if length is None or start + length >= 0 else start + length
        return pc.utf8_slice_codeunits(text, start, stop)
    first = max(start - 1, 0)
    return pc.utf8_slice_codeunits(text, first, None if length is None else first + length)


def _check_substring(v: Any, start: int, length: int | None = None) -> None:
    if length is not None and length < 0:
        raise ValueError("the length is negative")


def _left(v: Value, n: int) -> Value:
    return pc.utf8_slice_codeunits(as_text(v), 0, max(n, 0))


def _right(v: Value, n: int) -> Value:
    return pc.utf8_slice_codeunits(as_text(v), -n, None) if n > 0 else _left(v, 0)


def _pad(at_left: bool) -> Callable[..., Value]:
    kernel = pc.utf8_lpad if at_left else pc.utf8_rpad

    def run(v: Value, width: int, fill: str = " ") -> Value:
        text = as_text(v)
        if len(fill) == 1:
            return pc.utf8_slice_codeunits(kernel(text, width, fill), 0, width)
        return filled(text, width, fill)

    def fill_up(text: pa.Array, width: int, fill: str) -> pa.Array:
        cut = pc.utf8_slice_codeunits(text, 0, width)
        lengths, which = np.unique(width - whole_numbers(pc.utf8_length(cut)), return_inverse=True)
        runs = [(fill * -(-int(n) // max(len(fill), 1)))[: int(n)] for n in lengths]
        padding = pa.array(runs, pa.string()).take(pa.array(which))
        return pc.binary_join_element_wise(*((padding, cut) if at_left else (cut, padding)), "")

    filled = by_array(fill_up)
    return run


def _check_pad(v: Any, width: int, fill: str = " ") -> None:
    if not 0 <= width <= MAX_WIDTH:
        raise ValueError(f"a width of 0 .. {MAX_WIDTH} expected")


def _replace(v: Value, old: str, new: str = "") -> Value:
    return pc.replace_substring(as_text(v), old, new) if old else as_text(v)


def _initcap(v: pa.Array) -> pa.Array:
    words = pc.split_pattern(pc.utf8_lower(as_text(v)), " ")
    flat = pc.utf8_capitalize(words.values)
    made = pc.binary_join(pa.ListArray.from_arrays(words.offsets, flat), " ")
    return pc.if_else(v.is_null(), pa.scalar(None, pa.string()), made) if v.null_count else made


def _split_part(v: pa.Array, delimiter: str, n: int) -> pa.Array:
    text = as_text(v)
    parts = pc.split_pattern(text, delimiter)
    offsets = parts.offsets.to_numpy().astype(np.int64)
    counts = np.diff(offsets)
    place = n - 1 if n > 0 else counts + n
    there = (place >= 0) & (place < counts)
    index = pa.array(np.where(there, offsets[:-1] + place, 0), mask=~there)
    found = pc.fill_null(parts.values.take(index) if len(parts.values) else pa.nulls(len(text), pa.string()), "")
    return pc.if_else(text.is_null(), pa.scalar(None, pa.string()), found) if text.null_count else found


def _check_split(v: Any, delimiter: str, n: int) -> None:
    if n == 0:
        raise ValueError("parts are counted from 1, or from -1 at the end")
    if not delimiter:
        raise ValueError("the delimiter is empty")


def _position(v: pa.Array, part: str) -> pa.Array:
    text = as_text(v)
    if not part:
        return pc.if_else(text.is_null(), pa.scalar(None, pa.int64()), pa.scalar(1, pa.int64()))
    before = pc.split_pattern(text, part, max_splits=1)
    first = before.values.take(before.offsets.slice(0, len(text)).cast(pa.int64())) if len(before.values) else text
    if text.null_count:
        # A null has no pieces, so its offset is that of the next row's.
        first = _split_part(text, part, 1)
    found = pc.match_substring(text, part)
    return pc.if_else(found, pc.add(pc.utf8_length(first).cast(pa.int64()), 1), pa.scalar(0, pa.int64()))


def _repeat(v: Value, times: int) -> Value:
    return pc.binary_repeat(as_text(v), max(times, 0))


def _check_repeat(v: Any, times: int) -> None:
    if times > MAX_WIDTH:
        raise ValueError(f"at most {MAX_WIDTH} times")


def _check_pattern(v: Any, pattern: str, *more: Any) -> None:
    if len(pattern) > 1000:
        raise ValueError("the pattern is longer than 1,000 characters")
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as error:
        raise ValueError(f"this pattern is not understood: {str(error).splitlines()[0][:120]}") from error


def _check_replacement(v: Any, pattern: str, new: str) -> None:
    _check_pattern(v, pattern)
    try:
        pc.replace_substring_regex(pa.array([""]), pattern, _groups(new))
    except pa.ArrowInvalid as error:
        raise ValueError(f"this replacement is not understood: {str(error).splitlines()[0][:120]}") from error


def _groups(new: str) -> str:
    """Java's replacement ($1 a group, a backslash takes what follows as it is) as RE2's."""

    def change(match: re.Match[str]) -> str:
        if match[1]:
            return f"\\{match[1]}"
        literal = match[2] or match[0]
        return "\\\\" if literal == "\\" else literal

    return re.sub(r"\$(\d)|\\(.)|\\", change, new)


def _regexp_replace(v: Value, pattern: str, new: str) -> Value:
    return pc.replace_substring_regex(as_text(v), pattern, _groups(new))


@lru_cache(maxsize=256)
def _named_groups(pattern: str) -> str:
    """The pattern with every group named g1, g2, ... and g0 around it all, as Arrow asks for names."""
    out, at, count, in_class = "", 0, 0, False
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            out, at = out + pattern[at : at + 2], at + 2
            continue
        if in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
            if pattern[at + 1 : at + 2] == "]":
                char, at = "[]", at + 1
        elif char == "(" and pattern[at + 1 : at + 2] != "?":
            count += 1
            char = f"(?P<g{count}>"
        out, at = out + char, at + 1
    return f"(?P<g0>{out})"


def _regexp_extract(v: pa.Array, pattern: str, group: int = 1) -> pa.Array:
    text = as_text(v)
    found = pc.struct_field(pc.extract_regex(text, _named_groups(pattern)), f"g{group}")
    missed = pc.fill_null(found, "")
    return pc.if_else(text.is_null(), pa.scalar(None, pa.string()), missed) if text.null_count else missed


def _check_extract(v: Any, pattern: str, group: int = 1) -> None:
    _check_pattern(v, pattern)
    if not 0 <= group <= _named_groups(pattern).count("(?P<g") - 1:
        raise ValueError(f"the pattern has no group {group}")


def _hashed(function: Callable[[bytes], Any], kind: pa.DataType) -> Callable[..., Value]:
    def run(v: pa.Array) -> pa.Array:
        data = v if pa.types.is_binary(v.type) else as_text(v)
        return pa.array([None if x is None else function(x) for x in data.cast(pa.binary()).to_pylist()], kind)

    return by_array(run)


def _sha2(v: Value, bits: int) -> Value:
    name = f"sha{bits or 256}"
    return _hashed(lambda data: hashlib.new(name, data).hexdigest(), pa.string())(v)


def _check_sha2(v: Any, bits: int) -> None:
    if bits not in (0, 224, 256, 384, 512):
        raise ValueError("224, 256, 384 or 512 bits expected")


def _concat_ws(separator: Value, *parts: Value) -> Value:
    texts = [as_text(p) for p in parts]
    if not texts:
        return as_text(separator)
    # pyarrow 26 leaves out the rows that have nothing but nulls: they get an empty text.
    nothing = texts[0].is_null()
    for text in texts[1:]:
        nothing = pc.and_(nothing, text.is_null())
    texts[0] = pc.if_else(nothing, "", texts[0])
    return pc.binary_join_element_wise(*texts, as_text(separator), null_handling="skip")


def _text_test(kernel: Callable[..., Value]) -> Callable[[Value, str], Value]:
    return lambda v, part: kernel(as_text(v), part)


def _check_like(v: Any, pattern: str) -> None:
    if len(pattern) > 1000:
        raise ValueError("the pattern is longer than 1,000 characters")


def _length(v: Value) -> Value:
    return pc.utf8_length(as_text(v)).cast(pa.int64())


def _trimmed(kernel: Callable[..., Value]) -> Callable[..., Value]:
    return lambda v, characters=" ": kernel(as_text(v), characters)


_F = Function
FUNCTIONS: dict[str, Function] = {
    "upper": _F("upper(s)", "v", _of_text(pc.utf8_upper), "in capitals", "upper('abc')"),
    "lower": _F("lower(s)", "v", _of_text(pc.utf8_lower), "in small letters", "lower('ABC')"),
    "initcap": _F("initcap(s)", "v", by_array(_initcap), "a capital to each word", "initcap('ab CD')"),
    "length": _F("length(s)", "v", _length, "number of characters", "length('Zoë')"),
    "trim": _F(
        "trim(s), trim(BOTH chars FROM s)",
        "v?t",
        _trimmed(pc.utf8_trim),
        "without blanks, or chars, at both ends",
        "trim('  ab ')",
    ),
    "ltrim": _F(
        "ltrim(s), trim(LEADING chars FROM s)", "v?t", _trimmed(pc.utf8_ltrim), "the same at the start", "ltrim('  ab')"
    ),
    "rtrim": _F(
        "rtrim(s), trim(TRAILING chars FROM s)", "v?t", _trimmed(pc.utf8_rtrim), "the same at the end", "rtrim('ab  ')"
    ),
    "substring": _F(
        "substring(s, start [, length])",
        "vi?i",
        substring,
        "places count from 1, negative ones from the end",
        "substring('abcdef', -3, 2)",
        _check_substring,
    ),
    "left": _F("left(s, n)", "vi", _left, "the first n characters", "left('abcdef', 2)"),
    "right": _F("right(s, n)", "vi", _right, "the last n characters", "right('abcdef', 2)"),
    "lpad": _F(
        "lpad(s, width [, fill])",
        "vi?t",
        _pad(True),
        "filled up at the start, or cut to the width",
        "lpad('7', 3, '0')",
        _check_pad,
    ),
    "rpad": _F(
        "rpad(s, width [, fill])",
        "vi?t",
        _pad(False),
        "filled up at the end, or cut to the width",
        "rpad('7', 3, '.')",
        _check_pad,
    ),
    "concat": _F(
        "concat(a, b, ...), a || b", "v*", "concat", "one after another; null if any of them is null", "concat('a', 1)"
    ),
    "concat_ws": _F(
        "concat_ws(separator, a, ...)",
        "vv*",
        by_array(_concat_ws),
        "with a separator between; nulls are left out",
        "concat_ws('-', 'a', NULL, 'b')",
    ),
    "replace": _F("replace(s, old [, new])", "vt?t", _replace, "every old replaced", "replace('a-b', '-', '+')"),
    "repeat": _F("repeat(s, n)", "vi", _repeat, "n times", "repeat('ab', 3)", _check_repeat),
    "reverse": _F("reverse(s)", "v", _of_text(pc.utf8_reverse), "backwards", "reverse('abc')"),
    "split_part": _F(
        "split_part(s, delimiter, n)",
        "vti",
        by_array(_split_part),
        "part n, from the end if n < 0; empty if there is none",
        "split_part('a,b,c', ',', 2)",
        _check_split,
    ),
    "position": _F(
        "position(part IN s)",
        "vt",
        by_array(_position),
        "the place of the first part, 0 if there is none",
        "position('b' IN 'abc')",
    ),
    "instr": _F("instr(s, part)", "vt", by_array(_position), "the same", "instr('abc', 'c')"),
    "locate": _F(
        "locate(part, s)", "tv", lambda part, v: by_array(_position)(v, part), "the same", "locate('c', 'abc')"
    ),
    "contains": _F("contains(s, part)", "vt", _text_test(pc.match_substring), "is part in s?", "contains('abc', 'b')"),
    "startswith": _F(
        "startswith(s, part)", "vt", _text_test(pc.starts_with), "does s start so?", "startswith('abc', 'a')"
    ),
    "endswith": _F("endswith(s, part)", "vt", _text_test(pc.ends_with), "does s end so?", "endswith('abc', 'a')"),
    "like": _F(
        "s LIKE pattern, s ILIKE pattern",
        "vt",
        _text_test(pc.match_like),
        "% any characters, _ one; ILIKE: capitals or not",
        "'abc' LIKE 'a%'",
        _check_like,
    ),
    "ilike": _F(
        "ilike(s, pattern)",
        "vt",
        _text_test(lambda v, p: pc.match_like(v, p, ignore_case=True)),
        "LIKE, capitals or not",
        "'ABC' ILIKE 'a%'",
        _check_like,
    ),
    "rlike": _F(
        "s RLIKE pattern, s ~ pattern",
        "vt",
        _text_test(pc.match_substring_regex),
        "is the regex (RE2) in s?",
        "'abc' RLIKE '^a.c$'",
        _check_pattern,
    ),
    "regexp_replace": _F(
        "regexp_replace(s, pattern, new)",
        "vtt",
        _regexp_replace,
        "every match replaced; $1 is group 1",
        "regexp_replace('a1b22', '[0-9]+', '#')",
        _check_replacement,
    ),
    "regexp_extract": _F(
        "regexp_extract(s, pattern [, group])",
        "vt?i",
        by_array(_regexp_extract),
        "a group (1) of the first match; empty if there is none",
        "regexp_extract('id-42', '([0-9]+)', 1)",
        _check_extract,
    ),
    "md5": _F(
        "md5(s)",
        "v",
        _hashed(lambda d: hashlib.md5(d, usedforsecurity=False).hexdigest(), pa.string()),
        "MD5 in hex",
        "md5('abc')",
    ),
    "sha1": _F(
        "sha1(s)",
        "v",
        _hashed(lambda d: hashlib.sha1(d, usedforsecurity=False).hexdigest(), pa.string()),
        "SHA-1 in hex",
        "sha1('abc')",
    ),
    "sha2": _F(
        "sha2(s, bits)", "vi", _sha2, "SHA-2 in hex, of 224, 256, 384 or 512 bits", "sha2('abc', 256)", _check_sha2
    ),
    "crc32": _F("crc32(s)", "v", _hashed(zlib.crc32, pa.int64()), "the CRC of 32 bits", "crc32('abc')"),
}
SYNONYMS = {
    "substr": "substring",
    "ucase": "upper",
    "lcase": "lower",
    "char_length": "length",
    "character_length": "length",
    "len": "length",
    "strpos": "instr",
    "charindex": "locate",
    "btrim": "trim",
    "sha": "sha1",
    "regexp_like": "rlike",
    "regexp": "rlike",
}
