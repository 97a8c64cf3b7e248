from dataclasses import replace

import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import BaggingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from bench.anatomy import DEEPEST, LONGEST, anatomy
from bench.records import FoldResult, from_json, to_json
from estimators import SVM


def shape(part):
    return (part.kind, [shape(inner) for inner in part.parts])


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        (SVC(), ("SVC", [])),
        (make_pipeline(PCA(2), SVC()), ("Pipeline", [("PCA", []), ("SVC", [])])),
        (BaggingClassifier(SVC()), ("BaggingClassifier", [("SVC", [])])),
        (VotingClassifier([("a", SVC()), ("b", PCA())]), ("VotingClassifier", [("SVC", []), ("PCA", [])])),
        (ColumnTransformer([("a", PCA(), [0])]), ("ColumnTransformer", [("PCA", [])])),
        (SVM(features="pca"), ("SVM", [])),
    ],
)
def test_what_is_inside_is_told(estimator, expected):
    assert shape(anatomy(estimator)) == expected


def test_a_fit_tells_the_steps_that_it_made(digits_rows):
    found = anatomy(SVM(features="pca").fit(*digits_rows))
    assert shape(found) == ("SVM", [("PixelScaler", []), ("Components", []), ("SVC", [])])
    assert [part.name for part in found.parts][:2] == ["scale", "components"]


@pytest.fixture
def digits_rows():
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return X[:100], y[:100]


def test_parameters_tell_what_differs_from_the_default():
    found = anatomy(LogisticRegression(C=0.5))
    told = {name: (value, changed) for name, value, changed in found.params}
    assert told["C"] == ("0.5", True)
    assert told["max_iter"] == ("100", False)
    assert {name for name, (_, changed) in told.items() if changed} == {"C"}


def test_long_values_and_deep_nests_end():
    deep = SVC()
    for _ in range(DEEPEST + 5):
        deep = make_pipeline(StandardScaler(), deep)
    depth, part = 0, anatomy(deep)
    while part.parts:
        depth, part = depth + 1, part.parts[-1]
    assert depth == DEEPEST
    weights = dict.fromkeys(range(100), 1.0)
    [text] = [value for name, value, _ in anatomy(SVC(class_weight=weights)).params if name == "class_weight"]
    assert len(text) == LONGEST


def test_an_anatomy_is_read_as_it_was_written_and_may_be_missing():
    result = FoldResult("k", "svm", "fold", 0, 0, "ok")
    told = replace(result, anatomy=anatomy(make_pipeline(PCA(2), SVC())))
    assert from_json(to_json(told), FoldResult) == told
    old = to_json(result).replace(b'"anatomy":null,', b"")
    assert b"anatomy" not in old
    assert from_json(old, FoldResult) == result


def test_a_model_that_cannot_tell_has_none():
    class Silent(SVC):
        def get_params(self, deep=True):
            raise RuntimeError("no")

    assert anatomy(Silent()) is None
