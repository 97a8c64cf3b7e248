import pickle
import random
from contextlib import nullcontext

import numpy as np
import pytest

from estimators import network

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("eager"),
    pytest.mark.filterwarnings("ignore:Even though the .tf.config:UserWarning"),
]


def model(**settings):
    from estimators import KerasClassifier

    return KerasClassifier(**{"epochs": 3, "learning_rate": 0.01, "random_state": 0} | settings)


def wide(n_features, n_classes):
    import keras

    return keras.Sequential(
        [
            keras.Input((n_features,)),
            keras.layers.Dense(500, activation="relu"),
            keras.layers.Dense(n_classes, activation="softmax"),
        ]
    )


def one_column(n_features, n_classes):
    import keras

    return keras.Sequential([keras.Input((n_features,)), keras.layers.Dense(1, activation="sigmoid")])


def test_probabilities_sum_to_one_in_double_precision(digits):
    proba = model().fit(*digits).predict_proba(digits[0])
    assert proba.dtype == np.float64
    assert np.abs(proba.sum(axis=1) - 1).max() < 1e-15


def test_no_row_depends_on_its_neighbours(digits):
    fitted = model().fit(*digits)
    together = fitted.predict_proba(digits[0])
    for n in (1, 7, 20, 49, 100):
        drawn = np.random.default_rng(n).permutation(len(digits[0]))[:n]
        alone = fitted.predict_proba(digits[0][drawn])
        np.testing.assert_allclose(alone, together[drawn], rtol=1e-7, atol=1e-9)


def test_history_has_one_value_per_epoch(digits):
    history = model(validation_fraction=0.2).fit(*digits).history_
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"}
    assert all(
        len(values) == 3 and {type(value) for value in values} == {float} for values in history.values()
    )


def test_cosine_rises_and_falls_to_zero(digits):
    rates = model(epochs=20, schedule="cosine").fit(*digits).history_["learning_rate"]
    assert max(rates) == pytest.approx(0.01, rel=0.05)
    assert rates.index(max(rates)) in (3, 4)
    assert rates[-1] < 1e-4
    assert model().fit(*digits).history_["learning_rate"] == pytest.approx([0.01, 0.01, 0.01])


def test_plateau_divides_by_ten_down_to_a_hundredth(digits):
    X, y = digits
    noise = np.random.default_rng(0).integers(0, 3, len(y))
    fitted = model(epochs=40, schedule="plateau", validation_fraction=0.3).fit(X, noise)
    rates = list(dict.fromkeys(fitted.history_["learning_rate"]))
    assert rates == pytest.approx([1e-2, 1e-3, 1e-4])


def test_label_smoothing_leaves_less_confidence(digits):
    X, y = digits
    sharp, smooth = (model(epochs=30, label_smoothing=share).fit(X, y) for share in (0.0, 0.3))
    assert smooth.score(X, y) == sharp.score(X, y) == 1
    assert smooth.predict_proba(X).max(axis=1).mean() < 0.9 < sharp.predict_proba(X).max(axis=1).mean()


def test_averaged_weights_lag_behind_the_last_ones(digits):
    X, y = digits
    last, averaged = (model(averaging=momentum).fit(X, y) for momentum in (0.0, 0.999))
    assert last.history_["loss"] == averaged.history_["loss"]
    assert last.score(X, y) > averaged.score(X, y)


def test_device_is_recorded(digits):
    assert model(device="cpu").fit(*digits).device_ == "cpu"


@pytest.mark.parametrize(
    ("wished", "chosen"), [("auto", "gpu:0"), ("gpu", "gpu:0"), ("gpu:1", "gpu:1"), ("cpu", "cpu")]
)
def test_an_accelerator_is_chosen_where_there_is_one(monkeypatch, wished, chosen):
    import keras

    from estimators.devices import chosen_device

    monkeypatch.setattr(keras.distribution, "list_devices", lambda: ["gpu:0", "gpu:1"])
    assert chosen_device(wished) == chosen


def test_a_network_from_an_accelerator_answers_on_a_processor(digits):
    X, y = digits
    fitted = model().fit(X, y)
    expected = fitted.predict_proba(X)
    fitted.device_ = "gpu:1"
    for device in ("auto", "cpu"):
        assert np.array_equal(fitted.set_params(device=device).predict_proba(X), expected)


def test_who_insists_on_the_processor_gets_it(digits, monkeypatch):
    X, y = digits
    fitted = model(device="cpu").fit(X, y)
    fitted.device_ = "gpu:0"
    asked = []
    monkeypatch.setattr(network, "accelerators", lambda: ["gpu:0"])
    monkeypatch.setattr(network, "on_device", lambda name: asked.append(name) or nullcontext())
    fitted.predict(X)
    assert set(asked) == {"cpu"}


@pytest.mark.parametrize(
    ("rate", "told"), [(0, "above 0"), (-1, "above 0"), (np.nan, "above 0"), (1e30, "div")]
)
def test_a_step_size_that_cannot_work_is_a_sentence(digits, rate, told):
    with pytest.raises(ValueError, match=f"(learning_rate must be|Training) {told}"):
        model(optimizer="sgd", learning_rate=rate, epochs=3).fit(*digits)


