import json
import shlex
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.evidence.calibration import expected_calibration_error
from bench.records import Parameter
from bench.store import StoredRows
from reports.cautions import CODES, cautions, documented, frame, records, warnings_section
from reports.cautions.data import alone
from reports.cautions.fits import _edges
from reports.cautions.found import tuning_of, with_option
from reports.cautions.models import chance_error
from reports.searched import Searched
from reports.sources import gathered

from .conftest import Model, make_dataset, make_run
from .studies import SPACE, make_study

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "warnings.md"


def found(made, run=None):
    return cautions(gathered(made.store, run or made.run))


def codes(made, run=None):
    return Counter(caution.code for caution in found(made, run))


def of(code, made, run=None):
    return [caution for caution in found(made, run) if caution.code == code]


@pytest.fixture(scope="module")
def plain(digits, tmp_path_factory):
    """A run with a baseline, a good model and a tie, without anything else to complain of."""
    models = [Model("dummy", skill=0.0, fit_seconds=0.01), Model("one", skill=5.0), Model("two", skill=5.0)]
    return make_run(tmp_path_factory.mktemp("plain") / "run", digits, models)


def table(y, X=None, **changes):
    X = np.random.default_rng(0).random((len(y), 3)).astype(np.float32) if X is None else X
    return make_dataset(X, y, feature_names=tuple("abcdefgh"[: X.shape[1]]), **changes)


def test_the_document_has_the_literal_table():
    assert documented() in DOCUMENT.read_text(encoding="utf-8")


def test_every_code_has_what_a_reader_needs():
    for name, code in CODES.items():
        assert name[0] == "W"
        assert name[1:].isdigit()
        assert code.severity in ("warning", "note")
        assert not any(text.endswith(".") or "|" in text for text in (code.title, code.when, code.advice))


def test_a_tie_is_named_with_the_command_that_looks_into_it(plain):
    (caution,) = of("W14", plain)
    assert "cannot be told apart" in caution.sentence
    words = shlex.split(caution.command)
    assert words[:3] == ["bench", "compare", str(plain.store.path)]
    assert set(words[3:]) == {"one", "two"}


def test_a_baseline_that_is_lacking_and_one_that_is_not_beaten(plain, digits, tmp_path):
    assert not of("W10", plain)
    assert not of("W11", plain)
    poor = make_run(tmp_path / "run", digits, [Model("dummy", skill=3.0), Model("poor", skill=0.5)])
    assert [caution.model for caution in of("W11", poor)] == ["poor"]
    without = make_run(tmp_path / "other", digits, [Model("one")])
    (caution,) = of("W10", without)
    assert caution.command == "bench run dummy --data digits"


def test_slower_and_worse_needs_both(digits, tmp_path):
    models = [
        Model("good", skill=6.0, fit_seconds=2.0),
        Model("slow", skill=2.0, fit_seconds=9.0),
        Model("quick", skill=2.0, fit_seconds=0.1),
    ]
    made = make_run(tmp_path / "run", digits, models)
    assert not of("W12", made)  # all predict in the same time
    row = made.row("slow")
    for result in made.store.read_results(row):
        said = made.store.read_predictions(row.estimator, result.key)
        made.store.write_result(replace(result, predict_seconds=1.0), said)
    (caution,) = of("W12", made)
    assert caution.model == "slow"
    assert caution.sentence.startswith("good is better by ")


def test_deep_is_compared_with_the_best_classical_model(digits, tmp_path):
    models = [Model("forest", skill=5.0), Model("tree", skill=1.0), Model("cnn", family="deep", skill=2.0)]
    (caution,) = of("W13", make_run(tmp_path / "run", digits, models))
    assert "behind forest, told apart" in caution.sentence
    better = [Model("forest", skill=2.0), Model("cnn", family="deep", skill=6.0)]
    assert not of("W13", make_run(tmp_path / "better", digits, better))


