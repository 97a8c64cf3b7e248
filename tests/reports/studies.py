"""Studies made up without a search: the value of a trial is a function of its parameters."""

import numpy as np

from bench.records import Parameter, Study, Trial

SPACE = {
    "depth": Parameter("int", 1, 20),
    "rate": Parameter("float", 1e-4, 1.0, log=True),
    "kind": Parameter("categorical", choices=("a", "b")),
}
OWN = {"depth": 10, "rate": 0.01, "kind": "a"}


def value_of(params) -> float:
    """Depth decides nearly all, and is best at its upper end."""
    return 0.5 + 0.02 * params["depth"] + (0.01 if params["kind"] == "b" else 0.0)


def _draw(rng):
    return {
        "depth": int(rng.integers(1, 20)),
        "rate": float(10 ** rng.uniform(-4, 0)),
        "kind": "ab"[rng.integers(2)],
    }


def make_study(run, estimator="forest", n_trials=30, *, n_failed=0, n_pruned=0, space=SPACE, own=OWN, seed=0):
    rng = np.random.default_rng(seed)
    at_the_edge = {**OWN, "depth": 20, "kind": "b"}
    drawn = [OWN, at_the_edge, *(_draw(rng) for _ in range(n_trials - 2))]
    states = ["complete"] * (n_trials - n_failed - n_pruned) + ["pruned"] * n_pruned + ["fail"] * n_failed
    trials = tuple(
        Trial(
            i,
            state,
            params,
            None if state == "fail" else value_of(params),
            2.0,
            "it broke" * (state == "fail"),
        )
        for i, (params, state) in enumerate(zip(drawn, states, strict=True))
    )
    best = max((trial for trial in trials if trial.state == "complete"), key=lambda trial: trial.value)
    return Study(
        estimator=estimator,
        name="n",
        metric="accuracy",
        sampler="TPE",
        seed=0,
        dataset_sha256=run.info.sha256,
        folds_sha256=run.protocol.folds_sha256,
        n_rows_seen=run.info.n_rows,
        base_params={},
        best_params=best.params,
        best_value=best.value,
        trials=trials,
        stamp="tuned on these rows: optimistic",
        space=space,
        default_params=own,
    )
