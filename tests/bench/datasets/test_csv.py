"""Single tables: what is read, in which order, and what is refused with which sentence."""

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.datasets import load
from bench.errors import DataError, EnvironmentProblem

RELAXED = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LABELS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8).filter(
    lambda text: text.strip()
)
NUMBERS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@RELAXED
@given(
    columns=st.permutations(["label", "x1", "x2", "x10"]),
    values=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=2, max_size=6),
)
def test_column_order_leaves_the_fingerprint(columns, values, write_csv):
    rows = [
        dict(zip(("x1", "x2", "x10", "label"), (*row, number % 2), strict=True))
        for number, row in enumerate(values)
    ]
    first = load(
        write_csv(["label", "x1", "x2", "x10"], [[r["label"], r["x1"], r["x2"], r["x10"]] for r in rows])
    )
    other = load(write_csv(columns, [[row[name] for name in columns] for row in rows], "other.csv"))
    assert first.feature_names == other.feature_names == ("x1", "x10", "x2")
    assert first.sha256 == other.sha256
    np.testing.assert_array_equal(other.X[:, 0], np.array([row["x1"] for row in rows], dtype=np.float32))


def is_no_single_class(labels):
    return len({label.strip() for label in labels}) > 1


@RELAXED
@given(labels=st.lists(LABELS, min_size=2, max_size=8).filter(is_no_single_class))
def test_any_label_survives(labels, write_csv):
    y = load(write_csv(["x", "label"], [[1, label] for label in labels])).y
    if y.dtype.kind == "i":
        assert [str(label) for label in y] == [label.strip() for label in labels]
    else:
        assert y.tolist() == labels


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["1", "0", "-2"], [1, 0, -2]),
        ([" 1", "0 "], [1, 0]),
        (["007", "1"], ["007", "1"]),
        (["1.0", "2"], ["1.0", "2"]),
        (["NA", "null", "nan"], ["NA", "null", "nan"]),
        (["True", "False"], ["True", "False"]),
        (["a_b", "+1"], ["a_b", "+1"]),
        (["99999999999999999999", "1"], ["99999999999999999999", "1"]),
    ],
)
def test_which_labels_are_integers(labels, expected, write_csv):
    assert load(write_csv(["label", "x"], [[label, 1] for label in labels])).y.tolist() == expected


def test_pixels_are_ordered_by_number(write_csv):
    names = [f"pixel{number}" for number in range(16)]
    shuffled = names[::-1]
    rows = [[*range(15, -1, -1), "a"], [*[255] * 16, "b"]]
    data = load(write_csv([*shuffled, "label"], rows))
    assert data.feature_names == tuple(names)
    assert data.X[0].tolist() == list(range(16))
    assert (data.X.dtype, data.image_shape) == (np.uint8, (4, 4))


@pytest.mark.parametrize(
    ("first", "count", "shape"), [(1, 4, (2, 2)), (0, 12, (2, 2, 3)), (0, 3, (1, 1, 3)), (0, 5, None)]
)
def test_shape_of_pixels(first, count, shape, write_csv):
    names = [f"pixel{number}" for number in range(first, first + count)]
    data = load(write_csv(["label", *names], [["a", *[0] * count], ["b", *[1] * count]]))
    assert (data.image_shape, data.X.dtype) == (shape, np.uint8)


def test_image_shape_makes_images_of_other_columns(write_csv):
    header = ["label", "1x2", "1x1", "2x1", "2x2"]
    path = write_csv(header, [["a", 2, 1, 3, 4], ["b", 6, 5, 7, 8]])
    assert load(path).X.dtype == np.float32
    data = load(path, image_shape="2x2")
    assert (data.X.dtype, data.image_shape) == (np.uint8, (2, 2))
    assert data.X.tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]


def test_unnumbered_images_keep_the_order_of_the_file(write_csv):
    path = write_csv(["label", "d", "c", "b", "a"], [["a", 2, 1, 3, 0.5], ["b", 6, 5, 7, 8]])
    data = load(path, image_shape="2x2")
    assert (data.feature_names, data.X.dtype) == (("d", "c", "b", "a"), np.float32)


def test_file_bytes_do_not_matter(write_text):
    plain = load(write_text("label,x\na,1\nb,2\n"))
    for text in (
        "\ufefflabel,x\na,1\nb,2\n",
        "label,x\r\na,1\r\nb,2\r\n",
        'label , x\n"a",1.0\nb,2e0\n\n',
        "\n\nx,label\n1,a\n \n2,b",
        "label,x\ra,1\rb,2\r",
    ):
        assert load(write_text(text, "other.csv")).sha256 == plain.sha256, text


