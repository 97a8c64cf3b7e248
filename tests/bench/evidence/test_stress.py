"""Robustness, turned orders and learning curves of made-up refits, against what counting by hand gives."""

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from bench.evidence.stress import Refit, learning_curve, reversals, robustness
from bench.evidence.stress_sentences import stress_sentences

N = 1000
VARIANTS = ("shift=7", "noise=15")


def hits(n_right, n=N, seed=0):
    right = np.arange(n) < n_right
    return np.random.default_rng(seed).permutation(right)


def refit(model, clean, under=(), share=1.0, seed=0):
    stressed = np.stack([hits(n, seed=seed) for n in under]) if under else np.empty((0, N), bool)
    return Refit(model, share, int(1000 * share), hits(clean, seed=seed), VARIANTS[: len(under)], stressed)


TWO = [refit("fine", 950, (500, 900), seed=1), refit("tough", 900, (800, 850), seed=2)]


def test_losses_ranks_and_intervals_are_those_of_the_counts():
    table = robustness(TWO).set_index(["model", "variant"])
    assert table.loc[("fine", "shift"), "loss"] == pytest.approx(0.45)
    assert table["rank_clean"].tolist() == [1, 1, 1, 2, 2, 2]
    assert table["rank"].tolist() == [1, 2, 1, 2, 1, 2]
    assert table["strength"].tolist() == [0, 7, 15] * 2
    low, high = proportion_confint(500, N, method="wilson")
    assert table.loc[("fine", "shift"), ["low", "high"]].tolist() == pytest.approx([low, high])


def test_an_order_that_turns_beyond_chance_is_found_with_its_leads():
    (line,) = reversals(TWO).to_dict("records")
    assert (line["variant"], line["strength"], line["leader"], line["loser"]) == ("shift", 7, "tough", "fine")
    assert (line["lead"], line["lead_clean"]) == pytest.approx((0.3, -0.05))


def test_equal_models_turn_no_order():
    alike = [refit(f"m{seed}", 900, (700, 600), seed=seed) for seed in range(6)]
    assert reversals(alike).empty
    assert "None of 2 stresses turns the order" in " ".join(told(alike))


def test_gains_are_differences_with_the_exact_test():
    part, whole = refit("a", 800, share=0.5), refit("a", 880, seed=3)
    table = learning_curve([whole, part])
    assert table["share"].tolist() == [0.5, 1]
    assert table["gain"].tolist()[1] == pytest.approx(0.08)
    only = [(whole.right & ~part.right).sum(), (part.right & ~whole.right).sum()]
    assert table["p_gain"].tolist()[1] == pytest.approx(mcnemar([[0, only[0]], [only[1], 0]]).pvalue)
    assert np.isnan(table["gain"].iloc[0])


def told(refits):
    return stress_sentences(robustness(refits), reversals(refits), learning_curve(refits))


def test_sentences_say_who_bears_stress_and_who_gains():
    steady, hard, order, more = told([*TWO, refit("fine", 900, share=0.5, seed=4)])
    assert steady == (
        "tough keeps the highest accuracy of these models under stress: 0.8250 on average over 2 stresses, "
        "0.9000 on clean images"
    )
    assert hard.startswith("Images shifted by 7 % of the side are the hardest")
    assert "tough, 0.0500 behind fine on clean images, is 0.3000 ahead of it there" in order
    assert more == "From 50 to 100 % of the training rows fine still gains, 0.0500 of accuracy"


def test_one_model_or_no_images_say_less():
    assert len(told(TWO[:1])) == 2
    assert told([refit("a", 900)]) == []
    assert told([refit("a", 900, share=0.5), refit("a", 900)]) == [
        "From 50 to 100 % of the training rows no model gains beyond chance"
    ]
    assert robustness([refit("a", 900)]).empty
    assert reversals([]).empty
