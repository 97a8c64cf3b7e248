"""Gradient boosted trees."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from estimators.features import feature_steps, frequent_columns
from estimators.rows import Rows, check_classes, check_fraction, inner_split, training_rows

_OF_INPUTS = {"features", "image_shape", "min_frequency"}
_OWN = _OF_INPUTS | {"early_stopping_rounds", "validation_fraction", "random_state"}


class XGBoost(ClassifierMixin, BaseEstimator):
    """Gradient boosted trees by XGBoost, with the whole scikit-learn contract.

    On top of :class:`xgboost.XGBClassifier`, labels may be of any kind, and early stopping works inside
    cross-validation: its validation rows are taken from the training rows. Missing values (NaN) are allowed
    in pixels.

    Parameters
    ----------
    features : str, default="pixels"
        What the trees see: "pixels" are the rows as they are; any other row of
        :data:`estimators.features.FEATURES`, such as "deskew-pool", makes features of them.
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels); rows hold the pixels in that order. None takes a square
        number of features from 64 on as a grey image, three times one as a colour image, and anything else as
        1 x n_features. Of no effect on "pixels".
    min_frequency : float, default=0.0
        Least share of the training rows that differ from a column's median; other columns are left out,
        unless none is left. Pixels that hardly any image lights take half of the time on MNIST.
    n_estimators : int, default=100
        Boosting rounds; each round grows one tree per class.
    learning_rate : float, default=0.3
        Share of each tree that is kept.
    max_depth : int, default=6
        Most levels of a tree.
    min_child_weight : float, default=1.0
        Least sum of second derivatives in a leaf.
    gamma : float, default=0.0
        Least loss reduction that justifies a split.
    subsample : float, default=1.0
        Share of the rows drawn for each tree.
    colsample_bytree : float, default=1.0
        Share of the features drawn for each tree.
    reg_alpha : float, default=0.0
        L1 penalty on leaf values.
    reg_lambda : float, default=1.0
        L2 penalty on leaf values.
    max_bin : int, default=256
        Histogram bins per feature; 32 halves the training time on MNIST at equal accuracy.
    missing : float, default=nan
        This value means missing too, as NaN always does. Of pixels, 0 makes the black ones missing: they are
        skipped, and the training time falls to a third on MNIST at slightly lower accuracy.
    early_stopping_rounds : int or None, default=None
        Stop after this many rounds without a lower validation loss, and predict with the best round.
    validation_fraction : float, default=0.1
        Share of the training rows that early stopping sets aside; unused without it.
    device : str, default="cpu"
        "cpu", "cuda" or "cuda:<ordinal>"; `device_` says what was really used.
    n_jobs : int or None, default=None
        Threads; None means all cores.
    random_state : int, RandomState instance or None, default=None
        Row and feature sampling, and the validation split.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels in the order of the probability columns.
    classifier_ : XGBClassifier
        The fitted booster, on labels 0..n_classes-1.
    device_ : str
        The device that the booster ended up on: XGBoost falls back to "cpu" when there is no GPU.
    feature_importances_ : ndarray of shape (n_features,), float32
        Share of the total gain that splits on each pixel brought; there for the features "pixels" only.
    features_ : sklearn.pipeline.Pipeline or None
        The fitted transformers; None for "pixels".
    columns_ : ndarray of shape (n_columns,), int
        The columns, of pixels or features, that the trees see.
    n_features_in_ : int
        Number of features seen in `fit`.

    References
    ----------
    Chen and Guestrin (2016), *XGBoost: A Scalable Tree Boosting System*, KDD.

    Examples
    --------
    >>> from estimators import XGBoost
    >>> model = XGBoost(n_estimators=5, min_child_weight=0).fit([[0], [1], [8], [9]], ["a", "a", "b", "b"])
    >>> model.predict([[0.5], [8.5]])
    array(['a', 'b'], dtype='<U1')
    """

    def __init__(
        self,
        features: str = "pixels",
        image_shape: Sequence[int] | None = None,
        *,
        min_frequency: float = 0.0,
        n_estimators: int = 100,
        learning_rate: float = 0.3,
        max_depth: int = 6,
        min_child_weight: float = 1.0,
        gamma: float = 0.0,
        subsample: float = 1.0,
        colsample_bytree: float = 1.0,
        reg_alpha: float = 0.0,
        reg_lambda: float = 1.0,
        max_bin: int = 256,
        missing: float = np.nan,
        early_stopping_rounds: int | None = None,
        validation_fraction: float = 0.1,
        device: str = "cpu",
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.features = features
        self.image_shape = image_shape
        self.min_frequency = min_frequency
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.max_depth = max_depth
        self.min_child_weight = min_child_weight
        self.gamma = gamma
        self.subsample = subsample
        self.colsample_bytree = colsample_bytree
        self.reg_alpha = reg_alpha
        self.reg_lambda = reg_lambda
        self.max_bin = max_bin
        self.missing = missing
        self.early_stopping_rounds = early_stopping_rounds
        self.validation_fraction = validation_fraction
        self.device = device
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> XGBoost:
        """Boost trees on the training rows.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Training rows; NaN means missing.
        y : array-like of shape (n,)
            Labels of any kind, two classes or more.
        sample_weight : array-like of shape (n,) or None, default=None
            Weight per row; rows of weight 0 are left out.

        Returns
        -------
        XGBoost
            The estimator itself.

        Raises
        ------
        ValueError
            If the rows or labels are unusable or hold one class only, or early stopping has too few rows.
        """
        from xgboost import XGBClassifier

        check_fraction(self.validation_fraction)
        if not 0 <= self.min_frequency <= 1:
            raise ValueError(f"min_frequency must be from 0 to 1; got {self.min_frequency}; 0.02 is usual.")
        rows, classes = training_rows(self, X, y, sample_weight, ensure_all_finite="allow-nan")
        check_classes(self, classes)
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        train, validation = rows, None
        if self.early_stopping_rounds is not None:
            train, validation = map(rows.take, inner_split(rows.codes, self.validation_fraction, seed))
        self.features_ = None
        if self.features != "pixels":
            self.features_ = feature_steps(self.features, self.image_shape).fit(train.X)
        seen = self._features(train.X)
        self.columns_ = frequent_columns(seen, self.min_frequency)
        library_params = {name: value for name, value in self.get_params().items() if name not in _OWN}
        self.classifier_ = XGBClassifier(random_state=seed, importance_type="total_gain", **library_params)
        self.classifier_.fit(
            seen[:, self.columns_], train.codes, sample_weight=train.weight, **self._stopping(validation)
        )
        self.classes_ = classes
        return self

    def _stopping(self, validation: Rows | None) -> dict[str, Any]:
        """Return what makes the library stop early, judged by the validation rows."""
        if validation is None:
            return {}
        self.classifier_.set_params(early_stopping_rounds=self.early_stopping_rounds)
        return {
            "eval_set": [(self._inputs(validation.X), validation.codes)],
            "sample_weight_eval_set": None if validation.weight is None else [validation.weight],
            "verbose": False,
        }

    def _features(self, X: np.ndarray) -> np.ndarray:
        return X if self.features_ is None else self.features_.transform(X)

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        return self._features(X)[:, self.columns_]

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Return class probabilities.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Rows to score.

        Returns
        -------
        ndarray of shape (n, n_classes), float32
            Rows sum to one within single precision.
        """
        check_is_fitted(self)
        checked = validate_data(self, X, reset=False, ensure_all_finite="allow-nan")
        return self.classifier_.predict_proba(self._inputs(checked))

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the most probable label for each row.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Rows to label.

        Returns
        -------
        ndarray of shape (n,)
            Labels out of `classes_`.
        """
        best = self.predict_proba(X).argmax(axis=1)
        return self.classes_[best]

    @property
    def feature_importances_(self) -> np.ndarray:
        """Share of the total gain per pixel."""
        check_is_fitted(self)
        if self.features != "pixels":
            raise AttributeError(f"the features {self.features!r} are no pixels; see classifier_")
        importances = np.zeros(self.n_features_in_, dtype=np.float32)
        importances[self.columns_] = self.classifier_.feature_importances_
        return importances

    @property
    def device_(self) -> str:
        """The device that the booster ended up on."""
        check_is_fitted(self)
        config = json.loads(self.classifier_.get_booster().save_config())
        return config["learner"]["generic_param"]["device"]

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.features == "pixels"
        return tags
