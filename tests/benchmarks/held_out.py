"""How models do on 28,000 held-out rows of MNIST after one fit on the other 42,000.

    python tests/benchmarks/held_out.py sgd forest cnn --preset full --data IDX_FOLDER [--csv held_out.csv]

The 70,000 labelled rows are the four idx files together; the split is stratified, and its seed is its own.
Who chooses a recipe on other rows of MNIST, such as a competition's, has chosen on part of these 28,000;
`--write-train FILE.npz` writes the 42,000 training rows alone, for `bench run --data FILE.npz`.
Models are rows of the registry, under a preset and `--set`, with seed 0. Prints accuracy with its 95 % Wilson
interval, log loss, seconds and threads.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, fields

import numpy as np
from fits import Fit, fit, joined, split, table

from bench import datasets, registry
from bench.records import Dataset

N_TEST = 28_000
N_ROWS = 70_000


def main() -> None:
    """Print one line for each model as soon as it is finished."""
    wish = arguments()
    specs = registry.select(wish.models) if wish.models else []
    overrides = [registry.parse_override(text) for text in wish.set]
    registry.check_used(overrides, specs)
    params = {spec.name: registry.resolve(spec, wish.preset, overrides) for spec in specs}
    data = the_split(wish.data, wish.seed)
    if wish.write_train:
        np.savez_compressed(wish.write_train, X=data.X, y=data.y)
    failed = False
    with table(wish.csv, [field.name for field in fields(Fit)]) as write:
        for spec in specs:
            try:
                done = fit(spec, params[spec.name], data, seed=0, threads=wish.threads)
            except RuntimeError as error:
                print(error, flush=True)
                failed = True
                continue
            print(done, flush=True)
            write(asdict(done))
    raise SystemExit(failed)


def the_split(source: str, seed: int) -> Dataset:
    """Return the idx files' rows as 42,000 training and 28,000 labelled test rows."""
    whole = joined(datasets.load(source))
    if len(whole.y) != N_ROWS:
        raise SystemExit(
            f"{source}: has {len(whole.y):,} labelled rows, not {N_ROWS:,}; give MNIST's idx files"
        )
    return split(whole, N_TEST, seed=seed, stratified=True)


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("models", nargs="*")
    parser.add_argument("--preset", default="quick")
    parser.add_argument("--set", action="append", default=[], metavar="MODEL.PARAMETER=VALUE")
    parser.add_argument("--data", required=True, help="folder of the four idx files")
    parser.add_argument("--seed", type=int, default=70_000, help="of the split")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--csv")
    parser.add_argument("--write-train", metavar="FILE.npz", help="write the training rows")
    return parser.parse_args()


if __name__ == "__main__":
    main()