def test_patience_below_nothing_is_a_sentence(digits):
    with pytest.raises(ValueError, match="patience must be 0 or more; got -1"):
        model(patience=-1, validation_fraction=0.2).fit(*digits)


def test_early_stopping_keeps_the_best_weights(digits):
    X, y = digits
    noise = np.random.default_rng(0).integers(0, 3, len(y))
    fitted = model(epochs=60, validation_fraction=0.3, patience=2).fit(X, noise)
    losses = fitted.history_["val_loss"]
    assert len(losses) == losses.index(min(losses)) + 3 < 60


def test_validation_rows_come_from_the_training_rows(digits):
    X, y = digits
    seen = []
    fitted = model(model=wide, validation_fraction=0.2)
    train = fitted._train
    fitted._train = lambda *parts: seen.extend(parts) or train(*parts)
    fitted.fit(X, y)
    used, held_out = (set(map(tuple, part.X)) for part in seen)
    assert len(seen[0].X) == 72
    assert len(seen[1].X) == 18
    assert used | held_out == set(map(tuple, X))
    assert not used & held_out
    assert np.array_equal(fitted.span_, np.where(np.ptp(seen[0].X, axis=0) > 0, np.ptp(seen[0].X, axis=0), 1))


def test_global_random_states_are_untouched(digits):
    np.random.seed(3)  # noqa: NPY002 - the global state is what is tested
    random.seed(3)
    expected = np.random.random(), random.random()  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    random.seed(3)
    model().fit(*digits).predict(digits[0])
    assert (np.random.random(), random.random()) == expected  # noqa: NPY002


def test_callbacks_are_copied_per_fit(digits):
    import keras

    watcher = keras.callbacks.History()
    model(callbacks=[watcher]).fit(*digits)
    assert watcher.model is None
    assert watcher.history == {}


def test_callbacks_take_part(digits):
    import keras

    impatient = keras.callbacks.EarlyStopping(monitor="loss", patience=0, min_delta=100)
    assert len(model(callbacks=[impatient]).fit(*digits).history_["loss"]) == 2


def test_pickle_holds_no_optimizer(digits):
    fitted = model(model=wide).fit(*digits)
    assert fitted.n_parameters_ == 64 * 500 + 500 + 500 * 3 + 3
    assert len(pickle.dumps(fitted)) < 1.1 * 4 * fitted.n_parameters_
    assert b"Adam" not in pickle.dumps(fitted)


def test_optimizer_may_be_a_name_or_an_instance(digits):
    import keras

    shared = keras.optimizers.SGD(momentum=0.9)
    first, second = (model(optimizer=shared).fit(*digits).history_["loss"] for _ in range(2))
    assert first == second
    assert not shared.built
    assert first != model(optimizer="sgd").fit(*digits).history_["loss"]


def test_batch_size_follows_the_rows():
    from estimators.training import batch_size_for

    assert [batch_size_for(n) for n in (1, 1437, 6400, 28000, 10**6)] == [16, 16, 32, 128, 128]


def test_unit_of_the_features_does_not_matter(digits):
    X, y = digits
    assert np.array_equal(model().fit(X, y).predict_proba(X), model().fit(16 * X, y).predict_proba(16 * X))


def test_single_class_is_predicted(digits):
    assert set(model().fit(digits[0], np.full(90, "only")).predict(digits[0])) == {"only"}


def test_wrong_number_of_outputs_is_a_sentence(digits):
    with pytest.raises(ValueError, match=r"must map rows to 3 probabilities.* got \(None, 1\); end it with"):
        model(model=one_column).fit(*digits)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"patience": 3}, "patience needs validation rows"),
        ({"schedule": "linear"}, "schedule must be one of constant, cosine, plateau; got 'linear'"),
        ({"schedule": "plateau"}, "schedule 'plateau' needs validation rows"),
        ({"label_smoothing": 1.0}, "label_smoothing and averaging must be .* below 1; got 1.0 and 0.0"),
        ({"averaging": -0.1}, "label_smoothing and averaging must be .* below 1; got 0.0 and -0.1"),
        ({"averaging": 0.9, "patience": 3, "validation_fraction": 0.2}, "averaging must be 0 beside it"),
        ({"device": "tpu:7"}, "device must be auto, cpu.* here; got 'tpu:7'"),
        ({"epochs": 0}, "epochs must be a whole number, 1 or more; got 0"),
        ({"epochs": None}, "epochs must be a whole number, 1 or more; got None"),
        ({"batch_size": 0}, "batch_size must be a whole number, 1 or more; got 0"),
        ({"epochs": 1.5}, "epochs must be a whole number, 1 or more; got 1.5"),
        ({"validation_fraction": 1.0}, "validation_fraction must be at least 0 and below 1; got 1.0"),
    ],
)
def test_unusable_parameter_is_a_sentence(digits, settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        model(**settings).fit(*digits)
