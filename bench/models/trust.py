"""What a saved model may hold: literal tables, by the module that its class is in."""

from __future__ import annotations

from dataclasses import dataclass

_TREE = "sklearn.tree._tree.Tree"
_STEPS = (
    "sklearn.pipeline.Pipeline",
    "sklearn.decomposition._pca.PCA",
    "estimators.features.Components",
    "estimators.hog.HOG",
    "estimators.images.Deskew",
    "estimators.images.MeanPool",
    "estimators.images.PixelScaler",
)
_HISTOGRAM = "sklearn.ensemble._hist_gradient_boosting"


@dataclass(frozen=True)
class Trust:
    """What a saved model of one class may hold beside plain values.

    Parameters
    ----------
    types : tuple of str
        Qualified names of the types.
    native : tuple of str
        Kinds of `bench.models.native.FORMATS`.
    package : str
        For a class that is in none of our tables, the package whose own classes are trusted too, because to
        name the class is to run that package; so are those that skops trusts by itself, scikit-learn's own.
    """

    types: tuple[str, ...] = ()
    native: tuple[str, ...] = ()
    package: str = ""


def trust_in(target: str) -> Trust:
    """Return what a saved model of "module:Class" may hold."""
    module = target.partition(":")[0]
    return MODELS.get(module) or Trust(_EVERY, ("xgboost", "lightgbm", "keras"), module.split(".")[0])


MODELS = {
    "estimators.baseline": Trust(("estimators.baseline.Dummy",)),
    "estimators.logistic": Trust(
        ("estimators.logistic.Logistic", "sklearn.linear_model._logistic.LogisticRegression", *_STEPS)
    ),
    "estimators.linear": Trust(
        (
            "estimators.linear.SGDOneVsRest",
            "sklearn.linear_model._stochastic_gradient.SGDClassifier",
            "sklearn.preprocessing._data.MinMaxScaler",
            "sklearn._loss._loss.CyHalfBinomialLoss",
            "sklearn._loss._loss.CyHalfSquaredError",
            "sklearn._loss._loss.CyHuberLoss",
            "sklearn.linear_model._sgd_fast.EpsilonInsensitive",
            "sklearn.linear_model._sgd_fast.Hinge",
            "sklearn.linear_model._sgd_fast.ModifiedHuber",
            "sklearn.linear_model._sgd_fast.SquaredEpsilonInsensitive",
            "sklearn.linear_model._sgd_fast.SquaredHinge",
        )
    ),
    "estimators.svm": Trust(("estimators.svm.SVM", "sklearn.svm._classes.SVC", *_STEPS)),
    "estimators.neighbours": Trust(
        (
            "estimators.neighbours.KNN",
            "estimators.neighbours._closeness",
            "sklearn.neighbors._classification.KNeighborsClassifier",
            *_STEPS,
        )
    ),
    "estimators.trees": Trust(
        (
            "estimators.trees.DecisionTree",
            "estimators.trees.ExtraTrees",
            "estimators.trees.RandomForest",
            "sklearn.tree._classes.DecisionTreeClassifier",
            "sklearn.tree._classes.ExtraTreeClassifier",
            _TREE,
        )
    ),
    "estimators.histogram_boosting": Trust(
        (
            "estimators.histogram_boosting.HistGradientBoosting",
            "estimators.histogram_boosting.LightGBM",
            "lightgbm.sklearn.LGBMClassifier",
            "sklearn._loss._loss.CyHalfBinomialLoss",
            "sklearn._loss._loss.CyHalfMultinomialLoss",
            "sklearn._loss.link.Interval",
            "sklearn._loss.link.LogitLink",
            "sklearn._loss.link.MultinomialLogit",
            "sklearn._loss.loss.HalfBinomialLoss",
            "sklearn._loss.loss.HalfMultinomialLoss",
            f"{_HISTOGRAM}.binning._BinMapper",
            f"{_HISTOGRAM}.predictor.TreePredictor",
            "sklearn.preprocessing._label.LabelEncoder",
            *_STEPS,
        ),
        native=("lightgbm",),
    ),
    "estimators.boosting": Trust(
        ("estimators.boosting.XGBoost", "xgboost.sklearn.XGBClassifier", *_STEPS), native=("xgboost",)
    ),
    "estimators.perceptron": Trust(
        (
            "estimators.perceptron.MLP",
            "sklearn.neural_network._multilayer_perceptron.MLPClassifier",
            "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
            "sklearn.preprocessing._label.LabelBinarizer",
            *_STEPS,
        )
    ),
    "estimators.cnn": Trust(("estimators.cnn.CNN", "estimators.images.PixelScaler"), native=("keras",)),
    "estimators.keras_classifier": Trust(
        ("estimators.keras_classifier.KerasClassifier", "estimators.images.PixelScaler"), native=("keras",)
    ),
}

_EVERY = tuple(dict.fromkeys(name for trust in MODELS.values() for name in trust.types))

# What loads plain values in skops's format, and the types it may load in any model.
_SCALARS = ("bool", "bytes", "float", "int", "str")
_NUMPY = ("bool", "float32", "float64", "int32", "int64", "str_", "uint8", "uint32", "uint64")
PLAIN: dict[str, tuple[str, ...]] = {
    "JsonNode": ("builtins.str",),
    "ListNode": ("builtins.list",),
    "TupleNode": ("builtins.tuple",),
    "SetNode": ("builtins.set",),
    "DictNode": ("builtins.dict", "collections.OrderedDict", "sklearn.utils._bunch.Bunch"),
    "DefaultDictNode": ("collections.defaultdict",),
    "SliceNode": ("builtins.slice",),
    "BytesNode": ("builtins.bytes",),
    "NdArrayNode": ("numpy.ndarray", *(f"numpy.{name}" for name in _NUMPY)),
    "DTypeNode": ("numpy.dtype",),
    "RandomStateNode": ("numpy.random.mtrand.RandomState",),
    "RandomGeneratorNode": ("numpy.random._generator.Generator",),
    "TypeNode": (
        "builtins.NoneType",
        "builtins.dict",
        "builtins.list",
        "collections.OrderedDict",
        *(f"builtins.{name}" for name in _SCALARS),
        *(f"numpy.{name}" for name in _NUMPY),
    ),
}

# What loads the types of `Trust`, and nothing else.
OWN_LOADERS = ("ObjectNode", "FunctionNode", "TreeNode", "LossNode")

# What a saved network may be built of; nothing here reads a file or holds a function.
LAYERS = (
    "__keras_tensor__",
    "keras.DTypePolicy",
    "keras.Model",
    "keras.Sequential",
    "keras.src.models.functional.Functional",
    *(
        f"keras.initializers.{name}"
        for name in ("Constant", "GlorotUniform", "HeNormal", "HeUniform", "Ones", "RandomNormal", "Zeros")
    ),
    *(f"keras.regularizers.{name}" for name in ("L1", "L1L2", "L2")),
    *(
        f"keras.layers.{name}"
        for name in (
            "Activation",
            "Add",
            "AveragePooling2D",
            "BatchNormalization",
            "Concatenate",
            "Conv2D",
            "Dense",
            "DepthwiseConv2D",
            "Dropout",
            "Flatten",
            "GlobalAveragePooling2D",
            "InputLayer",
            "LayerNormalization",
            "MaxPooling2D",
            "ReLU",
            "Reshape",
            "SeparableConv2D",
            "Softmax",
            "SpatialDropout2D",
            "ZeroPadding2D",
        )
    ),
)
