"""The solutions give what PyTorch gives, values and gradients, where it is installed.

Everything is float64 and held to 1e-10. `pytest -m parity` runs these alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ch06_backpropagation as ch06
import ch08_regularisation_and_batching as ch08
import ch09_activation_functions as ch09
import ch10_convolution as ch10
import ch12_recurrence as ch12
import ch13_autograd as ch13
import ch14_lstm as ch14

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare")
pytestmark = pytest.mark.parity
ROUNDS = 20


@pytest.fixture(autouse=True, scope="module")
def _float64() -> None:
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)


@pytest.fixture(params=range(ROUNDS))
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    return np.random.default_rng(request.param)


def leaf(values: Any) -> Any:
    """A tensor of PyTorch's that wants a gradient."""
    return torch.tensor(values, requires_grad=True)


def alike(ours: Any, theirs: Any) -> None:
    """Same shape, and no entry further off than 1e-10."""
    if hasattr(theirs, "detach"):
        theirs = theirs.detach().numpy()
    assert np.shape(ours) == np.shape(theirs)
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


def sizes(rng: np.random.Generator, many: int) -> list[int]:
    """So many sizes, no two the same."""
    return [int(n) for n in rng.permutation(np.arange(1, 8))[:many]]


def test_a_relu_network(rng: np.random.Generator) -> None:
    batch, n, hidden, out = sizes(rng, 4)
    inputs, targets = rng.normal(size=(batch, n)), rng.normal(size=(batch, out))
    weights = rng.normal(size=(n, hidden)), rng.normal(size=(hidden, out))
    first, second = map(leaf, weights)
    active = torch.relu(torch.tensor(inputs) @ first)
    output = active @ second
    (0.5 * ((output - torch.tensor(targets)) ** 2).sum()).backward()
    ours = ch06.forward(inputs, *weights)
    alike(ours[0], active)
    alike(ours[1], output)
    for slope, theirs in zip(ch06.backprop(inputs, targets, *weights), (first, second)):
        alike(slope, theirs.grad)


def test_a_step_with_dropout(rng: np.random.Generator) -> None:
    batch, n, hidden, out = sizes(rng, 4)
    inputs, targets = rng.normal(size=(batch, n)), rng.normal(size=(batch, out))
    weights = rng.normal(size=(n, hidden)), rng.normal(size=(hidden, out))
    keep, rate = 0.5, 0.125
    mask = ch08.dropout_mask((batch, hidden), keep, rng)
    first, second = map(leaf, weights)
    dropped = torch.relu(torch.tensor(inputs) @ first) * torch.tensor(mask) / keep
    misses = dropped @ second - torch.tensor(targets)
    (0.5 * (misses**2).sum() / batch).backward()
    ours = ch08.minibatch_step(inputs, targets, *weights, mask, keep, rate)
    for new, old, theirs in zip(ours, weights, (first, second)):
        alike(new, old - rate * theirs.grad.numpy())


def test_dropout_there_and_back(rng: np.random.Generator) -> None:
    hidden, upstream = rng.normal(size=(2, 3, 5))
    mask = ch08.dropout_mask((3, 5), 0.75, rng)
    theirs = leaf(hidden)
    (theirs * torch.tensor(mask) / 0.75 * torch.tensor(upstream)).sum().backward()
    alike(ch08.dropout_backward(upstream, mask, 0.75), theirs.grad)


@pytest.mark.parametrize("scale", [1.0, 1_000.0])
def test_softmax_and_cross_entropy(rng: np.random.Generator, scale: float) -> None:
    batch, n_classes = sizes(rng, 2)
    logits, vectors = scale * rng.normal(size=(2, batch, n_classes + 1))
    labels = rng.integers(n_classes + 1, size=batch)
    theirs = leaf(logits)
    probabilities = torch.softmax(theirs, dim=1)
    alike(ch09.softmax(logits), probabilities)
    (probabilities * torch.tensor(vectors)).sum().backward()
    alike(ch09.softmax_jvp(ch09.softmax(logits), vectors), theirs.grad)
    theirs.grad = None
    loss = torch.nn.functional.cross_entropy(theirs, torch.tensor(labels))
    loss.backward()
    alike(ch13.cross_entropy(logits, labels), loss)
    targets = ch08.one_hot(labels, n_classes + 1)
    alike(ch09.output_delta(ch09.softmax(logits), targets), theirs.grad)
    alike(ch13.cross_entropy_backward(1.0, logits, labels), theirs.grad)
    if scale == 1.0:
        alike(ch09.cross_entropy(ch09.softmax(logits), labels), loss)


