import numpy as np
import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("eager"),
    pytest.mark.filterwarnings("ignore:Even though the .tf.config:UserWarning"),
]


def model(*image_shape, **settings):
    from estimators import CNN

    small = {"filters": 2, "blocks": 2, "dense": 8, "epochs": 1, "random_state": 0}
    return CNN(image_shape or None, **small | settings)


@pytest.mark.parametrize(
    ("n_features", "image_shape"),
    [
        (64, (8, 8, 1)),
        (784, (28, 28, 1)),
        (4096, (64, 64, 1)),
        (3 * 32 * 32, (32, 32, 3)),
        (30, (1, 30, 1)),
        (49, (7, 7, 1)),
        (12, (2, 2, 3)),
        (4, (2, 2, 1)),
        (3, (1, 3, 1)),
        (1, (1, 1, 1)),
    ],
)
def test_number_of_features_decides_the_shape(n_features, image_shape):
    X = np.random.default_rng(0).random((6, n_features))
    fitted = model().fit(X, [0, 1, 2, 0, 1, 2])
    assert fitted.image_shape_ == image_shape
    assert fitted.predict_proba(X).shape == (6, 3)


@pytest.mark.parametrize("image_shape", [(4, 16), (16, 4, 1), (1, 64), (8, 4, 2), (64, 1)])
def test_shape_may_be_given(digits, image_shape):
    fitted = model(*image_shape).fit(*digits)
    assert fitted.image_shape_ == (*image_shape, 1)[:3]


@pytest.mark.parametrize("image_shape", [(8, 9), (64,), (8, 8, 1, 1), (-8, -8)])
def test_unsuitable_shape_is_a_sentence(digits, image_shape):
    with pytest.raises(ValueError, match=r"image_shape must be .* with a product of 64 features; got \("):
        model(*image_shape).fit(*digits)


def test_sides_are_halved_only_from_eight_pixels_on(digits):
    fitted = model(8, 8, blocks=3).fit(*digits)
    sides = [layer.output.shape[1] for layer in fitted.model_.layers if "pool" in layer.name]
    assert sides == [4, 4, 4]


@pytest.mark.parametrize("factor", [16, 1 / 16])
def test_pixel_unit_does_not_matter(digits, factor):
    X, y = digits
    coarse, fine = model().fit(X, y), model().fit(factor * X, y)
    assert np.array_equal(coarse.predict_proba(X), fine.predict_proba(factor * X))


def test_images_share_one_scale_and_columns_do_not(digits):
    X, y = digits
    image, column = model().fit(X, y), model(1, 64).fit(X, y)
    assert (image.offset_, image.span_) == (0, 16)
    assert column.span_.shape == (64,)


def test_inputs_are_single_precision_between_zero_and_one(digits):
    X, y = digits
    inputs = model().fit(X, y)._inputs(X.astype("uint8"))
    assert inputs.dtype == np.float32
    assert inputs.shape == (90, 8, 8, 1)
    assert (inputs.min(), inputs.max()) == (0, 1)


def test_colour_pixels_are_rows_columns_channels():
    X = np.arange(2 * 8 * 8 * 3, dtype="float32").reshape(2, -1)
    fitted = model(8, 8, 3).fit(X, [0, 1])
    assert fitted._inputs(X)[0, 0, 0].tolist() == pytest.approx([0, 1 / 383, 2 / 383])


def test_learns_digits():
    from sklearn.datasets import load_digits

    X, y = load_digits(n_class=5, return_X_y=True)
    fitted = model(filters=8, dense=32, epochs=6).fit(X[:400], y[:400])
    assert fitted.score(X[400:], y[400:]) > 0.9
