"""Subsamples: proportions, seeds, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.datasets import load, take
from bench.datasets.assemble import Raw, assemble
from bench.errors import DataError, UsageError


def labelled(y):
    y = np.asarray(y, dtype=np.int64)
    X = np.arange(len(y), dtype=np.float32).reshape(-1, 1)
    raw = Raw(where="made", X=X, y=y, feature_names=("x",), image_shape=None)
    return assemble(raw, name="made", source="made", image_shape=None)


@settings(deadline=None, max_examples=80)
@given(
    counts=st.lists(st.integers(1, 40), min_size=2, max_size=6),
    share=st.floats(0.01, 0.99),
    seed=st.integers(0, 2**31),
)
def test_proportions_are_kept(counts, share, seed):
    y = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    data = labelled(y)
    n_rows = max(round(share * len(y)), len(counts))
    sample = take(data, str(n_rows), seed)
    kept = np.bincount(sample.y, minlength=len(counts))
    exact = np.array(counts) * n_rows / len(y)
    assert kept.sum() == n_rows
    assert (kept >= 1).all()
    assert (kept <= counts).all()
    assert (kept <= np.maximum(exact + 1, 1)).all()
    if (exact >= 1).all():
        assert (np.abs(kept - exact) < 1).all()
    assert (np.diff(sample.row_ids) > 0).all()
    np.testing.assert_array_equal(sample.X, data.X[sample.row_ids])
    np.testing.assert_array_equal(sample.y, data.y[sample.row_ids])


def test_the_seed_decides():
    digits = load("digits")
    half = take(digits, "0.5", 0)
    assert half.sha256 == take(digits, "0.5", 0).sha256
    assert len({half.sha256, digits.sha256, take(digits, "0.5", 1).sha256}) == 3
    assert len(half.y) == round(0.5 * 1797)
    assert half.X.flags.c_contiguous
    assert set(take(digits, "100", 0).row_ids) < set(half.row_ids)


def test_samples_of_samples_know_their_rows():
    digits = load("digits")
    twice = take(take(digits, "500", 0), "50", 1)
    np.testing.assert_array_equal(twice.X, digits.X[twice.row_ids])


@pytest.mark.parametrize("rows", [None, "1797", "1.0", " 1.0 "])
def test_everything_is_the_same_data(rows):
    digits = load("digits")
    assert take(digits, rows, 3) is digits


@pytest.mark.parametrize("rows", ["", "0", "-5", "0.0", "1.5", "nan", "1e3", "half", "70%", "٣", "0,5"])
def test_senseless_values(rows):
    with pytest.raises(UsageError, match="give a number such as 500 or a fraction") as caught:
        take(labelled([0, 1]), rows, 0)
    assert caught.value.exit_code == 2


def test_too_many_and_too_few():
    with pytest.raises(DataError, match="--rows: 3 rows are more than the 2 that there are; ask for fewer"):
        take(labelled([0, 1]), "3", 0)
    with pytest.raises(
        DataError, match="'2' makes 2 rows for 3 classes; ask for at least one row of every class"
    ):
        take(labelled([0, 1, 2]), "2", 0)
    with pytest.raises(DataError, match=r"'0\.001' makes 0 rows for 2 classes"):
        take(labelled([0, 1]), "0.001", 0)
