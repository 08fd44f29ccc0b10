"""Text without a Python object per row: byte matrices, patterns, runs of words, UUIDs."""

from __future__ import annotations

import re._constants as re_constants
import re._parser as re_parser
import warnings
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rowmill.errors import GeneratorError
from rowmill.generate import kernels
from rowmill.generate.random import Bits, Rows, bits, bounded, derive_key, mix

Matrix = NDArray[np.uint8]
Mask = NDArray[np.bool_]
PRINTABLE = bytes(range(32, 127))


def strings(matrix: Matrix, mask: Mask | None = None) -> pa.Array:
    """A string array from bytes (n, width): row i is the bytes of matrix[i] where mask[i] is true."""
    n, width = matrix.shape
    if mask is None:
        offsets = (
            np.arange(0, (n + 1) * width, width or 1, dtype=np.int64)[: n + 1] if width else np.zeros(n + 1, np.int64)
        )
        data = np.ascontiguousarray(matrix)
    else:
        offsets = np.zeros(n + 1, dtype=np.int64)
        np.cumsum(mask.sum(axis=1), out=offsets[1:])
        data = matrix[mask]
    buffers = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), n, buffers)


class Digits(Protocol):
    """A source of mixed-radix digits, one per row: `take(n)` gives integers in [0, n)."""

    def take(self, n: int) -> Bits: ...


class RandomDigits:
    """Independent random digits; one 64-bit word serves several of them."""

    def __init__(self, key: int, rows: Rows) -> None:
        self.key, self.rows = key, rows
        self.room, self.drawn = 0, 0
        self.word: Bits = np.empty(0, np.uint64)

    def take(self, n: int) -> Bits:
        if self.room < n:
            self.word = bits(derive_key(self.key, self.drawn), self.rows)
            self.drawn += 1
            self.room = 1 << 40  # what is left keeps at least 24 bits more than it needs
        digit = bounded(self.word, n)
        self.word = self.word * np.uint64(n)
        self.room //= n
        return digit


class IndexDigits:
    """The digits of an index, so that different indexes give different digits."""

    def __init__(self, index: Rows) -> None:
        self.index = index.astype(np.uint64)

    def take(self, n: int) -> Bits:
        if n >= 1 << 63:  # more than any index: it is the digit
            digit, self.index = self.index, np.zeros_like(self.index)
            return digit
        quotient = self.index // np.uint64(n)
        digit = self.index - quotient * np.uint64(n)
        self.index = quotient
        return digit


@dataclass(frozen=True)
class Alternatives:
    """One of several byte strings."""

    options: tuple[bytes, ...]

    @property
    def size(self) -> int:
        return len(self.options)

    @cached_property
    def _table(self) -> tuple[Matrix, NDArray[np.int64]]:
        lengths = np.array([len(o) for o in self.options])
        table = np.zeros((len(self.options), int(lengths.max(initial=0))), np.uint8)
        for i, option in enumerate(self.options):
            table[i, : len(option)] = np.frombuffer(option, np.uint8)
        return table, lengths

    def fill(self, digits: Digits, n: int) -> tuple[Matrix, Mask | None]:
        table, lengths = self._table
        if self.size == 1:
            return np.broadcast_to(table, (n, table.shape[1])), None
        index = digits.take(self.size).astype(np.int64)
        width = table.shape[1]
        mask = None if (lengths == width).all() else np.arange(width) < lengths[index][:, None]
        return table[index], mask


@dataclass(frozen=True)
class Sequence:
    """One node after another."""

    parts: tuple[Node, ...]

    @property
    def size(self) -> int:
        return prod(p.size for p in self.parts)

    def fill(self, digits: Digits, n: int) -> tuple[Matrix, Mask | None]:
        filled = [part.fill(digits, n) for part in self.parts]
        if not filled:
            return np.empty((n, 0), np.uint8), None
        matrix = np.hstack([m for m, _ in filled])
        if all(mask is None for _, mask in filled):
            return matrix, None
        return matrix, np.hstack([np.ones(m.shape, bool) if k is None else k for m, k in filled])


@dataclass(frozen=True)
class Repeat:
    """`node` low..high times, each count equally likely."""

    node: Node
    low: int
    high: int

    @property
    def size(self) -> int:
        # Distinct texts that an index can reach: the longest form only (see fill).
        return int(self.node.size**self.high)

    def fill(self, digits: Digits, n: int) -> tuple[Matrix, Mask | None]:
        fixed = self.low == self.high or isinstance(digits, IndexDigits)
        count = None if fixed else digits.take(self.high - self.low + 1).astype(np.int64) + self.low
        parts = [self.node.fill(digits, n) for _ in range(self.high)]
        if not parts:
            return np.empty((n, 0), np.uint8), None
        matrix = np.hstack([m for m, _ in parts])
        if count is None and all(mask is None for _, mask in parts):
            return matrix, None
        masks = []
        for i, (part, mask) in enumerate(parts):
            inside = np.ones(part.shape, bool) if mask is None else mask
            masks.append(inside if count is None else inside & (i < count)[:, None])
        return matrix, np.hstack(masks)