def test_imbalance_and_the_metric_that_hides_it(tmp_path):
    rare = make_run(tmp_path / "run", table(np.repeat([0, 1], [380, 20])), [Model("one")], n_splits=4)
    (metric,) = of("W02", rare)
    assert "0.9500" in metric.sentence
    assert "--metric balanced_accuracy" in metric.command
    assert of("W01", rare)
    balanced = replace(rare.run, metric="balanced_accuracy")
    assert codes(rare, balanced).keys() & {"W01", "W02"} == {"W01"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"n_test_in_train": 3, "n_test": 50}, "W03"),
        ({"n_duplicates": 50}, "W04"),
        ({"n_contradictory": 2}, "W05"),
    ],
)
def test_rows_that_occur_twice(plain, changes, code):
    assert not of(code, plain)
    (caution,) = of(code, plain, replace(plain.run, info=replace(plain.run.info, **changes)))
    assert str(next(iter(changes.values()))) in caution.sentence


def test_a_perfect_score_is_suspect(digits, tmp_path):
    made = make_run(tmp_path / "run", digits, [Model("all", skill=60.0), Model("most", skill=3.0)])
    assert [caution.model for caution in of("W06", made)] == ["all"]


def test_the_feature_that_holds_the_label_is_found(tmp_path):
    y = np.arange(400) % 4
    X = np.random.default_rng(1).random((400, 3)).astype(np.float32)
    clean = make_run(tmp_path / "clean", table(y, X), [Model("one")])
    assert not of("W07", clean)
    X[:, 1] = y * 10 + X[:, 1]
    (caution,) = of("W07", make_run(tmp_path / "leak", table(y, X), [Model("one")]))
    assert caution.sentence == "b alone tells the class of 100.00% of the rows"


def test_the_share_of_a_feature_is_that_of_its_most_frequent_classes():
    X = np.array([[0, 0, 0, 1, 1, 1]]).T
    y = np.array([0, 0, 1, 1, 1, 1], dtype=np.int32)
    rows = StoredRows(np.arange(6), X, y, np.arange(6), None, None, np.array(["a"]))
    assert alone(rows, 2).tolist() == pytest.approx([5 / 6])


def test_chance_alone_gives_the_error_that_is_expected():
    rng = np.random.default_rng(0)
    errors = []
    for _ in range(60):
        sure = np.full(3000, 0.8) + rng.uniform(-1e-6, 1e-6, 3000)
        y = (rng.random(3000) > sure).astype(np.int32)
        errors.append(expected_calibration_error(np.column_stack([sure, 1 - sure]), y))
    assert np.mean(errors) == pytest.approx(chance_error(0.8, 3000), rel=0.1)


def test_poor_probabilities_are_told_with_their_error(digits, tmp_path):
    made = make_run(tmp_path / "run", digits, [Model("shy", skill=3.0)])
    y, scores = made.y(), made.scores["shy"].astype(np.float64)
    error = expected_calibration_error(scores / scores.sum(axis=1, keepdims=True), y)
    expected = [f"differ by {error:.3f}"] if error > 0.04 else []
    assert [caution.sentence[24:39] for caution in of("W15", made)] == expected


def test_what_failed_was_skipped_or_warned_is_listed(made):
    by_code = {code: {caution.model for caution in of(code, made)} for code in ("W20", "W21", "W22", "W23")}
    assert by_code == {"W20": {"boosting", "broken", "late"}, "W21": {"mlp"}, "W22": set(), "W23": {"forest"}}
    commands = {caution.model: caution.command for caution in of("W20", made)}
    assert commands["broken"] == "bench run broken --data digits --retry-failed"


def test_a_fit_that_did_not_converge(digits, tmp_path):
    model = Model("logistic", warnings=("ConvergenceWarning: lbfgs failed to converge",))
    made = make_run(tmp_path / "run", digits, [model])
    assert codes(made).keys() & {"W22", "W23"} == {"W22"}
    assert "in 5 folds: ConvergenceWarning" in of("W22", made)[0].sentence


