"""Text: what a pattern makes matches it, what is unique is, lengths hold, and UUIDs are UUIDs."""

from __future__ import annotations

import json
import re
import uuid
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowmill.errors import GeneratorError
from rowmill.generate.permutation import permute
from rowmill.generate.text import IndexDigits, RandomDigits, longest, numbered, parse_pattern, strings

LITERALS = st.sampled_from(["a", "b", "-", "é", "日", r"\.", r"\[", r"\\", "0", " ", r"\x41", r"\u00fc"])
CLASSES = st.sampled_from(
    [r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", ".", "[a-f]", "[^a-z]", "[A-Z0-9_]", "[äöü]", r"[\d-]", "[^\\w]", "[]x]"]
)
REGEXES = st.recursive(
    LITERALS | CLASSES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        inner.map(lambda part: f"(?:{part})"),
        st.tuples(inner, st.sampled_from(["?", "{2}", "{0,2}", "{1,3}", "{0}", "??", "{1,2}?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
        inner.map(lambda part: f"(|{part})"),
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200)
@given(REGEXES, st.integers(0, 2**32))
def test_what_a_pattern_makes_matches_it(regex: str, key: int) -> None:
    node = parse_pattern(regex, "here")
    made = strings(*node.fill(RandomDigits(key, np.arange(50)), 50)).to_pylist()
    matches = re.compile(regex).fullmatch
    assert all(matches(text) for text in made), (regex, [t for t in made if not matches(t)][:3])
    assert max(map(len, made)) <= longest(node)


@settings(deadline=None, max_examples=200)
@given(REGEXES, st.integers(0, 2**32))
def test_what_is_numbered_is_unique_and_matches(regex: str, key: int) -> None:
    node = numbered(parse_pattern(regex, "here"))
    n = min(node.size, 2000)
    index = permute(np.arange(n), min(node.size, 1 << 62), key)
    made = strings(*node.fill(IndexDigits(index), n)).to_pylist()
    assert len(set(made)) == n, regex
    assert all(re.fullmatch(regex, text) for text in made)


@pytest.mark.parametrize(
    ("regex", "size"),
    [
        ("[A-Z]{3}[0-9]{5}", 26**3 * 10**5),
        ("(a|aa)(a|aa)", 1),
        ("(ab|ab)", 1),
        ("(a|b|c)-[01]{1,2}", 3 * 4),
        ("(a|[ab])", 2),
        ("(cat|dog)[0-9]", 20),
    ],
)
def test_the_size_of_what_can_be_numbered(regex: str, size: int) -> None:
    assert numbered(parse_pattern(regex, "here")).size == size


def test_each_text_of_a_small_pattern_is_as_likely(column: Any, values: Any, chi_squared: Any) -> None:
    made = values(column("string", "{pattern: '[abc][01]'}", 12_000))
    texts = sorted(set(made))
    assert texts == ["a0", "a1", "b0", "b1", "c0", "c1"]
    chi_squared([made.count(t) for t in texts], np.ones(6))


def test_an_alternative_is_as_likely_whatever_its_size(column: Any, values: Any, chi_squared: Any) -> None:
    made = values(column("string", "{pattern: 'x(A|[0-9]{3})'}", 10_000))
    chi_squared([made.count("xA"), 10_000 - made.count("xA")], [1, 1])
    counts = [len(t) for t in values(column("string", "{pattern: 'a{1,4}'}", 10_000))]
    chi_squared(np.bincount(counts)[1:], np.ones(4))


def test_places_of_a_pattern_are_independent(column: Any, values: Any, chi_squared: Any) -> None:
    made = values(column("string", "{pattern: '[ab]{30}'}", 8_000))
    for one, other in ((0, 1), (0, 29), (13, 14)):
        pairs = [t[one] + t[other] for t in made]
        chi_squared([pairs.count(p) for p in ("aa", "ab", "ba", "bb")], np.ones(4))


@pytest.mark.parametrize(
    ("regex", "message"),
    [
        ("a*", "endless repetition"),
        ("a+", "endless repetition"),
        ("(a", "not a regex"),
        (r"(a)\1", "can't be expanded"),
        ("(?=a)b", "can't be expanded"),
        (r"\bfoo", "boundary"),
        ("a^b", "boundary"),
        ("a$b", "boundary"),
        ("(?i)abc", "flags"),
        ("(?i:abc)", "flag"),
        ("a{5000}", "more than 4096"),
        ("(a{4000}){4000}", "longer than 65,536"),
        (r"[\u0000-\uffff]", "range of more than 4096"),
        (r"\ud800", "surrogate"),
        (r"[^\x20-\x7e]", "empty class"),
    ],
)
def test_what_can_not_be_expanded_is_refused(regex: str, message: str) -> None:
    with pytest.raises(GeneratorError, match=message) as caught:
        parse_pattern(regex, "here")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("regex", ["^a$", "(^a|b$)c|d", r"\Aab\Z", "^$", "", "[[a]"])
def test_anchors_at_the_ends_say_nothing(regex: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if regex == "(^a|b$)c|d":
            with pytest.raises(GeneratorError, match="boundary"):
                parse_pattern(regex, "here")
            return
        node = parse_pattern(regex, "here")
    made = strings(*node.fill(RandomDigits(1, np.arange(20)), 20)).to_pylist()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert all(re.fullmatch(regex, text) for text in made)


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 2**32), st.integers(1, 60))
def test_words_keep_to_their_limits(low: int, more: int, seed: int, limit: int) -> None:
    from rowmill.generate.pools import english_words
    from rowmill.generate.rows import RowSet
    from rowmill.generate.scalars import Words
    from rowmill.generate.text import WordText

    text = WordText.build(english_words(), 5, 1 << 12)
    rows = RowSet(None, np.arange(200) + seed)  # type: ignore[arg-type]
    high = low + more
    exact = Words(seed, text, low, high, None, True).make(rows).to_pylist()
    assert all(low <= len(t) <= high for t in exact)
    known = set(english_words())
    free = Words(seed, text, low, high, None, False).make(rows).to_pylist()
    assert all(low <= len(t.split()) <= high and set(t.split()) <= known for t in free)
    cut = Words(seed, text, low, high, limit, False).make(rows).to_pylist()
    assert all(len(t) <= limit and not t.endswith(" ") for t in cut)
    longest_word = max(map(len, known))
    if limit >= longest_word:
        assert all(set(t.split()) <= known for t in cut)


@pytest.mark.parametrize("dtype", ["char(1)", "varchar(2)", "char(7)", "varchar(40)", "varchar(5000)"])
def test_words_fit_their_type(dtype: str, column: Any, values: Any) -> None:
    limit = int(dtype.split("(")[1][:-1])
    made = values(column(dtype, "words", 2000))
    assert all(1 <= len(t) <= limit for t in made)
    assert len(set(made)) > 5


def test_word_counts_are_even(column: Any, values: Any, chi_squared: Any) -> None:
    counts = [len(t.split()) for t in values(column("string", "{words: {min: 2, max: 6}}", 10_000))]
    chi_squared(np.bincount(counts)[2:], np.ones(5))


def test_uuids_are_version_four_and_unique(column: Any, values: Any) -> None:
    table = column("uuid", "uuid", 200_000)
    made = values(table)
    assert len(set(made)) == 200_000
    parsed = [uuid.UUID(t) for t in made[:5000]]
    assert all(u.version == 4 and u.variant == uuid.RFC_4122 for u in parsed)
    assert all(str(u) == t for u, t in zip(parsed, made, strict=False))
    ones = np.array([[u.int >> bit & 1 for bit in range(128)] for u in parsed]).mean(axis=0)
    fixed = [64 + 15, 64 + 14, 64 + 13, 64 + 12, 63, 62]  # the version's and the variant's bits
    free = np.delete(ones, fixed)
    assert abs(free - 0.5).max() < 5.5 * 0.5 / 5000**0.5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("n{seq}", "n1"),
        ("{seq:06d}", "000001"),
        ("{seq:3}", "001"),
        ("{{{seq}}}", "{1}"),
        ("plain", "plain"),
        ("{k:04d}/{seq}", "0010/1"),
        ("{s}!", "x!"),
        ("", ""),
    ],
)
def test_templates(text: str, expected: str, column: Any, values: Any) -> None:
    others = (
        "      - {name: k, type: int, generator: {constant: 10}}\n"
        "      - {name: s, type: string, generator: {constant: x}}\n"
    )
    assert values(column("string", json.dumps({"template": text}), 1, others=others)) == [expected]