@pytest.mark.parametrize("kind", ["relu", "sigmoid", "tanh"])
def test_the_slopes_of_activations(rng: np.random.Generator, kind: str) -> None:
    before, upstream = rng.normal(size=(2, 3, 4))
    theirs = leaf(before)
    output = getattr(torch, kind)(theirs)
    (output * torch.tensor(upstream)).sum().backward()
    alike(ch09.layer_delta(upstream, output.detach().numpy(), kind), theirs.grad)


def test_a_convolution(rng: np.random.Generator) -> None:
    batch, height, width, n_kernels = (n + 2 for n in sizes(rng, 4))
    tall, wide = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    images = rng.normal(size=(batch, height, width))
    kernels = rng.normal(size=(tall * wide, n_kernels))
    seen, weights = leaf(images), leaf(kernels)
    laid_out = weights.T.reshape(n_kernels, 1, tall, wide)
    maps = torch.nn.functional.conv2d(seen[:, None], laid_out)
    theirs = maps.reshape(batch, n_kernels, -1).transpose(1, 2)
    alike(ch10.conv_forward(images, kernels, tall, wide), theirs)
    upstream = rng.normal(size=theirs.shape)
    (theirs * torch.tensor(upstream)).sum().backward()
    patches = ch10.im2col(images, tall, wide)
    alike(ch10.conv_kernel_grad(patches, upstream), weights.grad)
    alike(ch10.conv_input_grad(upstream, kernels, images.shape, tall, wide), seen.grad)


@pytest.mark.parametrize("how", ["sum", "mean", "max"])
def test_pooling(rng: np.random.Generator, how: str) -> None:
    maps = rng.normal(size=(3, 5, 2))
    upstream = rng.normal(size=(3, 2))
    theirs = leaf(maps)
    pooled = theirs.amax(1) if how == "max" else getattr(theirs, how)(1)
    alike(ch10.pool(maps, how), pooled)
    (pooled * torch.tensor(upstream)).sum().backward()
    alike(ch10.pool_backward(upstream, maps, how), theirs.grad)


def test_a_convolutional_network(rng: np.random.Generator) -> None:
    images, labels = rng.normal(size=(3, 4, 5)), rng.integers(4, size=3)
    kernels, weights = rng.normal(size=(6, 2)), rng.normal(size=(9 * 2, 4))
    first, second = leaf(kernels), leaf(weights)
    maps = torch.nn.functional.conv2d(torch.tensor(images)[:, None], first.T.reshape(2, 1, 2, 3))
    hidden = torch.tanh(maps.reshape(3, 2, -1).transpose(1, 2).reshape(3, -1))
    torch.nn.functional.cross_entropy(hidden @ second, torch.tensor(labels)).backward()
    patches, ours, probabilities = ch10.cnn_forward(images, kernels, weights, 2, 3)
    alike(ours, hidden)
    alike(probabilities, torch.softmax(hidden @ second, 1))
    slopes = ch10.cnn_backward(patches, ours, probabilities, labels, weights)
    for slope, theirs in zip(slopes, (first, second)):
        alike(slope, theirs.grad)