def test_a_validation_loss_that_still_falls(made, digits, tmp_path):
    (caution,) = of("W24", made)
    assert caution.model == "cnn"
    assert "--set cnn.epochs=12" in caution.command
    short = make_run(tmp_path / "run", digits, [Model("cnn", family="deep", epochs=1)])
    assert not of("W24", short)


def test_few_folds_and_one_seed(plain, digits, tmp_path):
    assert codes(plain).keys() & {"W41", "W42"} == {"W42"}
    few = make_run(tmp_path / "run", digits, [Model("one")], n_splits=3)
    assert of("W41", few)


def test_wide_intervals_have_their_bounds(plain, digits, tmp_path):
    assert not of("W40", plain)
    wide = make_run(tmp_path / "run", digits, [Model("one", skill=2.0)])
    (caution,) = of("W40", wide)
    best = gathered(wide.store, wide.run).found.standing().iloc[0]
    assert f"{best['low']:.4f} to {best['high']:.4f}" in caution.sentence


def test_searches_warn_of_edges_few_trials_and_failures(digits, tmp_path):
    made = make_run(tmp_path / "run", digits, [Model("forest")])
    assert of("W30", made)
    made.store.study_path("forest")
    made.store.write_study(make_study(made.run, n_trials=12, n_failed=5))
    by_code = codes(made)
    assert by_code["W31"] >= 1
    assert by_code.keys() & {"W30", "W32", "W33"} == {"W32", "W33"}
    edge = of("W31", made)[0]
    assert "high end of 1 to 20" in edge.sentence
    assert edge.command.startswith("bench run forest --data digits --set forest.depth=")
    assert of("W32", made)[0].command == "bench tune forest --data digits --trials 20"
    assert "it broke" in of("W33", made)[0].sentence


def test_an_end_that_nothing_lies_beyond_has_no_command(made):
    study = make_study(made.run)
    at_low = replace(study, best_params={**study.best_params, "depth": 1}, space=SPACE)
    found = list(_edges(gathered(made.store, made.run), Searched(at_low, "#0072b2")))
    assert [caution.command for caution in found if "depth" in caution.sentence] == [""]
    inside = replace(at_low, space={"depth": Parameter("int", -9, 11)})
    assert list(_edges(gathered(made.store, made.run), Searched(inside, "#0072b2"))) == []


def test_tuned_rows_are_optimistic(made):
    assert [caution.model for caution in of("W34", made)] == ["forest (tuned)"]


def test_commands_keep_what_they_do_not_change():
    command = "bench run svm --data 'my data.zip' --seeds 3 --tuned --refit all --cv 3"
    assert tuning_of(command) == "bench tune svm --data 'my data.zip' --cv 3 --trials 20"
    assert with_option("bench run svm --cv 3", "--cv", "5") == "bench run svm --cv 5"
    assert with_option("bench run svm --retry-failed", "--retry-failed").count("--retry-failed") == 1


def test_warnings_come_first_and_are_counted(made):
    sources = gathered(made.store, made.run)
    severities = [caution.kind.severity for caution in sources.cautions]
    assert severities == sorted(severities, reverse=True)
    section = warnings_section(sources)
    assert section.n_warnings + section.n_notes == len(sources.cautions)
    assert [c for group in section.groups for c in group.cautions] == sources.cautions
    assert len(frame(sources.cautions)) == len(sources.cautions)


def test_a_pipeline_reads_them_in_the_leaderboard(plain):
    sources = gathered(plain.store, plain.run)
    document = json.loads(sources.board.to_json(None, records(sources.cautions)))
    assert [line["code"] for line in document["warnings"]] == [caution.code for caution in found(plain)]
    assert document["warnings"][0].keys() == {
        "code",
        "severity",
        "model",
        "title",
        "finding",
        "advice",
        "command",
    }
