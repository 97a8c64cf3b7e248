"""Drawings as rows of the data: measured habits, kept under any size, place and colour of the drawing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import datasets
from bench.serve.drawing import Blank, picture, row
from bench.serve.frames import Frame, located, measured
from bench.shown import StoredRows, shown_arrays

MNIST = Frame((28, 28, 1), "uint8", 0, 255, "dark", 20 / 28, (14.5 / 28, 14.5 / 28), by_mass=True)


def stored(data) -> StoredRows:
    return StoredRows.of(shown_arrays(data, datasets.describe(data).classes))


def stroke(top, left, height, width, *, ink=10, paper=250, shape=(256, 256, 3)) -> np.ndarray:
    canvas = np.full(shape, paper, dtype=np.uint8)
    canvas[top : top + height, left : left + width] = ink
    return canvas


@given(
    place=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    size=st.tuples(st.integers(20, 160), st.integers(20, 160)),
    shades=st.sampled_from([(0, 255), (255, 0), (30, 200), (90, 20)]),
)
def test_box_and_centre_of_mass_are_those_of_mnist_whatever_is_drawn(place, size, shades):
    image = row(MNIST, stroke(*place, *size, ink=shades[0], paper=shades[1])).reshape(1, 28, 28) / 255
    found = located(image)
    assert image.max() == 1
    assert abs(found.extent[0] * 28 - 20) <= 2
    np.testing.assert_allclose(found.mass[0] * 28, 14.5, atol=0.35)
    box = (found.last - found.first)[0]
    assert abs(box[1] / box[0] - size[1] / size[0]) <= 2 / 20 * max(1, size[1] / size[0]) ** 2 + 0.06


@given(st.integers(1, 40), st.integers(1, 40))
def test_moving_a_drawing_changes_nothing(down, right):
    first = row(MNIST, stroke(1, 1, 150, 60)).astype(int)
    assert np.abs(row(MNIST, stroke(1 + down, 1 + right, 150, 60)) - first).max() <= 1


@pytest.mark.parametrize("background", ["dark", "light"])
@pytest.mark.parametrize(("dtype", "low", "high"), [("uint8", 0, 255), ("uint8", 0, 16), ("float32", -1, 1)])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_values_are_those_of_the_data(background, dtype, low, high, channels):
    frame = replace(MNIST, shape=(28, 28, channels), dtype=dtype, low=low, high=high, background=background)
    values = row(frame, stroke(30, 60, 150, 40))
    assert (values.dtype, values.shape) == (np.dtype(dtype), (28 * 28 * channels,))
    image = values.reshape(28, 28, channels)
    paper, ink = (low, high) if background == "dark" else (high, low)
    assert (image[0] == paper).all()
    assert image[14, 14, 0] == ink
    assert (image == image[:, :, :1]).all()
    shown = picture(frame, values)
    assert (shown.shape, shown.dtype) == ((28, 28, 3), np.uint8)
    assert {shown.min(), shown.max()} == {0, 255}


def test_an_image_of_the_data_comes_back_nearly_as_it_was(digits):
    frame = measured(datasets.describe(digits), stored(digits))
    assert (frame.shape, frame.background, frame.high) == ((8, 8, 1), "dark", 16)
    originals = digits.X[:100].reshape(-1, 8, 8).astype(int)
    canvases = np.full((100, 320, 320), 0.0)
    canvases[:, 32:288, 32:288] = np.kron(originals / 16, np.ones((32, 32)))
    rows = np.stack([row(frame, np.repeat((255 * c)[:, :, None], 3, 2).astype(np.uint8)) for c in canvases])
    assert np.abs(rows.reshape(-1, 8, 8).astype(int) - originals).mean() < 0.15 * 16


def test_data_without_a_plain_background_are_only_scaled():
    frame = Frame((16, 32, 3), "uint8", 0, 255)
    assert frame.canvas == (128, 256, 3)
    canvas = np.random.default_rng(0).integers(0, 256, frame.canvas).astype(np.uint8)
    expected = canvas.reshape(16, 8, 32, 8, 3).mean(axis=(1, 3))
    assert np.abs(row(frame, canvas).reshape(16, 32, 3) - expected).max() <= 0.5
    assert (row(frame, np.zeros(frame.canvas, np.uint8)) == 0).all()


@pytest.mark.parametrize("paper", [0, 128, 255])
def test_a_blank_page_is_no_drawing(paper):
    with pytest.raises(Blank):
        row(MNIST, np.full((256, 256, 3), paper, np.uint8))


@pytest.mark.parametrize("invert", [False, True])
def test_habits_are_measured(small, invert):
    X = np.zeros((50, 28, 28), np.uint8)
    for i, image in enumerate(X):
        image[4:24, 4 + i % 5 : 14 + i % 5] = 255
    data = replace(small, X=(255 - X if invert else X).reshape(50, -1), y=np.arange(50) % 2,
                   row_ids=np.arange(50), image_shape=(28, 28))  # fmt: skip
    frame = measured(datasets.describe(data), stored(data))
    assert frame.background == ("light" if invert else "dark")
    assert frame.extent == pytest.approx(20 / 28)
    assert frame.centre[0] == pytest.approx(0.5)


def test_noise_has_no_background_and_columns_are_no_images(small):
    noise = np.random.default_rng(0).integers(0, 256, small.X.shape).astype(np.uint8)
    data = replace(small, X=noise)
    assert measured(datasets.describe(data), stored(data)).background == ""
    assert measured(replace(datasets.describe(data), image_shape=None), stored(data)) is None
