"""``--seeds``: the noise of the seed alone, beside a leaderboard that it does not change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_main_job import board, stored

from bench.api import digest, open_run
from reports.outcomes import outcomes

BASE = ("--rows", "300", "--cv", "3", "-q", "--jobs", "1", "--refit", "none")
FOLDER = "runs/digits-rows-300"


def test_seeds_add_fits_and_leave_the_ranks(bench):
    bench.ok("run", "forest", "dummy", *BASE)
    before, first = board(), stored()
    bench.ok("run", "forest", "dummy", *BASE, "--seeds", "3")
    after = board()
    assert len(stored()) == 3 * len(first)
    assert first.items() <= stored().items()
    assert [line["accuracy_mean"] for line in after.values()] == [
        line["accuracy_mean"] for line in before.values()
    ]
    forest, dummy = outcomes(*open_run(FOLDER))[::-1]
    assert len(set(forest.seed_means("accuracy"))) > 1
    assert np.ptp(dummy.seed_means("accuracy")) == 0
    page = Path(FOLDER, "report.html").read_text()
    assert "Noise of the seed" in page
    band = np.std(forest.seed_means("accuracy"), ddof=1)
    assert f"other seeds alone move it less (standard deviation {band:.2g})" in page
    assert f"(standard deviation {band:.2g})" in bench.ok("compare", FOLDER)


def test_the_digest_covers_all_seeds(bench):
    bench.ok("run", "dummy", *BASE)
    one = digest(*open_run(FOLDER))
    bench.ok("run", "dummy", *BASE, "--seeds", "2")
    assert digest(*open_run(FOLDER)) != one


@pytest.mark.parametrize("number", ["0", "-1", "1001"])
def test_the_number_of_seeds_has_bounds(bench, number):
    assert "--seeds must be from 1 to 1000" in bench.refused("run", "dummy", *BASE, "--seeds", number)
