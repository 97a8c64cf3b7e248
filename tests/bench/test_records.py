from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.records import FoldResult, Folds, Job, Row, digest, from_json, to_json

JOB = Job("sgd", "a:B", {"alpha": 0.1}, "f" * 64, 0, 1, 7, "fold", {"numpy": "2"}, True)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False)
)


@given(st.dictionaries(st.text(min_size=1), scalars), st.text(), st.lists(st.text()))
def test_a_row_survives_the_disk(params, reason, keys):
    row = Row("a", "a", "A", "deep", params, tuple(keys), "", skipped=reason)
    assert from_json(to_json(row), Row) == row


def test_a_result_of_the_wrong_type_is_refused():
    text = to_json(FoldResult("k", "sgd", "fold", 0, 0, "ok")).replace(b'"fold":0', b'"fold":"none"')
    with pytest.raises(ValueError, match="fold"):
        from_json(text, FoldResult)


@pytest.mark.parametrize(
    "change",
    [
        {"target": "a:C"},
        {"params": {"alpha": 0.2}},
        {"params": {}},
        {"folds_sha256": "0" * 64},
        {"repeat": 1},
        {"fold": 0},
        {"seed": 8},
        {"role": "refit"},
        {"versions": {"numpy": "3"}},
    ],
)
def test_whatever_changes_the_result_changes_the_key(change):
    assert replace(JOB, **change).key != JOB.key


@pytest.mark.parametrize("change", [{"estimator": "other"}, {"parallel": False}])
def test_nothing_else_changes_the_key(change):
    assert replace(JOB, **change).key == JOB.key


def test_the_order_of_parameters_does_not_change_the_key():
    one = replace(JOB, params={"a": 1, "b": 2.5})
    other = replace(JOB, params={"b": 2.5, "a": 1})
    assert one.key == other.key


def test_digest_tells_numbers_from_text():
    assert digest([1]) != digest(["1"])


def test_folds_give_every_row_to_one_test_fold():
    folds = Folds("d", "k", 3, 1, 0, np.array([[0, 1, 2, 0, 1, 2]], dtype=np.int16))
    tests = np.concatenate([folds.rows(0, fold)[1] for fold in range(3)])
    assert sorted(tests) == list(range(6))
    for fold in range(3):
        train, test = folds.rows(0, fold)
        assert not set(train) & set(test)
