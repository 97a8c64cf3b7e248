"""Files that change on the disk: found every time, kept, and only what they held is made again."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from bench_models import local

from bench import environment
from bench.api import Request, digest, run
from bench.registry import ESTIMATORS
from bench.store import RunStore

N_DAMAGES = 200
SAID = ("run.json", "folds.npz", "data.npz", "results/", "models/", "studies/")


def flip(content: bytearray, luck: random.Random) -> None:
    content[luck.randrange(len(content))] ^= 1 << luck.randrange(8)


def truncate(content: bytearray, luck: random.Random) -> None:
    del content[luck.randrange(len(content)) :]


def zero_block(content: bytearray, luck: random.Random) -> None:
    start = luck.randrange(len(content))
    block = content[start : start + 64]
    content[start : start + 64] = bytes(len(block)) if any(block) else b"\xff" * len(block)


def append(content: bytearray, luck: random.Random) -> None:
    content += luck.randbytes(1 + luck.randrange(40))


def empty(content: bytearray, luck: random.Random) -> None:
    content.clear()


DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (flip, truncate, zero_block, append, empty)


class Told:
    """Remembers what is said and fitted."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.fitted: set[str] = set()

    def begin(self, jobs):
        pass

    def end(self, result, *, stored=False):
        if not stored:
            self.fitted.add(result.key)

    def say(self, text):
        pass

    def warn(self, text):
        self.warnings.append(text)


@pytest.fixture
def request_(two_kinds, local_models, monkeypatch) -> Request:
    """A finished run in `whole`: a failing and two good models, refitted, and a study."""
    monkeypatch.setattr("reports.derive.render", lambda sources: "<p>left out")
    monkeypatch.setattr("bench.environment._version", cache(environment._version))
    monkeypatch.setitem(ESTIMATORS, "raises", local("Raises"))
    from bench.api import search

    files = {"data": "rows.csv", "test": "new.csv", "label": "kind"}
    machine = {"jobs": 1, "threads": 1, "cv": 2}
    search(Request(models=("tree",), **files, **machine, out="whole", trials=1))
    wish = Request(models=("raises", "dummy", "tree"), **files, **machine, refit="all", out="whole")
    run(wish)
    return wish


def damage(folder: Path, luck: random.Random) -> list[Path]:
    """Damage one file, or swap two, and return them."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".db")
    if luck.randrange(6) == 0:
        one, other = luck.sample(paths, 2)
        contents = one.read_bytes(), other.read_bytes()
        one.write_bytes(contents[1])
        other.write_bytes(contents[0])
        return [one, other] if contents[0] != contents[1] else damage(folder, luck)
    path = luck.choice(paths)
    content = bytearray(path.read_bytes())
    luck.choice(DAMAGES)(content, luck)
    path.write_bytes(content)
    return [path]


def jobs_of(store: RunStore) -> dict[Path, str]:
    """Key of the run's job that each result, failure and saved model belongs to; trials are no rows."""
    keys = {key for row in store.read_run().rows for key in row.every_key}
    fits = {path: key for _, key, path in [*store.results(), *store.failures()]}
    models = {store.model_path(estimator, key): key for estimator, key, _ in store.results()}
    return {path: key for path, key in (fits | models).items() if key in keys}


def finds(wish: Request, number: int) -> None:
    luck, folder = random.Random(number), Path(f"case-{number}")
    shutil.copytree("whole", folder)
    store, told = RunStore(folder), Told()
    jobs, whole = jobs_of(store), {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    damaged = damage(folder, luck)
    done = run(replace(wish, out=str(folder)), told)
    assert told.fitted == {jobs[path] for path in damaged if path in jobs}, (number, damaged)
    names = {str(path.relative_to(folder)) for path in damaged}
    for name in names:
        # Without its run record a folder does not know how its derived files were written.
        if name.startswith(SAID) or "run.json" not in names:
            assert [text for text in told.warnings if text.startswith(f"{name}: ")], (number, name)
            assert list(folder.glob(f"{name}.damaged")), (number, name)
    assert digest(store, done) == digest(RunStore("whole"), RunStore("whole").read_run())
    for name in ("submission.csv", "folds.npz", "data.npz"):
        assert (folder / name).read_bytes() == whole[folder / name]
    shutil.rmtree(folder)


def test_damage_is_found_and_only_what_was_lost_is_made_again(request_):
    for number in range(0, N_DAMAGES, 10):
        finds(request_, number)


@pytest.mark.timeout(1800)
@pytest.mark.slow
def test_200_random_damages_are_found(request_):
    for number in range(N_DAMAGES):
        finds(request_, number)


def test_a_result_copied_under_another_jobs_name_is_found(request_):
    first, second = sorted(Path("whole/results/dummy").glob("*.npz"))[:2]
    second.write_bytes(first.read_bytes())
    told = Told()
    run(request_, told)
    assert told.fitted == {second.stem}
    assert "holds another job's result" in told.warnings[0]


def test_a_result_of_another_run_of_the_same_shape_is_found(request_):
    """A file whose checksum and name are right, about rows that this run does not have."""
    store = RunStore("whole")
    estimator, key, path = next(item for item in store.results() if item[0] == "dummy")
    said, result = store.read_predictions(estimator, key), store.read_result(estimator, key)
    store.write_result(result, replace(said, rows=said.rows[::-1].copy()))
    told = Told()
    run(request_, told)
    assert told.fitted == {key}
    assert "other rows" in told.warnings[0]
    assert path.is_file()


def test_what_was_set_aside_is_never_overwritten(request_):
    path = sorted(Path("whole/results/dummy").glob("*.npz"))[0]
    for spoilt in (b"one", b"two"):
        path.write_bytes(spoilt)
        run(request_)
    kept = {item.read_bytes() for item in path.parent.glob(f"{path.name}.damaged*")}
    assert kept == {b"one", b"two"}
