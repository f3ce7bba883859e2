"""Chapter 13: Introducing automatic optimization: let's build a deep learning framework.

Every operation is a pair of plain functions: one that goes forward, and one that takes the gradient
of what came out and gives the gradient of what went in. A `Tensor` remembers how it was made, so
that `backward` can walk the graph from the loss to the weights. Layers, losses and an optimiser
follow, and make a small framework.

A gradient says how fast the loss grows with each number of an array, and has the array's shape.
It is the slope of what is written: the squared miss has the factor 2 here that the deltas of the
earlier chapters left out.
"""

import numpy as np

from ch08_regularisation_and_batching import one_hot
from ch09_activation_functions import sigmoid, sigmoid_deriv, softmax, tanh, tanh_deriv

# --- Operations: forward, and the gradient on the way back ---


def unbroadcast(grad, shape):
    """Add a gradient up until it has the shape of the array that NumPy stretched.

    Where a small array meets a large one, NumPy uses its numbers several times over: it puts axes
    in front, and repeats axes of length 1. Whatever is used several times gets the sum of the
    gradients of all its uses.

        grad     any shape                 a gradient of the result
        shape    tuple                     of the array that was stretched to grad's shape
        returns  that shape                a new array, also where nothing was stretched: neither
                                           grad itself nor a view of it

    >>> unbroadcast(np.array([[1.0, 2.0], [3.0, 4.0]]), (2,))
    array([4., 6.])
    >>> unbroadcast(np.array([[1.0, 2.0], [3.0, 4.0]]), (2, 1))
    array([[3.],
           [7.]])

    Book: chapter 13, "Adding support for additional functions" (there: expand, done by hand).
    """
    raise NotImplementedError


def add(a, b):
    """Add two arrays, entry by entry: a + b.

        a        any shape                 shapes that differ are stretched as NumPy does it
        b        any shape
        returns  the shape of both together

    >>> add(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10.0, 20.0]))
    array([[11., 22.],
           [13., 24.]])

    Book: chapter 13, "Introduction to tensors" (there: Tensor.__add__).
    """
    raise NotImplementedError


def add_backward(grad, a, b):
    """The gradients of a and of b, given the gradient of a + b.

    A sum grows as fast as each of its parts: both get the whole gradient, each an array of its own
    (not grad itself, nor the other's). An array that was stretched gets the sum over its copies
    (see `unbroadcast`).

        grad     like a + b                the gradient of the result
        a        any shape
        b        any shape
        returns  like a, like b

    >>> add_backward(np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2)), np.zeros(2))
    (array([[1., 2.],
           [3., 4.]]), array([4., 6.]))

    Book: chapter 13, "Introduction to automatic gradient computation (autograd)".
    """
    raise NotImplementedError


def neg(a):
    """Turn every sign round: -a.

        a        any shape
        returns  the same shape

    >>> neg(np.array([1.0, -2.0]))
    array([-1.,  2.])

    Book: chapter 13, "Adding support for negation" (there: Tensor.__neg__).
    """
    raise NotImplementedError


def neg_backward(grad):
    """The gradient of a, given the gradient of -a: what pushed the result up pushes a down.

        grad     any shape                 the gradient of the result
        returns  the same shape

    >>> neg_backward(np.array([1.0, -2.0]))
    array([-1.,  2.])

    Book: chapter 13, "Adding support for negation".
    """
    raise NotImplementedError


def sub(a, b):
    """Subtract two arrays, entry by entry: a - b.

        a        any shape                 shapes that differ are stretched as NumPy does it
        b        any shape
        returns  the shape of both together

    >>> sub(np.array([[3.0], [5.0]]), np.array([1.0, 2.0]))
    array([[2., 1.],
           [4., 3.]])

    Book: chapter 13, "Adding support for additional functions" (there: Tensor.__sub__).
    """
    raise NotImplementedError


def sub_backward(grad, a, b):
    """The gradients of a and of b, given the gradient of a - b.

    a gets the gradient as it is, b gets it with the other sign: the larger b, the smaller a - b.
    An array that was stretched gets the sum over its copies.

        grad     like a - b                the gradient of the result
        a        any shape
        b        any shape
        returns  like a, like b

    >>> sub_backward(np.array([1.0, 2.0]), np.zeros(2), np.zeros(2))
    (array([1., 2.]), array([-1., -2.]))

    Book: chapter 13, "Adding support for additional functions".
    """
    raise NotImplementedError