def test_zero_has_no_sign(write_text):
    minus = load(write_text("label,x\na,-0.0\nb,2\n"))
    assert minus.sha256 == load(write_text("label,x\na,0\nb,2\n", "other.csv")).sha256


def test_ids_are_no_features(write_csv):
    train = write_csv(["id", "label", "x"], [[7, "a", 1], [8, "b", 2]])
    test = write_csv(["x", "id"], [[1, "n01"], [2, "n02"]], "test.csv")
    data = load(train, test=test)
    assert (data.feature_names, data.test_ids.tolist(), data.id_name) == (("x",), ["n01", "n02"], "id")


def test_labelled_and_unlabelled_test_rows(write_csv):
    train = write_csv(["species", "x", "y"], [["a", 1, 2], ["b", 3, 4]])
    labelled = load(train, label="species", test=write_csv(["y", "species", "x"], [[9, "b", 8]], "test.csv"))
    assert (labelled.X_test.tolist(), labelled.y_test.tolist()) == ([[8.0, 9.0]], ["b"])
    assert (labelled.test_ids.tolist(), labelled.id_name, labelled.label_name) == ([1], "ImageId", "species")
    unlabelled = load(train, test=write_csv(["y", "x"], [[9, 8]], "new.csv"))
    assert (unlabelled.y_test, unlabelled.X_test.tolist()) == (None, [[8.0, 9.0]])


