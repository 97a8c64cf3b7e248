from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.evidence.pairs import pairs
from bench.evidence.ranks import compact_letters, p_best, ranks
from bench.evidence.sentences import seed_clause, sentence, sentences


@st.composite
def relations(draw):
    n = draw(st.integers(1, 9))
    different = np.zeros((n, n), dtype=bool)
    for i, j in combinations(range(n), 2):
        different[i, j] = different[j, i] = draw(st.booleans())
    return different


@given(relations())
def test_two_models_share_a_letter_iff_they_cannot_be_told_apart(different):
    letters = compact_letters(different)
    for i, j in combinations(range(len(different)), 2):
        assert bool(set(letters[i]) & set(letters[j])) != different[i, j]
    assert all(letters)
    assert letters[0].startswith("a")
    groups = [{i for i, own in enumerate(letters) if k in own} for k in set("".join(letters))]
    assert not any(one < other for one in groups for other in groups)


def test_piephos_insert_and_absorb_by_hand():
    different = np.zeros((4, 4), dtype=bool)
    for i, j in ((0, 2), (0, 3), (1, 3)):
        different[i, j] = different[j, i] = True
    assert compact_letters(different) == ["a", "ab", "bc", "c"]


def test_more_than_52_letters_have_primes():
    letters = compact_letters(~np.eye(60, dtype=bool))
    assert letters[0] == "a"
    assert letters[52] == "a'"
    assert len(set(letters)) == 60


def table_of(models, different):
    lines = [
        {"model_a": a, "model_b": b, "difference": 0.1, "different": (a, b) in different}
        for a, b in combinations(models, 2)
    ]
    return pd.DataFrame(lines)


def test_rank_ranges_count_what_is_proved():
    models = ["cnn", "svm", "tree", "dummy"]
    proved = {("cnn", "tree"), ("cnn", "dummy"), ("svm", "dummy"), ("tree", "dummy")}
    found = ranks(table_of(models, proved), models)
    assert found["ranks"].tolist() == ["1-2", "1-3", "2-3", "4"]
    assert found["letters"].tolist() == ["a", "ab", "b", "c"]
    assert found[["first", "last"]].to_numpy().tolist() == [[1, 2], [1, 3], [2, 3], [4, 4]]


def test_one_model_has_the_first_rank(made):
    data = made(30, 1)
    table = pairs(data, np.ones((1, 5)), "accuracy")
    assert ranks(table, data.models).to_numpy().tolist() == [["model 0", 1, 1, "1", "a"]]
    assert sentences(table, data.models, "accuracy") == []
    assert p_best(data, "accuracy", n_resamples=10).tolist() == [1.0]


def test_shares_of_being_best_sum_to_one_and_ties_are_shared(made):
    data = made(200, 3, step=2.0)
    shares = p_best(data, "accuracy", n_resamples=300)
    assert shares.sum() == pytest.approx(1)
    assert shares.argmax() == 2
    twice = replace(
        data.only(["model 2", "model 2", "model 0"]), models=("a", "b", "c"), score_kinds=("probability",) * 3
    )
    twins = p_best(twice, "accuracy", n_resamples=300)
    assert twins[0] == twins[1]
    assert twins[:2].sum() > 0.9


def test_the_lowest_loss_is_the_best_and_decision_scores_have_none(made):
    data = replace(made(100, 3, step=1.5), score_kinds=("decision", "probability", "probability"))
    assert p_best(data, "log_loss", n_resamples=50) == pytest.approx([np.nan, 0, 1], nan_ok=True)


LINE = {
    "model_a": "cnn",
    "model_b": "svm-hog",
    "difference": 0.0017,
    "low": 0.0011,
    "high": 0.0023,
    "only_a": 112,
    "only_b": 41,
    "p_holm": 3.2e-9,
    "different": True,
    "t_folds": 6.0,
    "p_folds": 0.004,
    "p_worse": 0.001,
    "p_equivalent": 0.01,
    "p_better": 0.989,
}
FACTS = "cnn is right about 112 images that svm-hog misses and wrong about 41 that it gets right"
HARDLY = "such a difference would hardly come from the choice of images (p = 3e-9 after Holm)"
ALIKE = {"different": False, "p_holm": 0.31, "p_folds": 0.2}


