"""Chapter 13: six training runs, ten steps each, on four rows.

The book's tensors each draw a random number for their names, so its weights depend on how many
tensors were made before them: `BookDraws` draws along. `PlainDraws` leaves these draws out.
"""

import numpy as np

import ch13_autograd as ch13
from ch13_autograd import (
    SGD,
    CrossEntropyLoss,
    Embedding,
    Linear,
    MSELoss,
    Sequential,
    Sigmoid,
    Tanh,
    Tensor,
)
from figures import Figure, Mistake

ROWS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TARGETS = np.array([[0.0], [1.0], [0.0], [1.0]])
WORDS, CLASSES = np.array([1, 2, 1, 2]), np.array([0, 1, 0, 1])


class PlainDraws:
    """Seed 0 of the legacy stream, for weights only."""

    def __init__(self):
        self.rng = np.random.RandomState(0)

    def names(self, many):
        """What the book draws for the names of so many tensors."""

    def matrix(self, n_in, n_out):
        made = Tensor(self.rng.rand(n_in, n_out))
        self.names(1)
        return made

    def linear(self, n_in, n_out):
        made = Linear(n_in, n_out, self.rng)
        self.names(2)
        return made

    def embedding(self, vocab_size, dim):
        made = Embedding(vocab_size, dim, self.rng)
        self.names(1)
        return made


class BookDraws(PlainDraws):
    """The same, with a number drawn for each tensor's name: first the data and the targets."""

    def __init__(self):
        super().__init__()
        self.names(2)

    def names(self, many):
        self.rng.randint(0, 100_000, size=many)


def learn(parameters, loss_of, learning_rate):
    """The loss before each of ten steps."""
    optimiser, losses = SGD(parameters, learning_rate), []
    for _ in range(10):
        optimiser.zero()
        loss = loss_of()
        loss.backward()
        optimiser.step()
        losses.append(float(np.sum(loss.data)))
    return losses


def by_hand():
    """Two matrices without autograd; the factor 2 of the square is left out on the way back."""
    rng, losses = np.random.RandomState(0), []
    weights_0_1, weights_1_2 = rng.rand(2, 3), rng.rand(3, 1)
    for _ in range(10):
        hidden = ch13.mm(ROWS, weights_0_1)
        miss = ch13.sub(ch13.mm(hidden, weights_1_2), TARGETS)
        losses.append(float(np.sum(ch13.mul(miss, miss))))
        hidden_grad, grad_1_2 = ch13.mm_backward(miss, hidden, weights_1_2)
        _, grad_0_1 = ch13.mm_backward(hidden_grad, ROWS, weights_0_1)
        weights_0_1, weights_1_2 = weights_0_1 - 0.1 * grad_0_1, weights_1_2 - 0.1 * grad_1_2
    return losses


def two_matrices(draws):
    weights_0_1, weights_1_2 = draws.matrix(2, 3), draws.matrix(3, 1)
    inputs, targets = Tensor(ROWS), Tensor(TARGETS)

    def loss():
        miss = inputs.mm(weights_0_1).mm(weights_1_2) - targets
        return (miss * miss).sum(0)

    return learn([weights_0_1, weights_1_2], loss, 0.1)


def with_model(model, loss, inputs, targets, learning_rate):
    return learn(model.parameters(), lambda: loss(model(inputs), targets), learning_rate)


def sequential(draws):
    model = Sequential([draws.linear(2, 3), draws.linear(3, 1)])
    return with_model(model, MSELoss(), Tensor(ROWS), Tensor(TARGETS), 0.05)


def nonlinear(draws):
    model = Sequential([draws.linear(2, 3), Tanh(), draws.linear(3, 1), Sigmoid()])
    return with_model(model, MSELoss(), Tensor(ROWS), Tensor(TARGETS), 1)


def embedded(draws):
    model = Sequential([draws.embedding(5, 3), Tanh(), draws.linear(3, 1), Sigmoid()])
    return with_model(model, MSELoss(), WORDS, Tensor(TARGETS), 0.5)


def classified(draws, learning_rate=0.1):
    model = Sequential([draws.embedding(3, 3), Tanh(), draws.linear(3, 4)])
    return with_model(model, CrossEntropyLoss(), WORDS, CLASSES, learning_rate)