def mul(a, b):
    """Multiply two arrays, entry by entry: a * b.

        a        any shape                 shapes that differ are stretched as NumPy does it
        b        any shape
        returns  the shape of both together

    >>> mul(np.array([2.0, 3.0]), np.array([4.0, 5.0]))
    array([ 8., 15.])

    Book: chapter 13, "Adding support for additional functions" (there: Tensor.__mul__).
    """
    raise NotImplementedError


def mul_backward(grad, a, b):
    """The gradients of a and of b, given the gradient of a * b.

    The larger b is, the more a counts: each gets the gradient times the *other* one's value.
    An array that was stretched gets the sum over its copies.

        grad     like a * b                the gradient of the result
        a        any shape
        b        any shape
        returns  like a, like b

    >>> mul_backward(np.array([1.0, 10.0]), np.array([2.0, 3.0]), np.array([4.0, 5.0]))
    (array([ 4., 50.]), array([ 2., 30.]))

    Book: chapter 13, "Adding support for additional functions".
    """
    raise NotImplementedError


def sum_along(a, dim):
    """Add up along one axis, which is gone afterwards.

        a        one axis or more
        dim      whole number              the axis, counted from 0
        returns  the shape of a without the axis dim

    >>> a = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> sum_along(a, 0), sum_along(a, 1)
    (array([5., 7., 9.]), array([ 6., 15.]))

    Book: chapter 13, "Adding support for additional functions" (there: Tensor.sum).
    """
    raise NotImplementedError


def sum_along_backward(grad, a, dim):
    """The gradient of a, given the gradient of its sum along dim.

    Every number went into its sum once, so each gets that sum's gradient: `expand` it.

        grad     like sum_along(a, dim)    the gradient of the result
        a        one axis or more
        dim      whole number
        returns  like a

    >>> sum_along_backward(np.array([1.0, 2.0]), np.zeros((2, 3)), 1)
    array([[1., 1., 1.],
           [2., 2., 2.]])

    Book: chapter 13, "Adding support for additional functions".
    """
    raise NotImplementedError


def expand(a, dim, copies):
    """Put copies of an array side by side along a new axis.

        a        any shape
        dim      whole number              where the new axis stands, counted from 0
        copies   whole number              its length
        returns  the shape of a with a new axis of that length at dim

    >>> expand(np.array([1.0, 2.0]), 0, 3)
    array([[1., 2.],
           [1., 2.],
           [1., 2.]])
    >>> expand(np.array([1.0, 2.0]), 1, 3)
    array([[1., 1., 1.],
           [2., 2., 2.]])

    Book: chapter 13, "Adding support for additional functions" (there: Tensor.expand).
    """
    raise NotImplementedError


def expand_backward(grad, dim):
    """The gradient of a, given the gradient of its copies along dim.

    Each number was used once in every copy, so its gradient is the sum over the copies.

        grad     like expand(a, dim, copies)       the gradient of the result
        dim      whole number
        returns  like a

    >>> expand_backward(np.array([[1.0, 2.0], [10.0, 20.0]]), 0)
    array([11., 22.])

    Book: chapter 13, "Adding support for additional functions".
    """
    raise NotImplementedError


def transpose(a):
    """Rows become columns: entry (i, j) goes to (j, i).

        a        (n, m)
        returns  (m, n)

    >>> transpose(np.array([[1.0, 2.0, 3.0]]))
    array([[1.],
           [2.],
           [3.]])

    Book: chapter 13, "Adding support for additional functions" (there: Tensor.transpose).
    """
    raise NotImplementedError


def transpose_backward(grad):
    """The gradient of a, given the gradient of its transpose: every entry goes back to its place.

        grad     (m, n)                    the gradient of the result
        returns  (n, m)

    >>> transpose_backward(np.array([[1.0], [2.0], [3.0]]))
    array([[1., 2., 3.]])

    Book: chapter 13, "Adding support for additional functions".
    """
    raise NotImplementedError


