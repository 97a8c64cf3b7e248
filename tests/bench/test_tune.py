import sqlite3
import threading
from dataclasses import replace

import pytest

from bench import studies
from bench.errors import EnvironmentProblem, UsageError
from bench.registry import choice, integer, real
from bench.tune import Search, search


@pytest.fixture
def wish(bench_case):
    spec = replace(
        bench_case.models[1],
        space={
            "n_neighbors": integer(1, 30, log=True),
            "weights": choice("uniform", "distance"),
            "p": real(1, 3),
        },
    )
    return Search(
        spec=spec,
        base_params={"n_neighbors": 20},
        dataset=bench_case.dataset,
        folds=bench_case.folds,
        store=bench_case.store,
        metric="accuracy",
        n_trials=7,
        seed=0,
        n_jobs=1,
        threads=1,
    )


def tune(wish):
    seen = []
    return search(wish, seen.append), seen


def test_the_study_has_the_trials_asked_for_and_the_best_of_them(wish):
    study, seen = tune(wish)
    assert len(seen) == len(study.trials) == 7
    complete = [trial for trial in study.trials if trial.state == "complete"]
    assert study.best_value == max(trial.value for trial in complete)
    assert study.best_params in [trial.params for trial in complete]
    assert wish.store.read_study("nearest") == study


def test_the_first_trial_is_the_models_own_parameters(wish):
    _, seen = tune(replace(wish, n_trials=1))
    assert seen[0].params == {"n_neighbors": 20, "weights": "uniform", "p": 2}


def test_the_record_keeps_the_ranges_and_the_models_own_parameters(wish):
    study, _ = tune(replace(wish, n_trials=1))
    assert wish.store.read_study("nearest").space == study.space == wish.spec.space
    assert study.default_params == {"n_neighbors": 20, "weights": "uniform", "p": 2}


def test_a_study_resumes_and_does_not_repeat_itself(wish):
    tune(replace(wish, n_trials=6))
    study, seen = tune(replace(wish, n_trials=9))
    assert len(seen) == 3
    assert len({tuple(trial.params.items()) for trial in study.trials}) == 9
    assert tune(replace(wish, n_trials=9))[1] == []


def test_another_space_is_another_study(wish):
    tune(replace(wish, n_trials=2))
    narrow = replace(wish, n_trials=2, spec=replace(wish.spec, space={"n_neighbors": integer(1, 3)}))
    study, seen = tune(narrow)
    assert len(seen) == 2
    assert {name for trial in study.trials for name in trial.params} == {"n_neighbors"}


def test_log_loss_is_minimised(wish):
    study, _ = tune(replace(wish, metric="log_loss"))
    assert study.best_value == min(trial.value for trial in study.trials if trial.state == "complete")


def test_the_seed_decides_the_trials(wish, tmp_path):
    from bench.store import RunStore

    one, _ = tune(wish)
    other, _ = tune(replace(wish, store=RunStore(tmp_path / "again")))
    assert [trial.params for trial in one.trials] == [trial.params for trial in other.trials]


def test_every_trial_failing_is_a_sentence(wish):
    broken = replace(wish, n_trials=2, base_params={"metric": "nonsense"})
    with pytest.raises(UsageError, match=r"no trial of nearest gave accuracy: .*metric"):
        tune(broken)


def test_the_default_point_is_tried_even_after_a_failed_start(wish, monkeypatch):
    from bench import execute

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(execute, "run", interrupt)
        with pytest.raises(KeyboardInterrupt):
            tune(wish)
    study, _ = tune(replace(wish, n_trials=1))
    assert study.trials[-1].params == {"n_neighbors": 20, "weights": "uniform", "p": 2}


def test_a_default_outside_the_space_is_tried_once_as_far_as_it_goes(wish):
    partial = replace(wish, n_trials=2, base_params={"n_neighbors": 90})
    tune(partial)
    study, _ = tune(replace(partial, n_trials=4))
    tried = [
        trial for trial in study.trials if (trial.params["weights"], trial.params["p"]) == ("uniform", 2)
    ]
    assert len(study.trials) == 4
    assert [trial.number for trial in tried] == [0]