def test_a_template_with_a_null_in_it_is_null(column: Any, values: Any) -> None:
    others = "      - {name: k, type: int, nulls: 0.5}\n"
    table = column("string", "{template: 'a{k}'}", 200, others=others)
    assert [v is None for v in values(table)] == [v is None for v in values(table, "k")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{nope}", "no such column"),
        ("{c}", "made from itself"),
        ("{seq", "template"),
        ("{seq:x}", "format is not known"),
        ("{seq:999999999d}", "wider than"),
        ("{faker.nope}", "no such provider"),
        ("{}", "no such column"),
    ],
)
def test_bad_templates(text: str, message: str, column: Any) -> None:
    with pytest.raises(GeneratorError, match=message):
        column("string", json.dumps({"template": text}), 5)


UNIQUE = """
tables:
  - name: t
    rows: 3000
    columns:
      - {{name: c, type: string, nullable: false, generator: {}}}
"""
OTHERS = "      - {name: n, type: int, generator: {uniform: {min: 1, max: 30}}}\n    unique: [[c]]\n"


@pytest.mark.parametrize("text", ["{n}-{seq}", "{seq}-{n}", "x{seq}y", "{n}:{seq}@a.b", "{seq:03d}/{n}"])
def test_templates_that_are_unique(text: str, tables: Any, values: Any) -> None:
    made = values(tables(UNIQUE.format(json.dumps({"template": text})) + OTHERS)["t"])
    assert len(set(made)) == 3000


