"""One class against the rest: labels as a partition, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.datasets import describe, load, one_against_rest, plain_rows, take
from bench.datasets.assemble import Raw, assemble
from bench.errors import UsageError

texts = st.text(min_size=1, max_size=8).filter(lambda text: text.strip() and "\0" not in text)
label_sets = st.lists(st.integers(-99, 99), min_size=2, max_size=6, unique=True) | st.lists(
    texts, min_size=2, max_size=6, unique=True
)


def labelled(y, y_test=None):
    X = np.arange(len(y), dtype=np.float32).reshape(-1, 1)
    X_test = None if y_test is None else X[: len(y_test)]
    raw = Raw("made", X, np.asarray(y), ("x",), None, X_test, None if y_test is None else np.asarray(y_test))
    return assemble(raw, name="made", source="made", image_shape=None)


@settings(deadline=None)
@given(labels=label_sets, data=st.data())
def test_every_row_is_of_the_class_or_of_the_rest(labels, data):
    y = [*labels, *data.draw(st.lists(st.sampled_from(labels), max_size=20))]
    whole = labelled(y, y_test=labels)
    positive = str(data.draw(st.sampled_from(labels)))
    reduced = one_against_rest(whole, positive)
    np.testing.assert_array_equal(reduced.y == positive, whole.y.astype(str) == positive)
    np.testing.assert_array_equal(reduced.y_test == positive, whole.y_test.astype(str) == positive)
    assert set(reduced.y) == set(reduced.y_test) == {positive, f"not {positive}"}
    assert reduced.X is whole.X
    info = describe(reduced)
    assert info.classes[info.positive_index] == positive
    assert info.class_counts[info.positive_index] == y.count(type(y[0])(positive))


def test_every_class_makes_other_data():
    digits = load("digits")
    prints = {one_against_rest(digits, str(k)).sha256 for k in range(10)}
    assert len(prints | {digits.sha256}) == 11
    assert one_against_rest(digits, "8").sha256 in prints
    assert one_against_rest(digits, None) is digits


def test_rows_are_those_of_a_run_of_all_classes():
    digits = load("digits")
    sample = take(digits, "0.7", 3)
    eights = one_against_rest(sample, "8")
    assert len(eights.y) == round(0.7 * 1797)
    np.testing.assert_array_equal(eights.row_ids, sample.row_ids)
    assert (eights.y == "8").sum() == (sample.y == 8).sum()


@pytest.mark.parametrize("positive", ["9", "", " 1", "1.0", "not 1"])
def test_an_unknown_class_is_refused_with_the_known_ones(positive):
    with pytest.raises(UsageError, match="--binary must be one of -1, 1, 2; got "):
        one_against_rest(labelled([1, 2, -1]), positive)


def test_many_classes_are_not_all_named():
    with pytest.raises(UsageError, match="60 more; got 'x'") as caught:
        one_against_rest(labelled(list(range(100))), "x")
    assert len(str(caught.value)) < 300


def test_a_class_without_a_rest_is_refused():
    data = labelled([1, 2])
    with pytest.raises(UsageError, match="--binary 1: every row is of this class"):
        one_against_rest(replace(data, y=np.array([1, 1])), "1")


@pytest.mark.parametrize(
    ("rows", "plain"),
    [("0.50", "0.5"), (".5", "0.5"), (" 0.5 ", "0.5"), ("0500", "500"), ("1.00", None), (None, None)],
)
def test_equal_shares_are_written_alike(rows, plain):
    assert plain_rows(rows) == plain
