"""An error is one line that says where, what, which value and what to do, and survives the way out of a worker."""

from __future__ import annotations

import pickle

import pytest

from rowmill import errors
from rowmill.errors import RowmillError, first_line

KINDS = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, RowmillError)]


def test_all_parts_stand_in_one_line() -> None:
    error = RowmillError("min is\nlarger than max", where="a.yaml:3", value="x\ny", fix="swap\tthem")
    assert str(error) == r"a.yaml:3: min is larger than max (got 'x\ny'); swap them"
    assert str(RowmillError("no rows")) == "no rows"
    assert str(RowmillError("no rows", value=0)) == "no rows (got 0)"


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_is_pickled_with_its_parts(kind: type[RowmillError]) -> None:
    error = pickle.loads(pickle.dumps(kind("what", where="here", value=[1], fix="do")))
    assert type(error) is kind
    assert (error.what, error.where, error.value, error.fix) == ("what", "here", [1], "do")
    assert str(error) == "here: what (got [1]); do"


def test_the_tree_has_one_root() -> None:
    assert len(KINDS) == 8
    assert all(kind.__mro__[-4:-3] == (RowmillError,) or kind is RowmillError for kind in KINDS)


def test_what_others_say_in_one_line() -> None:
    assert first_line(ValueError("\n  no such\nthing")) == "no such"
    assert first_line(ValueError()) == "ValueError"
    assert len(first_line(ValueError("x" * 999))) == 200
