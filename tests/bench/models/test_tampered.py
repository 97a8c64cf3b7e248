"""Files made to run code, or to be something else, are refused with one sentence; no code is run."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from bench import archive, models
from bench.errors import FolderError
from bench.records import SavedModel, SavedPart, from_json, to_json

from .test_saved import fitted


class Bomb:
    """What leaves a witness when it is unpickled."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self):
        return Path.touch, (self.witness,)


@pytest.fixture
def witness(tmp_path):
    return tmp_path / "witness"


@pytest.fixture
def saved(tmp_path):
    estimator, _, target = fitted("tree")
    path = tmp_path / "tree.model"
    path.write_bytes(models.encode(estimator, target))
    return path, target


def refused(path: Path, target: str, *words: str) -> None:
    with pytest.raises(FolderError) as error:
        models.read(path, target)
    assert "\n" not in str(error.value)
    assert str(path) in str(error.value)
    assert all(word in str(error.value) for word in words), str(error.value)


def rewritten(path: Path, change) -> None:
    """Store an archive again with other contents and the checksum that fits them."""
    record, arrays = archive.decode(path.read_bytes())
    record, arrays = change(from_json(record, SavedModel), arrays)
    path.write_bytes(archive.encode(to_json(record), arrays))


def with_schema(arrays, change):
    """Return arrays whose skeleton has another schema."""
    old, new = zipfile.ZipFile(io.BytesIO(arrays["skeleton"].tobytes())), io.BytesIO()
    with zipfile.ZipFile(new, "w") as members:
        for name in old.namelist():
            content = old.read(name)
            members.writestr(name, change(json.loads(content)) if name == "schema.json" else content)
    return arrays | {"skeleton": np.frombuffer(new.getvalue(), np.uint8)}


def test_a_pickle_is_not_read(saved, witness):
    path, target = saved
    path.write_bytes(pickle.dumps(Bomb(witness)))
    refused(path, target, "unreadable")
    assert not witness.exists()


def test_a_pickle_inside_the_archive_is_not_read(saved, witness):
    path, target = saved
    with path.open("wb") as file:
        np.savez(file, record=np.array([Bomb(witness)], dtype=object), sha256=np.zeros(32, np.uint8))
    refused(path, target, "unreadable")
    assert not witness.exists()


def test_a_pickle_as_an_array_of_the_skeleton_is_not_read(saved, witness):
    path, target = saved
    poison = io.BytesIO()
    np.save(poison, np.array([Bomb(witness)], dtype=object), allow_pickle=True)

    def change(record, arrays):
        old, new = zipfile.ZipFile(io.BytesIO(arrays["skeleton"].tobytes())), io.BytesIO()
        with zipfile.ZipFile(new, "w") as members:
            for name in old.namelist():
                members.writestr(name, poison.getvalue() if name.endswith(".npy") else old.read(name))
        return record, arrays | {"skeleton": np.frombuffer(new.getvalue(), np.uint8)}

    rewritten(path, change)
    refused(path, target)
    assert not witness.exists()


CALLS = [
    {"__class__": "system", "__module__": "os", "__loader__": "FunctionNode"},
    {"__class__": "Popen", "__module__": "subprocess", "__loader__": "TypeNode"},
    {"__class__": "Popen", "__module__": "subprocess", "__loader__": "ListNode"},
    {"__class__": "Popen", "__module__": "subprocess", "__loader__": "ObjectNode"},
    {"__class__": "system", "__module__": "os", "__loader__": "ConstructorFromReduceNode"},
    {"__class__": "methodcaller", "__module__": "operator", "__loader__": "OperatorFuncNode"},
    {"__class__": "partial", "__module__": "functools", "__loader__": "PartialNode"},
    {"__class__": "RandomForest", "__module__": "estimators.trees", "__loader__": "MethodNode"},
    {"__class__": "FunctionTransformer", "__module__": "sklearn.preprocessing", "__loader__": "ObjectNode"},
    {"__class__": "str", "__module__": "builtins", "__loader__": "ReduceNode"},
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call['__loader__']}-{call['__class__']}")
def test_a_foreign_type_in_the_skeleton_is_refused_before_anything_is_built(saved, witness, call):
    path, target = saved
    word = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "is_json": True}
    words = {"__class__": "list", "__module__": "builtins", "__loader__": "ListNode"}
    node = call | {"content": words | {"content": [word | {"content": json.dumps(f"touch {witness}")}]}}

    def change(schema):
        schema["content"]["content"]["criterion"] = node
        return json.dumps(schema)

    rewritten(path, lambda record, arrays: (record, with_schema(arrays, change)))
    refused(path, target, f"{call['__module__']}.{call['__class__']}")
    assert not witness.exists()


