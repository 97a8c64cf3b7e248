"""Models that learn their features: networks built with Keras."""

from bench.records import EstimatorSpec
from bench.registry.space import choice, integer, real

DEEP = (
    EstimatorSpec(
        name="cnn",
        title="Convolutional network",
        family="deep",
        target="estimators.cnn:CNN",
        presets={"smoke": {"epochs": 2}, "quick": {"epochs": 5}, "full": {"epochs": 15}},
        space={
            "learning_rate": real(3e-4, 1e-2, log=True),
            "filters": integer(8, 32, log=True),
            "dense": integer(32, 256, log=True),
            "dropout": real(0.0, 0.5),
            "kernel_size": choice(3, 5),
        },
        tags=("main", "keras"),
        packages=("tensorflow", "keras"),
        needs=("image",),
        parallel=False,
    ),
)
