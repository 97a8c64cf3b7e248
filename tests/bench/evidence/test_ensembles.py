"""Ensembles: what is blended, and that weights are never chosen where they are scored."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.evidence import OutOfFold
from bench.evidence.ensembles import KINDS, blended, cross_fitted, recipe
from bench.evidence.temperature import temperature, tempered

N_CLASSES = 4


def made(n: int = 600, skills: tuple[float, ...] = (2.0, 2.0, 2.0), seed: int = 0, **kinds: str) -> OutOfFold:
    """Scores of models whose errors are independent, each as good as its skill."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, N_CLASSES, n).astype(np.int32)
    names = tuple("abcdefgh"[: len(skills)])
    scores = [rng.normal(size=(n, N_CLASSES)) + skill * np.eye(N_CLASSES)[y] for skill in skills]
    score_kinds = tuple(kinds.get(name, "probability") for name in names)
    said = tuple(
        tempered(part, 1.0) if kind == "probability" else part.astype(np.float32)
        for part, kind in zip(scores, score_kinds, strict=True)
    )
    fold = (np.arange(n) % 3).astype(np.int16)
    return OutOfFold(names, tuple(range(N_CLASSES)), y, said, score_kinds, fold, None, "f" * 64)


def accuracy(data: OutOfFold, scores: np.ndarray) -> float:
    return float((scores.argmax(axis=1) == data.y_true).mean())


@pytest.mark.parametrize("kind", KINDS)
def test_models_of_independent_errors_are_worth_more_together(kind):
    data = made()
    scores = cross_fitted(data, kind)
    assert scores.dtype == np.float32
    assert np.allclose(scores.sum(axis=1), 1, atol=1e-5)
    assert accuracy(data, scores) > data.correct.mean(axis=1).max() + 0.03


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("b", ["probability", "decision"])
def test_no_fold_is_scored_by_weights_that_have_seen_its_labels(kind, b):
    data = made(b=b)
    own = data.fold == 1
    spoilt = replace(data, y_true=np.where(own, (data.y_true + 1) % N_CLASSES, data.y_true).astype(np.int32))
    assert np.array_equal(cross_fitted(data, kind)[own], cross_fitted(spoilt, kind)[own])


@pytest.mark.parametrize("kind", ["greedy", "stack"])
def test_a_model_of_chance_weighs_next_to_nothing(kind):
    found = recipe(made(skills=(2.0, 0.0, 2.0)), kind)
    weights = dict(zip(found.members, found.weights, strict=True))
    assert weights.get("b", 0) < 0.1 * sum(found.weights)
    assert min(found.weights) > 0


def test_a_vote_weighs_all_alike_and_is_their_mean():
    data = made()
    found = recipe(data, "vote")
    assert found.weights == pytest.approx([1 / 3] * 3)
    assert found.temperatures == (None, None, None)
    assert np.allclose(blended(found, data.scores), np.mean(data.scores, axis=0), atol=1e-6)


def test_of_one_perfect_model_greedy_selection_takes_nothing_else():
    found = recipe(made(skills=(1.0, 40.0, 1.0)), "greedy")
    assert (found.members, found.weights) == (("b",), (1.0,))


def test_stacking_finds_scikit_learns_weights():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 4000))
    y = (rng.random(4000) < 1 / (1 + np.exp(-0.5 * first - 1.5 * second))).astype(np.int32)
    scores = tuple(tempered(np.column_stack([-z / 2, z / 2]), 1.0) for z in (first, second))
    data = OutOfFold(("a", "b"), (0, 1), y, scores, ("probability",) * 2, (y * 0).astype(np.int16), None, "")
    own = LogisticRegression(C=1e6, fit_intercept=False).fit(np.column_stack([first, second]), y)
    assert recipe(data, "stack").weights == pytest.approx(own.coef_[0], rel=0.02)


@given(st.floats(0.05, 20), st.integers(0, 5))
def test_temperature_recovers_the_one_that_made_the_labels(true, seed):
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(3000, N_CLASSES), scale=3 * true)
    p = tempered(scores, true).astype(np.float64)
    y = (p.cumsum(axis=1) < rng.random((3000, 1)) * p.sum(axis=1, keepdims=True)).sum(axis=1)
    assert temperature(scores.astype(np.float32), y, "decision") == pytest.approx(true, rel=0.15)


@pytest.mark.parametrize("scores", [np.zeros((5, 3)), np.full((5, 3), 7.0)])
def test_scores_that_say_nothing_have_a_temperature(scores):
    found = tempered(scores, temperature(scores.astype(np.float32), np.array([0, 1, 2, 0, 1]), "decision"))
    assert np.allclose(found, 1 / 3)