def mm(a, b):
    """The matrix product a . b: every row of a with every column of b.

        a        (batch, n)
        b        (n, out)
        returns  (batch, out)

    >>> mm(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [5.0, 6.0]]))
    array([[13., 16.]])

    Book: chapter 13, "Adding support for additional functions" (there: Tensor.mm).
    """
    raise NotImplementedError


def mm_backward(grad, a, b):
    """The gradients of a and of b, given the gradient of a . b.

    As for two numbers each gets the other one's value, and the shapes leave only one way to do it:
    grad . b^T   and   a^T . grad

        grad     (batch, out)              the gradient of the result
        a        (batch, n)
        b        (n, out)
        returns  (batch, n), (n, out)

    >>> mm_backward(np.array([[1.0, 2.0]]), np.array([[1.0, 10.0]]), np.array([[3.0, 4.0], [5.0, 6.0]]))
    (array([[11., 17.]]), array([[ 1.,  2.],
           [10., 20.]]))

    Book: chapter 13, "Adding support for additional functions".
    """
    raise NotImplementedError


def sigmoid_backward(grad, output):
    """The gradient of x, given the gradient of sigmoid(x) and sigmoid(x) itself.

    Multiply by the slope, which is steepest in the middle:   grad * output * (1 - output)

        grad     any shape                 the gradient of the result
        output   the same shape            what sigmoid returned
        returns  the same shape

    >>> sigmoid_backward(np.array([2.0, 2.0]), np.array([0.5, 1.0]))
    array([0.5, 0. ])

    Book: chapter 13, "Nonlinearity layers" (there: Tensor.sigmoid).
    """
    raise NotImplementedError


def tanh_backward(grad, output):
    """The gradient of x, given the gradient of tanh(x) and tanh(x) itself.

    Multiply by the slope:   grad * (1 - output^2)

        grad     any shape                 the gradient of the result
        output   the same shape            what tanh returned
        returns  the same shape

    >>> tanh_backward(np.array([2.0, 2.0]), np.array([0.0, 0.5]))
    array([2. , 1.5])

    Book: chapter 13, "Nonlinearity layers" (there: Tensor.tanh).
    """
    raise NotImplementedError


def index_select(a, indices):
    """Pick rows by their numbers.

        a        (rows, dim)
        indices  any shape, whole numbers  0 for the first row; a row may be picked again and again
        returns  the shape of indices, then dim

    >>> index_select(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([2, 0, 2]))
    array([[5., 6.],
           [1., 2.],
           [5., 6.]])

    Book: chapter 13, "Adding indexing to autograd" (there: Tensor.index_select).
    """
    raise NotImplementedError


def index_select_backward(grad, a, indices):
    """The gradient of a, given the gradient of the rows that were picked.

    A row that was picked several times gets the sum of its gradients, one that was never picked 0.

        grad     the shape of indices, then dim    the gradient of the result
        a        (rows, dim)
        indices  any shape, whole numbers
        returns  (rows, dim)

    >>> index_select_backward(np.array([[1.0], [2.0], [4.0]]), np.zeros((3, 1)), np.array([2, 0, 2]))
    array([[2.],
           [0.],
           [5.]])

    Book: chapter 13, "Adding indexing to autograd".
    """
    raise NotImplementedError


def cross_entropy(logits, targets):
    """How surprised the network is by the right classes: the mean of -log(probability).

    The probabilities are the softmax of the logits, row by row. Of logits of 1,000 the powers
    overflow, and a probability that is rounded to 0 has no logarithm. So take the largest logit of
    each row off first, and the logarithm before you divide: log(sum of e^logit) - the right logit.

        logits   (batch, n_classes)
        targets  (batch,), whole numbers   the right class of each row
        returns  number                    0 or more; the mean over the rows

    >>> round(cross_entropy(np.array([[1.0, 1.0], [0.0, 1000.0]]), np.array([0, 1])), 6)
    0.346574

    Book: chapter 13, "The cross-entropy layer" (there: Tensor.cross_entropy).
    """
    raise NotImplementedError


