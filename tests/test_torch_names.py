"""The table of chapter 16: PyTorch has these names, and they do what chapter 13's parts do.

What needs PyTorch is marked parity, and left out with a word where it is not installed.
"""

import functools

import numpy as np
import pytest

import ch13_autograd as ours
import ch16_where_next as ch16
from gdl_check.chapters.ch16_where_next import OURS, THEIRS

INPUTS = np.array([[1.0, -2.0], [0.5, 3.0], [-1.0, 0.25]])  # (batch, n)
WEIGHTS = np.array([[1.0, 2.0, -1.0, 0.5], [0.0, -3.0, 2.0, 1.0]])  # (n, n_out)
UPSTREAM = np.array([[1.0, -0.5, 2.0, 3.0], [0.25, 1.5, -1.0, 2.0], [-2.0, 1.0, 0.5, 0.75]])
LABELS = np.array([3, 0, 3])


def part_of(module, name):
    """What a name with dots stands for; None where there is no such thing."""
    return functools.reduce(lambda part, step: getattr(part, step, None), name.split("."), module)


@pytest.mark.parametrize("name", [name for name in OURS if name != "Tensor.grad"])
def test_chapter_13_has_the_part(name):
    assert part_of(ours, name) is not None
    assert ch16.framework_name(name) in THEIRS


def test_a_tensor_of_chapter_13_has_a_gradient():
    assert hasattr(ours.Tensor([1.0]), "grad")


def test_no_two_parts_have_the_same_name_in_pytorch():
    assert len({ch16.framework_name(name) for name in OURS}) == len(OURS)


@pytest.fixture
def torch():
    why = "PyTorch is not installed: pip install 'gdl-check[parity]' to compare the names"
    return pytest.importorskip("torch", reason=why)


def in_torch(torch, name):
    """What stands in the table for a part of ours."""
    theirs = ch16.framework_name(name).partition("(")[0]
    assert theirs.startswith("torch.")
    return part_of(torch, theirs.removeprefix("torch."))


def tensor(torch, array):
    return torch.tensor(np.array(array), requires_grad=np.asarray(array).dtype.kind == "f")


