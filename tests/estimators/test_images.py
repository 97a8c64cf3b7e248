import numpy as np
import pytest
from scipy.ndimage import affine_transform
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.utils.estimator_checks import parametrize_with_checks

from estimators import HOG, Components, Deskew, MeanPool, PixelScaler
from estimators.hog import gradients
from estimators.images import warp
from estimators.moments import moments, upright

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def images():
    """The first sixty embedded digits, shape (60, 8, 8, 1), values 0..1."""
    return (load_digits().images[:60, :, :, None] / 16).astype(np.float32)


@pytest.mark.slow
@parametrize_with_checks(
    [
        PixelScaler(),
        Deskew(),
        Deskew(resize=True),
        MeanPool(side=2),
        HOG(),
        HOG(smooth=False, block=2),
        Components(2),
    ]
)
def test_check_estimator(estimator, check):
    check(estimator)


def rows_of(images):
    return images.reshape(len(images), -1)


def test_warp_is_scipys_affine_transform(images):
    matrices = np.eye(2, 3) + RNG.normal(0, 0.2, (60, 2, 3)) * [1, 1, 10]
    for image, matrix, warped in zip(images, matrices, warp(images, matrices), strict=True):
        expected = affine_transform(
            image[:, :, 0], matrix[:, :2], matrix[:, 2], order=1, mode="grid-constant"
        )
        assert np.allclose(warped[:, :, 0], expected, atol=1e-5)


def test_warp_moves_the_channels_of_other_shapes_together():
    images = RNG.random((300, 5, 9, 3), dtype=np.float32)
    matrices = np.tile(np.eye(2, 3), (300, 1, 1))
    assert np.array_equal(warp(images, matrices), images)
    matrices[:, :, 2] = 1, -2
    assert np.array_equal(warp(images, matrices)[:, :-1, 2:], images[:, 1:, :-2])


def test_warp_of_nothing_is_nothing():
    assert warp(np.empty((0, 8, 8, 1), np.float32), np.empty((0, 2, 3))).shape == (0, 8, 8, 1)


@pytest.mark.parametrize("far", [1e3, -1e3, 1e30])
def test_outside_is_zero_however_far(images, far):
    assert not warp(images, np.tile([[1, 0, far], [0, 1, 0]], (60, 1, 1))).any()


def test_images_share_one_scale_and_columns_have_their_own():
    square = PixelScaler((2, 2)).fit(np.array([[0, 10, 2, 4], [5, 5, 5, 5]]))
    columns = PixelScaler((1, 4)).fit(np.array([[0, 10, 2, 4], [5, 5, 5, 5]]))
    assert square.span_ == 10
    assert columns.span_.tolist() == [5, 5, 3, 1]
    assert columns.transform([[-99, 99, 2, 4]]).tolist() == [[0, 1, 0, 0]]


def test_scale_is_exact_for_whole_numbers():
    pixels = RNG.integers(0, 256, (50, 64), dtype=np.uint8)
    scaler = PixelScaler().fit(pixels)
    assert np.array_equal(scaler.transform(pixels), scaler.transform(pixels.astype(float)))


def by_hand(image):
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    mass = image.sum()
    row, column = (image * y).sum() / mass, (image * x).sum() / mass
    return row, column, (image * (y - row) * (x - column)).sum() / mass


def test_deskewed_digits_stand_upright_in_the_middle():
    strokes = np.zeros((40, 28, 28))
    for stroke, slant in zip(strokes, np.linspace(-0.8, 0.8, 40), strict=True):
        for row in range(8, 20):
            stroke[row, round(12 + slant * (row - 14)) + np.arange(2)] = 1
    for image in Deskew().fit_transform(rows_of(strokes)).reshape(-1, 28, 28):
        row, column, joint = by_hand(image)
        assert row == pytest.approx(13.5, abs=0.1)
        assert column == pytest.approx(13.5, abs=0.1)
        assert joint == pytest.approx(0, abs=0.5)


def test_blank_images_do_not_shrink_the_wished_size(images):
    rows = images.reshape(len(images), -1)
    alone, among_blanks = (
        Deskew(resize=True).fit(part).spread_ for part in (rows, np.vstack([rows, 0 * rows]))
    )
    assert among_blanks == pytest.approx(alone)


