"""Files of every kind that can be given as data, written small into a temporary folder."""

import csv
import gzip
import hashlib
import io
import json
import struct
import zipfile

import pytest


def csv_text(header, rows):
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([header, *rows])
    return buffer.getvalue()


@pytest.fixture
def write_csv(tmp_path):
    def write(header, rows, name="data.csv", encoding="utf-8"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(csv_text(header, rows).encode(encoding))
        return str(path)

    return write


@pytest.fixture
def write_text(tmp_path):
    def write(text, name="data.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


@pytest.fixture
def competition():
    """Return the texts of a small competition of 2 x 2 images."""
    pixels = [f"pixel{number}" for number in range(4)]
    train = [[row % 3, row, 255 - row, 0, 7] for row in range(9)]
    test = [[row, row, row, row] for row in range(4)]
    return {
        "train.csv": csv_text(["label", *pixels], train),
        "test.csv": csv_text(pixels, test),
        "sample_submission.csv": csv_text(["ImageId", "Label"], [[row + 1, 0] for row in range(4)]),
    }


@pytest.fixture
def write_competition(tmp_path):
    def write(texts, name="contest", prefix=""):
        path = tmp_path / name
        if path.suffix == ".zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for member, text in texts.items():
                    archive.writestr(prefix + member, text)
            return str(path)
        path.mkdir()
        for member, text in texts.items():
            (path / member).write_text(text)
        return str(path)

    return write


def idx_bytes(array):
    head = bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype("uint8").tobytes()


@pytest.fixture
def write_idx(tmp_path):
    def write(arrays, name="idx", packed=False):
        folder = tmp_path / name
        folder.mkdir()
        for stem, array in arrays.items():
            content = idx_bytes(array)
            path = folder / (stem + (".gz" if packed else ""))
            path.write_bytes(gzip.compress(content) if packed else content)
        return str(folder)

    return write


@pytest.fixture
def openml_cache(tmp_path, monkeypatch):
    """Return a function that puts a data set where scikit-learn's own downloader would have put it."""
    home = tmp_path / "scikit-learn"
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(home))
    # Nothing listens on the discard port, so that every download fails at once.
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")

    def put(path, content):
        file = home / "openml" / "openml.org" / (path + ".gz")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(gzip.compress(content))

    def cache(name, kinds, rows, version=1, target="class"):
        arff = [f"@relation {name}"]
        arff += [f"@attribute {column} {kind}" for column, kind in kinds.items()]
        arff += ["@data", *(",".join(map(str, row)) for row in rows)]
        data = ("\n".join(arff) + "\n").encode()
        features = [
            {
                "index": str(index),
                "name": column,
                "data_type": "numeric" if kind == "numeric" else "nominal",
                "is_target": "true" if column == target else "false",
                "is_ignore": "false",
                "is_row_identifier": "false",
                "number_of_missing_values": "0",
            }
            | ({} if kind == "numeric" else {"nominal_value": kind.strip("{}").split(",")})
            for index, (column, kind) in enumerate(kinds.items())
        ]
        description = {
            "id": "7",
            "name": name,
            "version": str(version),
            "description": "made up",
            "format": "ARFF",
            "status": "active",
            "url": f"https://openml.org/data/v1/download/9/{name}.arff",
            "md5_checksum": hashlib.md5(data).hexdigest(),
        }
        listing = {"data": {"dataset": [{"did": 7, "name": name, "version": version, "status": "active"}]}}
        api = "api/v1/json/data"
        listed = f"{api}/list/data_name/{name.lower()}/limit/2"
        put(f"{listed}/data_version/{version}", json.dumps(listing).encode())
        put(f"{listed}/status/active/", json.dumps(listing).encode())
        put(f"{api}/7", json.dumps({"data_set_description": description}).encode())
        put(f"{api}/features/7", json.dumps({"data_features": {"feature": features}}).encode())
        qualities = [{"name": "NumberOfInstances", "value": str(float(len(rows)))}]
        put(f"{api}/qualities/7", json.dumps({"data_qualities": {"quality": qualities}}).encode())
        put(f"data/v1/download/9/{name}.arff", data)

    return cache
