"""A kit of zips, folders, idx files and gz streams that break, lie or burst."""

import stat
import struct
import zipfile
import zlib

import numpy as np
from kit import Case, cases, check, gz, idx, zipped

TRAIN = b"label,x\na,1\nb,2\n"
OTHER = b"label,x\na,5\nb,6\n"
X = [[1.0], [2.0]]
IMAGES = np.arange(16).reshape(4, 2, 2)
LABELS = np.array([0, 1, 0, 1])
FLAT = IMAGES.reshape(4, 4).tolist()
IMAGES_NAME, LABELS_NAME = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def pack(name, members, says=None, X=X, **options):
    content = members if isinstance(members, bytes) else zipped(members)
    return Case(name, {"c.zip": content}, "c.zip", says, X, options=options)


def folder(name, images=None, labels=None, says=None, X=FLAT, max_input="2G", **others):
    pair = {IMAGES_NAME: images or idx(IMAGES), LABELS_NAME: labels or idx(LABELS)} | others
    files = {f"c/{path}": content for path, content in pair.items()}
    return Case(name, files, "c", says, X, options={"max_input": max_input})


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def patched(content, local, central, value):
    """Return a zip of one member with other bytes in its local head and its directory."""
    content, directory = bytearray(content), content.index(b"PK\1\2")
    if local is not None:
        content[local : local + len(value)] = value
    if central is not None:
        content[directory + central : directory + central + len(value)] = value
    return bytes(content)


def size(number):
    return number.to_bytes(4, "little")


PLAIN = zipped([("train.csv", TRAIN)], zipfile.ZIP_STORED)
SQUEEZED = zipped([("train.csv", TRAIN)])
BOMB = zipped([("train.csv", bytes(3_000_000))])
# The directory promises the first row only, with its checksum: the second one would be cut off in silence.
CUT = patched(patched(SQUEEZED, None, 24, size(12)), None, 16, size(zlib.crc32(TRAIN[:12])))
SHARED = PLAIN[: PLAIN.index(b"PK\1\2")]
ENTRY = PLAIN[PLAIN.index(b"PK\1\2") : PLAIN.index(b"PK\5\6")]
OVERLAP = SHARED + ENTRY + ENTRY.replace(b"train.csv", b"tests.csv")
OVERLAP += b"PK\5\6" + bytes(4) + b"\2\0\2\0" + size(2 * len(ENTRY)) + size(len(SHARED)) + b"\0\0"
LONG = ENTRY * (2**20 // len(ENTRY) + 1)
TOO_LONG = f"its list of members has {len(LONG) / 2**20:.3g}M"
# The end of a zip as zipfile reads it although it says that it is another disk's, or that there is no list.
END = b"PK\5\6" + bytes(4) + b"\xff\xff\xff\xff" + size(len(LONG)) + size(len(SHARED)) + b"\0\0"
DISK_END = b"PK\5\6PK\5\6" + END[8:]
FAR_END = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 9, 9, len(LONG), len(SHARED))
FAR_END += struct.pack("<4sLQL", b"PK\6\7", 0, len(SHARED + LONG), 1) + b"PK\5\6" + bytes(18)

