import pytest

from estimators.architectures import ARCHITECTURES, pyramid

pytestmark = pytest.mark.slow


def build(architecture, image_shape=(28, 28, 1), n_classes=10):
    from estimators.architectures import build

    return build(architecture, image_shape, n_classes)


@pytest.mark.parametrize(
    ("name", "n_parameters"),
    [("plain", 225_034), ("compact", 49_770), ("augmented", 242_442), ("rmsprop", 65_194)],
)
def test_published_networks_have_their_published_size(name, n_parameters):
    assert build(name).count_params() == n_parameters


def test_every_published_network_is_counted_above():
    assert set(ARCHITECTURES) == {"plain", "compact", "augmented", "rmsprop"}


def test_layers_stand_in_the_order_of_the_text():
    network = build("conv4x5v norm.9 relu pool halve mean dense3 drop.25")
    kinds = [type(layer).__name__ for layer in network.layers]
    assert kinds == [
        "InputLayer",
        "Conv2D",
        "BatchNormalization",
        "ReLU",
        "MaxPooling2D",
        "MaxPooling2D",
        "GlobalAveragePooling2D",
        "Dense",
        "Dropout",
        "Dense",
    ]
    convolution, norm, *_, drop, _ = network.layers[1:]
    assert convolution.output.shape[1:] == (24, 24, 4)
    assert (norm.momentum, drop.rate) == (0.9, 0.25)


def test_only_halving_spares_short_sides():
    sides = [layer.output.shape[1] for layer in build("pool halve pool", (14, 14, 1)).layers[1:3]]
    assert sides == [7, 7]
    assert build("pool pool pool pool pool", (1, 9, 1)).layers[-3].output.shape[1:] == (1, 1, 1)


@pytest.mark.parametrize("name", ARCHITECTURES)
@pytest.mark.parametrize("image_shape", [(1, 1, 1), (1, 7, 1), (2, 2, 3), (8, 8, 1), (64, 48, 3)])
def test_any_image_passes(name, image_shape):
    assert build(name, image_shape, 4).output_shape == (None, 4)


@pytest.mark.parametrize(
    "text",
    [
        "conv",
        "conv32w",
        "relu5",
        "drop2",
        "dense",
        "plian",
        "conv3 2",
        "norm9",
        "conv3/0",
        "conv0",
        "conv3x0",
        "dense0",
        5,
    ],
)
def test_unknown_layer_is_a_sentence(text):
    with pytest.raises(ValueError, match=r"architecture must be one of plain, augmented, .* got '"):
        build(text)


@pytest.mark.parametrize("layer", ["conv4", "pool", "halve", "mean"])
@pytest.mark.parametrize("flattening", ["dense8", "mean"])
def test_layers_of_images_stand_before_they_are_flattened(layer, flattening):
    with pytest.raises(ValueError, match=f"{layer} must stand before the first dense or mean layer of"):
        build(f"{flattening} relu {layer}")


def test_the_pyramid_doubles_its_filters():
    network = build(pyramid(filters=3, blocks=3, depth=2, kernel_size=5, dense=7, dropout=0.1))
    convolutions = [layer for layer in network.layers if type(layer).__name__ == "Conv2D"]
    assert [layer.filters for layer in convolutions] == [3, 6, 6, 12, 12]
    assert [layer.kernel_size[0] for layer in convolutions] == [5, 3, 3, 3, 3]
    assert [layer.output.shape[1] for layer in convolutions] == [24, 10, 8, 4, 4]


def test_padding_is_kept_where_a_side_is_short():
    sides = [build("conv2t", (side, 20, 1)).layers[1].output.shape[1] for side in (9, 10)]
    assert sides == [9, 8]


def test_strides_leave_out_pixels():
    shapes = [layer.output.shape[1:] for layer in build("conv4x5/2 conv4v/3 conv4/9", (17, 8, 1)).layers[1:4]]
    assert shapes == [(9, 4, 4), (3, 1, 4), (1, 1, 4)]
