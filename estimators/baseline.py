"""The floor under every comparison."""

from sklearn.dummy import DummyClassifier


class Dummy(DummyClassifier):
    """Predict without looking at the features: what any honest model has to beat.

    A leaderboard without this row cannot tell skill from class imbalance. Parameters, attributes and errors
    are those of :class:`sklearn.dummy.DummyClassifier`.

    See Also
    --------
    sklearn.dummy.DummyClassifier : the class this one gives a shorter name.

    Examples
    --------
    >>> from estimators import Dummy
    >>> Dummy(strategy="most_frequent").fit([[0], [1], [2]], ["a", "b", "b"]).predict([[0]])
    array(['b'], dtype='<U1')
    """
