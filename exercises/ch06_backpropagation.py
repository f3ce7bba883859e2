"""Chapter 6: Building your first deep neural network.

From one row of streetlights to a network with a hidden layer that learns by backpropagation.
From here on every row of a matrix is one example, and a layer is `inputs . weights` with
weights of shape (n_in, n_out).

The error is the squared miss, (prediction - target) ** 2. The deltas are `prediction - target`:
the slope of *half* the squared error, as in the book.
"""

import numpy as np


def lights_to_matrix(patterns):
    """Turn written light patterns into a matrix of numbers, one row a pattern.

    Every pattern is a text of 0s and 1s, one character a light: "101" becomes [1., 0., 1.].

        patterns  list of texts of equal length
        returns   (batch, lights)       floats, 1.0 where a light is on and 0.0 where it is off

    >>> lights_to_matrix(["101", "011"])
    array([[1., 0., 1.],
           [0., 1., 1.]])

    Book: chapter 6, "Preparing the data" (there: streetlights).
    """
    raise NotImplementedError


def pressure(inputs, targets):
    """How hard the data pushes each weight up, minus how hard it pushes it down.

    A light that is on pushes its weight up in a row whose target is 1, and down in a row whose
    target is 0. A light that is off does not push. Count the pushes up and subtract the pushes
    down, light by light.

        inputs   (batch, lights)        0 or 1
        targets  (batch,)               0 or 1
        returns  (lights,)

    >>> pressure(np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 1.0]]), np.array([1.0, 1.0, 0.0]))
    array([1., 0.])

    Book: chapter 6, "Up and down pressure".
    """
    raise NotImplementedError


def sgd_epoch(inputs, targets, weights, learning_rate):
    """Learn from every row once, one row after the other (stochastic gradient descent).

    For each row, in order:   prediction = row . weights,   delta = prediction - target,
    weights = weights - learning_rate * delta * row.   The next row already sees the new weights.

        inputs   (batch, n)
        targets  (batch,)
        weights  (n,)                   left as they are; the new weights are returned
        returns  (n,), number           the new weights, and the sum over the rows of the squared
                                        miss, each measured just before its row's update

    >>> sgd_epoch(np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([1.0, 0.0]), np.zeros(2), 0.5)
    (array([ 0.25, -0.25]), 1.25)

    Book: chapter 6, "Learning the whole dataset" (there: error_for_all_lights, alpha).
    """
    raise NotImplementedError


def full_gd_step(inputs, targets, weights, learning_rate):
    """One step on all rows at once (full gradient descent).

    Every row says how it would like to change the weights; take the mean of all these wishes:
    weights - learning_rate * mean over the rows of (delta * row),   delta = row . weights - target.

        inputs   (batch, n)
        targets  (batch,)
        weights  (n,)
        returns  (n,)                   the new weights

    >>> full_gd_step(np.array([[1.0, 0.0], [1.0, 2.0]]), np.array([1.0, 0.0]), np.zeros(2), 0.5)
    array([0.25, 0.  ])

    Book: chapter 6, "Full, batch, and stochastic gradient descent".
    """
    raise NotImplementedError


def minibatches(inputs, targets, size):
    """Cut the rows into batches of `size`, in order, without losing any.

    The last batch is shorter when the rows do not divide evenly.

        inputs   (batch, n)
        targets  (batch,)
        size     whole number, at least 1
        returns  an iterator or a list of pairs (some rows of inputs, their targets)

    >>> [len(rows) for rows, _ in minibatches(np.ones((5, 3)), np.ones(5), 2)]
    [2, 2, 1]

    Book: chapter 6, "Full, batch, and stochastic gradient descent".
    """
    raise NotImplementedError


def minibatch_epoch(inputs, targets, weights, learning_rate, size):
    """Learn from every row once, a batch at a time.

    One `full_gd_step` for each batch of `minibatches`, in order. Batches of one row make this
    stochastic gradient descent; one batch of all rows makes it full gradient descent.

        inputs   (batch, n)
        targets  (batch,)
        weights  (n,)
        size     whole number, at least 1
        returns  (n,)                   the new weights

    >>> minibatch_epoch(np.eye(2), np.array([1.0, 2.0]), np.zeros(2), 0.5, size=1)
    array([0.5, 1. ])

    Book: chapter 6, "Full, batch, and stochastic gradient descent".
    """
    raise NotImplementedError


def relu(x):
    """Keep what is positive, switch the rest off: entry by entry, max(x, 0).

        x        any shape
        returns  the same shape

    >>> relu(np.array([[-2.0, 0.0, 3.0]]))
    array([[0., 0., 3.]])

    Book: chapter 6, "Creating sometimes correlation".
    """
    raise NotImplementedError


def relu_deriv(output):
    """The slope of relu at each unit, read off relu's own output.

    1 where the unit was on (output above 0), and 0 where it was off. A unit whose output is
    exactly 0 counts as off.

        output   any shape              what relu returned, so never negative
        returns  the same shape

    >>> relu_deriv(np.array([[0.0, 0.5, 3.0]]))
    array([[0., 1., 1.]])

    Book: chapter 6, "Backpropagation in code" (there: relu2deriv).
    """
    raise NotImplementedError


def collapse_linear(weights_0_1, weights_1_2):
    """The one matrix that does the work of two linear layers stacked on each other.

    Without anything in between, inputs . weights_0_1 . weights_1_2 is the same as inputs times
    one matrix. That is why a deep network needs something that is not linear.

        weights_0_1  (n, hidden)
        weights_1_2  (hidden, out)
        returns      (n, out)

    >>> collapse_linear(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]))
    array([[11.]])

    Book: chapter 6, "Linear versus nonlinear".
    """
    raise NotImplementedError


