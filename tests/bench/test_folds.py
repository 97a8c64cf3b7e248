from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedKFold

from bench.errors import DataError, UsageError
from bench.folds import LEAST_OF_A_CLASS, make_folds, nested_share


def test_every_fold_holds_every_class_in_proportion(digits):
    folds = make_folds(digits, 5, 1, 0)
    for fold in range(5):
        counts = np.bincount(digits.y[folds.rows(0, fold)[1]])
        assert np.abs(counts - np.bincount(digits.y) / 5).max() <= 1


def test_the_seed_decides(digits):
    assert make_folds(digits, 5, 2, 3).sha256 == make_folds(digits, 5, 2, 3).sha256
    assert make_folds(digits, 5, 1, 3).sha256 != make_folds(digits, 5, 1, 4).sha256


@given(st.integers(0, 99), st.lists(st.floats(0.01, 1), min_size=2, max_size=5))
def test_shares_are_nested_and_hold_every_class_in_proportion(small, seed, shares):
    rows = make_folds(small, 3, 1, 0).rows(0, 0)[0]
    before = np.array([], dtype=int)
    for share in sorted(shares):
        found = nested_share(small.y, rows, share, seed)
        assert set(before) <= set(found) <= set(rows)
        assert found.tolist() == sorted(set(found.tolist()))
        counts, most = np.bincount(small.y[found]), np.bincount(small.y[rows])
        np.testing.assert_array_equal(counts, np.maximum(LEAST_OF_A_CLASS, np.round(share * most)))
        before = found
    np.testing.assert_array_equal(nested_share(small.y, rows, 1, seed), rows)


def test_repeats_are_different_splits(digits):
    one, other = make_folds(digits, 5, 2, 0).assignment
    assert (one != other).mean() > 0.5


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 199), st.integers(0, 199)), min_size=1, max_size=60))
def test_duplicates_share_a_fold(small, pairs):
    X = small.X.copy()
    for copy, original in pairs:
        X[copy] = X[original]
    copied = replace(small, X=X, y=np.arange(len(X)) % 2)
    assignment = make_folds(copied, 3, 1, 0).assignment[0]
    for row in {row.tobytes() for row in X}:
        same = [i for i in range(len(X)) if X[i].tobytes() == row]
        assert len(set(assignment[same])) == 1


def test_too_few_members_of_a_class_is_refused(small):
    y = small.y.copy()
    y[:] = 0
    y[:2] = 1
    with pytest.raises(DataError, match="class 1 has 2; use a smaller --cv"):
        make_folds(replace(small, y=y), 3, 1, 0)


def test_copies_of_one_row_under_another_label_are_refused_if_they_are_a_class(small):
    X, y = small.X.copy(), np.arange(200) % 2
    X[:3] = X[100]
    y[:3] = 2
    y[100] = 0
    with pytest.raises(DataError, match=r"copies of one image|class 2 has 1"):
        make_folds(replace(small, X=X, y=y), 3, 1, 0)


@pytest.mark.parametrize(("cv", "repeats"), [(1, 1), (0, 1), (3, 0)])
def test_senseless_numbers_are_refused(small, cv, repeats):
    with pytest.raises(UsageError, match="--cv must be at least 2"):
        make_folds(small, cv, repeats, 0)


@pytest.mark.parametrize(
    ("cv", "repeats", "seed"), [(10_001, 1, 0), (3, 10_001, 0), (3, 1, -1), (3, 1, 2**31 + 1)]
)
def test_numbers_beyond_all_use_are_refused(cv, repeats, seed, small):
    with pytest.raises(UsageError, match=r"must be (at most|from 0 to)"):
        make_folds(small, cv, repeats, seed)


@pytest.mark.parametrize(("cv", "seed"), [(2, 0), (3, 7), (5, 2**31)])
def test_without_copies_the_split_is_the_stratified_one(cv, seed, small):
    splitter = StratifiedKFold(cv, shuffle=True, random_state=seed)
    assignment = make_folds(small, cv, 1, seed).assignment[0]
    for fold, (_, tests) in enumerate(splitter.split(small.X, small.y)):
        assert np.flatnonzero(assignment == fold).tolist() == tests.tolist()


@settings(max_examples=20, deadline=None)
@given(copies=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 1)), max_size=40))
def test_copies_under_several_labels_share_a_fold(copies, small):
    values, labels = np.array([*((value, value % 2) for value in range(10)), *copies]).T
    odd = replace(small, X=values.astype(np.uint8)[:, np.newaxis], y=labels)
    assignment = make_folds(odd, 2, 1, 0).assignment[0]
    assert all(len(set(assignment[values == value])) == 1 for value in range(10))
    assert all(len(set(assignment[labels == label])) == 2 for label in (0, 1))


def test_many_classes_take_no_longer_than_many_rows(small):
    X = np.arange(40_000, dtype=np.float32)[:, np.newaxis]
    odd = replace(small, X=X, y=np.arange(40_000) // 2)
    assert np.bincount(make_folds(odd, 2, 1, 0).assignment[0]).tolist() == [20_000, 20_000]
