from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from bench.evidence.labels import corrected_accuracy, pooled, suspects
from bench.evidence.out_of_fold import OutOfFold
from bench.evidence.temperature import scaled

CLASSES = ("ant", "bee", "cat", "dog")


def made(n=400, n_flipped=0, n_models=3, seed=0):
    """Models that know the true classes well; the first labels are not the true ones."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, 4, n)
    logits = [6 * np.eye(4)[true] + 2 * rng.normal(size=(n, 4)) for _ in range(n_models)]
    given_labels = true.copy()
    given_labels[:n_flipped] = (true[:n_flipped] + 1) % 4
    scores = tuple((x if i == 1 else softmax(x, axis=1)).astype("f4") for i, x in enumerate(logits))
    kinds = tuple("decision" if i == 1 else "probability" for i in range(n_models))
    names, fold = tuple(f"m{i}" for i in range(n_models)), rng.integers(0, 5, n).astype("i2")
    return OutOfFold(names, CLASSES, given_labels.astype("i4"), scores, kinds, fold, None, "sha"), true


@pytest.fixture(scope="module")
def flipped():
    return made(n_flipped=12)


def test_wrong_labels_come_first(flipped):
    data, true = flipped
    frame = suspects(data)
    assert list(frame.columns) == ["row", "label", "suggested", "score", "suspected", "n_models_against"]
    assert sorted(frame["row"]) == list(range(data.n_rows))
    top = frame.head(12)
    assert set(top["row"]) == set(range(12))
    assert frame["suspected"].sum() >= 6
    assert top["suggested"].tolist() == [CLASSES[true[row]] for row in top["row"]]
    assert top["label"].tolist() == [CLASSES[data.y_true[row]] for row in top["row"]]


def test_planted_errors_in_real_digits_are_found():
    X, y = (whole[:900] for whole in load_digits(return_X_y=True))
    planted = np.random.default_rng(0).choice(len(y), 30, replace=False)
    y[planted] = (y[planted] + 3) % 10
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    fold = np.zeros(len(y), "i2")
    for k, (_, test) in enumerate(folds.split(X, y)):
        fold[test] = k
    asked = [(SVC(gamma=0.001), "decision_function"), (KNeighborsClassifier(), "predict_proba")]
    scores = tuple(cross_val_predict(m, X, y, cv=folds, method=how).astype("f4") for m, how in asked)
    kinds = ("decision", "probability")
    data = OutOfFold(("svm", "knn"), tuple(range(10)), y.astype("i4"), scores, kinds, fold, None, "sha")
    assert len(set(suspects(data)["row"].head(30)) & set(planted)) >= 27


def test_suspects_are_ranked_before_all_others(flipped):
    frame = suspects(flipped[0])
    assert frame["suspected"].is_monotonic_decreasing
    for _, part in frame.groupby("suspected"):
        assert part["score"].is_monotonic_increasing
    assert frame["score"].between(0, 1).all()
    assert (frame["suggested"] != frame["label"]).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 999), st.integers(1, 3), st.integers(0, 60))
def test_suspected_is_the_published_rule(seed, n_models, n_flipped):
    data, _ = made(120, n_flipped, n_models, seed)
    frame = suspects(data).sort_values("row")
    shares = pooled(data)
    thresholds = [shares[data.y_true == k, k].mean() for k in range(4)]
    reaching = np.where(shares >= thresholds, shares, -1)
    confident = np.where(reaching.max(axis=1) >= 0, reaching.argmax(axis=1), data.y_true)
    doubted = (confident != data.y_true) & (shares.argmax(axis=1) != data.y_true)
    assert frame["suspected"].tolist() == doubted.tolist()


def test_the_margin_is_normalised(flipped):
    data = flipped[0].only(["m0"])
    frame = suspects(data).sort_values("row")
    shares = scaled(data, "m0")
    own = shares[np.arange(data.n_rows), data.y_true]
    best_other = np.where(np.eye(4, dtype=bool)[data.y_true], -1, shares).max(axis=1)
    assert frame["score"].to_numpy() == pytest.approx((own - best_other + 1) / 2)
    assert frame["n_models_against"].tolist() == (~data.correct[0]).astype(int).tolist()


def test_weak_models_do_not_outvote_a_good_one(flipped):
    data, true = flipped
    rng = np.random.default_rng(1)
    noise = [rng.dirichlet(np.ones(4), data.n_rows).astype("f4") for _ in range(6)]
    mixed = replace(
        data,
        models=tuple(f"m{i}" for i in range(9)),
        scores=(*data.scores, *noise),
        score_kinds=(*data.score_kinds, *["probability"] * 6),
    )
    assert (pooled(mixed).argmax(axis=1) == true).mean() >= (
        pooled(data).argmax(axis=1) == true
    ).mean() - 0.01
    assert set(suspects(mixed)["row"].head(10)) <= set(range(12))


def test_no_other_weights_make_the_labels_likelier(flipped):
    data, _ = flipped
    rows = np.arange(data.n_rows)
    opinions = np.stack([scaled(data, model) for model in data.models])[:, rows, data.y_true]
    found = np.log(pooled(data)[rows, data.y_true]).mean()
    for weights in np.random.default_rng(0).dirichlet(np.ones(3), 200):
        assert np.log(weights @ opinions).mean() <= found + 1e-7


def test_models_of_decision_scores_alone_suffice(flipped):
    frame = suspects(flipped[0].only(["m1"]))
    assert len(set(frame["row"].head(12)) & set(range(12))) >= 10


def test_a_class_without_rows_is_never_confident():
    data, _ = made()
    data.y_true[data.y_true == 3] = 2
    assert "dog" not in set(suspects(data).query("suspected")["suggested"])


def test_correcting_wrong_labels_raises_every_accuracy(flipped):
    data, true = flipped
    frame = corrected_accuracy(data, suspects(data), 12)
    assert frame["model"].tolist() == ["m0", "m1", "m2"]
    assert frame["accuracy"].tolist() == data.correct.mean(axis=1).tolist()
    assert frame["corrected"].to_numpy() == pytest.approx((data.y_pred == true).mean(axis=1))
    assert frame["left_out"].to_numpy() == pytest.approx(data.correct[:, 12:].mean(axis=1))
    assert (frame["corrected"] > frame["left_out"] - 0.01).all()


def test_nothing_corrected_changes_nothing(flipped):
    frame = corrected_accuracy(flipped[0], suspects(flipped[0]), 0)
    assert frame["corrected"].equals(frame["accuracy"])
    assert frame["left_out"].equals(frame["accuracy"])


def test_labels_as_given_are_left_alone(flipped):
    data = flipped[0]
    before = data.y_true.copy()
    corrected_accuracy(data, suspects(data), 50)
    assert (data.y_true == before).all()