ZIPS = [
    pack("stored", PLAIN),
    pack("deflated", SQUEEZED),
    pack("bzip2", zipped([("train.csv", TRAIN)], zipfile.ZIP_BZIP2), "a method other than deflate"),
    pack("lzma", zipped([("train.csv", TRAIN)], zipfile.ZIP_LZMA), "a method other than deflate"),
    pack("a folder around", [("a/b/train.csv", TRAIN), ("a/b/readme", b"")]),
    pack(
        "rubbish of a Macintosh", [("train.csv", TRAIN), ("__MACOSX/._train.csv", b"x"), (".DS_Store", b"x")]
    ),
    pack("something before the zip", b"#!/bin/sh\n" + SQUEEZED),
    pack("test beside it", [("train.csv", TRAIN), ("test.csv", b"x\n7\n")]),
    pack("empty", [], "holds neither train.csv"),
    pack("no zip", b"hello", "cannot be unpacked"),
    pack("nothing", b"", "cannot be unpacked"),
    pack("cut short", SQUEEZED[:-30], "cannot be unpacked"),
    pack("beginning lost", SQUEEZED[20:], "cannot be unpacked"),
    pack("parent folder", [("../train.csv", TRAIN)], "leads out of the zip"),
    pack("parent folder inside", [("train.csv", TRAIN), ("a/../../b", b"")], "leads out of the zip"),
    pack("parent folder of Windows", [("train.csv", TRAIN), ("..\\b", b"")], "leads out of the zip"),
    pack("absolute name", [("/train.csv", TRAIN)], "leads out of the zip"),
    pack("dotted twin", [("train.csv", TRAIN), ("./train.csv", OTHER)], "is there 2 times"),
    pack("twin in other letters", [("train.csv", TRAIN), ("TRAIN.CSV", OTHER)], "is there 2 times"),
    pack("in two folders", [("a/train.csv", TRAIN), ("b/train.csv", OTHER)], "holds neither train.csv"),
    pack("link", [(link("train.csv"), b"/etc/passwd")], "is a link and no file"),
    pack("zip in a zip", [("data.zip", SQUEEZED)], "holds neither train.csv"),
    pack("zip as a table", [("train.csv", SQUEEZED)], "holds NUL bytes"),
    pack("folder as a table", [("train.csv/", b"")], "holds neither train.csv"),
    pack("wrong checksum", patched(PLAIN, 14, 16, size(7)), "cannot be unpacked (Bad CRC"),
    pack("another byte", PLAIN.replace(b"a,1", b"a,7"), "cannot be unpacked (Bad CRC"),
    pack("encrypted", patched(PLAIN, 6, 8, b"\1"), "encrypted"),
    pack("unknown method", patched(PLAIN, 8, 10, b"\x63"), "a method other than deflate"),
    pack("other name in the directory", patched(PLAIN, 30, None, b"b"), "cannot be unpacked"),
    pack("promises less", CUT, "cannot be unpacked (Bad CRC"),
    pack("promises more", patched(SQUEEZED, None, 24, size(99)), "promises 99 bytes but holds 16"),
    pack("promises 4 GB", patched(SQUEEZED, None, 24, size(2**32 - 2)), "where --max-input allows 2G"),
    pack("bomb", BOMB, "holds 2.86M where --max-input allows 977K", max_input=1_000_000),
    pack("bomb that hides its size", patched(BOMB, None, 24, size(9)), "cannot be unpacked (Bad CRC"),
    pack("overlapping members", OVERLAP, "overlap"),
    pack("immense directory", SHARED + LONG + END, TOO_LONG),
    pack("immense directory of another disk", SHARED + LONG + DISK_END, TOO_LONG),
    pack("immense directory of another format", SHARED + LONG + FAR_END, TOO_LONG),
    pack("directory that is not there", END, "cannot be unpacked"),
    pack("test in a folder", [("train.csv", TRAIN), ("a/test.csv", b"x\n7\n")], "holds 'a/test.csv', but no"),
    pack("many members", [(f"{number}.txt", b"") for number in range(3_000)], "holds neither train.csv"),
    pack("control characters in a name", [("tr\x1b[31m\nain.csv", TRAIN)], "holds neither train.csv"),
    pack("NUL in a table", [("train.csv", TRAIN + b"\0")], "holds NUL bytes"),
]

