import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("eager"),
    pytest.mark.filterwarnings("ignore:Even though the .tf.config:UserWarning"),
]


def model(*image_shape, **settings):
    from estimators import CNN

    small = {} if "architecture" in settings else {"filters": 2, "blocks": 2, "dense": 8}
    return CNN(image_shape or None, **small | {"epochs": 1, "random_state": 0} | settings)


@pytest.mark.parametrize(
    ("n_features", "image_shape"),
    [
        (64, (8, 8, 1)),
        (784, (28, 28, 1)),
        (4096, (64, 64, 1)),
        (3 * 32 * 32, (32, 32, 3)),
        (30, (1, 30, 1)),
        (49, (1, 49, 1)),
        (3 * 49, (1, 147, 1)),
        (3 * 64, (8, 8, 3)),
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


def test_nothing_is_moved_that_is_no_image(digits):
    assert type(model(8, 8).fit(*digits)._learner()).__name__ == "Sequential"
    for still in (model(1, 64), model(8, 8, rotation=0, zoom=0, shift=0)):
        assert still.fit(*digits)._learner() is still.model_


def test_finishing_epochs_follow_with_their_own_step_size(digits):
    rates = model(epochs=2, finish_epochs=3, schedule="constant").fit(*digits).history_["learning_rate"]
    assert rates == pytest.approx([3e-3] * 2 + [5e-4] * 3)


def test_moved_images_are_not_compiled_where_an_accelerator_would_have_it(digits, monkeypatch):
    import keras
    from keras.src.trainers.trainer import model_supports_jit

    asked = []

    def as_with_an_accelerator(network):
        asked.append(model_supports_jit(network))
        return asked[-1]

    monkeypatch.setattr(keras.Model, "_resolve_auto_jit_compile", as_with_an_accelerator)
    for changes in ({}, {"elastic": 0.02, "rotation": 0, "zoom": 0, "shift": 0}):
        assert model(8, 8, **changes).fit(*digits).predict(digits[0]).shape == (90,)
    assert asked
    assert not any(asked)


def test_weights_equal_repeated_rows_in_whole_steps_without_normalisation(digits):
    X, y = digits
    weight = np.arange(90) % 3
    repeated = np.repeat(X, weight, axis=0), np.repeat(y, weight)
    settings = {"rotation": 0, "zoom": 0, "shift": 0, "batch_size": 90, "optimizer": "sgd", "epochs": 4}
    one, seven, other, plain = (
        model(architecture="conv2 relu dense8 relu", **settings).fit(*rows).predict_proba(X)
        for rows in ((X, y, weight), (X, y, 7 * weight), repeated, (X, y))
    )
    assert np.allclose(one, seven, atol=1e-5)
    assert np.allclose(one, other, atol=1e-5)
    assert not np.allclose(one, plain, atol=1e-4)


def test_weights_move_the_answers(digits):
    X, y = digits
    heavy = np.where(y == 0, 1.0, 1e-6)
    settings = {"epochs": 40, "rotation": 0, "zoom": 0, "shift": 0}
    even, uneven = (model(**settings).fit(X, y, weight).predict_proba(X) for weight in (None, heavy))
    assert uneven[:, 0].mean() > even[:, 0].mean() + 0.1


def test_views_are_averaged_and_one_view_is_the_image(digits):
    X, y = digits
    fitted = model(8, 8).fit(X, y)
    alone = fitted.predict_proba(X)
    images = np.pad(X.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)), mode="edge")
    corners = ((1, 1), (0, 1), (2, 1), (1, 0), (1, 2))
    moved = [fitted.predict_proba(images[:, r : r + 8, c : c + 8].reshape(-1, 64)) for r, c in corners]
    assert np.allclose(moved[0], alone)
    assert np.allclose(fitted.set_params(views=5).predict_proba(X), np.mean(moved, axis=0), atol=1e-6)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"views": 0}, "views must be 1 to 9; got 0"),
        ({"views": 10}, "views must be 1 to 9; got 10"),
        ({"dropout": 1.0}, "dropout must be at least 0 and below 1; got 1.0"),
        ({"depth": 0}, "depth must be a whole number, 1 or more; got 0"),
        ({"filters": 2.5}, "filters must be a whole number, 1 or more; got 2.5"),
        ({"finish_epochs": -1}, "finish_epochs must be a whole number, 0 or more; got -1"),
        ({"views": 1.5}, "views must be 1 to 9; got 1.5"),
    ],
)
def test_unusable_parameter_is_a_sentence(digits, settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        model(**settings).fit(*digits)


def test_rows_that_are_no_images_have_one_view(digits):
    X, y = digits
    fitted = model(1, 64).fit(X, y)
    assert np.array_equal(fitted.predict_proba(X), fitted.set_params(views=9).predict_proba(X))


def test_sides_are_halved_only_from_eight_pixels_on(digits):
    fitted = model(8, 8, blocks=3).fit(*digits)
    sides = [layer.output.shape[1] for layer in fitted.model_.layers if "pool" in layer.name]
    assert sides == [4, 4, 4]


@pytest.mark.parametrize(("side", "n_convolutions"), [(8, 3), (28, 3), (41, 5)])
def test_large_images_get_a_block_more(side, n_convolutions):
    X = np.random.default_rng(0).random((6, side * side))
    fitted = model(side, side, blocks=None).fit(X, [0, 1, 2, 0, 1, 2])
    assert sum("conv" in layer.name for layer in fitted.model_.layers) == n_convolutions


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


@pytest.mark.parametrize("n_train", [200, 800])
def test_learns_digits(n_train):
    from sklearn.datasets import load_digits

    from estimators import CNN

    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(y))
    train, rest = order[:n_train], order[800:]
    assert CNN(random_state=0).fit(X[train], y[train]).score(X[rest], y[rest]) > 0.9


