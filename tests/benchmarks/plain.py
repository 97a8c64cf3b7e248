"""The script that `overhead.py` compares with: it fits and predicts, and does nothing else."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path


def main(folder: Path) -> None:
    """Fit every job of a case that `overhead.py` wrote."""
    case = json.loads((folder / "jobs.json").read_text())
    os.environ.update(case["environment"])
    import numpy as np
    from threadpoolctl import threadpool_limits

    rows = dict(np.load(folder / "rows.npz"))
    for job in case["jobs"]:
        test = rows["assignment"] == job["fold"]
        everything = job["fold"] is None
        X, y = (rows["X"], rows["y"]) if everything else (rows["X"][~test], rows["y"][~test])
        new = rows["X_test"] if everything else rows["X"][test]
        with threadpool_limits(job["threads"]):
            model = estimator(job).fit(X, y)
            if len(new):
                getattr(model, "predict_proba", getattr(model, "decision_function", None))(new)


def estimator(job: dict) -> object:
    """Return the unfitted estimator of a job."""
    module, _, name = job["target"].partition(":")
    model = getattr(importlib.import_module(module), name)(**job["params"])
    machine = {"random_state": job["seed"], "n_jobs": job["threads"]}
    return model.set_params(**{k: v for k, v in machine.items() if k in model.get_params()})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