def cross_entropy_backward(grad, logits, targets):
    """The gradient of the logits, given the gradient of their cross entropy.

    The probabilities, minus 1 at the right class; over the number of rows, because the value is a
    mean; times the gradient that comes in:   grad * (softmax(logits) - one_hot) / batch

        grad     number                    the gradient of the result
        logits   (batch, n_classes)
        targets  (batch,), whole numbers
        returns  (batch, n_classes)

    >>> cross_entropy_backward(1.0, np.array([[0.0, 0.0], [5.0, 5.0]]), np.array([0, 1]))
    array([[-0.25,  0.25],
           [ 0.25, -0.25]])

    Book: chapter 13, "The cross-entropy layer".
    """
    raise NotImplementedError


# --- The graph ---


def topological_order(root, parents):
    """Put everything that root was made from in an order in which gradients can flow back.

    Root comes first, and everything else only after *all* the nodes that were made from it: only
    then is its gradient complete. Each node stands there once, however often it was used.

        root     a node: anything that can be a key of a dict
        parents  dict: node -> list of the nodes it was made from, empty for one that was given
        returns  list of nodes             without those that root was not made from

    >>> topological_order("loss", {"loss": ["a", "b"], "a": ["w"], "b": ["a", "w"], "w": []})
    ['loss', 'b', 'a', 'w']

    Book: chapter 13, "Tensors that are used multiple times" (there: children are counted instead).
    """
    raise NotImplementedError


class Tensor:
    """An array that remembers how it was made, so that gradients can find their way back.

    data           the numbers, as an array of float64: a copy of what it was made from
    grad           None until `backward` has been here, then a plain array of data's shape
    requires_grad  whether it wants a gradient; one made from others wants one if any of them does
    parents        the tensors it was made from, a list or a tuple: none for inputs and weights
    send_back      a function: its gradient -> a list or tuple with one gradient for each parent

    >>> a, b = Tensor([1, 2]), Tensor([3, 4])
    >>> a * b + a
    Tensor([4.0, 10.0])

    Book: chapter 13, "Introduction to tensors" (there: creators, creation_op, autograd).
    """

    def __init__(self, data, requires_grad=True, parents=(), send_back=None):
        raise NotImplementedError

    def __add__(self, other):
        """This tensor plus another, as `add` does it."""
        raise NotImplementedError

    def __neg__(self):
        """This tensor with the other sign, as `neg` does it."""
        raise NotImplementedError

    def __sub__(self, other):
        """This tensor minus another, as `sub` does it."""
        raise NotImplementedError

    def __mul__(self, other):
        """This tensor times another, entry by entry, as `mul` does it."""
        raise NotImplementedError

    def sum(self, dim):
        """The sum along an axis, as `sum_along` does it."""
        raise NotImplementedError

    def expand(self, dim, copies):
        """Copies side by side along a new axis, as `expand` does it."""
        raise NotImplementedError

    def transpose(self):
        """Rows as columns, as `transpose` does it."""
        raise NotImplementedError

    def mm(self, other):
        """The matrix product with another tensor, as `mm` does it."""
        raise NotImplementedError

    def sigmoid(self):
        """Every number squeezed between 0 and 1, as `sigmoid` of chapter 9 does it."""
        raise NotImplementedError

    def tanh(self):
        """Every number squeezed between -1 and 1, as `tanh` of chapter 9 does it."""
        raise NotImplementedError

    def index_select(self, indices):
        """Rows picked by their numbers, as `index_select` does it; indices is a plain array."""
        raise NotImplementedError

    def cross_entropy(self, targets):
        """The mean cross entropy of these logits; targets is a plain array of class numbers."""
        raise NotImplementedError

    def backward(self, grad=None):
        """Give a gradient to everything this tensor was made from: see the function `backward`."""
        raise NotImplementedError

    def __repr__(self):
        """The class and the numbers: Tensor([1.0, 2.0])."""
        raise NotImplementedError


def backward(tensor, grad=None):
    """Send a gradient from a tensor back to everything it was made from.

    Go through the graph in `topological_order`. Each tensor adds what has arrived for it to its
    `.grad`, then sends it on to its parents with `send_back`. What arrives over several ways adds
    up, and so does what a second `backward` brings. No two tensors share an array as their
    gradient. A tensor that does not require a gradient gets none, and sends nothing on.

        tensor   a Tensor, usually the loss
        grad     like tensor.data          the gradient to begin with; all ones if left out
        returns  nothing: the gradients are left in `.grad`

    >>> x = Tensor([1.0, 2.0])
    >>> backward(x * x + x, np.array([1.0, 10.0]))
    >>> x.grad
    array([ 3., 50.])

    Book: chapter 13, "Upgrading autograd to support multiuse tensors" (there: Tensor.backward).
    """
    raise NotImplementedError


