import numpy as np
import pytest

from bench.evidence.labels import corrected_accuracy
from reports.errors import N_LISTED, errors_payload, errors_section
from reports.hard import hard_rows

from .conftest import Model, make_dataset, make_run
from .test_atlas import sources_of

MODELS = [Model("good", skill=2.5), Model("poor", skill=1.5), Model("margins", skill=2.0, kind="decision")]


@pytest.fixture(scope="module")
def sources(digits, tmp_path_factory):
    return sources_of(make_run(tmp_path_factory.mktemp("errors") / "run", digits, MODELS))


@pytest.fixture(scope="module")
def payload(sources):
    return errors_payload(sources.hard, sources.atlas)


def test_lists_are_parted_by_how_many_models_miss_the_rows(sources, payload):
    data, places = sources.hard.data, sources.atlas.places
    n_wrong = (~data.correct).sum(axis=0)
    assert (n_wrong[places[payload["missed"]["indices"]]] == 3).all()
    assert (n_wrong[places[payload["hardest"]["indices"]]] == 2).all()
    assert payload["missed"]["total"] == np.count_nonzero(n_wrong == 3) == len(payload["missed"]["indices"])


def test_rows_of_one_model_alone(sources, payload):
    data, places = sources.hard.data, sources.atlas.places
    for i, model in enumerate(data.models):
        others = np.delete(data.correct, i, axis=0)
        right = places[payload["alone_right"][model]["indices"]]
        assert data.correct[i][right].all()
        assert not others[:, right].any()
        assert payload["alone_wrong"][model]["total"] == np.count_nonzero(
            ~data.correct[i] & others.all(axis=0)
        )


def test_accuracies_after_correction_are_those_of_the_evidence(sources, payload):
    found, hard = payload["corrected"], sources.hard
    for place, k in enumerate(found["steps"]):
        expected = corrected_accuracy(hard.data, hard.doubted, int(k)).set_index("model")
        for model in found["models"]:
            assert model["corrected"][place] == pytest.approx(expected["corrected"][model["name"]])
            assert model["left_out"][place] == pytest.approx(expected["left_out"][model["name"]])
    assert found["steps"][-1] == len(hard.doubted)


def test_the_section_lists_rows_by_their_ids_with_one_picture(sources):
    section = errors_section(sources)
    assert section.noun == "images"
    assert len(section.missed.table.rows) <= N_LISTED
    assert section.missed.strip.startswith("data:image/png")
    first = sources.hard.missed["row"].iloc[0]
    assert section.missed.table.rows[0][:2] == (
        str(first),
        str(sources.found.data.classes[sources.found.data.y_true[first]]),
    )
    assert f"{len(sources.hard.missed)} are missed by each of 3 models" in section.sentences[0]
    assert [row[0] for row in section.corrected.rows] == list(sources.hard.data.models)


def test_rows_that_are_no_images_are_called_rows(tmp_path):
    X = np.random.default_rng(0).random((200, 5)).astype(np.float32)
    made = make_run(tmp_path / "run", make_dataset(X, np.arange(200) % 3), MODELS, n_splits=3)
    section = errors_section(sources_of(made))
    assert section.noun == "rows"
    assert section.missed.strip == section.doubted.strip == ""


def test_a_single_model_has_no_rows_of_its_own(digits, tmp_path):
    sources = sources_of(make_run(tmp_path / "run", digits, MODELS[:1]))
    assert sources.hard.alone_right == {}
    section = errors_section(sources)
    assert section.alone.rows == ()
    assert len(section.sentences) == 1


def test_a_run_without_ranked_models_has_no_section(digits, tmp_path):
    sources = sources_of(make_run(tmp_path / "run", digits, [Model("late", missing=(1,))]))
    assert hard_rows(sources.board, sources.found) is None
    assert errors_section(sources) is None