def test_what_is_found_is_kept_trial_by_trial(wish):
    def stop(trial):
        if trial.number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(wish, stop)
    assert len(wish.store.read_study("nearest").trials) == 2


def storage(wish):
    return wish.store.study_path("nearest")


def resumed(wish):
    told = []
    return search(wish, lambda trial: None, told.append), told


def test_a_trial_that_was_killed_is_failed_and_its_parameters_come_first(wish):
    tune(replace(wish, n_trials=2))
    study = studies.open_study(replace(wish, n_trials=2), pytest.fail)
    killed = study.ask()
    params = {
        "n_neighbors": killed.suggest_int("n_neighbors", 1, 30, log=True),
        "weights": killed.suggest_categorical("weights", ("uniform", "distance")),
        "p": killed.suggest_float("p", 1, 3),
    }
    seen = []
    found = search(replace(wish, n_trials=4), seen.append, pytest.fail)
    assert [trial.state for trial in found.trials].count("fail") == 1
    assert found.trials[2].state == "fail"
    assert seen[0].params == params == found.trials[2].params
    assert len([trial for trial in found.trials if trial.state in ("complete", "pruned")]) == 4


def test_a_resumed_study_is_found_in_order(wish):
    tune(replace(wish, n_trials=7))
    assert resumed(replace(wish, n_trials=8))[1] == []


@pytest.mark.parametrize(
    "tear",
    [
        lambda content: b"no database at all",
        lambda content: content[: len(content) // 2],
        lambda content: content[:8192] + bytes(len(content) - 8192),
        lambda content: b"",
    ],
    ids=["nonsense", "half", "zeros", "empty"],
)
def test_a_torn_storage_is_kept_and_made_anew_from_the_record(wish, tear):
    before, _ = tune(replace(wish, n_trials=7))
    torn = tear(storage(wish).read_bytes())
    storage(wish).write_bytes(torn)
    after, told = resumed(replace(wish, n_trials=7))
    assert told[0].startswith("studies/nearest.db: damaged; kept as nearest.db.damaged, and made anew with ")
    assert told[0].endswith("with the 7 trials of its record")
    assert storage(wish).with_name("nearest.db.damaged").stat().st_size >= len(torn)
    assert after == before
    assert resumed(replace(wish, n_trials=8))[1] == []


def test_a_storage_of_another_past_is_noticed(wish, tmp_path):
    """The file is in order, but it is not the one that the record was made from."""
    from bench.store import RunStore

    other = replace(wish, seed=5, n_trials=3, store=RunStore(tmp_path / "other"))
    tune(other)
    before, _ = tune(replace(wish, n_trials=3))
    storage(wish).write_bytes(storage(other).read_bytes())
    after, told = resumed(replace(wish, n_trials=3))
    assert "damaged; kept as" in told[0]
    assert after == before


def hold(path):
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute("BEGIN EXCLUSIVE")
    return connection


def release(connection):
    connection.rollback()
    connection.close()


def test_a_locked_storage_is_waited_for(wish):
    tune(replace(wish, n_trials=1))
    connection = hold(storage(wish))
    timer = threading.Timer(0.5, release, [connection])
    timer.start()
    study, told = resumed(replace(wish, n_trials=2))
    timer.join()
    assert (len(study.trials), told) == (2, [])


def test_a_storage_that_stays_locked_is_a_sentence(wish, monkeypatch):
    tune(replace(wish, n_trials=1))
    monkeypatch.setattr(studies, "LOCKED_SECONDS", 0.1)
    connection = hold(storage(wish))
    with pytest.raises(EnvironmentProblem, match=r"nearest.db: cannot keep the trials \(.*locked"):
        resumed(replace(wish, n_trials=2))
    release(connection)
    assert resumed(replace(wish, n_trials=2))[1] == []


@pytest.mark.parametrize("change", [{"n_trials": 0}, {"spec": None}])
def test_senseless_searches_are_refused(wish, bench_case, change):
    if "spec" in change:
        change = {"spec": bench_case.models[0]}
    with pytest.raises(UsageError):
        replace(wish, **change).check()
