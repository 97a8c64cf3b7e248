"""Classifiers for any scikit-learn program: classical models, gradient boosting and Keras networks.

The names below are resolved on first use (PEP 562), so that ``import estimators`` costs nothing and loads
none of scikit-learn, XGBoost, Keras and TensorFlow.
"""

from importlib import import_module
from typing import Any

_MODULES = {
    "CNN": "estimators.cnn",
    "DecisionTree": "estimators.trees",
    "Dummy": "estimators.baseline",
    "KerasClassifier": "estimators.keras_classifier",
    "RandomForest": "estimators.trees",
    "SGDOneVsRest": "estimators.linear",
    "XGBoost": "estimators.boosting",
}

__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'estimators' has no attribute {name!r}; it offers {', '.join(__all__)}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