def test_a_recurrent_network(rng: np.random.Generator) -> None:
    hidden, vocabulary, words = (n + 1 for n in sizes(rng, 3))
    sentence = rng.integers(vocabulary, size=words)
    parameters = {
        "start": rng.normal(size=hidden),
        "recurrent": rng.normal(size=(hidden, hidden)) / 2,
        "decoder": rng.normal(size=(hidden, vocabulary)),
        "embeddings": rng.normal(size=(vocabulary, hidden)),
    }
    theirs = {name: leaf(value) for name, value in parameters.items()}
    state, losses = theirs["start"], []
    for word in sentence:
        losses.append(-torch.log_softmax(state @ theirs["decoder"], 0)[word])
        state = state @ theirs["recurrent"] + theirs["embeddings"][word]
    loss = torch.stack(losses).sum()
    loss.backward()
    alike(ch12.sequence_loss(sentence, **parameters)[0], loss)
    for name, slope in ch12.rnn_gradients(sentence, **parameters).items():
        grad = theirs[name].grad
        alike(slope, torch.zeros_like(theirs[name]) if grad is None else grad)


# --- long short-term memory --------------------------------------------------------------------

GATES = ("input", "forget", "candidate", "output")  # as PyTorch stacks them


def lstm_parameters(rng: np.random.Generator, n: int, hidden: int) -> dict[str, np.ndarray]:
    shapes = {"x": (n, hidden), "h": (hidden, hidden), "b": (hidden,)}
    return {f"{gate}_{k}": rng.normal(size=s) for gate in GATES for k, s in shapes.items()}


def lstm_cell(parameters: dict[str, np.ndarray], n: int, hidden: int) -> Any:
    """PyTorch's own cell with these weights; it has two biases, of which one is 0."""
    cell = torch.nn.LSTMCell(n, hidden)
    stacked = {k: [parameters[f"{gate}_{k}"].T for gate in GATES] for k in "xhb"}
    with torch.no_grad():
        cell.weight_ih.copy_(torch.tensor(np.concatenate(stacked["x"])))
        cell.weight_hh.copy_(torch.tensor(np.concatenate(stacked["h"])))
        cell.bias_ih.copy_(torch.tensor(np.concatenate(stacked["b"])))
        cell.bias_hh.zero_()
    return cell


def of_gates(stacked: Any, hidden: int) -> dict[str, Any]:
    parts = stacked.reshape(4, hidden, *stacked.shape[1:])
    return {gate: part.T if part.ndim == 2 else part for gate, part in zip(GATES, parts)}


def test_an_lstm_cell(rng: np.random.Generator) -> None:
    batch, n, hidden = sizes(rng, 3)
    parameters = lstm_parameters(rng, n, hidden)
    cell = lstm_cell(parameters, n, hidden)
    inputs = rng.normal(size=(batch, n))
    states = rng.normal(size=(2, batch, hidden))
    grads = rng.normal(size=(2, batch, hidden))
    theirs = [leaf(array) for array in (inputs, *states)]
    new = cell(theirs[0], (theirs[1], theirs[2]))
    for ours, made in zip(ch14.lstm_step(inputs, states[0], states[1], parameters), new):
        alike(ours, made)
    sum((made * torch.tensor(grad)).sum() for made, grad in zip(new, grads)).backward()
    *to_arguments, of_parameters = ch14.lstm_step_backward(
        grads[0], grads[1], inputs, states[0], states[1], parameters
    )
    for ours, argument in zip(to_arguments, theirs):
        alike(ours, argument.grad)
    for k, stacked in (("x", cell.weight_ih), ("h", cell.weight_hh), ("b", cell.bias_ih)):
        for gate, part in of_gates(stacked.grad, hidden).items():
            alike(of_parameters[f"{gate}_{k}"], part)