def test_another_class_at_the_top_is_refused(saved, tmp_path):
    path, target = saved
    forest, *_ = fitted("forest")
    other = models.encode(forest, "estimators.trees:RandomForest")
    (tmp_path / "forest.model").write_bytes(other)
    skeleton = archive.decode((tmp_path / "forest.model").read_bytes())[1]["skeleton"]
    rewritten(path, lambda record, arrays: (record, arrays | {"skeleton": skeleton}))
    refused(path, target, "the skeleton is a RandomForest")


def test_another_protocol_of_skops_is_refused(saved):
    path, target = saved
    older = lambda schema: json.dumps(schema | {"protocol": 0})  # noqa: E731
    rewritten(path, lambda record, arrays: (record, with_schema(arrays, older)))
    refused(path, target, "another version of skops")


@pytest.mark.parametrize("kind", ["pickle", "keras", "xgboost"])
def test_a_part_that_the_model_has_not_is_refused(saved, kind):
    path, target = saved
    part = SavedPart(kind, (("predict",),))
    extra = {"part-0": np.zeros(3, np.uint8)}
    rewritten(path, lambda record, arrays: (replace(record, parts=(part,)), arrays | extra))
    refused(path, target, f"no part of kind '{kind}'")


@pytest.mark.parametrize("place", [(), ("nowhere", "x"), ("classes_", 0), ("__class__", "fit")])
def test_a_part_at_no_place_is_refused(tmp_path, place):
    estimator, _, target = fitted("xgboost")
    path = tmp_path / "a.model"
    path.write_bytes(models.encode(estimator, target))
    parts = (SavedPart("xgboost", (place,)),)
    rewritten(path, lambda record, arrays: (replace(record, parts=parts), arrays))
    refused(path, target)


@pytest.mark.parametrize("name", ["xgboost", "lightgbm"])
def test_a_booster_that_is_none_is_refused(tmp_path, name):
    estimator, _, target = fitted(name)
    path = tmp_path / "a.model"
    path.write_bytes(models.encode(estimator, target))
    noise = {"part-0": np.frombuffer(b"no booster at all", np.uint8)}
    rewritten(path, lambda record, arrays: (record, arrays | noise))
    refused(path, target)


def test_changed_bytes_do_not_match_the_checksum(saved):
    path, target = saved
    content = path.read_bytes()
    record, arrays = archive.decode(content)
    changed = archive.encode(record, arrays | {"skeleton": arrays["skeleton"] + 1})
    path.write_bytes(changed[: -archive.SEAL_BYTES] + content[-archive.SEAL_BYTES :])
    refused(path, target, "checksum")
    assert from_json(record, SavedModel).target == target


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_truncated_file_is_refused(saved, share):
    path, target = saved
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    refused(path, target, "unreadable")


def test_what_cannot_be_saved_is_told_and_left_whole():
    estimator = DummyClassifier().fit([[0], [1]], [0, 1])
    estimator.file_ = io.StringIO()
    with pytest.raises(TypeError, match="StringIO"):
        models.encode(estimator, "sklearn.dummy:DummyClassifier")
    assert estimator.file_ is not None


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("layer", ["Lambda", "TFSMLayer"])
def test_a_network_with_foreign_layers_is_refused(tmp_path, witness, layer):
    import keras

    estimator, _, target = fitted("cnn")
    path = tmp_path / "cnn.model"
    path.write_bytes(models.encode(estimator, target))
    if layer == "Lambda":
        pixels, name = keras.Input((8, 8, 1)), str(witness)
        made = keras.layers.Lambda(lambda x: Path(name).touch() or x, output_shape=(8, 8, 1))
        keras.Model(pixels, made(pixels)).save(tmp_path / "bad.keras")
        witness.unlink(missing_ok=True)
        content = (tmp_path / "bad.keras").read_bytes()
    else:
        old, new = (
            zipfile.ZipFile(io.BytesIO(archive.decode(path.read_bytes())[1]["part-0"].tobytes())),
            io.BytesIO(),
        )
        with zipfile.ZipFile(new, "w") as members:
            for name in old.namelist():
                text = old.read(name)
                members.writestr(name, text.replace(b'"Flatten"', b'"TFSMLayer"'))
        content = new.getvalue()
    bad = {"part-0": np.frombuffer(content, np.uint8)}
    rewritten(path, lambda record, arrays: (record, arrays | bad))
    refused(path, target, f"keras.layers.{layer}")
    assert not witness.exists()
