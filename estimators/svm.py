"""Support vector machines with a kernel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from sklearn.svm import SVC

from estimators.pipelines import PipelineClassifier

_CACHE_MEGABYTES = 500


class SVM(PipelineClassifier):
    """A support vector machine with a Gaussian kernel, on pixels or on image features.

    One machine is trained for every pair of classes (LIBSVM); their votes, with ties decided by confidence,
    become one score per class. The result is that of convex optimisation: nothing is drawn at random.

    Parameters
    ----------
    features : str, default="pixels"
        What the machine sees: a row of :data:`estimators.features.FEATURES`. "pixels" are the rows scaled as
        by :class:`PixelScaler`; "pca" their leading principal components; "hog" the components of
        :class:`HOG` of images straightened and brought to one size by :class:`Deskew`.
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels); rows hold the pixels in that order. None takes a square
        number of features from 64 on as a grey image, three times one as a colour image, and anything else as
        1 x n_features: rows that are no images.
    n_components : int, default=100
        Most principal components; of no effect on features without that step.
    C : float, default=10.0
        Price of a training row on the wrong side of the margin.
    gamma : {"scale", "auto"} or float, default="scale"
        Inverse squared width of the kernel; "scale" is 1 / (n_features * variance) of what the machine sees.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels in the order of the score columns.
    pipeline_ : sklearn.pipeline.Pipeline
        The fitted transformers and, as its last step, the library's classifier.
    classifier_ : sklearn.svm.SVC
        That last step, on labels 0..n_classes-1.
    n_features_in_ : int
        Number of features seen in `fit`.

    References
    ----------
    Cortes and Vapnik (1995), *Support-Vector Networks*, Machine Learning 20, 273-297.
    Chang and Lin (2011), *LIBSVM: A Library for Support Vector Machines*, ACM TIST 2.

    Examples
    --------
    >>> from estimators import SVM
    >>> SVM().fit([[0], [1], [8], [9]], ["a", "a", "b", "b"]).predict([[0.5], [8.5]])
    array(['a', 'b'], dtype='<U1')
    """

    def __init__(
        self,
        features: str = "pixels",
        image_shape: Sequence[int] | None = None,
        *,
        n_components: int = 100,
        C: float = 10.0,
        gamma: float | str = "scale",
    ) -> None:
        self.features = features
        self.image_shape = image_shape
        self.n_components = n_components
        self.C = C
        self.gamma = gamma

    def decision_function(self, X: ArrayLike) -> np.ndarray:
        """Return one score per class from the votes of the pairwise machines.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Rows to score.

        Returns
        -------
        ndarray of shape (n, n_classes), or (n,) for two classes, float64
            Larger means more likely; the scores are no probabilities.
        """
        return self._ask("decision_function", X)

    def _classifier(self) -> SVC:
        return SVC(C=self.C, gamma=self.gamma, break_ties=True, cache_size=_CACHE_MEGABYTES)
