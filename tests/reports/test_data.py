from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2, ks_2samp

from reports.data import data_section
from reports.drift import drift, stability
from reports.values import ValueHistogram, feature_table, missing_table
from reports.wording import MISSING

from .conftest import Model, make_dataset, make_run
from .test_atlas import pixels, sources_of


@pytest.fixture(scope="module")
def sources(digits, tmp_path_factory):
    return sources_of(make_run(tmp_path_factory.mktemp("data") / "run", digits, [Model("a")]))


def normal(n, shift=0.0, seed=0, n_features=3):
    X = np.random.default_rng(seed).normal(size=(n, n_features))
    X[:, 0] += shift
    return X


def stored_rows(sources, train, test):
    names = np.array([f"f{j}" for j in range(train.shape[1])])
    return replace(sources.stored, X=train, X_test=test, feature_names=names)


def test_stability_of_a_worked_example():
    train = np.repeat(np.arange(10.0), 10)
    psi, n_bins = stability(train, train)
    assert (psi, n_bins) == (0, 10)
    test = np.concatenate([np.repeat(np.arange(10.0), 8), np.zeros(20)])
    p = (np.array([28, *[8] * 9]) + 0.5) / (100 + 0.5 * 11)
    q = (np.full(10, 10) + 0.5) / (100 + 0.5 * 11)
    assert stability(train, test)[0] == pytest.approx(((p - q) * np.log(p / q)).sum())


def test_stability_without_change_is_that_of_chance():
    values = [stability(normal(500, seed=i)[:, 0], normal(300, seed=1000 + i)[:, 0])[0] for i in range(200)]
    expected = chi2.mean(9) * (1 / 500 + 1 / 300)
    assert np.mean(values) == pytest.approx(expected, rel=0.15)


def test_missing_values_are_a_bin_of_their_own():
    train, test = normal(400)[:, 0], normal(400, seed=1)[:, 0]
    before = stability(train, test)[0]
    test[:200] = np.nan
    assert stability(train, test)[0] > before + 1
    assert np.isfinite(stability(np.full(5, np.nan), test)[0])


def test_a_shifted_feature_is_found_and_named_first(sources):
    found = drift(stored_rows(sources, normal(2000), normal(1000, 1.0, 1)), is_image=False, noun="rows")
    assert found.frame()["feature"][0] == "f0"
    assert found.frame()["drifted"].tolist() == [True, False, False]
    assert found.found
    assert found.sentence().startswith("Training and test rows differ")


def test_few_test_rows_of_the_same_kind_are_no_drift(sources):
    found = drift(
        stored_rows(sources, normal(600, n_features=50), normal(50, seed=1, n_features=50)),
        is_image=True,
        noun="images",
    )
    assert found.frame()["psi"].max() > 0.1
    assert not found.found
    assert "look alike" in found.sentence()


def test_the_distance_of_means_is_that_of_scipy(sources):
    train, test = normal(400), normal(300, 2.0, 1)
    found = drift(stored_rows(sources, train, test), is_image=True, noun="images")
    expected = ks_2samp(train.mean(axis=1), test.mean(axis=1), method="asymp")
    assert found.distance == pytest.approx(expected.statistic)
    assert found.p_value == pytest.approx(expected.pvalue)


def test_shares_of_values_add_up_and_find_their_bins(sources):
    table = ValueHistogram(sources.run.info, sources.stored).frame()
    assert table[["train", "test"]].sum().tolist() == pytest.approx([1, 1])
    assert table["train"][0] == pytest.approx((sources.stored.X == 0).mean())


def test_features_and_their_missing_values_are_counted(sources):
    X = normal(100)
    X[:25, 1] = np.nan
    X[:, 2] = np.nan
    stored = stored_rows(sources, X, None)
    assert missing_table(stored).rows == (("f2", "100", "100.0%"), ("f1", "25", "25.0%"))
    assert [row[-1] for row in feature_table(stored).rows] == ["0", "25", "100"]
    assert feature_table(stored).rows[2][1:4] == (MISSING,) * 3
    assert missing_table(sources.stored) is None


def test_the_section_shows_the_mean_of_each_class(sources):
    section = data_section(sources)
    label, mean, strip = section.samples[3]
    assert label == 3
    expected = 255 * (1 - sources.stored.X[sources.stored.y == 3].mean(axis=0).reshape(8, 8) / 16)
    np.testing.assert_allclose(pixels(mean), expected, atol=0.51)
    assert pixels(strip).shape == (8, 89)
    assert section.drift
    assert len(section.pictures) == 3


def test_data_without_images_or_test_rows(tmp_path):
    made = make_run(tmp_path / "run", make_dataset(normal(90), np.arange(90) % 2), [Model("a")], n_splits=2)
    section = data_section(sources_of(made))
    assert section.drift == ""
    assert section.samples == []
    assert [table.caption for table in section.tables] == ["Features"]
    assert len(section.pictures) == 1
