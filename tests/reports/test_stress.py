"""What the page and the tables say of refits under stress, from made-up answers."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from bench.records import FoldResult, Predictions
from bench.stresses import variants
from reports.assets import templates
from reports.html import page
from reports.leaderboard import leaderboard
from reports.sources import Sources
from reports.stress import LearningCurves, Losses, stress_section
from reports.stressed import curve_table, standing_table, stressed

from .conftest import Model, make_dataset, make_run

SHARES = (0.05, 0.5, 1.0)
SKILLS = {"a": (300, 500, 560), "b": (200, 520, 540)}


def answers(y, n_right, seed):
    """Answers of which so many are right."""
    rng = np.random.default_rng(seed)
    wrong = rng.permutation(len(y))[round(n_right * len(y) / 600) :]
    said = y.copy()
    said[wrong] = (y[wrong] + 1) % 10
    return said


def with_stress(made, names):
    """The run with refits of its models."""
    train, tests = made.folds.rows(0, 0)
    y = made.y()[tests].astype(np.int32)
    rows = []
    for row in made.run.rows:
        keys = tuple(f"{row.name}-stress-{share:g}" for share in SHARES)
        for key, share, skill in zip(keys, SHARES, SKILLS.get(row.name, SKILLS["a"]), strict=True):
            met = names if share == 1 else ()
            result = FoldResult(
                key, row.estimator, "stress", 0, 0, "ok", n_train=int(len(train) * share), share=share,
                variants=met, folds_sha256=made.folds.sha256,
            )  # fmt: skip
            scores = np.eye(10, dtype=np.float32)[answers(y, skill, 0)]
            under = [answers(y, skill / (2 + i % 2), i) for i in range(len(met))]
            made.store.write_result(
                result,
                Predictions(
                    tests, y, scores, "probability", stressed=np.array(under, dtype=np.int16) if met else None
                ),
            )
        rows.append(replace(row, stress_keys=keys))
    run = replace(made.run, rows=tuple(rows))
    made.store.write_run(run)
    return replace(made, run=run)


@pytest.fixture(scope="module")
def pair(digits, tmp_path_factory):
    made = make_run(tmp_path_factory.mktemp("stress") / "run", digits, [Model("a"), Model("b")])
    return with_stress(made, variants((8, 8)))


def section(made):
    return stress_section(Sources(made.store, leaderboard(made.store, made.run), None))


def html(made):
    return templates().get_template("sections/stress.html.j2").render(stress=section(made))


def test_without_stored_refits_there_is_no_section(made):
    assert stressed(made.store, made.run) is None
    assert section(made) is None
    assert 'id="stress"' not in page(made.store, made.run)


def test_frames_hold_every_model_level_and_share(pair):
    found = stressed(pair.store, pair.run)
    order = tuple(found.standing["model"])
    parts = [Losses(found.robust, order, level).frame() for level in (1, 2)]
    assert [list(part.index) for part in parts] == [list(order)] * 2
    names = {name for part in parts for name in part.columns}
    assert names == {"clean", *(name.replace("=", " ") for name in variants((8, 8)))}
    curve = LearningCurves(found.curve, {}).frame()
    assert curve.groupby("model")["share"].agg(list).tolist() == [list(SHARES)] * 2
    np.testing.assert_allclose(curve["errors"], 1 - curve["accuracy"])


def test_tables_are_ordered_by_what_they_show(pair):
    found = stressed(pair.store, pair.run)
    assert found.standing["stressed"].is_monotonic_decreasing
    assert standing_table(found)["Rank among these"].tolist() == ["1 → 1", "2 → 2"]
    last = curve_table(found)["100 % (480 rows)"].astype(float)
    assert last.is_monotonic_decreasing


def test_the_section_is_well_formed_and_shows_every_stress(pair):
    page = html(pair)
    body = ElementTree.fromstring(re.sub(r"(<img [^>]*)>", r"\1/>", page))
    assert body.get("id") == "stress"
    strips = [image.get("alt") for image in body.iter("img")]
    assert len(strips) == 1 + len(variants((8, 8)))
    assert "1.1 px" in page
    assert len(list(body.iter("svg"))) == 3
    ids = [element.get("id") for element in body.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_rows_that_are_no_images_have_learning_curves_only(tmp_path):
    rng = np.random.default_rng(0)
    rows = make_dataset(rng.normal(size=(600, 4)), np.arange(600) % 10)
    made = with_stress(make_run(tmp_path / "run", rows, [Model("a"), Model("b")]), ())
    found = section(made)
    assert (found.losses, found.every, found.samples, len(found.tables)) == ((), None, (), 1)
    assert found.curves is not None
    assert "no images" in found.covers
    assert "<img" not in html(made)


@pytest.mark.parametrize("failed", [False, True])
def test_the_fit_behind_an_expected_score_is_no_stress(failed, tmp_path, digits):
    made = with_stress(make_run(tmp_path / "run", digits, [Model("a")]), ())
    (row,) = made.run.rows
    half = row.stress_keys[-2]
    if failed:
        made.store.write_failure(
            replace(made.store.read_result(row.estimator, half), status="failed", reason="no luck")
        )
    alone = replace(made.run, rows=(replace(row, stress_keys=(half,)),))
    assert stressed(made.store, alone) is None
    assert stressed(made.store, made.run) is not None


def test_failures_are_shown_as_text(pair, tmp_path, digits):
    made = with_stress(make_run(tmp_path / "run", digits, [Model("a"), Model("b")]), ())
    row = made.run.rows[0]
    key = f"{row.name}-broken"
    made.store.write_failure(
        FoldResult(key, row.estimator, "stress", 0, 0, "failed", "no <b>luck", share=0.2,
                   folds_sha256=made.folds.sha256)
    )  # fmt: skip
    run = replace(made.run, rows=(replace(row, stress_keys=(*row.stress_keys, key)), *made.run.rows[1:]))
    page = html(replace(made, run=run))
    assert "a on 20 % of the training rows failed: no &lt;b&gt;luck" in page