HUGE = (2**32 - 1,) * 3
IDX = [
    folder("plain"),
    folder("packed twins", **{f"{IMAGES_NAME}.gz": gz(idx(IMAGES))}),
    folder("packed under a plain name", gz(idx(IMAGES)), gz(idx(LABELS))),
    folder("packed in two parts", gz(idx(IMAGES)[:20]) + gz(idx(IMAGES)[20:])),
    folder("zeros behind the packed", gz(idx(IMAGES)) + bytes(9)),
    folder("twins that differ", says="differs from", **{f"{IMAGES_NAME}.gz": gz(idx(IMAGES[::-1]))}),
    folder("rubbish behind the packed", gz(idx(IMAGES)) + b"rubbish", says="cannot be unpacked"),
    folder("packed and cut", gz(idx(IMAGES))[:-9], says="cannot be unpacked"),
    folder("packed with a wrong checksum", gz(idx(IMAGES))[:-8] + bytes(8), says="cannot be unpacked"),
    folder("packed twice", gz(gz(idx(IMAGES))), says="begins with 1f8b"),
    folder("only the first bytes of gz", b"\x1f\x8b", says="cannot be unpacked"),
    Case("nothing", {f"c/{IMAGES_NAME}": b"", f"c/{LABELS_NAME}": b""}, "c", "begins with nothing"),
    folder("nothing, packed", gz(b""), says="begins with nothing"),
    folder("half a head", idx(IMAGES)[:9], says="where 00000803 belongs"),
    folder("no idx", b"label,x\na,1\nb,2\n", says="where 00000803 belongs"),
    folder("other byte order", idx(IMAGES, bytes((3, 8, 0, 0))), says="begins with 03080000"),
    folder("signed bytes", idx(IMAGES, bytes((0, 0, 9, 3))), says="begins with 00000903"),
    folder("floats", idx(IMAGES, bytes((0, 0, 13, 3))), says="begins with 00000d03"),
    folder("two dimensions", idx(IMAGES.reshape(4, 4)), says="begins with 00000802"),
    folder("labels as images", idx(LABELS), says="begins with 00000801"),
    folder("images as labels", labels=idx(IMAGES), says="begins with 00000803"),
    folder(
        "sizes in the other byte order",
        idx(IMAGES, shape=(2**26, 2**25, 2**25)),
        says="--max-input allows 2G",
    ),
    folder("dimensions that overflow", idx(IMAGES, shape=HUGE), says="--max-input allows 2G"),
    folder(
        "dimensions that wrap to the size", idx(IMAGES, shape=(2**31, 2**31, 4)), says="--max-input allows"
    ),
    folder("promises more", idx(IMAGES, shape=(5, 2, 2)), says="promises 20 bytes but holds 16"),
    folder("promises less", idx(IMAGES, shape=(3, 2, 2)), says="promises 12 bytes but holds 16"),
    folder(
        "promises a GB", idx(IMAGES, shape=(1, 2**15, 2**15)), says="promises 1073741824 bytes but holds 16"
    ),
    folder("no rows", idx(IMAGES[:0]), says="is empty"),
    folder("no columns", idx(IMAGES[:, :, :0]), says="is empty"),
    folder("fewer labels", labels=idx(LABELS[:3]), says="has 4 train images but 3 labels"),
    folder("one class", labels=idx(LABELS * 0), says="every row has the label 0"),
    folder("bomb", gz(idx(IMAGES) + bytes(3_000_000)), says="promises 16 bytes but holds at least"),
    folder(
        "bomb with an honest head",
        gz(idx(np.zeros((4, 500, 500)))),
        says="where --max-input",
        max_input=9_999,
    ),
    folder(
        "gigantic images", gz(idx(np.zeros((2, 1100, 1000)))), idx(LABELS[:2]), says="1,000,000 can be read"
    ),
    folder("half of the test pair", says="lacks t10k-labels", **{"t10k-images-idx3-ubyte": idx(IMAGES)}),
]


@cases(*ZIPS)
def test_zips(case, tmp_path):
    check(case, tmp_path)


@cases(*IDX)
def test_idx(case, tmp_path):
    check(case, tmp_path)


def test_a_member_that_is_there_twice(tmp_path, recwarn):
    content = zipped([("train.csv", TRAIN), ("train.csv", OTHER)])
    recwarn.clear()
    check(pack("member twice", content, "is there 2 times"), tmp_path)
