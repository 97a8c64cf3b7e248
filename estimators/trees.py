"""Trees and forests."""

from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier


class DecisionTree(DecisionTreeClassifier):
    """One decision tree, grown greedily by impurity (CART).

    Parameters, attributes and errors are those of :class:`sklearn.tree.DecisionTreeClassifier`.

    See Also
    --------
    RandomForest : many randomised trees that vote.

    References
    ----------
    Breiman, Friedman, Olshen and Stone (1984), *Classification and Regression Trees*, Wadsworth.

    Examples
    --------
    >>> from estimators import DecisionTree
    >>> tree = DecisionTree(max_depth=1).fit([[0], [1], [8], [9]], ["low", "low", "high", "high"])
    >>> tree.predict([[2], [7]])
    array(['low', 'high'], dtype='<U4')
    """


class RandomForest(RandomForestClassifier):
    """A forest of trees, each grown on a bootstrap sample with random candidate features at every split.

    Parameters, attributes and errors are those of :class:`sklearn.ensemble.RandomForestClassifier`.

    See Also
    --------
    DecisionTree : a single tree without randomisation.

    References
    ----------
    Breiman (2001), *Random Forests*, Machine Learning 45, 5-32.

    Examples
    --------
    >>> from estimators import RandomForest
    >>> forest = RandomForest(n_estimators=10, random_state=0).fit([[0], [1], [8], [9]], [0, 0, 5, 5])
    >>> forest.predict([[0.5], [8.5]])
    array([0, 5])
    """


class ExtraTrees(ExtraTreesClassifier):
    """A forest of trees whose splits are drawn at random and chosen among, each grown on all training rows.

    Parameters, attributes and errors are those of :class:`sklearn.ensemble.ExtraTreesClassifier`.

    See Also
    --------
    RandomForest : searches the best threshold of each candidate, on bootstrap samples.

    References
    ----------
    Geurts, Ernst and Wehenkel (2006), *Extremely Randomized Trees*, Machine Learning 63, 3-42.

    Examples
    --------
    >>> from estimators import ExtraTrees
    >>> forest = ExtraTrees(n_estimators=10, random_state=0).fit([[0], [1], [8], [9]], [0, 0, 5, 5])
    >>> forest.predict([[0.5], [8.5]])
    array([0, 5])
    """
