"""Models that learn their features: networks built with Keras."""

from bench.records import EstimatorSpec, Params
from bench.registry.space import choice, integer, real

_PACKAGES = ("tensorflow", "keras")
_STILL: Params = {"rotation": 0, "zoom": 0, "shift": 0}
_MOVED: Params = {"rotation": 10, "zoom": 0.1, "shift": 0.1}
_DEEP_PYRAMID = (
    "conv16 norm.9 relu conv16 halve norm.9 relu conv32 norm.9 relu conv32 halve norm.9 relu "
    "conv64 norm.9 relu conv64 halve norm.9 relu drop.4 dense128 norm.9 relu drop.4"
)
_OVERRULES: dict[str, tuple[str, ...]] = {
    "architecture": ("filters", "blocks", "depth", "kernel_size", "dense", "dropout")
}
_KERAS_RATE: Params = {"learning_rate": 1e-3, "schedule": "constant"}


def _published(
    name: str,
    title: str,
    smallest_side: int,
    defaults: Params,
    *,
    smoke: Params | None = None,
) -> EstimatorSpec:
    """Return the row of a network as its source describes it."""
    return EstimatorSpec(
        name=name,
        title=f"{title}, as published",
        family="deep",
        target="estimators.cnn:CNN",
        defaults=defaults,
        presets={"smoke": smoke or {"epochs": 1}},
        overrules=_OVERRULES,
        tags=("reference", "keras"),
        packages=_PACKAGES,
        needs=("image",),
        smallest_side=smallest_side,
        parallel=False,
        cost="minutes",
    )


DEEP = (
    EstimatorSpec(
        name="cnn",
        title="Convolutional network",
        family="deep",
        target="estimators.cnn:CNN",
        presets={
            "smoke": {"epochs": 2},
            "full": {
                "architecture": _DEEP_PYRAMID,
                "epochs": 40,
                "rotation": 12,
                "shear": 6,
                "zoom": 0.12,
                "shift": 0.1,
                "views": 5,
            },
        },
        space={
            "learning_rate": real(3e-4, 1e-2, log=True),
            "filters": integer(16, 64, log=True),
            "dense": integer(32, 256, log=True),
            "dropout": real(0.0, 0.5),
            "kernel_size": choice(3, 5),
        },
        overrules=_OVERRULES,
        tags=("main", "keras"),
        packages=_PACKAGES,
        needs=("image",),
        parallel=False,
        cost="minutes",
    ),
    _published(
        "cnn-plain",
        "Two convolutions",
        10,
        {"architecture": "plain", "batch_size": 200, "epochs": 10, **_KERAS_RATE, **_STILL},
    ),
    _published(
        "cnn-augmented",
        "Three convolutions on moved images",
        18,
        {"architecture": "augmented", "batch_size": 32, "epochs": 10, **_KERAS_RATE, **_MOVED},
    ),
    _published(
        "cnn-rmsprop",
        "Two wide convolutions by RMSprop",
        6,
        {
            "architecture": "rmsprop",
            "optimizer": "rmsprop",
            "batch_size": 32,
            "epochs": 100,
            "learning_rate": 1e-3,
            "schedule": "plateau",
            "validation_fraction": 0.1,
            "patience": 10,
            **_MOVED,
            "shear": 0.1,
        },
    ),
    _published(
        "cnn-compact",
        "Three narrow convolutions finished by SGD",
        8,
        {
            "architecture": "compact",
            "batch_size": 100,
            "epochs": 10,
            "finish_epochs": 30,
            **_KERAS_RATE,
            **_STILL,
        },
        smoke={"epochs": 1, "finish_epochs": 1},
    ),
    _published(
        "cnn-early-stop",
        "Two convolutions stopped early",
        10,
        {
            "architecture": "plain",
            "batch_size": 32,
            "epochs": 30,
            "validation_fraction": 0.1,
            "patience": 3,
            **_KERAS_RATE,
            **_STILL,
        },
    ),
)