@pytest.mark.parametrize(
    ("changes", "ending"),
    [
        ({}, ", and the folds agree"),
        ({"p_folds": 0.0528}, ", though the folds alone do not show it (p = 0.053)"),
        ({"t_folds": -1.0}, ", but the folds point the other way"),
        ({"p_folds": np.nan, "t_folds": np.nan}, ""),
    ],
)
def test_a_difference_in_plain_english(changes, ending):
    assert sentence(LINE | changes, "cnn", "accuracy") == f"{FACTS}; {HARDLY}{ending}"


@pytest.mark.parametrize(
    ("changes", "ending"),
    [
        ({}, ""),
        ({"p_equivalent": 0.97}, "; by the folds they are practically equivalent (probability 97 %)"),
        ({"p_folds": 0.01}, ", though the folds alone would tell them apart (p = 0.01)"),
    ],
)
def test_a_tie_in_plain_english(changes, ending):
    said = sentence(LINE | ALIKE | changes, "cnn", "accuracy")
    head = f"cnn and svm-hog cannot be told apart on these images: {FACTS} (p = 0.31 after Holm)"
    assert said == f"{head}; a different set of images could turn the order{ending}"


def test_the_better_model_is_the_subject_whatever_the_order():
    turned = LINE | {"model_a": "svm-hog", "model_b": "cnn", "only_a": 41, "only_b": 112}
    turned |= {"difference": -0.0017, "low": -0.0023, "high": -0.0011, "t_folds": -6.0}
    for metric in ("accuracy", "log_loss"):
        assert sentence(turned, "svm-hog", metric) == sentence(LINE, "cnn", metric)


def test_other_metrics_and_other_rows():
    lower = sentence(LINE, "cnn", "log_loss", noun="rows")
    assert lower.startswith("log loss of cnn is 0.0017 (95 % 0.0011 to 0.0023) below that of svm-hog; ")
    assert "the choice of rows" in lower
    assert "F1, macro of cnn is 0.0017" in sentence(LINE, "cnn", "f1_macro")
    assert "p < 1e-300 after" in sentence(LINE | {"p_holm": 0.0}, "cnn", "accuracy")


def test_models_that_are_right_about_the_same_rows():
    same = LINE | ALIKE | {"difference": 0.0, "only_a": 0, "only_b": 0, "p_holm": 1.0}
    said = sentence(same, "svm-hog", "accuracy")
    assert said.startswith(
        "svm-hog and cnn cannot be told apart on these images: svm-hog and cnn are right about"
    )
    same |= {"low": np.nan, "high": np.nan}
    assert "cnn and svm-hog have the same log loss" in sentence(same, "cnn", "log_loss")


def test_a_model_without_the_metric_cannot_be_compared():
    said = sentence(LINE | {"p_holm": np.nan}, "cnn", "log_loss")
    assert said == "cnn and svm-hog cannot be compared by log loss"


def test_neighbours_of_real_pairs(made):
    data = made(600, 4, step=0.4)
    table = pairs(data, np.random.default_rng(0).random((4, 5)), "accuracy", n_resamples=50)
    order = data.models[::-1]
    found = sentences(table, order, "accuracy")
    assert len(found) == 3
    for said, a, b in zip(found, order, order[1:], strict=False):
        assert a in said
        assert b in said


@pytest.mark.parametrize(
    ("difference", "words"), [(0.001, "could turn it"), (-0.0019, "could turn it"), (0.0021, "move it less")]
)
def test_the_noise_of_the_seeds_is_set_against_the_difference(difference, words):
    assert seed_clause(difference, 0.001) == f"; other seeds alone {words} (standard deviation 0.001)"