def init_weights(n_in, n_out, rng):
    """A layer's first weights: random numbers between -1 and 1, every one drawn on its own.

        n_in     whole number           units in the layer below
        n_out    whole number           units in the layer above
        rng      a numpy.random.Generator: rng.random(shape) gives numbers from 0 up to 1
        returns  (n_in, n_out)          evenly spread from -1 up to (not including) 1

    >>> weights = init_weights(3, 4, np.random.default_rng(0))
    >>> weights.shape, bool(abs(weights).max() <= 1)
    ((3, 4), True)

    Book: chapter 6, "Your first deep neural network" (there: 2 * np.random.random(...) - 1).
    """
    raise NotImplementedError


def forward(inputs, weights_0_1, weights_1_2):
    """Predict with a network of two layers: relu in the middle, nothing at the end.

    hidden = relu(inputs . weights_0_1),   output = hidden . weights_1_2

        inputs       (batch, n)
        weights_0_1  (n, hidden)
        weights_1_2  (hidden, out)
        returns      (batch, hidden), (batch, out)      the hidden layer and the output

    >>> forward(np.array([[1.0, 2.0]]), np.array([[1.0, -1.0], [1.0, 0.0]]), np.array([[2.0], [5.0]]))
    (array([[3., 0.]]), array([[6.]]))

    Book: chapter 6, "Your first deep neural network" (there: layer_1, layer_2).
    """
    raise NotImplementedError


def hidden_delta(output_delta, weights, hidden):
    """How much each hidden unit is to blame for the miss.

    Send the output layer's delta back along the weights it came through, and keep it only
    where the hidden unit was switched on:   (output_delta . weights^T) * relu_deriv(hidden)

        output_delta  (batch, out)      how far each prediction missed
        weights       (hidden, out)     the weights between the hidden and the output layer
        hidden        (batch, hidden)   the hidden layer, after relu
        returns       (batch, hidden)

    >>> hidden_delta(np.array([[1.0]]), np.array([[2.0], [3.0]]), np.array([[0.0, 5.0]]))
    array([[0., 3.]])

    Book: chapter 6, "Backpropagation in code" (there: layer_1_delta).
    """
    raise NotImplementedError


def backprop(inputs, targets, weights_0_1, weights_1_2):
    """The slope of the error for every weight of both layers.

    Predict with `forward`, take the miss at the output (output - targets), send it back with
    `hidden_delta`, then multiply each layer's input by its delta:
    inputs^T . hidden_delta   and   hidden^T . output_delta.   Rows of the batch add up.

        inputs       (batch, n)
        targets      (batch, out)
        weights_0_1  (n, hidden)
        weights_1_2  (hidden, out)
        returns      (n, hidden), (hidden, out)         slopes of half the squared error, summed
                                                        over the batch; shaped like the weights

    >>> backprop(np.array([[2.0]]), np.array([[1.0]]), np.array([[1.0, -1.0]]), np.array([[1.0], [1.0]]))
    (array([[2., 0.]]), array([[2.],
           [0.]]))

    Book: chapter 6, "Backpropagation in code" (there: layer_1_delta, layer_2_delta).
    """
    raise NotImplementedError


def train_step(inputs, targets, weights_0_1, weights_1_2, learning_rate):
    """One step downhill for both layers: weights - learning_rate * slope.

    Both slopes come from `backprop` with the *old* weights; only then are the weights changed.

        inputs         (batch, n)
        targets        (batch, out)
        weights_0_1    (n, hidden)      left as they are; the new ones are returned
        weights_1_2    (hidden, out)
        returns        (n, hidden), (hidden, out)       the new weights

    >>> train_step(np.array([[1.0]]), np.array([[1.0]]), np.array([[2.0]]), np.array([[1.0]]), 0.5)
    (array([[1.5]]), array([[0.]]))

    Book: chapter 6, "One iteration of backpropagation" (there: alpha).
    """
    raise NotImplementedError


def train(inputs, targets, weights_0_1, weights_1_2, learning_rate, epochs):
    """Teach the network row by row, and say how far it missed in every epoch.

    In each epoch, for each row in order: measure the squared miss of the row's prediction, then
    take one `train_step` on that row alone (a batch of one).

        inputs       (batch, n)
        targets      (batch, out)
        weights_0_1  (n, hidden)        where training starts; left as they are
        weights_1_2  (hidden, out)
        epochs       whole number       how often to go through all rows
        returns      list of epochs numbers: the squared misses of that epoch, summed over its rows

    >>> train(np.array([[1.0]]), np.array([[1.0]]), np.array([[2.0]]), np.array([[1.0]]), 0.5, 2)
    [1.0, 1.0]

    Book: chapter 6, "Putting it all together" (there: layer_2_error, alpha).
    """
    raise NotImplementedError


def dead_units(inputs, weights_0_1):
    """Which hidden units are off for every row of the data, and so can never learn.

        inputs       (batch, n)
        weights_0_1  (n, hidden)
        returns      (hidden,)          True where relu(inputs . weights_0_1) is 0 in every row

    >>> dead_units(np.array([[1.0], [2.0]]), np.array([[1.0, -1.0]]))
    array([False,  True])

    Book: chapter 6, "Why deep networks matter".
    """
    raise NotImplementedError
