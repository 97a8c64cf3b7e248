import importlib.metadata

from bench.environment import describe, versions, yardstick


def test_versions_are_those_installed_and_absent_is_said():
    found = versions(["numpy", "surely-not-installed"])
    assert found == {"numpy": importlib.metadata.version("numpy"), "surely-not-installed": "absent"}


def test_with_keras_comes_the_backend_and_its_version(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "numpy")
    found = versions(["keras"])
    assert found["KERAS_BACKEND"] == "numpy"
    assert found["numpy"] == importlib.metadata.version("numpy")
    monkeypatch.delenv("KERAS_BACKEND")
    assert versions(["keras"])["KERAS_BACKEND"] == "tensorflow"
    assert "KERAS_BACKEND" not in versions(["numpy"])


def test_the_machine_is_described():
    machine = describe(jobs=2, threads=1)
    assert (machine.jobs, machine.threads) == (2, 1)
    assert machine.cores >= 1
    assert machine.memory_bytes > 2**20
    assert machine.accelerator


def test_the_yardstick_takes_time():
    assert yardstick() > 0
    assert describe(1, 1).yardstick_seconds > 0
