"""What stress does to images."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.stresses import STRESSES, stressed, told, variants

SHAPES = [(8, 8), (9, 5), (6, 7, 3), (1, 12)]
EVERY = variants((8, 8))


def images(shape, dtype="uint8", n=6, seed=0):
    """Bright strokes on a black ground."""
    rng = np.random.default_rng(seed)
    pixels = np.zeros((n, *shape), dtype=np.float32)
    inside = tuple(slice(side // 4, side - side // 4) for side in shape[:2])
    pixels[(slice(None), *inside)] = rng.integers(100, 255, pixels[(slice(None), *inside)].shape)
    return pixels.reshape(n, -1).astype(dtype)


@pytest.mark.parametrize("name", STRESSES)
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_no_strength_changes_nothing(name, dtype, shape):
    X = images(shape, dtype)
    np.testing.assert_array_equal(stressed(X, f"{name}=0", shape, X, 0), X)


@pytest.mark.parametrize("variant", EVERY)
@settings(max_examples=5)
@given(shape=st.sampled_from(SHAPES), dtype=st.sampled_from(["uint8", "float32"]), seed=st.integers(0, 99))
def test_shape_dtype_and_range_stay_and_the_seed_decides(variant, shape, dtype, seed):
    X = images(shape, dtype, seed=seed)
    before = X.copy()
    changed = stressed(X, variant, shape, X, seed)
    assert (changed.shape, changed.dtype) == (X.shape, X.dtype)
    assert X.min() <= changed.min() <= changed.max() <= X.max()
    np.testing.assert_array_equal(changed, stressed(X, variant, shape, X, seed))
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("name", STRESSES)
def test_more_strength_changes_more(name, digits):
    X = digits.X[:100].astype("float32")
    changes = [
        np.abs(stressed(X, f"{name}={strength}", (8, 8), X, 0) - X).mean()
        for strength in (0, *STRESSES[name].strengths)
    ]
    assert changes == sorted(set(changes))


@pytest.mark.parametrize("name", sorted(set(STRESSES) - {"noise"}))
def test_ink_is_what_differs_from_the_border(name, digits):
    X = digits.X[:50]
    light = (16 - X).astype("uint8")
    variant = f"{name}={STRESSES[name].strengths[-1]}"
    ink = stressed(X, variant, (8, 8), X, 0).astype(int)
    assert np.abs(16 - stressed(light, variant, (8, 8), light, 0).astype(int) - ink).max() <= 1
    if name in ("thicken", "thin"):
        assert (ink.sum() > X.sum()) == (name == "thicken")


def test_a_quarter_turn_and_a_whole_pixel_are_exact():
    X = images((8, 8), n=20)
    turned = stressed(X, "rotate=90", (8, 8), X, 0).reshape(-1, 8, 8)
    for one, image in zip(turned, X.reshape(-1, 8, 8), strict=True):
        assert any(np.abs(np.rot90(image, k).astype(int) - one).max() <= 1 for k in (1, -1))
    moved = stressed(X, "shift=12.5", (8, 8), X, 0).reshape(-1, 8, 8).astype(float)
    centre = [
        np.array([(np.arange(8) * image.sum(axis=k)).sum() for k in (1, 0)]) / image.sum() for image in moved
    ]
    own = [
        np.array([(np.arange(8) * image.sum(axis=k)).sum() for k in (1, 0)]) / image.sum()
        for image in X.reshape(-1, 8, 8).astype(float)
    ]
    ways = np.hypot(*(np.array(centre) - own).T)
    np.testing.assert_allclose(ways, 1, atol=0.02)


def test_variants_are_named_and_told():
    assert variants(None) == ()
    assert len(set(EVERY)) == len(EVERY) == sum(len(stress.strengths) for stress in STRESSES.values())
    assert all(stress.strengths == tuple(sorted(stress.strengths)) for stress in STRESSES.values())
    assert told("shift", 7, (28, 28)) == "shifted by 7 % of the side (2.0 px)"
    assert told("rotate", 15, (28, 28)) == "rotated by 15 degrees"
    assert told("melt", 3) == "melt 3"
