"""Records of CSV text: a broken one takes no other along."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowmill.frames.csv_records import AFTER_QUOTE, OPEN_QUOTE, Dialect, Record


def records(text: str, delimiter: str = ",") -> list[Record]:
    return list(Dialect(delimiter).records(text.split("\n")))


@given(
    st.lists(st.lists(st.text(st.sampled_from('a",\n ;é'), max_size=6), min_size=2, max_size=4), max_size=6),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_writer_wrote_is_found_again(rows: list[list[str]], ending: str) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows(rows)
    found = records(text.getvalue())
    assert [Dialect().fields(record.text) for record in found] == rows
    assert [record.fields for record in found] == [len(row) for row in rows]
    assert not [record for record in found if record.fault]


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ('1,a\n2,"broken\n3,fine\n4,fine', {2: OPEN_QUOTE}),
        ('1,a\n2,"broken\n3,fine\n4,"ok"', {2: OPEN_QUOTE}),
        ('1,a\n2,"broken\n3,fine\n4,"mu\nlti"\n5,z', {2: OPEN_QUOTE}),
        ('1,"b\n2,"b\n3,c', {1: OPEN_QUOTE, 2: OPEN_QUOTE}),
        ('1,"a"b\n2,c', {1: AFTER_QUOTE}),
        ('1,5" pipe\n2,"say ""hi"""\n3,""', {}),
        ('1,"a\r\nb"\r\n\r\n2,c\r\n', {}),
    ],
)
def test_a_broken_line_takes_no_other_along(text: str, bad: dict[int, str]) -> None:
    found = records(text)
    assert {r.line: r.fault for r in found if r.fault} == bad
    for record in found:
        if record.fault:
            assert record.text == text.split("\n")[record.line - 1]
        else:
            assert record.fields == 2


def test_delimiters_of_any_length_and_a_byte_order_mark() -> None:
    (record,) = records('\ufeffa||"b||c"||', "||")
    assert (record.fields, Dialect("||").fields(record.text)) == (3, ["a", "b||c", ""])


def test_an_open_quote_before_many_lines_is_found_in_time() -> None:
    lines = ['1,"open', *(f"{n},x" for n in range(50_000))]
    found = list(Dialect().records(lines))
    assert [r.line for r in found if r.fault] == [1]
    assert len(found) == 50_001
