"""What single fits and searches warn of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from reports.cautions.codes import BASELINE, FAILED_TRIALS, FEW_TRIALS
from reports.cautions.found import Caution, tuning_of, with_option
from reports.pooled import fold_predictions
from reports.wording import counted, shortened

if TYPE_CHECKING:
    from reports.outcomes import Outcome
    from reports.searched import Searched
    from reports.sources import Sources

CONVERGENCE = "ConvergenceWarning"


def of_outcomes(sources: Sources) -> Iterator[Caution]:
    """Yield W20 to W23 for each row."""
    for outcome in sources.board.outcomes:
        row = outcome.row
        if row.skipped:
            yield Caution("W21", row.name, row.skipped)
        elif not outcome.complete:
            yield Caution("W20", row.name, outcome.status, _again(outcome))
        yield from _raised(outcome)


def of_training(sources: Sources) -> Iterator[Caution]:
    """Yield W24 for each deep model."""
    for outcome in sources.board.outcomes:
        if outcome.row.family == "deep" and outcome.done:
            histories = [said.history for said in fold_predictions(sources.store, outcome)]
            losses = [history["val_loss"] for history in histories if history.get("val_loss")]
            last = sum(len(loss) > 1 and int(np.argmin(loss)) == len(loss) - 1 for loss in losses)
            if losses and last > len(losses) / 2:
                sentence = f"lowest in the last epoch in {last} of {counted(len(losses), 'fold')}"
                yield Caution("W24", outcome.row.name, sentence, _longer(outcome, losses))


def of_tuning(sources: Sources) -> Iterator[Caution]:
    """Yield W30 and W34."""
    studied = {searched.study.estimator for searched in sources.searches}
    single = (outcome.row for outcome in sources.board.ranked if outcome.row.recipe is None)
    best = next((row for row in single if not row.stamp), None)
    if best is not None and best.estimator not in {*studied, BASELINE}:
        yield Caution(
            "W30", best.name, f"{best.name} is ahead of all single models untuned", tuning_of(best.command)
        )
    for rank, outcome in zip(sources.board.ranks, sources.board.outcomes, strict=True):
        if rank and outcome.row.stamp:
            yield Caution("W34", outcome.row.name, f"{outcome.row.stamp}, at place {rank}")


def of_searches(sources: Sources) -> Iterator[Caution]:
    """Yield W31 to W33 for each search."""
    for searched in sources.searches:
        yield from _edges(sources, searched)
        name, n_complete, n_failed = searched.study.estimator, len(searched.complete), searched.count("fail")
        if n_complete < FEW_TRIALS:
            sentence = (
                f"{counted(n_complete, 'complete trial')} for {counted(len(searched.names), 'parameter')}"
            )
            yield Caution("W32", name, sentence, _further(sources, searched))
        if n_failed > FAILED_TRIALS * len(searched.study.trials):
            reason = next((trial.reason for trial in searched.study.trials if trial.reason), "reason unknown")
            sentence = (
                f"{n_failed} of {counted(len(searched.study.trials), 'trial')}: {shortened(reason, 120)}"
            )
            yield Caution("W33", name, sentence)


def _again(outcome: Outcome) -> str:
    statuses = {result.status for result in outcome.results}
    command = with_option(outcome.row.command, "--retry-failed") if outcome.results else outcome.row.command
    return with_option(command, "--time-limit", "4h") if "timeout" in statuses else command


def _raised(outcome: Outcome) -> Iterator[Caution]:
    raised = Counter(text for result in outcome.results for text in set(result.warnings))
    for code, converging in (("W22", True), ("W23", False)):
        texts = {text: n for text, n in raised.items() if text.startswith(CONVERGENCE) is converging}
        if texts:
            text, n = max(texts.items(), key=lambda item: item[1])
            more = f", and {counted(len(texts) - 1, 'other text')}" if len(texts) > 1 else ""
            yield Caution(code, outcome.row.name, f"in {counted(n, 'fold')}: {shortened(text, 160)}{more}")


def _longer(outcome: Outcome, losses: list[list[float]]) -> str:
    epochs = f"{outcome.row.estimator}.epochs={2 * max(map(len, losses))}"
    return f"{outcome.row.command} --set {epochs}"


def _edges(sources: Sources, searched: Searched) -> Iterator[Caution]:
    for line in searched.ranges:
        if line.edge:
            sentence = f"{line.name} = {_short(line.best)} is at the {line.edge} end of {line.scope}"
            value = f"{searched.study.estimator}.{line.name}={_short(line.beyond)}"
            command = f"{_command(sources, searched)} --set {value}" if line.beyond != line.end else ""
            yield Caution("W31", searched.study.estimator, sentence, command)


def _further(sources: Sources, searched: Searched) -> str:
    command = _command(sources, searched)
    return tuning_of(command, 2 * FEW_TRIALS) if command else ""


def _command(sources: Sources, searched: Searched) -> str:
    rows = [
        row for row in sources.run.rows if row.estimator == searched.study.estimator and row.recipe is None
    ]
    return next((row.command for row in rows if not row.stamp), "")


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