PIXELS = "label,pixel0,pixel1\n"
REFUSED = [
    ("", "is empty; give a csv with a head and rows"),
    ("label,x\n", "holds no rows beneath its head; add some"),
    ("label,x\na,1\n", "has 1 row; a benchmark needs at least 2"),
    ("label,x\na,1\na,2\n", "every row has the label a; give rows of at least 2 classes"),
    ("label\na\nb\n", "has no column beside its label; give one with features"),
    ("label,x,x\na,1,2\n", "two columns are called 'x'; rename one of them"),
    (",label,x\n0,a,1\n", "column 1 has no name; name it, or save without the index"),
    ("label;x\na;1\nb;2\n", "is not separated by commas; save it with commas"),
    (b"label,x\n\xe9,1\nb,2\n", "is no UTF-8 text"),
    ("label,x\na,1\nb,2\n".encode("utf-16"), "holds NUL bytes, so it is no text; save it as a UTF-8 csv"),
    ("label,x\na,1\nb\n", "line 3 has 1 fields where the head has 2; correct that line"),
    ("label,x\na,1,5\nb,2,6\n", "line 2 has 3 fields where the head has 2; correct that line"),
    ("label,x\na,1\nb,2,\n", "line 3 has 3 fields where the head has 2; correct that line"),
    ("x,label\n1,a\n2\n", "line 3 has 1 fields where the head has 2; correct that line"),
    ("label,x\n,1\nb,2\n", "line 2, column 'label' is empty; make it some text"),
    ("label,x\na,1\nb,\n", "line 3, column 'x' is empty; make it a finite number"),
    ("label,x\na,1\nb,nan\n", "line 3, column 'x' holds 'nan'; make it a finite number"),
    ("label,x\na,1\n\nb,-inf\n", "line 4, column 'x' holds '-inf'; make it a finite number"),
    ("label,x\na,1\nb,1e39\n", "line 3, column 'x' holds '1e39'; make it a finite number"),
    ("label,x\na,True\nb,False\n", "line 2, column 'x' holds 'True'; make it a finite number"),
    ("label,x\na,1_0\nb,2\n", "line 2, column 'x' holds '1_0'; make it a finite number"),
    ('label,x\n"a\nb",1\nb,two\n', "line 4, column 'x' holds 'two'; make it a finite number"),
    ('label,x\na,1\nb,"2\n', "line 3 cannot be read (unexpected end of data); correct it"),
    (
        PIXELS + "a,1,2\nb,3,256\n",
        "line 3, column 'pixel1' holds '256'; make it a whole number from 0 to 255",
    ),
    (PIXELS + "a,1,2\nb,-1,3\n", "line 3, column 'pixel0' holds '-1'; make it a whole number from 0 to 255"),
    (
        PIXELS + "a,1,2\nb,1.5,3\n",
        "line 3, column 'pixel0' holds '1.5'; make it a whole number from 0 to 255",
    ),
    (PIXELS + "a,1,2\nb,x,3\n", "line 3, column 'pixel0' holds 'x'; make it a whole number from 0 to 255"),
    (PIXELS + "a,1,2\nb,,3\n", "line 3, column 'pixel0' is empty; make it a whole number from 0 to 255"),
    (
        PIXELS + "a,1_0,2\nb,1,3\n",
        "line 2, column 'pixel0' holds '1_0'; make it a whole number from 0 to 255",
    ),
    (PIXELS + "a,True,2\nb,False,3\n", "line 2, column 'pixel0' holds 'True'"),
    (PIXELS + f"a,{'9' * 5000},2\nb,1,3\n", f"line 2, column 'pixel0' holds '{'9' * 37}...'"),
    ("Species,x\na,1\nb,2\n", "which column is the label is not clear; name it with --label"),
    ("Label,x\na,1\nb,2\n", "name it with --label, perhaps one of 'Label'"),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
def test_refusals(text, sentence, write_text):
    path = write_text(text)
    with pytest.raises(DataError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(path)
    assert sentence in message
    assert "\n" not in message
    assert message.count("; ") == 1


def test_booleans_deep_in_a_long_file_are_refused(write_text):
    rows = ["a,0"] * 150_000 + ["b,True"] * 150_000
    with pytest.raises(DataError, match="line 150002, column 'pixel0' holds 'True'"):
        load(write_text("\n".join(["label,pixel0", *rows])))


def test_unknown_label_column_suggests_the_nearest(write_csv):
    path = write_csv(["target", "x"], [["a", 1], ["b", 2]])
    with pytest.raises(
        DataError, match="has no column 'tarjet'; name it with --label, perhaps one of 'target'"
    ):
        load(path, label="tarjet")


@pytest.mark.parametrize(
    ("header", "row", "sentence"),
    [
        (["x"], [1], "lacks the column 'y' of "),
        (["x", "y", "z"], [1, 2, 3], "has the column 'z', unknown to "),
        (["x", "y", "label"], [1, 2, "c"], "the test label 'c' is on no training row"),
        (["x", "y"], [1, ""], "test.csv: line 2, column 'y' is empty"),
    ],
)
def test_test_rows_that_do_not_fit(header, row, sentence, write_csv):
    train = write_csv(["label", "x", "y"], [["a", 1, 2], ["b", 3, 4]])
    with pytest.raises(DataError, match=sentence):
        load(train, test=write_csv(header, [row], "test.csv"))


def test_equal_test_ids_are_refused(write_csv):
    train = write_csv(["label", "x"], [["a", 1], ["b", 3]])
    with pytest.raises(DataError, match="the test id 5 is given 2 times; make every id unique"):
        load(train, test=write_csv(["id", "x"], [[5, 1], [5, 2]], "test.csv"))


def test_missing_files_suggest_their_neighbours(write_csv, tmp_path):
    path = write_csv(["label", "x"], [["a", 1], ["b", 2]], "iris.csv")
    with pytest.raises(DataError, match=r"there is no such file; did you mean '.*iris\.csv'\?"):
        load(str(tmp_path / "irs.csv"))
    with pytest.raises(DataError, match=r"there is no such file; did you mean '.*iris\.csv'\?"):
        load(path, test=str(tmp_path / "iris.cvs"))
    with pytest.raises(DataError, match="its folder does not exist; check the path"):
        load(str(tmp_path / "nowhere" / "iris.csv"))


def test_other_suffixes_and_folders_as_test(write_csv, write_text, tmp_path):
    with pytest.raises(
        DataError, match=r"the suffix '\.txt' is not known; give a folder, \.csv, \.npz or \.zip"
    ):
        load(write_text("x", "data.txt"))
    train = write_csv(["label", "x"], [["a", 1], ["b", 2]])
    with pytest.raises(DataError, match="is a folder; give a file"):
        load(train, test=str(tmp_path))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(write_csv):
    path = write_csv(["label", "x"], [["a", 1], ["b", 2]])
    os.chmod(path, 0)
    with pytest.raises(EnvironmentProblem, match="reading is not permitted"):
        load(path)


def test_a_name_that_is_too_long():
    with pytest.raises(DataError, match=r"is no path \(File name too long\)|there is no such file"):
        load("x" * 5000 + ".csv")
