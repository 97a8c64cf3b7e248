import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.evidence.hard import difficulty, missed_by_every, missed_only_by, oracle, overlap, rescued_by
from bench.evidence.out_of_fold import OutOfFold


def told(y_true, answers, kinds=None, classes=("a", "b", "c")):
    """Models that are nine tenths sure of their answers."""
    shares = tuple((np.eye(len(classes))[row] * 0.85 + 0.05).astype("f4") for row in answers)
    names = tuple(f"m{i}" for i in range(len(answers)))
    fold = np.arange(len(y_true), dtype="i2") % 2
    kinds = kinds or ("probability",) * len(names)
    return OutOfFold(names, classes, np.array(y_true, "i4"), shares, kinds, fold, None, "sha")


@pytest.fixture
def four():
    """Row 0: all right; 1: m0 alone wrong; 2: m0 alone right; 3: all wrong."""
    return told([0, 0, 0, 0], [[0, 1, 0, 1], [0, 0, 1, 1], [0, 0, 2, 2]])


answered = st.integers(1, 5).flatmap(
    lambda m: st.lists(
        st.tuples(st.integers(0, 2), st.lists(st.integers(0, 2), min_size=m, max_size=m)),
        min_size=1,
        max_size=20,
    )
)


def test_difficulty_of_each_row(four):
    frame = difficulty(four)
    assert frame["row"].tolist() == [0, 1, 2, 3]
    assert frame["label"].tolist() == ["a"] * 4
    assert frame["n_wrong"].tolist() == [0, 1, 2, 3]
    assert frame["true_share"].to_numpy() == pytest.approx([0.9, (0.05 + 1.8) / 3, (0.9 + 0.1) / 3, 0.05])
    assert frame["taken_for"].isna().tolist() == [True, False, False, False]
    assert frame["taken_for"].tolist()[1:] == ["b", "b", "b"]


def test_decision_scores_are_no_shares(four):
    mixed = told([0, 0], [[0, 1], [1, 1]], ("probability", "decision"))
    assert difficulty(mixed)["true_share"].to_numpy() == pytest.approx([0.9, 0.05])
    none = told([0, 0], [[0, 1]], ("decision",))
    assert difficulty(none)["true_share"].isna().all()
    assert missed_by_every(none)["row"].tolist() == [1]


def test_integer_labels_stay_integers():
    frame = difficulty(told([0, 1], [[0, 2]], classes=(3, 5, 8)))
    assert frame["label"].tolist() == [3, 5]
    assert frame["taken_for"].tolist()[1] == 8


def test_selections_and_what_was_said(four):
    assert missed_by_every(four).to_dict("list") == {
        "row": [3], "label": ["a"], "m0 says": ["b"], "m1 says": ["b"], "m2 says": ["c"]
    }  # fmt: skip
    assert missed_only_by(four, "m0")["row"].tolist() == [1]
    assert rescued_by(four, "m0")["row"].tolist() == [2]
    assert missed_only_by(four, "m1").empty
    assert list(rescued_by(four, "m1").columns) == ["row", "label", "m0 says", "m1 says", "m2 says"]


def test_the_rows_that_models_are_surest_wrong_about_come_first():
    scores = np.array([[0.4, 0.6], [0.1, 0.9], [0.3, 0.7]], "f4")
    y_true = np.zeros(3, "i4")
    data = OutOfFold(
        ("m",), (0, 1), y_true, (scores,), ("probability",), np.arange(3, dtype="i2"), None, "sha"
    )
    assert missed_by_every(data)["row"].tolist() == [1, 2, 0]


@settings(max_examples=25, deadline=None)
@given(answered)
def test_selections_part_the_rows_by_who_is_wrong(rows):
    data = told([true for true, _ in rows], np.array([said for _, said in rows]).T)
    n_wrong, n = difficulty(data)["n_wrong"].to_numpy(), len(data.models)
    assert len(missed_by_every(data)) == np.count_nonzero(n_wrong == n)
    alone = [row for model in data.models for row in missed_only_by(data, model)["row"]]
    saved = [row for model in data.models for row in rescued_by(data, model)["row"]]
    assert sorted(alone) == (n_wrong == 1).nonzero()[0].tolist()
    assert sorted(saved) == (n_wrong == n - 1).nonzero()[0].tolist()


@settings(max_examples=25, deadline=None)
@given(answered)
def test_overlap_counts_as_sets_do(rows):
    data = told([true for true, _ in rows], np.array([said for _, said in rows]).T)
    frame = overlap(data)
    wrong = {model: set((~data.correct[i]).nonzero()[0]) for i, model in enumerate(data.models)}
    assert len(frame) == len(data.models) * (len(data.models) - 1) // 2
    for line in frame.itertuples():
        a, b = wrong[line.model_a], wrong[line.model_b]
        assert (line.errors_a, line.errors_b, line.shared) == (len(a), len(b), len(a & b))
        assert line.same_answer <= line.shared
        assert line.jaccard == pytest.approx(len(a & b) / len(a | b) if a | b else np.nan, nan_ok=True)
        assert np.isnan(line.q) or -1 <= line.q <= 1


def test_q_follows_from_scipys_odds_ratio():
    from scipy.stats.contingency import odds_ratio

    rng = np.random.default_rng(0)
    y_true = rng.integers(0, 3, 200)
    answers = np.where(rng.random((2, 200)) < 0.3, rng.integers(0, 3, 200), y_true)
    data = told(y_true, answers)
    right = data.correct
    counts = [[np.sum((right[0] == a) & (right[1] == b)) for b in (True, False)] for a in (True, False)]
    odds = odds_ratio(np.array(counts), kind="sample").statistic
    assert overlap(data)["q"][0] == pytest.approx((odds - 1) / (odds + 1))


def test_models_alike_and_models_apart():
    frame = overlap(told([0, 0, 0, 0], [[1, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0]]))
    assert frame["q"].tolist() == [1, -1, -1]
    assert frame["jaccard"].tolist() == [1, 0, 0]
    assert overlap(told([0], [[0]])).empty


@settings(max_examples=25, deadline=None)
@given(answered)
def test_the_oracle_grows_from_the_best_to_all(rows):
    data = told([true for true, _ in rows], np.array([said for _, said in rows]).T)
    frame = oracle(data)
    assert frame["accuracy"].is_monotonic_increasing
    assert frame["accuracy"].iloc[0] == data.correct.mean(axis=1).max()
    assert frame["accuracy"].iloc[-1] == data.correct.any(axis=0).mean()
    assert sorted(frame["added"]) == sorted(data.models)
    assert frame["size"].tolist() == list(range(1, len(data.models) + 1))
