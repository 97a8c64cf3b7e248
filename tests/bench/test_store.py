from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import archive, shown
from bench.errors import DamagedFile, EnvironmentProblem, FolderError
from bench.records import FoldResult, Predictions, Run
from bench.store import RunStore

RESULT = FoldResult("k" * 64, "sgd", "fold", 0, 1, "ok", metrics={"accuracy": 0.5, "log_loss": None})
PREDICTIONS = Predictions(
    rows=np.array([3, 5]),
    y_true=np.array([0, 1], dtype="i4"),
    scores=np.array([[0.5, 0.5], [0.25, 0.75]], dtype="f4"),
    score_kind="probability",
    history={"loss": [1.0, 0.5]},
    importance=np.array([1.0, 0.0, 2.0], dtype="f4"),
)


def test_a_result_survives_the_disk(tmp_path):
    run = RunStore(tmp_path)
    run.write_result(RESULT, PREDICTIONS)
    assert run.read_result("sgd", RESULT.key) == RESULT
    read = run.read_predictions("sgd", RESULT.key)
    for name in ("rows", "y_true", "scores", "importance"):
        np.testing.assert_array_equal(getattr(read, name), getattr(PREDICTIONS, name))
        assert getattr(read, name).dtype == getattr(PREDICTIONS, name).dtype
    assert (read.score_kind, read.history) == ("probability", {"loss": [1.0, 0.5]})


def test_what_is_unknown_stays_unknown(tmp_path):
    run = RunStore(tmp_path)
    run.write_result(RESULT, Predictions(np.arange(2), None, PREDICTIONS.scores, "decision"))
    read = run.read_predictions("sgd", RESULT.key)
    assert read.y_true is None
    assert read.importance is None


def test_a_success_replaces_an_earlier_failure(tmp_path):
    run = RunStore(tmp_path)
    failed = FoldResult(RESULT.key, "sgd", "fold", 0, 1, "failed", reason="no luck")
    run.write_failure(failed)
    assert run.read_result("sgd", RESULT.key) == failed
    run.write_result(RESULT, PREDICTIONS)
    assert run.read_result("sgd", RESULT.key) == RESULT
    assert not list(tmp_path.rglob("*.failed.json"))


def test_nothing_temporary_is_left(tmp_path):
    run = RunStore(tmp_path)
    run.write_result(RESULT, PREDICTIONS)
    run.write_text("report.html", "<p>")
    assert not list(tmp_path.rglob("*.tmp"))


CONTENT = archive.encode(b'{"a":1}', {"x": np.arange(50)}, compress=True)


@settings(max_examples=300, deadline=None)
@given(position=st.integers(0, len(CONTENT) - 1), bits=st.integers(1, 255))
def test_every_flipped_bit_of_an_archive_is_found(position, bits):
    content = bytearray(CONTENT)
    content[position] ^= bits
    with pytest.raises(DamagedFile, match="checksum"):
        archive.decode(bytes(content))


def test_an_archive_reads_as_it_was_written():
    record, arrays = archive.decode(CONTENT)
    assert record == b'{"a":1}'
    np.testing.assert_array_equal(arrays["x"], np.arange(50))


@pytest.mark.parametrize("size", [0, 10, len(CONTENT) // 2, len(CONTENT) - 1])
def test_a_truncated_archive_is_refused(size):
    with pytest.raises(DamagedFile, match=r"empty|checksum"):
        archive.decode(CONTENT[:size])


SEALED = archive.encode_json(RESULT)


@settings(max_examples=300, deadline=None)
@given(position=st.integers(0, len(SEALED) - 1), bits=st.integers(1, 255))
def test_every_flipped_bit_of_a_record_is_found(position, bits):
    content = bytearray(SEALED)
    content[position] ^= bits
    with pytest.raises(DamagedFile, match="checksum"):
        archive.decode_json(bytes(content), FoldResult)


def test_a_record_reads_as_it_was_written_and_as_nothing_else():
    assert archive.decode_json(SEALED, FoldResult) == RESULT
    with pytest.raises(DamagedFile, match="another kind"):
        archive.decode_json(SEALED, Run)


@pytest.mark.parametrize("read", ["read_folds", "read_data"])
def test_a_whole_archive_of_another_kind_is_refused(tmp_path, read):
    (tmp_path / {"read_folds": "folds.npz", "read_data": "data.npz"}[read]).write_bytes(CONTENT)
    with pytest.raises(DamagedFile, match="another kind"):
        getattr(RunStore(tmp_path), read)()


def test_another_jobs_result_is_refused(tmp_path):
    run = RunStore(tmp_path)
    run.write_result(RESULT, PREDICTIONS)
    path = tmp_path / "results" / "sgd" / f"{RESULT.key}.npz"
    path.rename(path.with_name(f"{'x' * 64}.npz"))
    with pytest.raises(DamagedFile, match="another job's result, sgd kkk"):
        run.read_result("sgd", "x" * 64)


def test_data_round_trip(small, tmp_path):
    run = RunStore(tmp_path)
    run.write_data(small, range(10))
    read = run.read_data()
    np.testing.assert_array_equal(read.X, small.X)
    np.testing.assert_array_equal(read.y, small.y)
    np.testing.assert_array_equal(read.row_ids, small.row_ids)
    assert tuple(read.feature_names) == small.feature_names
    assert read.X_test is None


def test_all_test_rows_are_kept_even_if_they_are_more_than_the_training_rows(small, tmp_path):
    more = replace(small, X_test=np.tile(small.X, (3, 1)), test_ids=np.arange(600))
    run = RunStore(tmp_path)
    run.write_data(more, range(10))
    np.testing.assert_array_equal(run.read_data().X_test, more.X_test)


def test_of_large_data_only_some_rows_are_kept(small, tmp_path, monkeypatch):
    monkeypatch.setattr(shown, "DATA_LIMIT_BYTES", 100)
    monkeypatch.setattr(shown, "N_SHOWN_ROWS", 7)
    run = RunStore(tmp_path)
    run.write_data(small, range(10))
    read = run.read_data()
    assert (len(read.X), len(read.positions), len(read.y)) == (7, 7, len(small.y))
    np.testing.assert_array_equal(read.X, small.X[read.positions])
    assert (read.positions[0], read.positions[-1]) == (0, len(small.y) - 1)


def test_another_schema_is_refused(tmp_path):
    (tmp_path / "run.json").write_text('{"schema_version": 99}')
    with pytest.raises(FolderError, match="schema 99"):
        RunStore(tmp_path).read_run()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema_version": 1}'])
def test_a_damaged_run_record_is_a_sentence(tmp_path, text):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(FolderError, match=r"run\.json: .*again|schema 1.*--fresh"):
        RunStore(tmp_path).read_run()


def test_a_folder_that_is_not_ours_is_recognised(tmp_path):
    run = RunStore(tmp_path)
    assert not run.is_foreign()
    (tmp_path / "thesis.tex").write_text("mine")
    assert run.is_foreign()
    (tmp_path / "run.json").write_text("{}")
    assert not run.is_foreign()


def test_setting_aside_keeps_everything(tmp_path):
    folder = tmp_path / "run"
    for number in range(3):
        RunStore(folder).write_text("a.txt", str(number))
        aside = RunStore(folder).set_aside()
        assert (aside / "a.txt").read_text() == str(number)
        assert not folder.exists()
    assert len(list(tmp_path.iterdir())) == 3


def test_an_unwritable_place_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentProblem, match="cannot write"):
        RunStore(tmp_path / "file" / "run").write_text("a.txt", "x")
