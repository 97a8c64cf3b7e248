"""Linear classifiers."""

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import SGDClassifier
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from estimators.rows import check_classes, training_rows


def _has_probabilities(estimator: "SGDOneVsRest") -> bool:
    return estimator.loss in ("log_loss", "modified_huber")


class SGDOneVsRest(ClassifierMixin, BaseEstimator):
    """One linear machine per class against the rest, trained by stochastic gradient descent.

    Stochastic gradient descent needs features of like size, so each feature is first mapped to 0..1 by its
    range in the training rows: pixels may count to 16, 255 or 1.0, and ordinary columns may differ by orders
    of magnitude. A constant feature becomes 0, and a later value outside the range seen in training is moved
    to the end of that range, so that a border pixel hardly lit in training cannot decide a prediction alone.
    Training runs in single precision, which takes half the time, and scoring in double precision.

    Parameters
    ----------
    loss : str, default="hinge"
        Any loss of :class:`sklearn.linear_model.SGDClassifier`. "hinge" is a linear support vector machine;
        "log_loss" and "modified_huber" also give `predict_proba`.
    penalty : {"l2", "l1", "elasticnet"} or None, default="l2"
        Regularisation term.
    alpha : float, default=1e-4
        Strength of the regularisation; it also sets the step size of the "optimal" schedule.
    max_iter : int, default=1000
        Most passes over the training rows.
    tol : float or None, default=1e-3
        Stop when the loss has not fallen by `tol` for five passes; None makes all `max_iter` passes.
    learning_rate : {"optimal", "constant", "invscaling", "adaptive"}, default="optimal"
        Schedule of the step size.
    eta0 : float, default=0.01
        First step size of every schedule but "optimal".
    average : bool or int, default=False
        True averages the weights over all steps, an int from that step on.
    class_weight : dict, "balanced" or None, default=None
        Weight per class label.
    n_jobs : int or None, default=None
        Threads over the one-against-rest problems; the result does not depend on it.
    random_state : int, RandomState instance or None, default=None
        Order of the rows within a pass.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels in the order of the score columns.
    coef_ : ndarray of shape (n_classes, n_features) or (1, n_features), float32
        Weights of the features *as rescaled to 0..1*.
    intercept_ : ndarray of shape (n_classes,) or (1,), float32
        Constant terms.
    scaler_ : MinMaxScaler
        The ranges learnt from the training rows.
    classifier_ : SGDClassifier
        The fitted linear machines.
    n_iter_ : int
        Passes made over the training rows, the most of all classes.
    n_features_in_ : int
        Number of features seen in `fit`.

    References
    ----------
    Bottou (2010), *Large-Scale Machine Learning with Stochastic Gradient Descent*, COMPSTAT.
    Rifkin and Klautau (2004), *In Defense of One-Vs-All Classification*, JMLR 5, 101-141.

    Examples
    --------
    >>> from estimators import SGDOneVsRest
    >>> model = SGDOneVsRest(random_state=0).fit([[0, 9e5], [1, 8e5], [8, 1e5], [9, 0]], ["a", "a", "b", "b"])
    >>> model.predict([[1, 7e5], [8, 0]])
    array(['a', 'b'], dtype='<U1')
    """

    def __init__(
        self,
        *,
        loss: str = "hinge",
        penalty: str | None = "l2",
        alpha: float = 1e-4,
        max_iter: int = 1000,
        tol: float | None = 1e-3,
        learning_rate: str = "optimal",
        eta0: float = 0.01,
        average: bool | int = False,
        class_weight: dict | str | None = None,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.loss = loss
        self.penalty = penalty
        self.alpha = alpha
        self.max_iter = max_iter
        self.tol = tol
        self.learning_rate = learning_rate
        self.eta0 = eta0
        self.average = average
        self.class_weight = class_weight
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> "SGDOneVsRest":
        """Learn the ranges of the features and one linear machine per class.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Training rows of finite numbers.
        y : array-like of shape (n,)
            Labels of any kind.
        sample_weight : array-like of shape (n,) or None, default=None
            Weight per row; rows of weight 0 are left out.

        Returns
        -------
        SGDOneVsRest
            The estimator itself.

        Raises
        ------
        ValueError
            If the rows or labels are unusable, hold one class only, or a parameter is out of its range.
        """
        rows, classes = training_rows(self, X, y, sample_weight)
        check_classes(self, classes)
        self.scaler_ = MinMaxScaler(clip=True).fit(rows.X)
        self.classifier_ = SGDClassifier(**self.get_params())
        scaled = self.scaler_.transform(rows.X).astype(np.float32)
        self.classifier_.fit(scaled, classes[rows.codes], sample_weight=rows.weight)
        self.classes_ = classes
        return self

    def decision_function(self, X: ArrayLike) -> np.ndarray:
        """Return the signed distances to the class boundaries.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Rows to score.

        Returns
        -------
        ndarray of shape (n, n_classes), or (n,) for two classes, float64
            Larger means more likely; the scores are no probabilities.
        """
        inputs = self._inputs(X)
        return self.classifier_.decision_function(inputs)

    @available_if(_has_probabilities)
    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Return class probabilities; there only for the losses "log_loss" and "modified_huber".

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Rows to score.

        Returns
        -------
        ndarray of shape (n, n_classes), float64
            Rows sum to one.
        """
        inputs = self._inputs(X)
        return self.classifier_.predict_proba(inputs)

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the label of the largest score for each row.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Rows to label.

        Returns
        -------
        ndarray of shape (n,)
            Labels out of `classes_`.
        """
        inputs = self._inputs(X)
        return self.classifier_.predict(inputs)

    @property
    def coef_(self) -> np.ndarray:
        """Weights of the rescaled features."""
        check_is_fitted(self)
        return self.classifier_.coef_

    @property
    def intercept_(self) -> np.ndarray:
        """Constant terms."""
        check_is_fitted(self)
        return self.classifier_.intercept_

    @property
    def n_iter_(self) -> int:
        """Passes made over the training rows."""
        check_is_fitted(self)
        return self.classifier_.n_iter_

    def _inputs(self, X: ArrayLike) -> np.ndarray:
        check_is_fitted(self)
        return self.scaler_.transform(validate_data(self, X, reset=False, dtype=np.float64))