@pytest.mark.parametrize("shape", [(8, 8), (9, 13), (64, 64), (8, 8, 3), (64, 64, 3)])
def test_learns_small_images_of_any_size(shape):
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    X = rng.normal(0, 20, (60, *shape))
    X[y == 1, : shape[0] // 2] += 100
    rows = X.reshape(60, -1)
    settings = {"filters": 4, "blocks": 2, "dense": 16, "epochs": 15, "rotation": 5}
    assert model(*shape, **settings).fit(rows[:40], y[:40]).score(rows[40:], y[40:]) > 0.9


def test_an_architecture_goes_without_the_parameters_of_blocks():
    with pytest.raises(ValueError, match="filters, dropout must be left out beside architecture"):
        model(architecture="plain", filters=7, dropout=0.1).fit(np.zeros((20, 144)), np.arange(20) % 2)


def test_occlusion_finds_the_corner_that_decides():
    X = np.random.default_rng(0).integers(0, 50, (300, 14, 14)).astype(np.uint8)
    y = np.arange(300) % 2
    X[y == 1, :2, 12:] += 200
    still = {"rotation": 0, "zoom": 0, "shift": 0, "dropout": 0}
    fitted = model(filters=4, epochs=8, **still).fit(X.reshape(300, -1), y)
    falls = fitted.occlusion(X[:64].reshape(64, -1), y[:64]).reshape(14, 14)
    assert (falls[:2, 12:] == falls.max()).all()
    assert falls.max() > 5 * np.abs(falls[4:]).max()


def test_what_occlusion_cannot_answer_is_a_sentence(digits):
    X, y = digits
    with pytest.raises(NotFittedError):
        model().occlusion(X, y)
    fitted = model().fit(X, y)
    with pytest.raises(ValueError, match="y must hold classes that the network knows; got 77"):
        fitted.occlusion(X, np.where(y == 0, 77, y))


@pytest.mark.parametrize(
    "move", [{"rotation": np.nan}, {"shear": -1}, {"zoom": 1}, {"shift": 2}, {"elastic": -0.1}]
)
def test_moves_out_of_range_are_a_sentence(digits, move):
    with pytest.raises(ValueError, match=f"{next(iter(move))} must be at least 0 and below"):
        model(**move).fit(*digits)


def test_rows_that_are_no_images_are_not_covered():
    X, y = np.random.default_rng(0).random((20, 5)), np.arange(20) % 2
    assert model().fit(X, y).occlusion(X, y) is None