def test_resized_digits_spread_alike(images):
    rows = rows_of(np.pad(images, ((0, 0), (10, 10), (10, 10), (0, 0))))
    model = Deskew(resize=True).fit(rows)
    again = moments(model.transform(rows).reshape(-1, 28, 28, 1)).spread
    assert model.spread_ == pytest.approx(moments(rows.reshape(-1, 28, 28, 1)).spread.mean(axis=0))
    assert np.median(again, axis=0) == pytest.approx(model.spread_, rel=0.1)
    assert again.std(axis=0).max() < 0.3


def test_deskew_is_one_affine_transform(images):
    matrices = upright(images)
    deskewed = Deskew().fit_transform(rows_of(images)).reshape(-1, 8, 8)
    for image, matrix, found in zip(images[..., 0], matrices, deskewed, strict=True):
        row, column, joint = by_hand(image)
        spread = (image * (np.arange(8)[:, None] - row) ** 2).sum() / image.sum()
        assert matrix[:, :2] == pytest.approx(np.array([[1, 0], [joint / spread, 1]]), abs=1e-6)
        assert matrix @ [3.5, 3.5, 1] == pytest.approx([row, column], abs=1e-5)
        expected = affine_transform(image, matrix[:, :2], matrix[:, 2], order=1, mode="grid-constant")
        assert np.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("resize", [False, True])
def test_ink_on_paper_is_deskewed_as_chalk_on_a_blackboard(images, resize):
    chalk = rows_of(images)
    deskewed = Deskew(resize=resize).fit_transform(chalk)
    for ink, back in ((255 - 15 * chalk, lambda rows: (255 - rows) / 15), (chalk - 7, lambda rows: rows + 7)):
        assert np.allclose(back(Deskew(resize=resize).fit_transform(ink)), deskewed, atol=1e-4)


@pytest.mark.parametrize("image", [np.zeros((4, 4)), -np.ones((4, 4))], ids=["dark", "negative"])
def test_images_without_light_stay_as_they_are(image):
    assert np.array_equal(Deskew().fit_transform(image.reshape(1, 16)), image.reshape(1, 16))


def test_a_flat_dash_is_centred_and_not_sheared():
    dash = np.zeros((1, 8, 8, 1))
    dash[0, 2, 1:7] = 1
    assert upright(dash)[0].tolist() == [[1, 0, -1.5], [0, 1, 0]]


def test_channels_are_deskewed_by_their_mean():
    colour = RNG.random((5, 6, 6, 3))
    grey = np.repeat(colour.mean(axis=3, keepdims=True), 3, axis=3)
    assert np.allclose(upright(colour), upright(grey))
    assert Deskew((6, 6, 3)).fit_transform(rows_of(colour)).shape == (5, 108)


def test_pooling_leaves_the_odd_border_out():
    row = np.arange(25.0)[None]
    assert MeanPool((5, 5), side=2).fit_transform(row).tolist() == [[3, 5, 13, 15]]
    assert MeanPool((5, 5), side=6).fit_transform(row).tolist() == row.tolist()


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (20, 30, 1), (16, 16, 3)], ids=str)
@pytest.mark.parametrize("block", [1, 2, 3])
def test_plain_hog_is_that_of_scikit_image(shape, block):
    feature = pytest.importorskip("skimage.feature")
    cell = {8: 2, 28: 4, 20: 5, 16: 4}[shape[0]]
    images = RNG.random((6, *shape))
    ours = HOG(shape, n_directions=9, signed=False, smooth=False, cell=cell, block=block)
    found = ours.fit_transform(rows_of(images))
    for row, image in zip(found, images, strict=True):
        expected = feature.hog(
            image, pixels_per_cell=(cell, cell), cells_per_block=(block, block), channel_axis=2
        )
        assert np.allclose(row, expected, atol=2e-4)


def test_images_are_scaled_to_unit_length_before_the_root():
    rooted = HOG(n_directions=8).fit_transform(RNG.random((20, 784)))
    assert rooted.shape == (20, 49 * 8)
    assert np.allclose((rooted**4).sum(axis=1), 1, atol=1e-3)