def test_an_lstm_over_a_window(rng: np.random.Generator) -> None:
    vocabulary, n, hidden, batch, bptt = (size + 1 for size in sizes(rng, 5))
    parameters = lstm_parameters(rng, n, hidden)
    parameters["embeddings"] = rng.normal(size=(vocabulary, n))
    parameters["decoder"] = rng.normal(size=(hidden, vocabulary))
    inputs, targets = rng.integers(vocabulary, size=(2, bptt, batch))
    start = rng.normal(size=(2, batch, hidden))
    cell = lstm_cell(parameters, n, hidden)
    embeddings, decoder = leaf(parameters["embeddings"]), leaf(parameters["decoder"])
    state, losses = tuple(map(torch.tensor, start)), []
    for characters, following in zip(inputs, targets):
        state = cell(embeddings[torch.tensor(characters)], state)
        logits = state[0] @ decoder
        losses.append(torch.nn.functional.cross_entropy(logits, torch.tensor(following)))
    loss = torch.stack(losses).mean()
    loss.backward()
    ours, *end = ch14.lstm_unroll_loss(inputs, targets, start[0], start[1], parameters)
    alike(ours, loss)
    for our_state, their_state in zip(end, state):
        alike(our_state, their_state)
    slopes = ch14.lstm_unroll_gradients(inputs, targets, start[0], start[1], parameters)
    alike(slopes["embeddings"], embeddings.grad)
    alike(slopes["decoder"], decoder.grad)
    for k, stacked in (("x", cell.weight_ih), ("h", cell.weight_hh), ("b", cell.bias_ih)):
        for gate, part in of_gates(stacked.grad, hidden).items():
            alike(slopes[f"{gate}_{k}"], part)


# --- autograd over random graphs ---------------------------------------------------------------

Graph = list[tuple[str, int, int]]
PAIRS: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
}
ONES = ("tanh", "sigmoid", "neg", "sum and expand", "transpose twice", "mm", "index_select")


def drawn_graph(rng: np.random.Generator) -> Graph:
    kinds = [*PAIRS, *ONES]
    return [
        (kinds[rng.integers(len(kinds))], int(rng.integers(99)), int(rng.integers(99)))
        for _ in range(rng.integers(3, 12))
    ]


def carried_out(
    graph: Graph, leaves: list[Any], square: Any, indices: np.ndarray, ours: bool
) -> Any:
    """The last node of a graph over these leaves, all of them (rows, columns) or stretched."""
    nodes = list(leaves)
    rows, columns = leaves[0].data.shape
    for kind, i, j in graph:
        a, b = nodes[i % len(nodes)], nodes[j % len(nodes)]
        whole = leaves[0] - leaves[0] + a  # of full shape, whatever was stretched before
        if kind in PAIRS:
            made = PAIRS[kind](a, b)
        elif kind in ("tanh", "sigmoid"):
            made = getattr(a, kind)()
        elif kind == "neg":
            made = -a
        elif kind == "sum and expand":
            made = (
                whole.sum(1).expand(1, columns)
                if ours
                else whole.sum(1)[:, None].expand(rows, columns)
            )
        elif kind == "transpose twice":
            made = whole.transpose().tanh().transpose() if ours else whole.T.tanh().T
        elif kind == "mm":
            made = (whole.mm(square)).tanh()
        else:
            made = whole.index_select(indices) if ours else whole[torch.tensor(indices)]
        nodes.append(made)
    return leaves[0] * nodes[-1] + nodes[len(nodes) // 2]


@pytest.mark.parametrize("graph_seed", range(100))
def test_autograd_over_random_graphs(graph_seed: int) -> None:
    rng = np.random.default_rng(1_000 + graph_seed)
    rows, columns = (n + 1 for n in sizes(rng, 2))
    shapes = [(rows, columns), (columns,), (rows, 1), (rows, columns)]
    values = [rng.normal(size=shape) / 2 for shape in shapes]
    matrix, indices = rng.normal(size=(columns, columns)), rng.integers(rows, size=rows)
    graph = drawn_graph(rng)
    ours = [ch13.Tensor(value) for value in values]
    theirs = [leaf(value) for value in values]
    our_matrix, their_matrix = ch13.Tensor(matrix), leaf(matrix)
    our_root = carried_out(graph, ours, our_matrix, indices, ours=True)
    their_root = carried_out(graph, theirs, their_matrix, indices, ours=False)
    alike(our_root.data, their_root)
    for _ in range(2):  # the second time adds up
        upstream = rng.normal(size=our_root.data.shape)
        our_root.backward(upstream)
        their_root.backward(torch.tensor(upstream), retain_graph=True)
    for our, their in zip([*ours, our_matrix], [*theirs, their_matrix]):
        if their.grad is None:
            assert our.grad is None
        else:
            alike(our.grad, their.grad)