def same(theirs, expected):
    np.testing.assert_allclose(theirs.detach().numpy(), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parity
@pytest.mark.parametrize("theirs", THEIRS)
def test_pytorch_has_the_name(torch, theirs):
    for name in theirs.split(" + "):
        assert part_of(torch, name.partition("(")[0].removeprefix("torch.")) is not None


@pytest.mark.parity
@pytest.mark.parametrize("name", ["add", "sub", "mul"])
def test_two_arrays(torch, name):
    a, b = tensor(torch, INPUTS), tensor(torch, INPUTS[::-1] + 1)
    same(in_torch(torch, name)(a, b), getattr(ours, name)(INPUTS, INPUTS[::-1] + 1))


@pytest.mark.parity
@pytest.mark.parametrize("name", ["neg", "transpose", "sigmoid", "tanh"])
def test_one_array(torch, name):
    same(in_torch(torch, name)(tensor(torch, INPUTS)), getattr(ours, name)(INPUTS))


@pytest.mark.parity
@pytest.mark.parametrize(("layer", "function"), [("Sigmoid", "sigmoid"), ("Tanh", "tanh")])
def test_activations_as_layers(torch, layer, function):
    theirs = in_torch(torch, layer)()(tensor(torch, INPUTS))
    same(theirs, getattr(ours, function)(INPUTS))
    same(theirs, getattr(ours, layer)()(ours.Tensor(INPUTS)).data)


@pytest.mark.parity
def test_products(torch):
    a, b = tensor(torch, INPUTS), tensor(torch, WEIGHTS)
    product = in_torch(torch, "mm")(a, b)
    same(product, ours.mm(INPUTS, WEIGHTS))
    product.backward(tensor(torch, UPSTREAM))
    for theirs, expected in zip((a, b), ours.mm_backward(UPSTREAM, INPUTS, WEIGHTS)):
        same(theirs.grad, expected)


@pytest.mark.parity
@pytest.mark.parametrize("dim", [0, 1])
def test_sum_along(torch, dim):
    same(in_torch(torch, "sum_along")(tensor(torch, INPUTS), dim), ours.sum_along(INPUTS, dim))


@pytest.mark.parity
@pytest.mark.parametrize("dim", [0, 1, 2])
def test_expand_needs_a_new_axis_first(torch, dim):
    assert ch16.framework_name("expand") == "torch.unsqueeze + torch.Tensor.expand"
    shape = [*INPUTS.shape[:dim], 4, *INPUTS.shape[dim:]]
    theirs = torch.unsqueeze(tensor(torch, INPUTS), dim).expand(shape)
    same(theirs, ours.expand(INPUTS, dim, 4))
    if dim:
        with pytest.raises(RuntimeError):
            tensor(torch, INPUTS).expand(shape)


@pytest.mark.parity
def test_lookups_in_any_shape(torch):
    indices = np.array([[1, 0, 1], [1, 1, 0]])
    weights = tensor(torch, WEIGHTS)
    theirs = in_torch(torch, "index_select")(tensor(torch, indices), weights)
    same(theirs, ours.index_select(WEIGHTS, indices))
    with pytest.raises((IndexError, RuntimeError)):
        torch.index_select(weights, 0, tensor(torch, indices))
    layer = in_torch(torch, "Embedding").from_pretrained(tensor(torch, WEIGHTS), freeze=False)
    upstream = np.arange(24.0).reshape(2, 3, 4)
    rows = layer(tensor(torch, indices))
    same(rows, ours.index_select(WEIGHTS, indices))
    rows.backward(tensor(torch, upstream))
    same(layer.weight.grad, ours.index_select_backward(upstream, WEIGHTS, indices))


@pytest.mark.parity
def test_cross_entropy_takes_logits_and_is_a_mean(torch):
    targets = tensor(torch, LABELS)
    for theirs in (in_torch(torch, "cross_entropy"), in_torch(torch, "CrossEntropyLoss")()):
        logits = tensor(torch, UPSTREAM)
        loss = theirs(logits, targets)
        same(loss, ours.cross_entropy(UPSTREAM, LABELS))
        loss.backward()
        same(logits.grad, ours.cross_entropy_backward(1.0, UPSTREAM, LABELS))
    without_log = torch.nn.NLLLoss()(torch.softmax(tensor(torch, UPSTREAM), 1), targets)
    assert abs(float(without_log.detach()) - ours.cross_entropy(UPSTREAM, LABELS)) > 0.1


@pytest.mark.parity
def test_linear_has_the_other_layout(torch):
    inputs = tensor(torch, INPUTS)
    theirs = in_torch(torch, "Linear")(2, 4, dtype=torch.float64)
    layer = ours.Linear(2, 4, np.random.default_rng(0))
    assert theirs.weight.shape == (4, 2)
    bias = np.array([0.5, -1.0, 2.0, 0.0])
    layer.weights.data, layer.bias.data = WEIGHTS, bias
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(ch16.to_torch_layout(WEIGHTS).copy()))
        theirs.bias.copy_(torch.tensor(bias))
    prediction = layer(ours.Tensor(INPUTS))
    same(theirs(inputs), prediction.data)
    theirs(inputs).backward(tensor(torch, UPSTREAM))
    prediction.backward(UPSTREAM)
    same(theirs.weight.grad, ch16.to_torch_layout(layer.weights.grad))
    same(theirs.bias.grad, layer.bias.grad)


@pytest.mark.parity
def test_sequential_and_its_parameters(torch):
    linear = in_torch(torch, "Linear")(2, 4, dtype=torch.float64)
    theirs = in_torch(torch, "Sequential")(linear, in_torch(torch, "Tanh")())
    model = ours.Sequential([ours.Linear(2, 4, np.random.default_rng(0)), ours.Tanh()])
    weights, bias = model.parameters()
    with torch.no_grad():
        linear.weight.copy_(torch.tensor(ch16.to_torch_layout(weights.data).copy()))
        linear.bias.copy_(torch.tensor(bias.data))
    same(theirs(tensor(torch, INPUTS)), model(ours.Tensor(INPUTS)).data)
    assert isinstance(theirs, in_torch(torch, "Layer"))
    parameters = list(in_torch(torch, "Layer.parameters")(theirs))
    assert [p.numel() for p in parameters] == [p.data.size for p in model.parameters()]


@pytest.mark.parity
def test_squared_misses_are_added_up(torch):
    assert ch16.framework_name("MSELoss") == 'torch.nn.MSELoss(reduction="sum")'
    theirs, target = tensor(torch, UPSTREAM), torch.zeros(3, 4, dtype=torch.float64)
    loss = in_torch(torch, "MSELoss")(reduction="sum")(theirs, target)
    prediction = ours.Tensor(UPSTREAM)
    by_output = ours.MSELoss()(prediction, ours.Tensor(np.zeros((3, 4))))
    same(loss, np.sum(by_output.data))
    loss.backward()
    by_output.backward()
    same(theirs.grad, prediction.grad)
    same(in_torch(torch, "MSELoss")()(theirs, target), np.sum(by_output.data) / 12)


