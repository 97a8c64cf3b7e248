"""Models that learn no features of their own."""

from bench.records import EstimatorSpec
from bench.registry.space import choice, integer, real

CLASSICAL = (
    EstimatorSpec(
        name="dummy",
        title="Class frequencies (baseline)",
        family="classical",
        target="estimators.baseline:Dummy",
        tags=("main", "baseline"),
    ),
    EstimatorSpec(
        name="sgd",
        title="Linear SVM by SGD, one-vs-rest",
        family="classical",
        target="estimators.linear:SGDOneVsRest",
        presets={"smoke": {"max_iter": 5, "tol": None}},
        space={
            "loss": choice("hinge", "log_loss", "modified_huber"),
            "penalty": choice("l2", "l1", "elasticnet"),
            "alpha": real(1e-6, 1e-2, log=True),
            "average": choice(False, True),
        },
        tags=("main", "linear"),
    ),
    EstimatorSpec(
        name="tree",
        title="Decision tree",
        family="classical",
        target="estimators.trees:DecisionTree",
        presets={"smoke": {"max_depth": 8}},
        space={
            "criterion": choice("gini", "entropy"),
            "max_depth": integer(4, 30),
            "min_samples_leaf": integer(1, 20, log=True),
        },
        tags=("main", "tree"),
    ),
    EstimatorSpec(
        name="forest",
        title="Random forest",
        family="classical",
        target="estimators.trees:RandomForest",
        presets={"smoke": {"n_estimators": 10}, "full": {"n_estimators": 300}},
        space={
            "n_estimators": integer(50, 400, log=True),
            "max_features": real(0.01, 0.3, log=True),
            "min_samples_leaf": integer(1, 10, log=True),
        },
        tags=("main", "tree", "ensemble-of-trees"),
    ),
    EstimatorSpec(
        name="xgboost",
        title="XGBoost",
        family="classical",
        target="estimators.boosting:XGBoost",
        defaults={"max_bin": 32},
        presets={"smoke": {"n_estimators": 5}, "full": {"n_estimators": 500, "learning_rate": 0.1}},
        space={
            "n_estimators": integer(50, 400, log=True),
            "learning_rate": real(0.03, 0.5, log=True),
            "max_depth": integer(3, 10),
            "subsample": real(0.5, 1.0),
            "colsample_bytree": real(0.3, 1.0),
        },
        tags=("main", "tree", "boosting"),
        packages=("xgboost",),
        parallel=False,
    ),
)
