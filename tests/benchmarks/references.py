"""Each reference network on its source's protocol: what the source claims against what is measured.

    python tests/benchmarks/references.py [MODEL ...] --mnist IDX_FOLDER --competition ZIP [--csv FILE]

A source gives one figure of one split that it does not name, so the claim carries a binomial standard error
(SE) for its number of test rows. A model is said to reach its claim if it measures at least claim - 1 SE.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass, fields
from math import sqrt

from fits import Fit, fit, split, table

from bench import datasets
from bench.records import Dataset
from bench.registry import ESTIMATORS, resolve


@dataclass(frozen=True)
class Reference:
    """A published figure: on which rows, and what; without `share` on the data's own test rows."""

    model: str
    source: str
    claim: float
    share: float | None = None
    stratified: bool = False
    note: str = ""


REFERENCES = (
    Reference("cnn-plain", "mnist", 0.9916, note="claimed log loss 0.0269"),
    Reference("cnn-augmented", "competition", 0.9885, share=0.2, stratified=True),
    Reference("cnn-rmsprop", "competition", 0.9871, share=0.1),
    Reference("cnn-compact", "competition", 0.9933, share=0.1),
    Reference("cnn-early-stop", "competition", 0.98, share=0.2, note='claimed "about"'),
)


def main() -> None:
    """Print one line for each model as soon as it is finished."""
    wish = arguments()
    chosen = [item for item in REFERENCES if item.model in (wish.models or [r.model for r in REFERENCES])]
    columns = ["claim", "standard_error", "reached", *(field.name for field in fields(Fit))]
    failed = False
    with table(wish.csv, columns) as write:
        for item in chosen:
            spec, data = ESTIMATORS[item.model], rows(item, getattr(wish, item.source), wish.seed)
            try:
                done = fit(spec, resolve(spec, wish.preset), data, seed=wish.seed, threads=wish.threads)
            except RuntimeError as error:
                print(error, flush=True)
                failed = True
                continue
            error = sqrt(item.claim * (1 - item.claim) / done.n_test)
            reached = done.accuracy >= item.claim - error
            note = f" ({item.note})" if item.note else ""
            told = "reached" if reached else "MISSED"
            print(f"{told}: claim {item.claim:.4f}, SE {error:.4f}{note}; {done}", flush=True)
            write({"claim": item.claim, "standard_error": error, "reached": reached, **asdict(done)})
    raise SystemExit(failed)


def rows(item: Reference, source: str, seed: int) -> Dataset:
    """Return the source's division into training and test rows."""
    data = datasets.load(source)
    return data if item.share is None else split(data, item.share, seed=seed, stratified=item.stratified)


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    names = [item.model for item in REFERENCES]
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"of {', '.join(names)} [default: all]")
    parser.add_argument("--mnist", required=True, help="folder of the four idx files")
    parser.add_argument("--competition", required=True, help="the competition's zip or folder")
    parser.add_argument("--preset", default="quick", help="smoke only tells whether everything works")
    parser.add_argument("--seed", type=int, default=0, help="of splits and models")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--csv")
    wish = parser.parse_args()
    if unknown := sorted(set(wish.models) - set(names)):
        parser.error(f"MODEL must be one of {', '.join(names)}; got {', '.join(unknown)}")
    return wish


if __name__ == "__main__":
    main()
