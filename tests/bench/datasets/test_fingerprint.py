"""What changes the data changes their fingerprint, and nothing else does."""

import csv
import gzip
import io
import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kit import idx, zipped

from bench.datasets import load
from bench.datasets.assemble import fingerprint

RELAXED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
HEAD = ["id", "label", "pixel0", "pixel1", "pixel2", "pixel3"]
ROWS = [[number, number % 3, number, 255 - number, 7, 3 * number] for number in range(6)]
IMAGES, LABELS = np.arange(24).reshape(6, 2, 2), np.arange(6) % 3


def written(order, line_end, quoting, mark, blank, decimals):
    """Return the same table in another spelling."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator=line_end, quoting=quoting)
    writer.writerow([HEAD[column] for column in order])
    for row in ROWS:
        cells = [f"{value}.0" if decimals and column > 1 else value for column, value in enumerate(row)]
        writer.writerow([cells[column] for column in order])
    text = stream.getvalue() + blank * line_end
    return ("\ufeff" * mark + text).encode()


@RELAXED
@given(
    order=st.permutations(range(len(HEAD))),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    mark=st.booleans(),
    blank=st.integers(0, 3),
    decimals=st.booleans(),
    packing=st.sampled_from(["csv", "folder", "stored", "deflated", "inside"]),
    age=st.integers(0, 2**31),
)
def test_spelling_packing_and_age_do_not_matter(
    order, line_end, quoting, mark, blank, decimals, packing, age, tmp_path
):
    content = written(order, line_end, quoting, mark, blank, decimals)
    plain = tmp_path / "plain.csv"
    plain.write_bytes(written(range(len(HEAD)), "\n", csv.QUOTE_MINIMAL, False, 0, False))
    assert load(packed(tmp_path, content, packing, age)).sha256 == load(str(plain)).sha256


def packed(folder, content, packing, age):
    name = {"csv": "other.csv", "folder": "other/train.csv"}.get(packing, f"{packing}.zip")
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    if path.suffix == ".zip":
        inner = "some/where/train.csv" if packing == "inside" else "train.csv"
        content = zipped([(inner, content)], 0 if packing == "stored" else 8)
    path.write_bytes(content)
    os.utime(path, (age, age))
    return str(path.parent if packing == "folder" else path)


@RELAXED
@given(level=st.integers(0, 9), age=st.integers(0, 2**31), cut=st.integers(0, 40))
def test_compression_of_idx_does_not_matter(level, age, cut, tmp_path):
    for name in ("plain", "packed"):
        (tmp_path / name).mkdir(exist_ok=True)
    for stem, array in (("train-images-idx3-ubyte", IMAGES), ("train-labels-idx1-ubyte", LABELS)):
        content = idx(array)
        (tmp_path / "plain" / stem).write_bytes(content)
        pieces = (gzip.compress(piece, level, mtime=age) for piece in (content[:cut], content[cut:]))
        (tmp_path / "packed" / f"{stem}.gz").write_bytes(b"".join(pieces))
    assert load(str(tmp_path / "plain")).sha256 == load(str(tmp_path / "packed")).sha256


@pytest.mark.parametrize("dtype", ["u1", "<i2", ">i4", "<u8", ">f4", "f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_the_kind_of_the_numbers_does_not_matter(dtype, order, tmp_path):
    shape = {"image_shape": "2x2"}
    np.savez(tmp_path / "a.npz", X=IMAGES.astype(np.uint8), y=LABELS)
    np.savez_compressed(tmp_path / "b.npz", X=np.array(IMAGES, dtype, order=order), y=LABELS.astype(dtype))
    assert load(str(tmp_path / "a.npz"), **shape).sha256 == load(str(tmp_path / "b.npz"), **shape).sha256


@RELAXED
@given(data=st.data())
def test_every_cell_matters(data, small):
    part = data.draw(st.sampled_from(["X", "y", "X_test", "test_ids", "feature_names"]))
    whole = replace(small, X_test=small.X[:5].copy(), test_ids=np.arange(5))
    values = list(whole.feature_names) if part == "feature_names" else getattr(whole, part).copy()
    place = data.draw(st.integers(0, np.size(values) - 1))
    if part == "feature_names":
        values[place] += "x"
    else:
        values.flat[place] = (int(values.flat[place]) + 1) % (10 if part == "y" else 100)
    changed = tuple(values) if part == "feature_names" else values
    assert fingerprint(replace(whole, **{part: changed})) != fingerprint(whole)
