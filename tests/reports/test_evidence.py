"""What the page and the leaderboard say of intervals, ties and hard rows."""

import json
from dataclasses import replace

import numpy as np
import pytest

from bench.evidence.intervals import intervals
from bench.metrics import score
from reports.evidence import evidence, proven
from reports.html import page
from reports.leaderboard import leaderboard
from reports.pooled import out_of_fold
from reports.sureness import standing_table, sureness
from reports.verdict import verdict

from .conftest import Model, make_run


@pytest.fixture(scope="module")
def found(made):
    return evidence(made.store, leaderboard(made.store, made.run))


def test_models_stand_in_order_of_merit_and_incomplete_ones_are_left_out(made, found):
    board = leaderboard(made.store, made.run)
    ranked = [o.row.name for rank, o in zip(board.ranks, board.outcomes, strict=True) if rank]
    assert list(found.data.models) == ranked
    assert {o.row.name for o in board.outcomes} - set(ranked)


def test_pooled_values_are_those_of_the_metrics_table(made, found):
    for line in found.intervals.itertuples():
        own = score(out_of_fold(made.store, made.run, made.row(line.model)))[made.run.metric]
        assert line.value == pytest.approx(own)
        assert line.low < line.value <= line.high


def test_leaderboard_files_carry_ranks_and_bounds(made, found):
    board = proven(leaderboard(made.store, made.run), found)
    lines = {line["name"]: line for line in json.loads(board.to_json())["rows"]}
    for line in found.standing().itertuples():
        told = lines[line.model]
        assert (told["ranks"], told["letters"]) == (line.ranks, line.letters)
        assert (told["accuracy_low"], told["accuracy_high"]) == (line.low, line.high)
    unranked = next(line for line in lines.values() if line["rank"] is None)
    assert (unranked["ranks"], unranked["accuracy_low"], unranked["p_best"]) == ("", None, None)
    assert board.summary()["Rank"].iloc[0] == found.ranks["ranks"].iloc[0]


def test_equal_models_are_told_as_tied(digits, tmp_path):
    same = [Model("a", skill=2.0), Model("b", skill=2.0)]
    run = make_run(tmp_path / "run", digits, same)
    board = leaderboard(run.store, run.run)
    found = evidence(run.store, board)
    first, second = found.data.models
    assert found.alike(first) == [second]
    assert set(found.ranks["ranks"]) == {"1-2"}
    told = verdict(proven(board, found), found)
    assert told.sentence == f"leads, in a tie with {second}: accuracy"
    assert told.rival.startswith(f"{second} is ")
    assert "do not prove (p = " in told.rival
    assert "How sure is the order?" in page(run.store, run.run)


def test_a_clear_lead_is_told_as_one(digits, tmp_path):
    run = make_run(tmp_path / "run", digits, [Model("a", skill=0.2), Model("b", skill=4.0)])
    board = leaderboard(run.store, run.run)
    found = evidence(run.store, board)
    assert found.alike("b") == []
    assert verdict(board, found).notes[0].startswith("Its difference from every other model would hardly")
    assert standing_table(found)["P(best)"].tolist() == ["1.000", "0.000"]


def test_one_model_has_nothing_to_be_compared_with(digits, tmp_path):
    run = make_run(tmp_path / "run", digits, [Model("a")])
    board = leaderboard(run.store, run.run)
    found = evidence(run.store, board)
    assert sureness(board, found) is None
    assert "Nothing else is ranked" in verdict(board, found).notes[0]
    assert 'id="sureness"' not in page(run.store, run.run)


def test_nothing_ranked_is_no_evidence(digits, tmp_path):
    run = make_run(tmp_path / "run", digits, [Model("a", missing={0})])
    assert evidence(run.store, leaderboard(run.store, run.run)) is None


def test_losses_are_compared_the_right_way_round(made):
    board = leaderboard(made.store, replace(made.run, metric="log_loss"))
    found = evidence(made.store, board)
    values = found.standing()["value"].to_numpy()
    expected = intervals(found.data, ["log_loss"])["value"].to_numpy()
    assert np.array_equal(values, expected)
    assert found.ranks["first"].is_monotonic_increasing
    best = found.pairs[(found.pairs["model_a"] == found.data.models[0])]
    assert (best.loc[best["different"], "difference"] > 0).all()


def test_with_repeats_it_is_said_that_rows_count_once(digits, tmp_path):
    told = []
    for n_repeats in (1, 2):
        run = make_run(tmp_path / str(n_repeats), digits, [Model("a"), Model("b")], n_repeats=n_repeats)
        board = leaderboard(run.store, run.run)
        told.append("the first of the repeats" in sureness(board, evidence(run.store, board)).covers)
    assert told == [False, True]


def test_a_part_of_the_evidence_is_that_of_the_whole(found):
    names = found.data.models[::-1][:2]
    part = found.among(names)
    assert part.pairs.to_dict("records") == [found.pair(*names)]
    ranks = found.ranks.set_index("model")["ranks"]
    assert part.ranks.set_index("model")["ranks"].to_dict() == ranks.loc[list(names)].to_dict()
    assert part.among(names[:1]).pairs.empty
