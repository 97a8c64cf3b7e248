"""Arrays saved by numpy."""

import numpy as np
import pytest

from bench.datasets import load
from bench.errors import DataError

IMAGES = np.arange(48, dtype=np.int64).reshape(4, 2, 2, 3)
Y = np.array([0, 1, 0, 1])


@pytest.fixture
def write_npz(tmp_path):
    def write(name="data.npz", **arrays):
        np.savez(tmp_path / name, **arrays)
        return str(tmp_path / name)

    return write


def test_images_of_three_channels(write_npz):
    data = load(write_npz(X=IMAGES, y=Y))
    assert (data.X.shape, data.X.dtype, data.image_shape) == ((4, 12), np.uint8, (2, 2, 3))
    assert data.X[1].tolist() == list(range(12, 24))
    assert data.feature_names[11] == "pixel11"


def test_every_form_of_the_same_images(write_npz):
    X = np.arange(16, dtype=np.uint8).reshape(4, 2, 2)
    first = load(write_npz(X=X, y=Y))
    forms = (X.reshape(4, 4), X[..., np.newaxis], X.astype(np.int32), np.asfortranarray(X))
    for form in forms:
        assert load(write_npz("other.npz", X=form, y=Y.astype(float))).sha256 == first.sha256
    flat = write_npz("flat.npz", X=X.reshape(4, 4).astype(np.float64), y=Y)
    assert load(flat, image_shape="2x2").sha256 == first.sha256


def test_float_images_stay_floats(write_npz):
    data = load(write_npz(X=IMAGES[..., 0] / 48, y=Y))
    assert (data.X.dtype, data.image_shape) == (np.float32, (2, 2))


def test_tables_are_features_in_their_own_order(write_npz):
    X = np.arange(48, dtype=np.float64).reshape(4, 12)
    data = load(write_npz(X=X, y=np.array(["a", "b", "a", "b"])))
    assert (data.X.dtype, data.image_shape, data.y.tolist()) == (np.float32, None, ["a", "b", "a", "b"])
    assert data.feature_names == tuple(sorted(data.feature_names))
    assert data.X[0].tolist() == list(range(12))


def test_test_rows_inside_beside_and_by_keras_names(write_npz):
    inside = load(write_npz(X=IMAGES, y=Y, X_test=IMAGES[:2], y_test=Y[:2]))
    assert (inside.X_test.shape, inside.y_test.tolist(), inside.test_ids.tolist()) == (
        (2, 12),
        [0, 1],
        [1, 2],
    )
    beside = load(write_npz(X=IMAGES, y=Y), test=write_npz("test.npz", X=IMAGES[:2], y=Y[:2]))
    keras = load(write_npz(x_train=IMAGES, y_train=Y, x_test=IMAGES[:2], y_test=Y[:2]))
    assert beside.sha256 == inside.sha256 == keras.sha256
    unlabelled = load(write_npz(X=IMAGES, y=Y), test=write_npz("test.npz", X=IMAGES[:2]))
    assert unlabelled.y_test is None


REFUSED = [
    ({"X": IMAGES}, "holds no array y; save it with numpy.savez"),
    ({"X": IMAGES, "y": Y[:2]}, "X has 4 rows but y the shape (2,); give one label per row"),
    ({"X": IMAGES, "y": np.eye(4)}, "X has 4 rows but y the shape (4, 4)"),
    ({"X": Y, "y": Y}, "X has the shape (4,); make it (n, features)"),
    ({"X": IMAGES[:0], "y": Y[:0]}, "X has the shape (0, 2, 2, 3)"),
    ({"X": IMAGES * 1j, "y": Y}, "X holds complex128 and not numbers"),
    ({"X": np.array([["a"], ["b"]]), "y": Y[:2]}, "X holds <U1 and not numbers"),
    ({"X": IMAGES.astype(object), "y": Y}, "data.npz/X: holds Python objects; save numbers and text"),
    ({"X": IMAGES, "y": Y + 0.5}, "y holds float64 that are no classes; make them whole numbers or text"),
    ({"X": IMAGES, "y": np.array(["a", "", "b", "c"])}, "row 2 has an empty label"),
    ({"X": IMAGES, "y": Y * 0}, "every row has the label 0"),
    ({"X": IMAGES, "y": Y, "X_test": IMAGES[:, :1]}, "test rows are (1, 2, 3) but training rows (2, 2, 3)"),
    ({"X": IMAGES, "y": Y, "X_test": IMAGES, "y_test": Y[:1]}, "X has 4 rows but y the shape (1,)"),
    ({"X": IMAGES, "y": Y, "X_test": IMAGES, "y_test": Y + 1}, "the test label 2 is on no training row"),
    ({"X": np.array([[1.0], [np.nan]]), "y": Y[:2]}, "row 2, column 'x0' holds nan; make it a finite number"),
    (
        {"X": np.array([[1.0], [1e300]]), "y": Y[:2]},
        "row 2, column 'x0' holds 1e+300; make it a finite number",
    ),
    (
        {"X": IMAGES.astype("uint8"), "y": Y, "X_test": IMAGES - 1},
        "row 1, column 'pixel0' holds -1; make it a whole number from 0 to 255",
    ),
]


@pytest.mark.parametrize(("arrays", "sentence"), REFUSED)
def test_refusals(arrays, sentence, write_npz):
    with pytest.raises(DataError) as caught:
        load(write_npz(**arrays))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_are_no_npz(write_text, tmp_path):
    with pytest.raises(DataError, match="is no npz; save numbers and text"):
        load(write_text("hello", "x.npz"))
    with pytest.raises(DataError, match="is no npz; save numbers and text"):
        load(write_text("", "x.npz"))
    np.save(tmp_path / "x.npy", IMAGES)
    (tmp_path / "x.npy").rename(tmp_path / "x.npz")
    with pytest.raises(DataError, match="holds a single array; save X and y"):
        load(str(tmp_path / "x.npz"))


def test_a_label_column_has_no_meaning(write_npz):
    with pytest.raises(DataError, match="--label 'y' has no meaning"):
        load(write_npz(X=IMAGES, y=Y), label="y")
