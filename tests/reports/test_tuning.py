from dataclasses import replace

import numpy as np
import pytest

from bench.records import Parameter
from reports.searched import Range, Searched
from reports.sources import gathered
from reports.theme import PALETTE, applied, figure
from reports.trials import N_DRAWN, ParameterImportance, Slice, TrialHistory
from reports.tuning import gain, parameters, tuning_section
from reports.wording import MISSING

from .conftest import Model, make_run
from .studies import OWN, SPACE, make_study, value_of

TUNED = (
    Model("dummy", skill=0.1),
    Model("forest", skill=2.0),
    Model("forest (tuned)", skill=3.0, stamp="tuned on these rows: optimistic"),
)


@pytest.fixture(scope="module")
def tuned(digits, tmp_path_factory):
    """A model with its own and with tuned parameters, and the study behind them."""
    made = make_run(tmp_path_factory.mktemp("tuned") / "run", digits, TUNED, best="forest")
    rows = tuple(replace(row, estimator=row.estimator.removesuffix("_(tuned)")) for row in made.run.rows)
    for row, old in zip(rows, made.run.rows, strict=True):
        for result in made.store.read_results(old) if row != old else []:
            said = made.store.read_predictions(old.estimator, result.key)
            made.store.write_result(replace(result, estimator=row.estimator), said)
    run = replace(made.run, rows=rows)
    made.store.write_run(run)
    study = make_study(run, n_trials=40, n_failed=2, n_pruned=5)
    made.store.study_path("forest")
    made.store.write_study(study)
    return replace(made, run=run), study


def searched(run, **wish):
    return Searched(make_study(run, **wish), PALETTE[0])


@pytest.mark.parametrize(
    ("dimension", "best", "place", "edge"),
    [
        (Parameter("float", 0, 1), 0.5, 0.5, ""),
        (Parameter("float", 0, 1), 0.98, 0.98, "high"),
        (Parameter("float", 1e-4, 1, log=True), 1e-2, 0.5, ""),
        (Parameter("float", 1e-4, 1, log=True), 1.2e-4, np.log(1.2) / np.log(1e4), "low"),
        (Parameter("int", 1, 20), 1, 0.0, "low"),
        (Parameter("int", 1, 20), 2, 1 / 19, ""),
        (Parameter("categorical", choices=("a", "b")), "a", np.nan, ""),
        (Parameter("float", 3, 3), 3.0, np.nan, ""),
    ],
)
def test_the_edge_is_a_share_of_the_range_on_its_own_scale(dimension, best, place, edge):
    found = Range("x", dimension, None, best, np.nan)
    assert found.place == pytest.approx(place, nan_ok=True)
    assert found.edge == edge


@pytest.mark.parametrize(
    ("dimension", "best", "beyond"),
    [
        (Parameter("float", 1e-4, 1, log=True), 1.0, 3.0),
        (Parameter("int", 50, 400, log=True), 400, 1200),
        (Parameter("int", 1, 20, log=True), 1, 1),
        (Parameter("float", 0, 0.9), 0.0, 0.0),
        (Parameter("float", -3, 3), -3.0, -5.0),
    ],
)
def test_what_lies_beyond_an_edge_is_possible(dimension, best, beyond):
    assert Range("x", dimension, None, best, np.nan).beyond == pytest.approx(beyond)


def test_importance_finds_the_parameter_that_decides(made):
    found = searched(made.run, n_trials=60).importance
    assert sum(found.values()) == pytest.approx(1)
    assert max(found, key=found.get) == "depth"
    assert found["depth"] > 0.8 > 0.1 > found["rate"]
    table = ParameterImportance(searched(made.run, n_trials=60)).frame()
    assert table["parameter"].tolist()[0] == "depth"
    assert table["importance"].is_monotonic_decreasing


def test_too_few_trials_or_one_parameter_have_no_importance(made):
    assert searched(made.run, n_trials=9).importance == {}
    assert searched(made.run, n_trials=40, n_failed=20, n_pruned=15).importance == {}
    assert searched(made.run, space={"depth": SPACE["depth"]}).importance == {}


def test_history_holds_the_best_complete_trial_so_far(made):
    table = TrialHistory(searched(made.run, n_trials=20, n_failed=3, n_pruned=4)).frame()
    complete = table[table["state"] == "complete"]
    assert complete["best"].tolist() == np.maximum.accumulate(complete["value"]).tolist()
    assert table.loc[table["state"] == "fail", "value"].isna().all()
    assert table["best"].iloc[-1] == complete["value"].max()


