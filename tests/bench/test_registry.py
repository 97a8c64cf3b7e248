import pytest

from bench import registry
from bench.errors import UsageError


def names(*args, **kwargs):
    return [spec.name for spec in registry.select(*args, **kwargs)]


def test_all_is_the_main_roster_in_its_order():
    main = names(every=True)
    assert {"dummy", "sgd", "tree", "forest", "xgboost", "cnn"} <= set(main)
    assert main == [name for name in registry.ESTIMATORS if name in main]


def test_globs_tags_families_and_exclusions():
    assert names(["sg*", "dumm?"]) == ["dummy", "sgd"]
    assert {"tree", "forest", "xgboost"} <= set(names(tags=["tree"]))
    assert "cnn" in names(tags=["deep"])
    assert "sgd" not in names(tags=["deep"])
    assert names(["cnn", "sgd"], excluded=["cnn"]) == ["sgd"]
    assert names(every=True, excluded=["[!d]*"]) == ["dummy"]


def test_the_published_networks_are_apart_from_the_main_roster():
    published = names(tags=["reference"])
    assert published == ["cnn-plain", "cnn-augmented", "cnn-rmsprop", "cnn-compact", "cnn-early-stop"]
    assert not set(published) & set(names(every=True))


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("cnn-plain", ("plain", "adam", 200, 10, 0, "constant", 0.0, None, (0, 0, 0, 0))),
        ("cnn-augmented", ("augmented", "adam", 32, 10, 0, "constant", 0.0, None, (10, 0, 0.1, 0.1))),
        ("cnn-rmsprop", ("rmsprop", "rmsprop", 32, 100, 0, "plateau", 0.1, 10, (10, 0.1, 0.1, 0.1))),
        ("cnn-compact", ("compact", "adam", 100, 10, 30, "constant", 0.0, None, (0, 0, 0, 0))),
        ("cnn-early-stop", ("plain", "adam", 32, 30, 0, "constant", 0.1, 3, (0, 0, 0, 0))),
    ],
)
def test_the_published_networks_are_trained_as_published(name, published):
    spec = registry.ESTIMATORS[name]
    params = registry.load(spec.target)().set_params(**registry.resolve(spec, "quick")).get_params()
    named = ("architecture", "optimizer", "batch_size", "epochs", "finish_epochs", "schedule")
    named += ("validation_fraction", "patience")
    moves = tuple(params[move] for move in ("rotation", "shear", "zoom", "shift"))
    assert (*(params[part] for part in named), moves) == published
    assert params["learning_rate"] == 1e-3
    assert [params[part] for part in ("label_smoothing", "averaging", "elastic")] == [0, 0, 0]
    assert params["views"] == 1


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ({}, "no model is named"),
        ({"names": ["xgbost"]}, "Did you mean 'xgboost'"),
        ({"tags": ["deeep"]}, "Did you mean 'deep'"),
        ({"names": ["cnn"], "excluded": ["cnn"]}, "leaves no model"),
    ],
)
def test_senseless_selections_are_refused(call, sentence):
    with pytest.raises(UsageError, match=sentence):
        registry.select(**call)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("forest.n_estimators=20", 20),
        ("forest.max_features=0.5", 0.5),
        ("forest.max_features=sqrt", "sqrt"),
        ("forest.bootstrap=false", False),
        ("forest.max_depth=None", None),
    ],
)
def test_overrides_are_read_as_values(text, value):
    override = registry.parse_override(text)
    assert override.value == value
    assert type(override.value) is type(value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("n_estimators=20", "MODEL.PARAMETER=VALUE"),
        ("forest.n_estimators", "MODEL.PARAMETER=VALUE"),
        ("forrest.n_estimators=3", "Did you mean 'forest'"),
        ("forest.n_estimator=3", "Did you mean 'n_estimators'"),
        ("forest.random_state=3", "--seed"),
        ("forest.n_jobs=3", "--threads"),
    ],
)
def test_wrong_overrides_are_refused(text, sentence):
    with pytest.raises(UsageError, match=sentence):
        registry.resolve(registry.ESTIMATORS["forest"], "quick", [registry.parse_override(text)])


def test_presets_lie_between_defaults_and_overrides():
    forest = registry.ESTIMATORS["forest"]
    assert registry.resolve(forest, "smoke")["n_estimators"] == 10
    override = registry.parse_override("forest.n_estimators=7")
    assert registry.resolve(forest, "smoke", [override])["n_estimators"] == 7
    with pytest.raises(UsageError, match="Did you mean 'smoke'"):
        registry.resolve(forest, "smok")


def test_parameters_equal_to_the_classes_own_leave_the_key_alone():
    forest = registry.ESTIMATORS["forest"]
    same = registry.resolve(forest, "quick", [registry.parse_override("forest.n_estimators=100")])
    assert same == registry.resolve(forest, "quick")


def test_what_an_architecture_says_is_neither_set_nor_searched_beside_it():
    cnn = registry.ESTIMATORS["cnn"]
    fewer = registry.parse_override("cnn.dropout=0.2")
    assert registry.resolve(cnn, "quick", [fewer]) == {"dropout": 0.2}
    with pytest.raises(
        UsageError, match=r"is of no effect beside architecture, which .* --preset full gives"
    ):
        registry.resolve(cnn, "full", [fewer])
    with pytest.raises(UsageError, match=r"cnn-plain\.filters is of no effect beside architecture"):
        registry.resolve(
            registry.ESTIMATORS["cnn-plain"], "quick", [registry.parse_override("cnn-plain.filters=8")]
        )
    own = registry.parse_override("cnn.architecture=None")
    assert registry.resolve(cnn, "full", [fewer, own])["dropout"] == 0.2
    assert registry.searchable(cnn, registry.resolve(cnn, "quick")) == cnn
    assert list(registry.searchable(cnn, registry.resolve(cnn, "full")).space) == ["learning_rate"]


@pytest.mark.parametrize("spec", registry.ESTIMATORS.values(), ids=lambda spec: spec.name)
def test_every_name_in_a_row_is_a_parameter_of_its_class(spec):
    own = registry.load(spec.target)().get_params()
    assert set(spec.space) <= set(own)
    assert {*spec.overrules, *(name for idle in spec.overrules.values() for name in idle)} <= set(own)
    for params in (spec.defaults, *spec.presets.values()):
        assert set(params) <= set(own)
        assert registry.without_defaults(params, own) == params
    assert set(spec.presets) <= set(registry.PRESETS)
    for dimension in spec.space.values():
        assert dimension.choices or dimension.low < dimension.high
