import numpy as np
import pytest
from scipy import ndimage

from estimators.moments import moments

pytestmark = pytest.mark.slow


def moved(images, **settings):
    import keras

    from estimators.augmentation import RandomAffine

    keras.utils.set_random_seed(1)
    layer = RandomAffine(**{"rotation": 0, "shear": 0, "zoom": 0, "shift": 0} | settings)
    return layer, keras.ops.convert_to_numpy(layer(images, training=True))


@pytest.fixture
def images():
    """Two hundred equal blobs off the centre: float32, shape (200, 20, 30, 1)."""
    image = np.zeros((20, 30), dtype="float32")
    image[6:10, 12:22] = 1
    return np.repeat(ndimage.gaussian_filter(image, 1)[None, :, :, None], 200, axis=0)


def centres(images):
    return np.array([ndimage.center_of_mass(image) for image in images[..., 0]])


def angles(images):
    """Angle of each image's longer axis, in degrees."""
    found = []
    for image in images[..., 0]:
        row, column = np.indices(image.shape)
        y, x = row - (image * row).sum() / image.sum(), column - (image * column).sum() / image.sum()
        found.append(np.degrees(np.arctan2(2 * (image * x * y).sum(), (image * (x * x - y * y)).sum()) / 2))
    return np.array(found)


def test_nothing_moves_outside_training(images):
    layer, _ = moved(images, rotation=30, shift=0.2)
    assert np.array_equal(np.asarray(layer(images, training=False)), images)


def test_amounts_of_zero_move_nothing(images):
    assert np.allclose(moved(images)[1], images, atol=1e-6)


def test_shift_is_a_share_of_each_side(images):
    ways = centres(moved(images, shift=0.1)[1]) - centres(images)
    assert np.abs(ways).max(axis=0) == pytest.approx([2, 3], rel=0.1)
    assert np.abs(ways.mean(axis=0)).max() < 0.5


def test_rotation_is_in_degrees_either_way(images):
    turned = angles(moved(images, rotation=20)[1])
    assert turned.max() == pytest.approx(20, abs=2)
    assert turned.min() == pytest.approx(-20, abs=2)


def test_rotation_and_zoom_are_about_the_centre():
    centred = np.zeros((50, 21, 21, 1), dtype="float32")
    centred[:, 8:13, 8:13] = 1
    for settings in ({"rotation": 40}, {"zoom": 0.3}, {"shear": 20}):
        assert np.abs(centres(moved(centred, **settings)[1]) - 10).max() < 0.05


def test_zoom_changes_height_and_width_apart(images):
    masses = moved(images, zoom=0.2)[1].sum(axis=(1, 2, 3)) / images[0].sum()
    assert masses.max() == pytest.approx(1 / 0.8**2, rel=0.1)
    assert masses.min() == pytest.approx(1 / 1.2**2, rel=0.1)
    assert np.unique(masses.round(4)).size > 150


def test_shear_slants_columns_by_its_angle_and_keeps_rows():
    pole = np.zeros((200, 31, 31, 1), dtype="float32")
    pole[:, 6:25, 14:17] = 1
    slanted = moved(pole, shear=20)[1]
    slopes = [moments(image[None]).slant[0] for image in slanted]
    assert [min(slopes), max(slopes)] == pytest.approx(
        [-np.sin(np.radians(20)), np.sin(np.radians(20))], rel=0.1
    )
    beam = pole.transpose(0, 2, 1, 3)
    assert np.abs(angles(moved(beam, shear=20)[1])).max() < 1


def test_the_border_is_repeated():
    bright = np.ones((20, 8, 8, 3), dtype="float32")
    assert np.allclose(moved(bright, rotation=30, shift=0.3)[1], 1)


@pytest.fixture
def ramps():
    """Two channels that tell each pixel's row and column: float32, shape (300, 20, 30, 2)."""
    return np.repeat(np.stack(np.indices((20, 30)), axis=-1)[None].astype("float32"), 300, axis=0)


def bent(images, elastic):
    import keras

    from estimators.augmentation import RandomElastic

    keras.utils.set_random_seed(1)
    layer = RandomElastic(elastic)
    return layer, keras.ops.convert_to_numpy(layer(images, training=True))


def test_nothing_bends_outside_training_or_by_zero(images):
    layer, still = bent(images, 0.0)
    assert np.allclose(still, images, atol=1e-6)
    layer.elastic = 0.1
    assert np.array_equal(np.asarray(layer(images, training=False)), images)


def test_bending_moves_points_by_a_share_of_each_side(ramps):
    ways = (bent(ramps, 0.02)[1] - ramps)[:, 5:-5, 5:-5]
    assert ways.std(axis=(0, 1, 2)) == pytest.approx([0.4, 0.6], rel=0.25)
    assert np.abs(ways.mean(axis=(0, 1, 2))).max() < 0.05


def test_bending_is_smooth_and_anew_for_each_image(ramps):
    ways = (bent(ramps, 0.02)[1] - ramps)[:, 5:-5, 5:-5]
    assert np.abs(np.diff(ways, axis=2)).mean() < np.abs(ways).mean() / 2
    middle = ways[:, 5, 10, 0]
    assert np.unique(middle.round(5)).size > 290
    assert abs(np.corrcoef(middle[:-1], middle[1:])[0, 1]) < 0.2


def test_bending_repeats_the_border():
    bright = np.ones((20, 8, 8, 3), dtype="float32")
    assert np.allclose(bent(bright, 0.3)[1], 1)