# --- Learning ---


class SGD:
    """Stochastic gradient descent: moves parameters a step against their gradients.

    parameters     the tensors that learn
    learning_rate  how far a step goes

    >>> weight = Tensor([1.0])
    >>> optimiser = SGD([weight], learning_rate=0.5)
    >>> (weight * weight).backward()
    >>> optimiser.step()
    >>> weight
    Tensor([0.0])

    Book: chapter 13, "Adding automatic optimization" (there: alpha; step also sets to zero).
    """

    def __init__(self, parameters, learning_rate):
        raise NotImplementedError

    def zero(self):
        """Forget all gradients: each is None again, so that the next backward starts afresh."""
        raise NotImplementedError

    def step(self):
        """data - learning_rate * grad for each parameter that has a gradient, which it keeps."""
        raise NotImplementedError


class Layer:
    """What all layers have in common: a layer is called like a function, and has parameters."""

    def __call__(self, *inputs):
        return self.forward(*inputs)

    def parameters(self):
        """The tensors that learn, in the order in which they were made: none, if not said."""
        return []


class Linear(Layer):
    """A layer of weights and a bias: inputs . weights + bias.

    weights  Tensor (n_in, n_out)   rng.standard_normal(...) times the root of 2 / n_in
    bias     Tensor (n_out,)        zeros; added to every row

    >>> layer = Linear(3, 2, np.random.default_rng(0))
    >>> layer.bias, layer(Tensor(np.zeros((1, 3))))
    (Tensor([0.0, 0.0]), Tensor([[0.0, 0.0]]))

    Book: chapter 13, "Adding support for layer types".
    """

    def __init__(self, n_in, n_out, rng):
        raise NotImplementedError

    def forward(self, inputs):
        """Tensor (batch, n_in) -> Tensor (batch, n_out)."""
        raise NotImplementedError

    def parameters(self):
        """The weights, then the bias."""
        raise NotImplementedError


class Sequential(Layer):
    """Layers one after the other: each gets what the one before it gave.

    layers   a list of its own, empty if nothing is said

    >>> model = Sequential([Tanh(), Tanh()])
    >>> model(Tensor([0.0])), model.parameters()
    (Tensor([0.0]), [])

    Book: chapter 13, "Layers that contain layers".
    """

    def __init__(self, layers=()):
        raise NotImplementedError

    def add(self, layer):
        """Put one more layer at the end."""
        raise NotImplementedError

    def forward(self, inputs):
        """What comes out of the last layer; the inputs themselves if there is none."""
        raise NotImplementedError

    def parameters(self):
        """Those of the first layer, then those of the second, and so on."""
        raise NotImplementedError


class MSELoss(Layer):
    """The squared misses, added up over the rows: one number for each output.

    This is the book's loss, a sum in spite of its name (mean squared error).

    >>> MSELoss()(Tensor([[1.0, 0.0], [3.0, 0.0]]), Tensor([[0.0, 0.0], [1.0, 0.0]]))
    Tensor([5.0, 0.0])

    Book: chapter 13, "Loss-function layers".
    """

    def forward(self, prediction, target):
        """Tensors (batch, n_out), (batch, n_out) -> Tensor (n_out,)."""
        raise NotImplementedError


class MeanSquaredErrorLoss(Layer):
    """The squared misses, averaged over the rows: one number for each output.

    >>> MeanSquaredErrorLoss()(Tensor([[1.0, 0.0], [3.0, 0.0]]), Tensor([[0.0, 0.0], [1.0, 0.0]]))
    Tensor([2.5, 0.0])

    Book: chapter 13, "Loss-function layers" (there a sum: see MSELoss).
    """

    def forward(self, prediction, target):
        """Tensors (batch, n_out), (batch, n_out) -> Tensor (n_out,)."""
        raise NotImplementedError


class CrossEntropyLoss(Layer):
    """The mean cross entropy, straight from the logits.

    >>> CrossEntropyLoss()(Tensor([[0.0, 1000.0]]), np.array([1]))
    Tensor(0.0)

    Book: chapter 13, "The cross-entropy layer".
    """

    def forward(self, logits, targets):
        """Tensor (batch, n_classes), plain array (batch,) of class numbers -> Tensor ()."""
        raise NotImplementedError