def test_smooth_histograms_are_those_of_a_loop_over_pixels():
    image = RNG.random((8, 8)).astype(np.float32)
    angle, strength = (plane[0] for plane in gradients(image[None, :, :, None]))
    cells = np.zeros((2, 2, 6))
    for row, column in np.ndindex(8, 8):
        place = angle[row, column] / (2 * np.pi) * 6
        for i, j, d in np.ndindex(2, 2, 6):
            near = np.maximum(0, 1 - np.abs([row - 1.5 - 4 * i, column - 1.5 - 4 * j]) / 4).prod()
            turned = abs((place - d + 3) % 6 - 3)
            cells[i, j, d] += strength[row, column] * near * max(0, 1 - turned)
    expected = np.sqrt(cells / np.linalg.norm(cells)).ravel()
    assert np.allclose(
        HOG(n_directions=6, cell=4).fit_transform(image.reshape(1, 64))[0], expected, atol=1e-4
    )


@pytest.mark.parametrize(("side", "left"), [(8, 8), (27, 27), (28, 14), (55, 18), (64, 16)])
def test_pooling_leaves_enough_of_every_side(side, left):
    assert MeanPool().fit_transform(np.zeros((1, side * side))).shape == (1, left * left)


def test_signed_directions_tell_rising_from_falling():
    left, right = np.zeros((8, 8)), np.zeros((8, 8))
    left[:, :4], right[:, 4:] = 1, 1
    rows = np.array([left.ravel(), right.ravel()])
    assert np.array_equal(*HOG(signed=False).fit_transform(rows))
    assert not np.array_equal(*HOG(signed=True).fit_transform(rows))


@pytest.mark.parametrize("side", [2, 3, 7, 8, 13, 28, 64])
def test_every_side_gives_features_of_the_stated_number(side):
    model = HOG().fit(RNG.random((3, side * side)))
    features = model.transform(RNG.random((3, side * side)))
    assert features.shape == (3, len(model.get_feature_names_out()))
    assert np.isfinite(features).all()


@pytest.mark.parametrize(
    "transformer", [Deskew(), MeanPool(side=2), HOG()], ids=lambda item: type(item).__name__
)
def test_rows_that_are_no_images_stay_as_they_are(transformer):
    rows = RNG.normal(size=(5, 7)).astype(np.float32)
    assert np.array_equal(transformer.fit_transform(rows), rows)
    assert transformer.get_feature_names_out().tolist() == [f"x{k}" for k in range(7)]


@pytest.mark.parametrize("transformer", [PixelScaler(), Deskew(resize=True), MeanPool(), HOG()], ids=str)
def test_rows_are_transformed_each_on_its_own(transformer):
    pixels = RNG.random((400, 784))
    whole = transformer.fit_transform(pixels)
    assert whole.dtype == np.float32
    assert np.allclose(whole[333:335], transformer.transform(pixels[333:335]), atol=1e-6)


def test_components_are_never_more_than_there_are():
    assert Components(9).fit_transform(RNG.random((20, 3))).shape == (20, 3)
    assert Components(9).fit_transform(RNG.random((5, 30))).shape == (5, 5)
    assert Components(2).fit(RNG.random((9, 3))).get_feature_names_out().tolist() == [
        "components0",
        "components1",
    ]


@pytest.mark.parametrize("shape", [(40, 300), (2010, 2005)])
def test_components_are_the_leading_ones_whatever_the_shape(shape):
    X = RNG.normal(size=(shape[0], 3)) * [30, 20, 10] @ RNG.normal(size=(3, shape[1]))
    X += RNG.normal(size=shape)
    exact = PCA(3, svd_solver="full").fit_transform(X)
    np.testing.assert_allclose(Components(3).fit_transform(X), exact, atol=1e-3 * np.abs(exact).max())


@pytest.mark.parametrize(
    ("transformer", "told"),
    [
        (Components(0), "n_components must be a whole number, 1 or more; got 0"),
        (MeanPool(side=0), "side must be a whole number, 1 or more; got 0"),
        (HOG(n_directions=0), "n_directions must be a whole number, 1 or more; got 0"),
        (HOG(cell=-1), "cell must be a whole number, 1 or more; got -1"),
        (HOG(block=0), "block must be a whole number, 1 or more; got 0"),
        (MeanPool("8x8"), "image_shape must be .* with a product of 64 features; got '8x8'"),
        (MeanPool(64), "image_shape must be .* with a product of 64 features; got 64"),
        (MeanPool((8.0, 8.0)), r"image_shape must be .* with a product of 64 features; got \(8.0, 8.0\)"),
    ],
)
def test_parameters_that_make_no_sense_are_a_sentence(images, transformer, told):
    with pytest.raises(ValueError, match=told):
        transformer.fit(rows_of(images))
