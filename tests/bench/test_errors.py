import pytest

from bench import errors


def test_an_unknown_name_gets_the_nearest_one_suggested():
    error = errors.unknown("MODEL", "xgbost", ["cnn", "xgboost", "sgd"])
    assert str(error) == "MODEL must be one of cnn, sgd, xgboost; got 'xgbost'. Did you mean 'xgboost'?"
    assert error.exit_code == 2


def test_a_name_like_no_other_gets_no_suggestion():
    assert "Did you mean" not in str(errors.unknown("MODEL", "qqqq", ["cnn"]))


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.UsageError, 2),
        (errors.DataError, 2),
        (errors.FolderError, 2),
        (errors.EnvironmentProblem, 4),
        (errors.BenchError, 1),
    ],
)
def test_exit_codes(kind, code):
    assert kind("x").exit_code == code
