"""Gradient boosting on histograms beside XGBoost: LightGBM, and scikit-learn's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.utils import check_random_state

from estimators.pipelines import ProbabilisticPipeline


class HistGradientBoosting(HistGradientBoostingClassifier):
    """Gradient boosted trees on histograms, by scikit-learn.

    Parameters, attributes and errors are those of :class:`sklearn.ensemble.HistGradientBoostingClassifier`.

    See Also
    --------
    LightGBM : the library whose method this is.

    References
    ----------
    Friedman (2001), *Greedy Function Approximation: A Gradient Boosting Machine*, Annals of Statistics 29.

    Examples
    --------
    >>> from estimators import HistGradientBoosting
    >>> model = HistGradientBoosting(max_iter=10, min_samples_leaf=1)
    >>> model.fit([[0], [1], [8], [9]], ["a", "a", "b", "b"]).predict([[0.5], [8.5]])
    array(['a', 'b'], dtype='<U1')
    """


class LightGBM(ProbabilisticPipeline):
    """Gradient boosted trees by LightGBM, which always splits the most promising leaf next.

    Needs the package lightgbm, the extra "lightgbm" of this project.

    Parameters
    ----------
    features : str, default="pixels"
        What the trees see: a row of :data:`estimators.features.FEATURES`, each of which scales the pixels;
        missing values are refused.
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels); rows hold the pixels in that order. None takes a square
        number of features from 64 on as a grey image, three times one as a colour image, and anything else as
        1 x n_features: rows that are no images.
    n_estimators : int, default=100
        Boosting rounds; each round grows one tree per class.
    learning_rate : float, default=0.1
        Share of each tree that is kept.
    num_leaves : int, default=31
        Most leaves of a tree.
    min_child_samples : int, default=20
        Least training rows in a leaf.
    subsample : float, default=1.0
        Share of the rows drawn for each tree.
    colsample_bytree : float, default=1.0
        Share of the features drawn for each tree.
    reg_lambda : float, default=0.0
        L2 penalty on leaf values.
    max_bin : int, default=255
        Histogram bins per feature.
    n_jobs : int or None, default=None
        Threads; None means all cores.
    random_state : int, RandomState instance or None, default=None
        Row and feature sampling.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels in the order of the probability columns.
    feature_importances_ : ndarray of shape (n_features,), float64
        Share of the total gain that splits on each pixel brought; there for the features "pixels" only.
    pipeline_ : sklearn.pipeline.Pipeline
        The fitted transformers and, as its last step, the library's classifier.
    classifier_ : lightgbm.LGBMClassifier
        That last step, on labels 0..n_classes-1.
    n_features_in_ : int
        Number of features seen in `fit`.

    References
    ----------
    Ke et al. (2017), *LightGBM: A Highly Efficient Gradient Boosting Decision Tree*, NeurIPS.

    Examples
    --------
    >>> from estimators import LightGBM
    >>> model = LightGBM(n_estimators=5, min_child_samples=1, n_jobs=1)
    >>> model.fit([[0], [1], [8], [9]] * 9, ["a", "a", "b", "b"] * 9).predict([[0.5], [8.5]])
    array(['a', 'b'], dtype='<U1')
    """

    def __init__(
        self,
        features: str = "pixels",
        image_shape: Sequence[int] | None = None,
        *,
        n_estimators: int = 100,
        learning_rate: float = 0.1,
        num_leaves: int = 31,
        min_child_samples: int = 20,
        subsample: float = 1.0,
        colsample_bytree: float = 1.0,
        reg_lambda: float = 0.0,
        max_bin: int = 255,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.features = features
        self.image_shape = image_shape
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.num_leaves = num_leaves
        self.min_child_samples = min_child_samples
        self.subsample = subsample
        self.colsample_bytree = colsample_bytree
        self.reg_lambda = reg_lambda
        self.max_bin = max_bin
        self.n_jobs = n_jobs
        self.random_state = random_state

    @property
    def feature_importances_(self) -> np.ndarray:
        """Share of the total gain per pixel."""
        if self.features != "pixels":
            raise AttributeError(f"the features {self.features!r} are no pixels; see classifier_")
        gain = self.classifier_.feature_importances_
        return gain / max(gain.sum(), np.finfo(float).tiny)

    def _classifier(self) -> Any:
        from lightgbm import LGBMClassifier

        own = ("features", "image_shape", "random_state")
        library_params = {name: value for name, value in self.get_params().items() if name not in own}
        return LGBMClassifier(
            **library_params,
            random_state=check_random_state(self.random_state).randint(np.iinfo(np.int32).max),
            subsample_freq=1,
            importance_type="gain",
            deterministic=True,
            force_row_wise=True,
            verbosity=-1,
        )
