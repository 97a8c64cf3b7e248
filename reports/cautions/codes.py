"""Every coded warning: its title, when it is given, and what to do. Codes never change their meaning."""

from __future__ import annotations

from dataclasses import dataclass

WARNING, NOTE = "warning", "note"
BASELINE = "dummy"

# Smallest class against largest; share of the largest class from which accuracy says little.
IMBALANCE = 0.1
MAJORITY = 0.8
COPIES = 0.01
# Share of rows that one feature alone may decide, and the most features that are looked at.
ALONE = 0.98
# Calibration error: more than this, and more than so many times what chance alone gives.
ECE = 0.02
ECE_TIMES = 2.0
FEW_TRIALS = 10
FAILED_TRIALS = 0.2
HALF_WIDTH = 0.01
FEW_FOLDS = 5


@dataclass(frozen=True)
class Code:
    """A kind of warning.

    Parameters
    ----------
    title : str
    severity : {"warning", "note"}
        A warning can turn the conclusion; a note qualifies it.
    when, advice : str
        A sentence each, without full stop.
    """

    title: str
    severity: str
    when: str
    advice: str


CODES = {
    "W01": Code(
        "Classes are imbalanced",
        NOTE,
        f"the rarest class has less than {IMBALANCE:.0%} of the rows of the most frequent one",
        "read the per-class figures and balanced accuracy",
    ),
    "W02": Code(
        "Accuracy hides the rare classes",
        WARNING,
        f"accuracy decides, and classes are imbalanced or one holds more than {MAJORITY:.0%} of the rows",
        "let another metric decide; stored scores are used again, nothing is fitted anew",
    ),
    "W03": Code(
        "Test rows are also training rows",
        WARNING,
        "a test row equals a training row in every feature",
        "leave them out of one of the two: scores on these rows show memory, not skill",
    ),
    "W04": Code(
        "Copies among the rows",
        NOTE,
        f"more than {COPIES:.0%} of the rows equal an earlier one",
        "exact copies share a fold, near ones do not: look for near ones, and remember that copies narrow "
        "the intervals",
    ),
    "W05": Code(
        "Equal rows under several labels",
        NOTE,
        "a row equals a row of another label in every feature",
        "check these labels: no model can get all of them right",
    ),
    "W06": Code(
        "A perfect score",
        WARNING,
        "a model is right about every row, at least 100 of them",
        "look for a feature that holds the label, or for rows of the same source in several folds",
    ),
    "W07": Code(
        "One feature alone decides",
        WARNING,
        f"a single feature tells the class of at least {ALONE:.0%} of the rows (up to 200 features)",
        "make sure that this feature is known before the label is",
    ),
    "W10": Code(
        "No baseline",
        WARNING,
        "the run has no finished row of `dummy`",
        "add it: a score means something only beside the one that needs no features",
    ),
    "W11": Code(
        "Not better than the baseline",
        WARNING,
        "a model's score is not above that of `dummy`, or cannot be told apart from it",
        "check its parameters and the scale of the features, or leave it out",
    ),
    "W12": Code(
        "Slower and worse than another",
        NOTE,
        "another model is better (told apart), fits faster and predicts faster",
        "leave it out, or tune it",
    ),
    "W13": Code(
        "Deep is not better than classical",
        NOTE,
        "the best deep model is not better (told apart) than the best classical one",
        "ship the classical one, or give the deep one more epochs, data or tuning",
    ),
    "W14": Code(
        "A tie at the top",
        NOTE,
        "the first model cannot be told apart from others on these rows",
        "choose among them by cost, or bring more rows",
    ),
    "W15": Code(
        "Probabilities cannot be believed",
        NOTE,
        f"the expected calibration error is above {ECE:g} and above {ECE_TIMES:g} times what chance gives",
        "scale them by temperature before anyone reads them as probabilities; see the table of calibration",
    ),
    "W20": Code(
        "Not ranked",
        WARNING,
        "a model lacks folds: they failed, ran into a limit of time or memory, or have not been run",
        "raise the limit or change the parameters that the reason names, then try again",
    ),
    "W21": Code(
        "Skipped",
        NOTE,
        "a model could not be run on these data or this machine",
        "install or say what it needs, if it shall take part",
    ),
    "W22": Code(
        "A fit did not converge",
        WARNING,
        "a fit raised a ConvergenceWarning",
        "allow more iterations or scale the features: the model may do better than shown",
    ),
    "W23": Code(
        "Fits raised warnings",
        NOTE,
        "a fit raised any other warning",
        "read them in the model's section",
    ),
    "W24": Code(
        "Still learning when it stopped",
        NOTE,
        "the validation loss was lowest in the last epoch, in most folds",
        "train longer: early stopping never came into play",
    ),
    "W30": Code(
        "Not tuned",
        NOTE,
        "the best model runs with its own parameters, and no study of it is stored",
        "tune it before you conclude from a small lead",
    ),
    "W31": Code(
        "The optimum is on the edge",
        WARNING,
        "the best value of a parameter lies within 3 % of an end of its range",
        "try a value beyond the end, unless the end is the parameter's own limit",
    ),
    "W32": Code(
        "Few trials",
        NOTE,
        f"a study has fewer than {FEW_TRIALS} complete trials",
        "go on with the study",
    ),
    "W33": Code(
        "Trials failed",
        WARNING,
        f"more than {FAILED_TRIALS:.0%} of a study's trials failed",
        "read the reasons: the search has avoided that part of the space, or never seen it",
    ),
    "W34": Code(
        "A tuned figure is optimistic",
        WARNING,
        "a ranked row was tuned on the rows that score it",
        "compare it with others only with that in mind; it cannot win unless you allow it",
    ),
    "W40": Code(
        "Intervals are wide",
        NOTE,
        f"the best model's 95 % interval reaches further than {HALF_WIDTH:g} to one side",
        "bring more rows, or do not decide on small differences",
    ),
    "W41": Code(
        "Few folds",
        NOTE,
        f"there are fewer than {FEW_FOLDS} folds in all",
        "use more folds in another folder: tests on folds have hardly any power here",
    ),
    "W42": Code(
        "One seed only",
        NOTE,
        "no model was fitted with further seeds",
        "repeat the fits with other seeds: a small lead may be the seed's",
    ),
}


def documented() -> str:
    """Return the table of all codes as Markdown."""
    lines = [
        f"| {name} | {code.severity} | {code.title} | {code.when[0].upper()}{code.when[1:]}. "
        f"| {code.advice[0].upper()}{code.advice[1:]}. |"
        for name, code in CODES.items()
    ]
    return "\n".join(["| Code | Kind | Title | Given when | What to do |", "|---|---|---|---|---|", *lines])