@pytest.mark.parity
def test_one_step_of_a_recurrent_layer(torch):
    cell = ours.RNNCell(2, 3, 4, np.random.default_rng(0), activation="tanh")
    theirs = in_torch(torch, "RNNCell")(2, 3, dtype=torch.float64)
    with torch.no_grad():
        for weight, layer in (
            (theirs.weight_ih, cell.input_layer),
            (theirs.weight_hh, cell.hidden_layer),
        ):
            weight.copy_(torch.tensor(ch16.to_torch_layout(layer.weights.data).copy()))
        theirs.bias_ih.zero_()
        theirs.bias_hh.zero_()
    hidden = UPSTREAM[:, :3]
    _, expected = cell(ours.Tensor(INPUTS), ours.Tensor(hidden))
    same(theirs(tensor(torch, INPUTS), tensor(torch, hidden)), expected.data)


@pytest.mark.parity
@pytest.mark.parametrize("way", ["Tensor.backward", "backward"])
def test_a_second_use_and_a_second_way_back_add_up(torch, way):
    theirs, x = tensor(torch, INPUTS), ours.Tensor(INPUTS)
    for _ in range(2):
        in_torch(torch, way)((theirs * theirs + theirs).sum())
        part_of(ours, way)(x * x + x)
    assert isinstance(theirs, in_torch(torch, "Tensor"))
    assert in_torch(torch, "Tensor.grad") is not None
    same(theirs.grad, x.grad)


@pytest.mark.parity
def test_plain_descent(torch):
    theirs, weight = tensor(torch, WEIGHTS), ours.Tensor(WEIGHTS)
    optimiser = in_torch(torch, "SGD")([theirs], lr=0.25)
    ours_too = ours.SGD([weight], 0.25)
    for _ in range(2):
        in_torch(torch, "SGD.zero")(optimiser)
        ours_too.zero()
        assert theirs.grad is None and weight.grad is None
        (theirs * theirs).sum().backward()
        (weight * weight).backward()
        in_torch(torch, "SGD.step")(optimiser)
        ours_too.step()
    same(theirs, weight.data)


@pytest.mark.parity
def test_momentum(torch):
    theirs, weights, velocity = tensor(torch, WEIGHTS), WEIGHTS, np.zeros_like(WEIGHTS)
    optimiser = torch.optim.SGD([theirs], lr=0.25, momentum=0.5)
    for k in range(1, 4):
        gradient = k * WEIGHTS - 1
        theirs.grad = torch.tensor(gradient)
        optimiser.step()
        weights, velocity = ch16.momentum_step(weights, velocity, gradient, 0.25, 0.5)
        same(theirs, weights)


@pytest.mark.parity
def test_adam(torch):
    theirs, weights = tensor(torch, WEIGHTS), WEIGHTS
    mean = square_mean = np.zeros_like(WEIGHTS)
    optimiser = torch.optim.Adam([theirs], lr=0.25, betas=(0.5, 0.75), eps=0.125)
    for step in range(1, 4):
        gradient = step * WEIGHTS - 1
        theirs.grad = torch.tensor(gradient)
        optimiser.step()
        weights, mean, square_mean = ch16.adam_step(
            weights, mean, square_mean, gradient, step, 0.25, 0.5, 0.75, 0.125
        )
        same(theirs, weights)


@pytest.mark.parity
def test_layer_norm(torch):
    gain, bias = np.array([1.0, -2.0, 0.5, 3.0]), np.array([0.5, 0.0, -1.0, 2.0])
    rows = np.array([[1.0, 2.0, 3.0, 6.0], [0.5, -1.0, 2.0, 2.0], [4.0, 0.25, 1.0, -3.0]])
    inputs, their_gain, their_bias = (tensor(torch, array) for array in (rows, gain, bias))
    theirs = torch.nn.functional.layer_norm(inputs, (4,), their_gain, their_bias, eps=0.125)
    same(theirs, ch16.layer_norm(rows, gain, bias, 0.125))
    theirs.backward(tensor(torch, UPSTREAM))
    expected = ch16.layer_norm_backward(UPSTREAM, rows, gain, 0.125)
    for slope, expected_slope in zip((inputs, their_gain, their_bias), expected):
        same(slope.grad, expected_slope)