def classified_with_the_sum(draws):
    """As the listing has it: the gradient of the cross entropy is not divided by the 4 rows."""
    return classified(draws, learning_rate=0.4)


def some(losses, *at):
    return [losses[i] for i in at]


def picked_gradient():
    embedding = Tensor(np.eye(5))
    embedding.index_select(np.array([[1, 2, 3], [2, 3, 4]])).backward()
    return embedding.grad


COUNTED = Tensor([[1, 2, 3], [4, 5, 6]])

FIGURES = [
    Figure(13, "sum(0)", [5, 7, 9], lambda: COUNTED.sum(0).data),
    Figure(13, "sum(1)", [6, 15], lambda: COUNTED.sum(1).data),
    Figure(13, "expand(2, 4), shape", [2, 3, 4], lambda: COUNTED.expand(2, 4).data.shape),
    Figure(
        13,
        "index_select of eye(5), gradient",
        [[0] * 5, [1] * 5, [2] * 5, [2] * 5, [1] * 5],
        picked_gradient,
    ),
    Figure(
        13,
        "two matrices by hand",
        [5.066439994622395, 0.4959907791902342, 0.4180671892167177, 0.11613979792168384],
        lambda: some(by_hand(), 0, 1, 2, 9),
    ),
    Figure(
        13,
        "two matrices with autograd and SGD",
        ["0.58128304", "0.48988149", "0.41375111", "0.06849361"],
        lambda: some(two_matrices(BookDraws()), 0, 1, 2, 9),
    ),
    Figure(
        13,
        "Sequential and MSELoss",
        ["2.33428272", "0.06743796", "0.0521849", "0.00889602"],
        lambda: some(sequential(BookDraws()), 0, 1, 2, 9),
    ),
    Figure(
        13,
        "tanh and sigmoid",
        ["1.06372865", "0.75148144", "0.57384259", "0.04700013"],
        lambda: some(nonlinear(BookDraws()), 0, 1, 2, 9),
    ),
    Figure(
        13,
        "embedding",
        ["0.98874126", "0.6658868", "0.07387834"],
        lambda: some(embedded(BookDraws()), 0, 1, 9),
    ),
    Figure(
        13,
        "cross entropy, before the first step",
        1.3885032434928422,
        lambda: classified(BookDraws())[0],
    ),
    Figure(
        13,
        "cross entropy, with the gradient of the mean",
        ["1.38850324", "0.65821902"],
        lambda: some(classified(BookDraws()), 0, 9),
        "V",
    ),
    Figure(
        13,
        "no draws for names: two matrices",
        ["5.06643999", "0.01958509"],
        lambda: some(two_matrices(PlainDraws()), 0, 9),
        "V",
    ),
    Figure(
        13,
        "no draws for names: Sequential overshoots",
        ["5.21285828", "27.76151971", "35.20610849", "0.81346990"],
        lambda: some(sequential(PlainDraws()), 0, 1, 2, 9),
        "V",
    ),
    Figure(
        13,
        "no draws for names: tanh and sigmoid",
        ["0.89963289", "0.03928647"],
        lambda: some(nonlinear(PlainDraws()), 0, 9),
        "V",
    ),
    Figure(
        13,
        "no draws for names: embedding",
        ["0.97825735", "0.10670823"],
        lambda: some(embedded(PlainDraws()), 0, 9),
        "V",
    ),
    Figure(
        13,
        "no draws for names: cross entropy",
        ["1.35110732", "0.93477808"],
        lambda: some(classified(PlainDraws()), 0, 9),
        "V",
    ),
]

MISTAKES = [
    Mistake(
        13,
        "ce_missing_1_over_N",
        [1.3885032434928422, 0.9558181509266037, 0.16527389263866668],
        lambda: some(classified_with_the_sum(BookDraws()), 0, 1, 9),
        lambda: some(classified(BookDraws()), 0, 1, 9),
    ),
    Mistake(
        13,
        "no draws for names: ce_missing_1_over_N",
        "0.42608065",
        lambda: classified_with_the_sum(PlainDraws())[9],
        lambda: classified(PlainDraws())[9],
    ),
]
