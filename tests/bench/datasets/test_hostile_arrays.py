"""A kit of npz files of every kind and of none; nothing in them is ever unpickled."""

import io
import os
import pickle

import numpy as np
from kit import Case, cases, check, npy, zipped

X = np.arange(16, dtype=np.uint8).reshape(4, 4)
Y = np.array([0, 1, 0, 1])
FLAT = X.tolist()
FLOAT = X.astype(np.float64)
IMAGES = X.reshape(4, 2, 2)
BODY = X.tobytes()
HOLDS = "but holds 0 bytes"
HEAD = "{'descr': '|u1', 'fortran_order': False, 'shape': (4, 4), }"


class Witness:
    """Makes a folder when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ("witness",)


def saved(name, says=None, X=FLAT, y=None, **arrays):
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return Case(name, {"a.npz": stream.getvalue()}, "a.npz", says, X, y)


def raw(name, content, says, member="X.npy"):
    labels = io.BytesIO()
    np.save(labels, Y)
    return Case(name, {"a.npz": zipped([(member, content), ("y.npy", labels.getvalue())])}, "a.npz", says)


def head(name, text, says, body=BODY):
    return raw(name, npy(text, body), says)


def with_value(value, dtype=np.float64):
    array = FLOAT.astype(dtype)
    array[2, 3] = value
    return array


def pair(name, X_array, y_array=Y, says=None, X=FLAT, y=None, **others):
    return saved(name, says, X, y, x_train=X_array, y_train=y_array, **others)


def both_namings():
    stream = io.BytesIO()
    np.savez(stream, X=X, x_train=X, y=Y)
    return Case("both namings", {"a.npz": stream.getvalue()}, "a.npz", "holds both x_train and X")


GOOD = [
    pair("bytes", X),
    *(pair(f"images of {kind}", IMAGES.astype(kind)) for kind in ("i1", ">i2", "<u4", ">i8", "u8")),
    *(pair(f"numbers of {kind}", X.astype(kind)) for kind in ("f2", ">f4", "f8", ">f8", "g", "i2")),
    pair("truth values", X > 7, X=(X > 7).astype(float).tolist()),
    pair("columns first", np.asfortranarray(X)),
    pair("images, columns first", np.asfortranarray(IMAGES)),
    pair("strided", np.repeat(X, 2, axis=1)[:, ::2]),
    pair("one channel", IMAGES[..., np.newaxis]),
    pair("labels are floats", X, Y.astype(float), y=Y.tolist()),
    pair("labels in big-endian order", X, Y.astype(">i4"), y=Y.tolist()),
    pair("labels are truth values", X, Y == 1, y=Y.tolist()),
    pair("labels are text", X, np.array(["a", "b", "a", "NA"])[[0, 1, 0, 1]], y=["a", "b", "a", "b"]),
    pair(
        "labels are text in big-endian order",
        X,
        np.array(["a", "b", "a", "b"]).astype(">U3"),
        y=["a", "b", "a", "b"],
    ),
    pair(
        "labels are the smallest and largest",
        X,
        np.array([-(2**63), 2**63 - 1] * 2),
        y=[-(2**63), 2**63 - 1] * 2,
    ),
    pair("minus zero", with_value(-0.0), X=with_value(0).tolist()),
    pair("other arrays beside", X, other=np.array([None], dtype=object)),
]

REFUSED = [
    pair("objects", X.astype(object), says="holds Python objects"),
    pair("labels are objects", X, Y.astype(object), "holds Python objects"),
    pair("structures", np.zeros(4, [("a", "u1"), ("b", "f4")]), says="X holds"),
    pair("structures with objects", np.zeros(4, [("a", "O")]), says="holds Python objects"),
    pair("dates", np.zeros((4, 4), "M8[s]"), says="X holds datetime64"),
    pair("durations", np.zeros((4, 4), "m8[s]"), says="X holds timedelta64"),
    pair("complex", X * 1j, says="X holds complex"),
    pair("text", X.astype(str), says="and not numbers"),
    pair("bytes of text", X.astype("S3"), says="and not numbers"),
    *(
        pair(f"holds {value}", with_value(value), says="row 3, column 'x3' holds")
        for value in (np.nan, np.inf, -np.inf, 1e39)
    ),
    pair("half of infinity", with_value(np.inf, np.float16), says="row 3, column 'x3' holds inf"),
    pair("one dimension", X[0], says="X has the shape (4,)"),
    pair("no dimension", np.array(1), says="X has the shape ()"),
    pair("five dimensions", X.reshape(4, 1, 2, 2, 1), says="X has the shape"),
    pair("no rows", X[:0], Y[:0], "X has the shape (0, 4)"),
    pair("no features", X[:, :0], says="X has the shape (4, 0)"),
    pair("one row", X[:1], Y[:1], "has 1 row"),
    pair("one class", X, Y * 0, "every row has the label 0"),
    pair("class of one row", X, np.array([0, 0, 0, 1]), "class 1 has 1"),
    pair("labels in a column", X, Y[:, np.newaxis], "give one label per row"),
    pair("labels one-hot", X, np.eye(4), "give one label per row"),
    pair("too few labels", X, Y[:3], "give one label per row"),
    pair("one label", X, np.array(1), "give one label per row"),
    pair("labels between", X, Y + 0.5, "are no classes"),
    pair("labels that are nan", X, np.where(Y, np.nan, 1), "are no classes"),
    pair("labels that are infinite", X, np.where(Y, np.inf, 1), "are no classes"),
    pair("labels too large", X, np.where(Y, 1e300, 1), "are no classes"),
    pair("labels beyond int64", X, np.array([0, 2**64 - 1, 0, 1], np.uint64), "are no classes"),
    pair("labels are dates", X, Y.astype("M8[s]"), "are no classes"),
    pair("labels are bytes", X, Y.astype("S1"), "are no classes"),
    pair("empty label", X, np.array(["a", "", "a", "b"]), "row 2 has an empty label"),
    pair("all labels empty", X, np.array([""] * 4), "has an empty label"),
    pair("immense label", X, np.array(["a", "b" * 300] * 2), "holds a text of 300 characters"),
    pair("labels with surrogates", X, np.array(["a", "\ud800"] * 2), "is no Unicode"),
    pair("test of other width", X, says="test rows are (3,)", x_test=X[:, :3], y_test=Y),
    pair("test of other shape", IMAGES, says="test rows are (4,)", x_test=X),
    pair("test of no rows", X, says="X has the shape (0, 4)", x_test=X[:0]),
    pair("test out of range", X, says="holds 256; make it a whole number", x_test=X.astype(int) + 241),
    pair("test with gaps", FLOAT, says="holds nan", x_test=with_value(np.nan)),
    pair("test of other scale", IMAGES / 255, says="scale both alike", x_test=IMAGES),
    pair("train of other scale", IMAGES.astype(float), says="scale both alike", x_test=IMAGES / 15),
    pair("unknown test label", X, says="the test label 2", x_test=X, y_test=Y + 1),
    saved("no arrays", "holds no array X"),
    both_namings(),
    saved("no labels", "holds no array y", x_train=X),
    raw("no npy", b"hello", "cannot be read as plain arrays"),
    raw("nothing", b"", "cannot be read as plain arrays"),
    raw("pickle", pickle.dumps(Witness()), "cannot be read as plain arrays"),
    raw("unknown version", npy(HEAD, BODY, b"\x09\x00"), "cannot be read as plain arrays"),
    raw("pickle in objects", npy(HEAD.replace("|u1", "|O"), pickle.dumps(Witness())), "holds Python objects"),
    head(
        "promises more", HEAD.replace("(4, 4)", "(4, 5)"), "promises uint8 of shape (4, 5) but holds 16 bytes"
    ),
    head(
        "promises less", HEAD.replace("(4, 4)", "(4, 3)"), "promises uint8 of shape (4, 3) but holds 16 bytes"
    ),
    head("promises petabytes", HEAD.replace("(4, 4)", "(10**6, 10**9)"), "cannot be read as plain arrays"),
    head("promises a petabyte", HEAD.replace("(4, 4)", f"({10**6}, {10**9})"), "but holds 16 bytes"),
    head("dimensions that overflow", HEAD.replace("(4, 4)", f"({2**62}, {2**62}, 16)"), "but holds 16 bytes"),
    head("negative dimensions", HEAD.replace("(4, 4)", "(-4, -4)"), "but holds 16 bytes"),
    head("unknown dimension", HEAD.replace("(4, 4)", "(-1, 4)"), "but holds 16 bytes"),
    head("dimensions are text", HEAD.replace("(4, 4)", "'ab'"), "cannot be read as plain arrays"),
    head("dimensions are floats", HEAD.replace("(4, 4)", "(4.0, 4)"), "cannot be read as plain arrays"),
    head(
        "kind without size in billions",
        HEAD.replace("|u1", "<U0").replace("4, 4", "10000000000,"),
        HOLDS,
        b"",
    ),
    head("hundred dimensions", HEAD.replace("4, 4", "4, 4" + ", 1" * 98), "cannot be unpacked"),
    head("thousands of dimensions", HEAD.replace("4, 4", "4, 5" + ", 1" * 3000), "but holds 16 bytes"),
    head(
        "arrays within an array", HEAD.replace("'|u1'", "('|u1', (4,))").replace("4, 4", "4,"), "holds arrays"
    ),
    raw("other version", npy(HEAD, BODY, b"\3\0"), "cannot be read as plain arrays (version 3.0 of npy)"),
    head("unknown kind", HEAD.replace("|u1", "|zz"), "cannot be read as plain arrays"),
    head("kind of no size", HEAD.replace("|u1", "|V0"), "but holds 16 bytes"),
    head("kind of immense size", HEAD.replace("|u1", "<U999999999"), "cannot be read as plain arrays"),
    head("code in the head", "__import__('os').abort()", "cannot be read as plain arrays"),
    head("head that nests", "(" * 5000 + ")" * 5000, "cannot be read as plain arrays"),
    head("head of a list", "[1, 2]", "cannot be read as plain arrays"),
    head(
        "head without a shape", "{'descr': '|u1', 'fortran_order': False}", "cannot be read as plain arrays"
    ),
    head("head that never ends", "{'descr': '|u1', 'fortran_order", "cannot be read as plain arrays"),
    head("head of Python 2", HEAD.replace("(4, 4)", "(4L, 5L)"), "but holds 16 bytes"),
    Case("text", {"a.npz": b"hello"}, "a.npz", "is no npz"),
    Case("nothing", {"a.npz": b""}, "a.npz", "is no npz"),
    Case("pickle alone", {"a.npz": pickle.dumps(Witness())}, "a.npz", "is no npz"),
    Case("only a signature", {"a.npz": b"PK\3\4"}, "a.npz", "cannot be unpacked"),
    Case("single array", {"a.npz": npy(HEAD, BODY)}, "a.npz", "holds a single array"),
    Case("pipe", {"a.npz": os.mkfifo}, "a.npz", "is a pipe or a device"),
    Case("folder", {"a.npz/b": b""}, "a.npz", "holds neither train.csv"),
]


@cases(*GOOD)
def test_what_is_meant_is_read(case, tmp_path):
    check(case, tmp_path)


@cases(*REFUSED)
def test_what_is_wrong_is_said(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check(case, tmp_path)
    assert not (tmp_path / "witness").exists()
