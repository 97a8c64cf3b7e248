"""Classifiers for any scikit-learn program, and the image features that some of them see.

The names below are resolved on first use (PEP 562), so that ``import estimators`` costs nothing and loads
none of scikit-learn, XGBoost, Keras and TensorFlow.
"""

from importlib import import_module
from typing import Any

_MODULES = {
    "CNN": "estimators.cnn",
    "Components": "estimators.features",
    "DecisionTree": "estimators.trees",
    "Deskew": "estimators.images",
    "Dummy": "estimators.baseline",
    "ExtraTrees": "estimators.trees",
    "HOG": "estimators.images",
    "HistGradientBoosting": "estimators.histogram_boosting",
    "KNN": "estimators.neighbours",
    "KerasClassifier": "estimators.keras_classifier",
    "LightGBM": "estimators.histogram_boosting",
    "Logistic": "estimators.logistic",
    "MLP": "estimators.perceptron",
    "MeanPool": "estimators.images",
    "PixelScaler": "estimators.images",
    "RandomForest": "estimators.trees",
    "SGDOneVsRest": "estimators.linear",
    "SVM": "estimators.svm",
    "XGBoost": "estimators.boosting",
}

__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'estimators' has no attribute {name!r}; it offers {', '.join(__all__)}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