@pytest.mark.parametrize("text", ["{n}{seq}", "{seq}{n}", "{n}-{seq}-{n}", "{n}1{seq}", "{n}", "a"])
def test_templates_whose_texts_could_coincide_are_no_keys(text: str, tables: Any) -> None:
    with pytest.raises(GeneratorError, match="coincide"):
        tables(UNIQUE.format(json.dumps({"template": text})) + OTHERS)


def test_a_template_over_an_integer_key(tables: Any, values: Any) -> None:
    text = """
tables:
  - name: t
    rows: 2000
    columns:
      - {name: id, type: bigint, nullable: false, generator: permutation}
      - {name: c, type: string, nullable: false, generator: {template: "Customer#{id:09d}"}}
    primary_key: [id]
    unique: [[c]]
"""
    table = tables(text)["t"]
    assert values(table) == [f"Customer#{i:09d}" for i in values(table, "id")]


def test_pools(column: Any, values: Any) -> None:
    first = values(column("string", "{faker: first_name}", 5000))
    assert 100 < len(set(first)) <= 1000
    assert values(column("string", "{faker: {provider: first_name, pool: 7}}", 500)).__len__() == 500
    assert len(set(values(column("string", "{faker: {provider: first_name, pool: 7}}", 500)))) == 7
    unique = values(column("string", "{faker: {provider: email, unique: true}}", 3000))
    assert len(set(unique)) == 3000
    german = set(values(column("string", "{faker: {provider: city, locale: de_DE}}", 2000)))
    assert any(set("äöüß") & set(city) for city in german)
    years = values(column("int", "{faker: {provider: random_int, args: {min: 5, max: 9}}}", 500))
    assert set(years) == {5, 6, 7, 8, 9}
    assert all(len(t) <= 6 for t in values(column("varchar(6)", "{faker: name}", 500)))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("{faker: emial}", "did you mean email"),
        ("{faker: __class__}", "no such provider"),
        ("{faker: {provider: name, locale: xx_YY}}", "no such locale"),
        ("{faker: {provider: random_int, args: {nope: 1}}}", "failed"),
        ("{faker: {provider: state_abbr, unique: true}}", "distinct values"),
        ("{faker: {provider: name, pool: 2000000}}", "a pool holds"),
    ],
)
def test_bad_pools(spec: str, message: str, column: Any) -> None:
    with pytest.raises(GeneratorError, match=message):
        column("string", spec, 5000)


def test_json_is_json_whatever_its_texts(column: Any, values: Any) -> None:
    spec = {
        "a": {"choice": ['q"', "b\\s", "line\nend", "tab\t", "\x01", "é"]},
        "n": {"uniform": {"min": 1, "max": 5}},
        "x": {"normal": {"mean": 0, "stddev": 1e10}},
        "in": {"json": {"ok": "boolean"}},
        'k"': {"constant": "v"},
    }
    made = [json.loads(t) for t in values(column("json", json.dumps({"json": spec}), 300))]
    assert {m["a"] for m in made} == {'q"', "b\\s", "line\nend", "tab\t", "\x01", "é"}
    assert {m["n"] for m in made} == {1, 2, 3, 4, 5}
    assert {m["in"]["ok"] for m in made} == {True, False}
    assert {m['k"'] for m in made} == {"v"}


def test_a_unique_pattern_takes_all_its_texts(tables: Any, values: Any) -> None:
    text = """
tables:
  - name: t
    rows: 1000
    columns: [{name: c, type: char(3), nullable: false, generator: {pattern: '[0-9]{3}'}}]
    primary_key: [c]
"""
    assert sorted(values(tables(text)["t"])) == [f"{i:03d}" for i in range(1000)]
    with pytest.raises(GeneratorError, match="the pattern has 1000"):
        tables(text.replace("rows: 1000", "rows: 1001"))


def test_patterns_are_made_for_binary_too(column: Any, values: Any) -> None:
    made = values(column("binary", "{pattern: '[0-9a-f]{8}'}", 50))
    assert all(re.fullmatch(b"[0-9a-f]{8}", v) for v in made)
