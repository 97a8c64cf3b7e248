"""What all classifiers share that first make features of the pixels and then call a library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted, validate_data

from estimators.features import feature_steps
from estimators.rows import check_classes, training_rows


class PipelineClassifier(ClassifierMixin, BaseEstimator):
    """Base of the classifiers that are a row of transformers before a library's own classifier.

    A subclass takes `features` and `image_shape` in its constructor, `n_components` where it likes, and makes
    the library's classifier in `_classifier`, which is fitted on labels 0..n_classes-1.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels in the order of the score columns.
    pipeline_ : sklearn.pipeline.Pipeline
        The fitted transformers and, as its last step, the library's classifier.
    n_features_in_ : int
        Number of features seen in `fit`.
    """

    features: str = "pixels"
    image_shape: Sequence[int] | None = None
    n_components: int = 100

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn the features and fit the classifier on them.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Training rows of finite numbers.
        y : array-like of shape (n,)
            Labels of any kind, two classes or more.
        sample_weight : array-like of shape (n,) or None, default=None
            Weight per row; rows of weight 0 are left out, the others weigh in the classifier only, and not
            in the features.

        Returns
        -------
        PipelineClassifier
            The estimator itself.

        Raises
        ------
        ValueError
            If the rows or labels are unusable or hold one class only, or a parameter is out of its range.
        """
        rows, classes = training_rows(self, X, y, sample_weight)
        check_classes(self, classes)
        transformers = feature_steps(self.features, self.image_shape, self.n_components)
        inputs = transformers.fit_transform(rows.X)
        weight = {} if rows.weight is None else {"sample_weight": rows.weight}
        classifier = self._classifier().fit(inputs, rows.codes, **weight)
        self.pipeline_ = Pipeline([*transformers.steps, ("classify", classifier)])
        self.classes_ = classes
        return self

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
        codes = self._ask("predict", X)
        return self.classes_[codes]

    @property
    def classifier_(self) -> Any:
        """The fitted classifier of the library: the last step of `pipeline_`."""
        return self.pipeline_[-1]

    def _classifier(self) -> Any:
        raise NotImplementedError

    def _ask(self, method: str, X: ArrayLike) -> np.ndarray:
        check_is_fitted(self)
        return getattr(self.pipeline_, method)(validate_data(self, X, reset=False))


class ProbabilisticPipeline(PipelineClassifier):
    """Base of those whose library gives probabilities."""

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Return class probabilities.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Rows to score.

        Returns
        -------
        ndarray of shape (n, n_classes), float32 or float64
            Rows sum to one.
        """
        return self._ask("predict_proba", X)