class Tanh(Layer):
    """tanh as a layer, without parameters.

    >>> Tanh()(Tensor([0.0]))
    Tensor([0.0])

    Book: chapter 13, "Nonlinearity layers".
    """

    def forward(self, inputs):
        """Tensor of any shape -> Tensor of the same shape."""
        raise NotImplementedError


class Sigmoid(Layer):
    """sigmoid as a layer, without parameters.

    >>> Sigmoid()(Tensor([0.0]))
    Tensor([0.5])

    Book: chapter 13, "Nonlinearity layers".
    """

    def forward(self, inputs):
        """Tensor of any shape -> Tensor of the same shape."""
        raise NotImplementedError


class Embedding(Layer):
    """One row of numbers for each word, looked up by the word's number.

    weights  Tensor (vocab_size, dim)   (rng.random(...) - 0.5) / dim

    >>> embedding = Embedding(5, 3, np.random.default_rng(0))
    >>> embedding(np.array([[1, 2], [2, 4]])).data.shape
    (2, 2, 3)

    Book: chapter 13, "The embedding layer" (there: weight).
    """

    def __init__(self, vocab_size, dim, rng):
        raise NotImplementedError

    def forward(self, indices):
        """Plain array of whole numbers, any shape -> Tensor with one axis more, of length dim."""
        raise NotImplementedError

    def parameters(self):
        """The weights."""
        raise NotImplementedError


class RNNCell(Layer):
    """One step of a recurrent network: takes an input in, remembers, and gives an output.

    new hidden = activation(input_layer(inputs) + hidden_layer(hidden))
    output     = output_layer(new hidden)

    input_layer   Linear(n_in, n_hidden)        drawn first
    hidden_layer  Linear(n_hidden, n_hidden)
    output_layer  Linear(n_hidden, n_out)       drawn last
    activation    "sigmoid" or "tanh"; anything else raises ValueError

    >>> cell = RNNCell(2, 3, 4, np.random.default_rng(0), "tanh")
    >>> output, hidden = cell(Tensor(np.zeros((1, 2))), cell.init_hidden(1))
    >>> output, hidden
    (Tensor([[0.0, 0.0, 0.0, 0.0]]), Tensor([[0.0, 0.0, 0.0]]))

    Book: chapter 13, "The recurrent neural network layer" (there: w_ih, w_hh, w_ho).
    """

    def __init__(self, n_in, n_hidden, n_out, rng, activation="sigmoid"):
        raise NotImplementedError

    def forward(self, inputs, hidden):
        """Tensors (batch, n_in), (batch, n_hidden) -> (batch, n_out), the new (batch, n_hidden)."""
        raise NotImplementedError

    def init_hidden(self, batch):
        """What is remembered before the first step: a Tensor (batch, n_hidden) of zeros."""
        raise NotImplementedError

    def parameters(self):
        """Those of the input layer, then of the hidden layer, then of the output layer."""
        raise NotImplementedError


def train_last_word(sentences, vocab_size, dim, n_hidden, learning_rate, epochs, rng):
    """Teach a recurrent network to guess the last word of a sentence from the words before it.

    An Embedding of the words, an RNNCell with tanh that reads them one by one, the cross entropy
    of its last output and an SGD, all parts of this chapter. Each epoch takes one step on all
    sentences at once: zero, forward, backward, step.

        sentences   (batch, length), whole numbers    one sentence a row, at least 2 words long
        vocab_size  whole number                      how many words there are
        dim         whole number                      numbers a word
        n_hidden    whole number                      units that remember
        epochs      whole number                      how many steps are taken
        rng         a numpy.random.Generator          for the embedding, then for the cell
        returns     list of epochs numbers            the loss before each step

    >>> sentences = np.array([[0, 2, 3], [1, 2, 4]])
    >>> losses = train_last_word(sentences, 5, 3, 4, 0.5, 50, np.random.default_rng(0))
    >>> len(losses), bool(losses[-1] < 0.05)
    (50, True)

    Book: chapter 13, "The recurrent neural network layer" (there: on the bAbI sentences).
    """
    raise NotImplementedError
