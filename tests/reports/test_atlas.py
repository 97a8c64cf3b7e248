import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from bench.evidence import OutOfFold
from reports import atlas as module
from reports.evidence import evidence
from reports.html import page
from reports.leaderboard import leaderboard
from reports.picks import N_CELL, Mistaken
from reports.sources import Sources

from .conftest import Model, make_dataset, make_run

MODELS = [Model("good", skill=3.0), Model("poor", skill=1.5), Model("margins", skill=2.0, kind="decision")]


def sources_of(made):
    board = leaderboard(made.store, made.run)
    return Sources(made.store, board, evidence(made.store, board))


@pytest.fixture(scope="module")
def sources(digits, tmp_path_factory):
    return sources_of(make_run(tmp_path_factory.mktemp("atlas") / "run", digits, MODELS))


@pytest.fixture(scope="module")
def payload(sources):
    return sources.atlas.payload(sources.hues)


def decoded(text, dtype="u1"):
    return np.frombuffer(base64.b64decode(text), dtype)


def pixels(uri):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))))


def test_every_image_is_where_the_atlas_says(sources, payload):
    width, height = payload["tile"]
    for i in (0, 1, len(payload["places"]) - 1):
        sheet = pixels(payload["sheets"][i // payload["n_per_sheet"]])
        line, column = divmod(i % payload["n_per_sheet"], payload["n_columns"])
        found = sheet[line * height : (line + 1) * height, column * width : (column + 1) * width]
        row = sources.stored.X[payload["places"][i]].reshape(8, 8)
        np.testing.assert_array_equal(found, np.round(255 * (1 - row / 16.0)).astype(np.uint8))


def test_answers_and_confidences_are_those_of_the_stored_scores(sources, payload):
    data, places = sources.found.data, payload["places"]
    np.testing.assert_array_equal(decoded(payload["truth"]), data.y_true[places])
    for i, model in enumerate(payload["models"]):
        np.testing.assert_array_equal(decoded(model["answers"]), data.y_pred[i][places])
        if model["name"] == "margins":
            assert model["confidence"] == ""
        else:
            expected = 100 * data.scores[i][places].max(axis=1)
            np.testing.assert_allclose(decoded(model["confidence"]), expected, atol=0.51)


def test_the_surest_errors_of_a_model_come_first(sources, payload):
    data = sources.found.data
    for i, model in enumerate(payload["models"]):
        rows = payload["places"][model["worst"]]
        assert not data.correct[i][rows].any()
        scores = data.scores[i][rows].astype(float)
        sure = scores.max(axis=1)
        if data.score_kinds[i] == "decision":
            sure = sure - scores[np.arange(len(rows)), data.y_true[rows]]
        assert (np.diff(sure) <= 1e-6).all()


def test_rows_that_every_model_misses_lead_and_no_row_comes_twice(sources):
    places = sources.atlas.places
    missed = sources.hard.missed["row"].tolist()
    assert places[: len(missed)].tolist() == missed
    assert len(set(places.tolist())) == len(places)
    assert sources.atlas.indices(missed) == list(range(len(missed)))


def test_each_cell_of_each_confusion_matrix_has_images(sources):
    data, kept = sources.found.data, np.isin(np.arange(600), sources.atlas.places)
    for answers in data.y_pred:
        cells = np.zeros((2, 10, 10), int)
        for place, rows in enumerate((np.ones(600, bool), kept)):
            np.add.at(cells[place], (data.y_true[rows], answers[rows]), 1)
        wrong = ~np.eye(10, dtype=bool)
        assert (cells[1] >= np.minimum(cells[0], N_CELL))[wrong].all()


def test_cells_come_in_rounds(sources):
    mistaken = Mistaken(sources.found.data)
    first = mistaken.by_cell()[0]
    cells = {(sources.found.data.y_true[row], sources.found.data.y_pred[0][row]) for row in first}
    assert len(cells) == len(first)


def test_pictures_are_left_out_when_the_room_is_used_up(sources, monkeypatch):
    full = sources.atlas
    monkeypatch.setattr(module, "SHEET_BYTES", 64 * 50)
    monkeypatch.setattr(module, "MAX_BYTES", 9_000)
    less = module.atlas(sources.found.data, sources.hard, sources.stored, sources.gallery)
    assert 0 < len(less.places) < len(full.places)
    assert sum(map(len, less.sheets)) <= 9_000
    np.testing.assert_array_equal(less.places, full.places[: len(less.places)])
    assert len(less.places) == len(less.sheets) * less.n_per_sheet


def test_only_rows_whose_images_were_kept_are_shown(sources):
    stored = replace(sources.stored, positions=np.arange(100, 200), X=sources.stored.X[100:200])
    gallery = replace(sources.gallery, stored=stored)
    some = module.atlas(sources.found.data, sources.hard, stored, gallery)
    assert ((some.places >= 100) & (some.places < 200)).all()


def test_rows_without_images_have_an_atlas_too(tmp_path):
    X = np.random.default_rng(0).random((200, 5)).astype(np.float32)
    made = make_run(tmp_path / "run", make_dataset(X, np.arange(200) % 3), MODELS, n_splits=3)
    found = sources_of(made).atlas
    assert found.sheets == ()
    assert len(found.places)


def test_more_than_256_classes_take_two_bytes(sources):
    y = np.arange(600, dtype=np.int32) % 300
    scores = np.random.default_rng(0).random((600, 300)).astype(np.float32)
    data = OutOfFold(("a",), tuple(range(300)), y, (scores,), ("decision",), np.zeros(600), None, "f")
    found = module.atlas(data, None, sources.stored, None)
    payload = found.payload({"a": 0})
    np.testing.assert_array_equal(decoded(payload["truth"], "<u2"), y[found.places])
    np.testing.assert_array_equal(
        decoded(payload["models"][0]["answers"], "<u2"), data.y_pred[0][found.places]
    )


def test_a_run_without_errors_has_no_atlas_and_a_page(digits, tmp_path):
    made = make_run(tmp_path / "run", digits, [Model("a", skill=50.0)])
    assert sources_of(made).atlas is None
    assert 'id="data-atlas"' not in page(made.store, made.run)
