import importlib.metadata

import pytest

from bench.environment import describe, keras_backend, versions, yardstick


def test_versions_are_those_installed_and_absent_is_said():
    found = versions(["numpy", "surely-not-installed"])
    assert found == {"numpy": importlib.metadata.version("numpy"), "surely-not-installed": "absent"}


def test_with_keras_comes_the_backend_and_its_version(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_BACKEND", "numpy")
    found = versions(["keras"])
    assert found["KERAS_BACKEND"] == "numpy"
    assert found["numpy"] == importlib.metadata.version("numpy")
    monkeypatch.delenv("KERAS_BACKEND")
    assert versions(["keras"])["KERAS_BACKEND"] == "tensorflow"
    assert "KERAS_BACKEND" not in versions(["numpy"])


@pytest.mark.parametrize(
    ("text", "backend"), [('{"backend": "jax"}', "jax"), ("{}", "tensorflow"), ("{torn", "tensorflow")]
)
def test_the_backend_of_keras_own_settings_counts_unless_its_variable_is_set(
    monkeypatch, tmp_path, text, backend
):
    (tmp_path / "keras.json").write_text(text)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    assert keras_backend() == backend
    monkeypatch.setenv("KERAS_BACKEND", "numpy")
    assert keras_backend() == "numpy"


def test_the_machine_is_described():
    machine = describe(jobs=2, threads=1)
    assert (machine.jobs, machine.threads) == (2, 1)
    assert machine.cores >= 1
    assert machine.memory_bytes > 2**20
    assert machine.accelerator


def test_the_yardstick_takes_time():
    assert yardstick() > 0
    assert describe(1, 1).yardstick_seconds > 0