@dataclass(frozen=True)
class Branch:
    """One of several nodes."""

    options: tuple[Node, ...]

    @property
    def size(self) -> int:
        return len(self.options) * min(o.size for o in self.options)

    def fill(self, digits: Digits, n: int) -> tuple[Matrix, Mask | None]:
        index = digits.take(len(self.options))
        if isinstance(digits, IndexDigits):  # each option spends the same digits: a row has only one of them
            spent = digits.take(min(o.size for o in self.options)).astype(np.int64)
            filled = [option.fill(IndexDigits(spent), n) for option in self.options]
        else:
            filled = [option.fill(digits, n) for option in self.options]
        width = max(m.shape[1] for m, _ in filled)
        matrix, mask = np.zeros((n, width), np.uint8), np.zeros((n, width), bool)
        for i, (part, inside) in enumerate(filled):
            chosen = np.flatnonzero(index == i)
            matrix[chosen, : part.shape[1]] = part[chosen]
            mask[chosen, : part.shape[1]] = True if inside is None else inside[chosen]
        return matrix, mask


Node = Alternatives | Sequence | Repeat | Branch


def parse_pattern(regex: str, where: str) -> Node:
    """A regex as a tree of choices. Raises GeneratorError for what can't be expanded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sets in sets, which mean what they say
            tree = re_parser.parse(regex)
    except (re_parser.error, RecursionError, OverflowError) as error:
        raise GeneratorError(f"not a regex: {error}", where=where, value=regex) from error
    if tree.state.flags & ~re_constants.SRE_FLAG_UNICODE:
        raise GeneratorError("pattern: flags such as (?i) can't be expanded", where=where, value=regex)
    node = _Expander(regex, where).sequence(tree, True, True)
    if _width(node) > 65_536:
        raise GeneratorError("the pattern makes texts longer than 65,536 bytes", where=where, value=regex)
    return node


def _width(node: Node) -> int:
    match node:
        case Alternatives():
            return max(len(o) for o in node.options)
        case Sequence():
            return sum(_width(p) for p in node.parts)
        case Repeat():
            return node.high * _width(node.node)
        case Branch():
            return max(_width(o) for o in node.options)


def longest(node: Node) -> int:
    """The largest number of characters that a pattern makes."""
    match node:
        case Alternatives():
            return max(len(o.decode()) for o in node.options)
        case Sequence():
            return sum(longest(p) for p in node.parts)
        case Repeat():
            return node.high * longest(node.node)
        case Branch():
            return max(longest(o) for o in node.options)


def shortest(node: Node) -> int:
    """The smallest number of characters that a pattern makes."""
    match node:
        case Alternatives():
            return min(len(o.decode()) for o in node.options)
        case Sequence():
            return sum(shortest(p) for p in node.parts)
        case Repeat():
            return node.low * shortest(node.node)
        case Branch():
            return min(shortest(o) for o in node.options)


def has_choice_of_length(node: Node) -> bool:
    """Whether a Repeat of several counts is inside: then not every text can be numbered."""
    match node:
        case Alternatives():
            return False
        case Sequence():
            return any(has_choice_of_length(p) for p in node.parts)
        case Repeat():
            return node.low != node.high or has_choice_of_length(node.node)
        case Branch():
            return len({o.size for o in node.options}) > 1 or any(has_choice_of_length(o) for o in node.options)


def numbered(node: Node) -> Node:
    """The part of a pattern whose texts can be numbered without one coming twice.

    Each node becomes prefix-free (no text of it begins another), and texts of such nodes one after
    another are told apart. (a|aa){2} makes aa + a and a + aa: only aa is kept there.
    """
    match node:
        case Alternatives():
            texts = sorted(set(node.options))
            kept = [
                t for t, after in zip(texts, [*texts[1:], b""], strict=True) if not after.startswith(t) or not after
            ]
            return node if len(kept) == len(node.options) else Alternatives(tuple(kept))
        case Sequence():
            return Sequence(tuple(numbered(p) for p in node.parts))
        case Repeat():
            return Repeat(numbered(node.node), node.high, node.high)
        case Branch():
            options = [numbered(o) for o in node.options]
            firsts = [_first_bytes(o) for o in options]
            apart = all(firsts) and len(set().union(*firsts)) == sum(map(len, firsts))
            return Branch(tuple(options)) if apart else max(options, key=lambda o: o.size)


def _first_bytes(node: Node) -> set[int]:
    """The bytes that texts of a node begin with; empty if a text may be empty."""
    match node:
        case Alternatives():
            return set() if b"" in node.options else {o[0] for o in node.options}
        case Sequence():
            return next((_first_bytes(p) for p in node.parts if _width(p)), set())
        case Repeat():
            return _first_bytes(node.node) if node.low else set()
        case Branch():
            found = [_first_bytes(o) for o in node.options]
            return set().union(*found) if all(found) else set()


_CATEGORIES = {
    re_constants.CATEGORY_DIGIT: b"0123456789",
    re_constants.CATEGORY_WORD: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_",
    re_constants.CATEGORY_SPACE: b" ",
}
_NEGATED = {
    re_constants.CATEGORY_NOT_DIGIT: re_constants.CATEGORY_DIGIT,
    re_constants.CATEGORY_NOT_WORD: re_constants.CATEGORY_WORD,
    re_constants.CATEGORY_NOT_SPACE: re_constants.CATEGORY_SPACE,
}


class _Expander:
    def __init__(self, regex: str, where: str) -> None:
        self.regex, self.where = regex, where

    def fail(self, what: str, fix: str | None = None) -> GeneratorError:
        return GeneratorError(f"pattern: {what} can't be expanded", where=self.where, value=self.regex, fix=fix)

    def sequence(self, items: Any, begins: bool = False, ends: bool = False) -> Node:
        """begins, ends: whether the text begins and ends with these items, so that ^ and $ may stand there."""
        parts: list[Node] = []
        last = len(items) - 1
        for at, (op, arg) in enumerate(items):
            node = self.node(op, arg, begins and at == 0, ends and at == last)
            both_fixed = parts and isinstance(node, Alternatives) and isinstance(parts[-1], Alternatives)
            if both_fixed and node.size == 1 and parts[-1].size == 1:
                node = Alternatives((parts.pop().options[0] + node.options[0],))  # type: ignore[union-attr]
            if node is not None:
                parts.append(node)
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def node(self, op: Any, arg: Any, begins: bool, ends: bool) -> Any:
        if op is re_constants.LITERAL:
            return self.characters({chr(arg)})
        if op is re_constants.NOT_LITERAL:
            return self.characters(set(PRINTABLE.decode()) - {chr(arg)})
        if op is re_constants.ANY:
            return self.characters(set(PRINTABLE.decode()))
        if op is re_constants.IN:
            return self.characters(self.members(arg))
        if op is re_constants.SUBPATTERN:
            if arg[1] or arg[2]:
                self._refuse("a flag")
            return self.sequence(arg[3], begins, ends)
        if op is re_constants.BRANCH:
            options = tuple(self.sequence(option, begins, ends) for option in arg[1])
            flat = [o for o in options if isinstance(o, Alternatives)]
            if len(flat) == len(options):
                return Alternatives(tuple(t for o in flat for t in o.options)) if _even(options) else Branch(options)
            return Branch(options)
        if op in (re_constants.MAX_REPEAT, re_constants.MIN_REPEAT):
            low, high, inner = arg
            if high is re_constants.MAXREPEAT:
                raise self.fail("an endless repetition", f"write {{{low},{low + 8}}} instead of * or +")
            if high > 4096:
                raise self.fail("more than 4096 repetitions")
            return Repeat(self.sequence(inner), low, high)
        if op is re_constants.AT:
            start = arg in (re_constants.AT_BEGINNING, re_constants.AT_BEGINNING_STRING)
            end = arg in (re_constants.AT_END, re_constants.AT_END_STRING)
            return None if (start and begins) or (end and ends) else self._refuse("a boundary within the text")
        return self._refuse(str(op).lower())

    def _refuse(self, what: str) -> None:
        raise self.fail(what, "use literals, classes, groups, alternation and counted repetition")

    def characters(self, members: set[str]) -> Node:
        if not members:
            raise self.fail("an empty class")
        if any("\ud800" <= c <= "\udfff" for c in members):
            raise self.fail("half a surrogate pair")
        return Alternatives(tuple(c.encode() for c in sorted(members)))

    def members(self, items: Any) -> set[str]:
        found: set[str] = set()
        negate = False
        for op, arg in items:
            if op is re_constants.NEGATE:
                negate = True
            elif op is re_constants.LITERAL:
                found.add(chr(arg))
            elif op is re_constants.RANGE:
                if arg[1] - arg[0] > 4096:
                    raise self.fail("a range of more than 4096 characters")
                found.update(map(chr, range(arg[0], arg[1] + 1)))
            elif arg in _CATEGORIES:
                found.update(_CATEGORIES[arg].decode())
            elif arg in _NEGATED:
                found.update(set(PRINTABLE.decode()) - set(_CATEGORIES[_NEGATED[arg]].decode()))
            else:
                raise self.fail(str(arg).lower())
        return set(PRINTABLE.decode()) - found if negate else found


def _even(options: tuple[Any, ...]) -> bool:
    # (a|[bc]) must stay half a, half bc: only options of one size may be merged.
    return len({o.size for o in options}) == 1


@dataclass(frozen=True)
class WordText:
    """A long text of words in random order; rows are pieces of it. Built once a run."""

    data: NDArray[np.uint8]  # padded by 16 bytes, for reads past the end
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]

    @classmethod
    def build(cls, words: list[str], key: int, count: int = 1 << 16) -> WordText:
        picked = bounded(bits(key, np.arange(count, dtype=np.int64)), len(words))
        text = " ".join(words[i] for i in picked).encode("ascii")
        data = np.frombuffer(text + bytes(16), np.uint8)
        spaces = np.flatnonzero(data[: len(text)] == 32).astype(np.int32)
        starts = np.concatenate([np.zeros(1, np.int32), spaces + 1])
        ends = np.concatenate([spaces, np.array([len(text)], np.int32)])
        return cls(data, starts, ends)

    def pieces(self, first: Rows, lengths: Rows) -> pa.Array:
        """Strings of `lengths` bytes that begin at byte `first`, as one string array."""
        n = len(first)
        if kernels.compiled:
            offsets, data = kernels.compiled.pieces(
                self.data, np.ascontiguousarray(first), np.ascontiguousarray(lengths)
            )
            return pa.Array.from_buffers(pa.string(), n, [None, pa.py_buffer(offsets), pa.py_buffer(data)])
        views = np.zeros((n, 4), np.uint32)
        views[:, 0] = lengths
        short = np.flatnonzero(lengths <= 12)
        words = np.ndarray((len(self.data) - 3,), np.dtype("<u4"), self.data.data, strides=(1,))
        views[:, 1] = words[first]
        views[:, 3] = first
        if short.size:
            at, size = first[short], lengths[short]
            for i in range(3):
                keep = np.clip(size - 4 * i, 0, 4)
                views[short, 1 + i] = words[at + 4 * i] & _KEEP[keep]
        buffers = [None, pa.py_buffer(views), pa.py_buffer(self.data)]
        return pa.Array.from_buffers(pa.string_view(), n, buffers).cast(pa.string())


_KEEP = np.array([0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF], np.uint32)
_HEX = np.frombuffer("".join(f"{octet:02x}" for octet in range(256)).encode(), np.uint16)
# The groups of a UUID's hexadecimal digits among its 36 characters; the last one in two parts.
_UUID_GROUPS = [("a", "u8", 0), ("b", "u4", 9), ("c", "u4", 14), ("d", "u4", 19), ("e", "u8", 24), ("f", "u4", 32)]
_UUID = np.dtype(
    {
        "names": [name for name, _, _ in _UUID_GROUPS],
        "formats": [kind for _, kind, _ in _UUID_GROUPS],
        "offsets": [at for _, _, at in _UUID_GROUPS],
        "itemsize": 36,
    }
)
_UUID_DIGITS = np.dtype([(name, kind) for name, kind, _ in _UUID_GROUPS])


def uuids(key: int, rows: Rows) -> pa.Array:
    """Version 4 UUIDs (RFC 9562), all different: 64 of their 122 free bits are a bijection of the row."""
    first, second = bits(key, rows), mix(bits(derive_key(key, "low"), rows))
    # `first` is the bijection: 60 of its bits around the version, 4 behind the variant.
    high = ((first & np.uint64(0xFFFFFFFFFFFF000)) << np.uint64(4)) | np.uint64(0x4000) | (first & np.uint64(0xFFF))
    low = np.uint64(1 << 63) | ((first >> np.uint64(60)) << np.uint64(58)) | (second >> np.uint64(6))
    raw = np.empty((len(rows), 2), ">u8")
    raw[:, 0], raw[:, 1] = high, low
    digits = _HEX.take(raw.view(np.uint8)).view(_UUID_DIGITS).ravel()
    matrix = np.full((len(rows), 36), ord("-"), np.uint8)
    groups = matrix.view(_UUID).ravel()
    for name, _, _ in _UUID_GROUPS:
        groups[name] = digits[name]
    return strings(matrix)
