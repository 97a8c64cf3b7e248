"""What of a run folder is served, and what the page says when something is lacking."""

from __future__ import annotations

import asyncio
import os
import pickle
import re
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.errors import EnvironmentProblem, FolderError
from bench.evidence.ensembles import blended
from bench.records import Recipe
from bench.serve.asking import Asker, Unanswered
from bench.serve.exhibit import prepare
from bench.serve.rounds import answers
from bench.serve.server import listen
from bench.store import RunStore

from .conftest import MODELS, make_folder


@pytest.fixture
def own(folder, tmp_path) -> RunStore:
    """A copy that a test may change."""
    return RunStore(shutil.copytree(folder.path, tmp_path / "own"))


def forget_models(store: RunStore, *names: str) -> None:
    run = store.read_run()
    store.write_run(
        replace(run, rows=tuple(replace(row, refit_key="") if row.name in names else row for row in run.rows))
    )


def with_ensemble(store: RunStore, *members: str) -> None:
    run = store.read_run()
    weights, temperatures = (1 / len(members),) * len(members), (None,) * len(members)
    recipe = Recipe("vote", members, weights, temperatures)
    row = replace(
        run.rows[0], name="ensemble", estimator="ensemble", family="ensemble", recipe=recipe, keys=()
    )
    store.write_run(replace(run, rows=(*run.rows, row)))


def test_what_is_not_saved_is_named_with_the_command_that_saves_it(own):
    forget_models(own, "dummy")
    with_ensemble(own, "dummy", "tree")
    exhibit = prepare(own.path)
    assert {row.name for row in exhibit.offered.rows} == {"sgd", "tree"}
    assert exhibit.offered.missing == {
        "not refitted and saved": ("dummy",),
        "needs models that cannot answer": ("ensemble",),
    }
    text, _ = exhibit.page()
    assert "bench run dummy sgd tree --refit all" in text


def test_without_a_saved_model_the_page_opens_and_says_so(own):
    forget_models(own, *MODELS)
    text, _ = prepare(own.path).page()
    assert "No model is saved in this run folder" in text
    assert "--refit all" in text
    assert "<canvas" not in text
    assert "<script" not in text


def test_rows_that_are_no_images_cannot_be_drawn(small, tmp_path):
    data = replace(small, image_shape=None)
    store = make_folder(tmp_path / "run", data, models=("dummy",), saved=("dummy",))
    text, _ = prepare(store.path).page()
    assert "no images, so there is nothing to draw" in text
    assert "<canvas" not in text


def test_a_report_that_is_absent_altered_or_none_of_ours_is_refused(own):
    run = own.read_run()
    own.write_run(replace(run, derived_files={"report.html": "0" * 64}))
    with pytest.raises(FolderError, match="is not as it was written; write it anew with `bench report "):
        prepare(own.path)
    own.write_run(run)
    own.write_text("report.html", "<html><body>hello</body></html>")
    with pytest.raises(FolderError, match="no report of this version"):
        prepare(own.path)
    own.delete_derived("report.html")
    with pytest.raises(FolderError, match="is missing; write it anew"):
        prepare(own.path)


def test_hostile_names_are_text(own):
    run = own.read_run()
    hostile = "</main><script>window.done=1</script>"
    rows = tuple(replace(row, name=f"{hostile}{row.name}") for row in run.rows)
    own.write_run(replace(run, rows=rows))
    text, _ = prepare(own.path).page()
    assert hostile not in text
    assert len(re.findall("<script", text)) == 1


def test_decision_scores_are_given_as_probabilities(folder):
    offered = prepare(folder.path).offered
    assert set(offered.temperatures) == {"sgd"}
    assert offered.temperatures["sgd"] > 0


def ask_all(store: RunStore, between=None) -> tuple[list, list]:
    """Show a row to every model twice; return the lines of both rounds."""
    exhibit = prepare(store.path)
    values = store.read_data().X[0]

    async def rounds():
        asker = Asker(store, exhibit.run)
        args = (exhibit.run, exhibit.frame, exhibit.offered, asker, values)
        try:
            first = [line async for line in answers(*args)]
            if between:
                between(asker)
            return first[1:], [line async for line in answers(*args)][1:]
        finally:
            asker.close()

    return asyncio.run(rounds())


@pytest.mark.slow
def test_an_ensemble_says_what_its_members_say_together(own):
    from bench.api.predicting import load

    with_ensemble(own, "dummy", "tree")
    run = own.read_run()
    *_, line = ask_all(own)[0]
    X = own.read_data().X[:1]
    rows = {row.name: row for row in run.rows}
    scores = [load(own, name, rows[name].refit_key).predict_proba(X) for name in ("dummy", "tree")]
    expected = blended(rows["ensemble"].recipe, [part.astype(np.float32) for part in scores])[0]
    assert line["label"] == str(run.info.classes[expected.argmax()])
    assert line["confidence"] == pytest.approx(float(expected.max()), abs=1e-6)


@pytest.mark.slow
def test_a_pickle_in_place_of_a_model_runs_nothing_and_the_others_answer(own, tmp_path):
    class Bomb:
        def __reduce__(self):
            return Path.touch, (tmp_path / "witness",)

    run = own.read_run()
    own.model_path("tree", run.best_row.refit_key).write_bytes(pickle.dumps(Bomb()))
    troubles = [line.get("trouble", "") for line in ask_all(own)[0]]
    assert sum("do not match the checksum" in text for text in troubles) == 1
    assert troubles.count("") == len(MODELS) - 1
    assert not (tmp_path / "witness").exists()


@pytest.mark.slow
def test_a_process_that_dies_costs_one_answer_and_is_started_again(folder):
    def kill(asker):
        os.kill(asker._process.pid, signal.SIGKILL)
        asker._process.wait()

    first, second = ask_all(folder, kill)
    assert not [line for line in first if "trouble" in line]
    troubles = [line["trouble"] for line in second if "trouble" in line]
    assert troubles == ["its process was killed by SIGKILL"]


@pytest.mark.slow
def test_closing_ends_the_process_and_all_questions(folder):
    exhibit = prepare(folder.path)

    async def closed():
        asker = Asker(folder, exhibit.run)
        row = exhibit.offered.models[0]
        await asker.ask(row, None)
        process = asker._process
        asker.close()
        with pytest.raises(Unanswered, match="the server ends"):
            await asker.ask(row, None)
        return process.poll()

    assert asyncio.run(closed()) == -signal.SIGKILL


def test_a_taken_port_is_a_sentence_and_the_default_moves_on():
    with listen(0) as first:
        port = first.getsockname()[1]
        with pytest.raises(EnvironmentProblem, match=rf"port {port}: cannot listen .*name another --port"):
            listen(port)
    with listen(None) as first, listen(None) as second:
        assert first.getsockname()[0] == second.getsockname()[0] == "127.0.0.1"
        assert first.getsockname()[1] < second.getsockname()[1]


def test_without_the_extra_one_line_says_how_to_get_it(bench, monkeypatch):
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "uvicorn" else found(name, *more)
    )
    error = bench.refused("serve", "nowhere")
    assert "pip install 'honest-bench[serve]'" in error