def test_a_loss_falls(made):
    study = make_study(made.run)
    falling = replace(study, metric="log_loss", best_value=min(trial.value for trial in study.trials))
    table = TrialHistory(Searched(falling, PALETTE[0])).frame()
    assert table["best"].tolist() == np.minimum.accumulate(table["value"]).tolist()


def test_a_slice_holds_every_value_along_a_parameter(made):
    study = searched(made.run, n_trials=12, n_failed=2)
    table = Slice(study, "rate").frame()
    assert table["rate"].tolist() == [trial.params["rate"] for trial in study.study.trials[:10]]
    assert table["value"].tolist() == [value_of(trial.params) for trial in study.study.trials[:10]]


def test_the_default_trial_is_known_only_if_the_ranges_have_all_of_it(made):
    assert searched(made.run).default_value == value_of(OWN)
    assert searched(made.run, own={"depth": 10}).default_value is None
    assert searched(made.run, own={}).default_value is None


def test_what_is_drawn_is_capped(made):
    many = searched(made.run, n_trials=2000)
    with applied():
        for display in (TrialHistory(many), Slice(many, "depth"), Slice(many, "kind")):
            ax = figure().subplots()
            display.plot(ax)
            assert (
                sum(len(line.get_xdata()) for line in ax.lines if line.get_marker() not in ("None", None))
                <= N_DRAWN + 1
            )


def test_far_failures_are_marked_at_the_end_of_the_axes(made):
    study = make_study(made.run)
    worst = replace(study.trials[3], value=-1e6)
    far = Searched(replace(study, trials=(*study.trials[:3], worst, *study.trials[4:])), PALETTE[0])
    with applied():
        ax = figure().subplots()
        TrialHistory(far).plot(ax)
    assert ax.get_ylim()[0] > -10
    (outside,) = [line for line in ax.lines if line.get_marker() == "v" and len(line.get_xdata())]
    assert outside.get_xdata().tolist() == [4]


def test_the_section_compares_the_tuned_row_with_its_own(tuned):
    made, study = tuned
    sources = gathered(made.store, made.run)
    (section,) = tuning_section(sources)
    pair = gain(sources, sources.searches[0])
    right = {
        name: (made.scores[name].argmax(axis=1) == made.y()).mean() for name in ("forest", "forest (tuned)")
    }
    assert (pair["model_a"], pair["model_b"]) == ("forest (tuned)", "forest")
    assert pair["difference"] == pytest.approx(right["forest (tuned)"] - right["forest"])
    assert pair["low"] < pair["difference"] < pair["high"]
    assert f"{pair['difference']:+.4f}" in section.gain
    assert "Optimistic" in section.gain
    assert section.summary.startswith(
        "40 trials (33 complete, 5 pruned between folds, 2 failed) in 80.0 s by TPE"
    )
    assert len(section.slices) == 3
    lines = {row[0]: row for row in section.parameters.rows}
    assert lines["depth"][-1] == "at the high end"
    assert lines["kind"][-1] == MISSING
    assert lines["rate"][2] == "0.01"
    assert study.best_params["kind"] == lines["kind"][3]


def test_reading_a_study_writes_nothing(tuned):
    made, _ = tuned
    before = {path: path.stat().st_mtime_ns for path in made.store.path.rglob("*")}
    sources = gathered(made.store, made.run)
    assert tuning_section(sources)
    assert sources.cautions
    assert {path: path.stat().st_mtime_ns for path in made.store.path.rglob("*")} == before


def test_a_study_of_other_folds_is_left_out(tuned, tmp_path, digits):
    made = make_run(tmp_path / "run", digits, [Model("forest")])
    made.store.study_path("forest")
    made.store.write_study(replace(make_study(made.run), folds_sha256="0" * 64))
    sources = gathered(made.store, made.run)
    assert sources.searches == []
    assert tuning_section(sources) is None


def test_a_study_without_ranges_is_shown_without_edges(made):
    old = searched(made.run, space={}, own={})
    assert old.ranges == []
    assert {row[0] for row in parameters(old).rows} == set(SPACE)
    with applied():
        for name in SPACE:
            Slice(old, name).plot(figure().subplots())
