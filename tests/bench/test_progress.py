import pytest

from bench.cli.progress import Bars, Errors, Lines, Rest, observer
from bench.records import FoldResult, Job


def job(estimator, fold=0):
    return Job(estimator, "a:B", {}, "f", 0, fold, 0, "fold", {}, True)


def result(estimator, seconds=0.0, **more):
    return FoldResult("k", estimator, "fold", 0, 0, **{"status": "ok", "fit_seconds": seconds} | more)


def test_the_rest_is_estimated_model_by_model():
    rest = Rest(n_jobs=2)
    rest.begin([job("fast"), job("fast"), job("slow"), job("slow"), job("slow")])
    rest.end(result("fast", 1))
    rest.end(result("slow", 50))
    assert str(rest) == "about 50 s left"
    rest.begin([job("slow")] * 3)
    assert str(rest) == "about 2 min left"


def test_nothing_is_left_at_the_end():
    rest = Rest(n_jobs=1)
    rest.begin([job("a")])
    rest.end(result("a", 1))
    assert str(rest) == ""


def test_a_line_for_each_fit(capsys):
    watching = Lines("accuracy", 1, verbose=True)
    watching.begin([job("a"), job("b")])
    watching.end(result("a", 2, metrics={"accuracy": 0.5}, warnings=("W: careful",)))
    watching.end(result("b", status="failed", reason="no \x1b[31mluck"))
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert lines[0] == "[1/2] a fold 1  accuracy 0.5000  fit 2.0 s  about 2 s left"
    assert lines[1].strip() == "W: careful"
    assert "\x1b" not in lines[2]
    assert "[31mluck" in lines[2]


def test_quiet_says_failures_only(capsys):
    watching = observer("accuracy", 1, quiet=True, verbose=False)
    assert type(watching) is Errors
    watching.begin([job("a")])
    watching.end(result("a"))
    watching.end(result("b", status="failed", reason="why"))
    assert capsys.readouterr().err == "b fold 1 failed: why\n"


@pytest.mark.parametrize(("terminal", "kind"), [(True, Bars), (False, Lines)])
def test_bars_are_for_terminals(monkeypatch, terminal, kind):
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    assert type(observer("accuracy", 1, quiet=False, verbose=False)) is kind


def test_bars_count_models_and_everything(capsys):
    with Bars(1) as watching:
        watching.begin([job("a"), job("a", 1), job("b")])
        watching.end(result("a", 1))
        watching.end(result("b", status="failed", reason="[bold]why"))
        done = {task.description: (task.completed, task.total) for task in watching.progress.tasks}
        watching.begin([job("c")])
        assert watching.progress.tasks[-1].description == "c"
    assert done == {"a": (1, 2), "b": (1, 1), "all": (2, 3)}
    assert "[bold]why" in capsys.readouterr().err
