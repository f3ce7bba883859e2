"""Chapter 7: How to picture neural networks.

A network as a row of layers and the matrices between them: which shapes fit together, what the
whole thing computes, and how to write it in letters. Rows are examples, a layer is
`inputs . weights` with weights of shape (n_in, n_out), and nobody has a bias yet.
"""

import numpy as np


def weight_shapes(layer_sizes):
    """The shapes of the weight matrices that stand between the layers.

    Between a layer of n units and one of m units there are weights of shape (n, m). So there is
    one matrix fewer than there are layers of units.

        layer_sizes  list of whole numbers      units in each layer, the input first
        returns      list of pairs              one shape for each matrix, in the same order

    >>> weight_shapes([3, 4, 1])
    [(3, 4), (4, 1)]

    Book: chapter 7, "Simplifying even further".
    """
    return list(zip(layer_sizes[:-1], layer_sizes[1:]))


def count_weights(layer_sizes):
    """How many weights a network has, in all its matrices together.

    Every unit of a layer is connected to every unit of the next one, by one weight each.

        layer_sizes  list of whole numbers      units in each layer, the input first
        returns      whole number

    >>> count_weights([3, 4, 1])
    16

    Book: chapter 7, "Simplifying even further".
    """
    return sum(n_in * n_out for n_in, n_out in weight_shapes(layer_sizes))


def check_chain(shapes):
    """Whether matrices can be multiplied in a row, and the shape that comes out.

    They are like LEGO bricks: two of them snap together when the columns of the left one are as
    many as the rows of the right one. What is left at the end are the rows of the first and the
    columns of the last.

        shapes   list of pairs (rows, columns), at least one
        returns  a pair (rows, columns), or None where two neighbours do not fit

    >>> check_chain([(6, 3), (3, 4), (4, 1)])
    (6, 1)
    >>> check_chain([(6, 3), (4, 1)]) is None
    True

    Book: chapter 7, "Simplifying even further" (there: LEGO bricks).
    """
    for left, right in zip(shapes[:-1], shapes[1:]):
        if left[1] != right[0]:
            return None
    return shapes[0][0], shapes[-1][1]


def predict_by_letters(inputs, weights, hidden_activation):
    """Predict with a network of any depth, and keep every layer on the way.

    In letters, with l0 the inputs and W0, W1, ... the weights:   l1 = activation(l0 W0),
    l2 = activation(l1 W1), ...   The last layer is the prediction and gets no activation.

        inputs             (batch, n)   l0
        weights            list of matrices, at least one: (n, hidden), (hidden, hidden'), ...
        hidden_activation  a function of a whole layer, such as relu; gives the same shape
        returns            list of layers [l1, l2, ...], one for each matrix; l0 is not in it

    >>> l0, W0, W1 = np.array([[1.0, 2.0]]), np.array([[1.0, -1.0], [1.0, 0.0]]), np.array([[2.0], [5.0]])
    >>> predict_by_letters(l0, [W0, W1], lambda layer: np.maximum(layer, 0))
    [array([[3., 0.]]), array([[6.]])]

    Book: chapter 7, "Let's see this network predict" and "Visualizing using letters instead of
    pictures" (there: layer_0, layer_1, layer_2).
    """
    layers = [inputs]
    for matrix in weights[:-1]:
        layers.append(hidden_activation(layers[-1].dot(matrix)))
    layers.append(layers[-1].dot(weights[-1]))
    return layers[1:]


def formula(n_layers):
    """The whole network in one line of letters, with relu between the layers.

    Link the variables: in l2 = l1 W1, write relu(l0 W0) in place of l1, and so on. A product is
    written with one space and no sign; there is no other space but one on each side of `=`.

        n_layers  whole number, at least 1      layers of weights W0, W1, ...; l0 is only the input
        returns   text                          what the last layer is, from l0 and the weights

    >>> formula(1)
    'l1 = l0 W0'
    >>> formula(3)
    'l3 = relu(relu(l0 W0) W1) W2'

    Book: chapter 7, "Linking the variables".
    """
    layer = "l0 W0"
    for i in range(1, n_layers):
        layer = f"relu({layer}) W{i}"
    return f"l{n_layers} = {layer}"


def correlation_summary(inputs, targets):
    """Which inputs go up and down together with which targets.

    Take every column minus its mean, so that it says how far each row is above or below. The
    correlation of two such columns x and y is   sum(x * y) / sqrt(sum(x * x) * sum(y * y)).
    Give its sign: 1 where they move together, -1 where one rises as the other falls, and 0 where
    there is no correlation. One between -0.001 and 0.001 counts as none, and a column that is the
    same in every row has none with anything.

        inputs   (batch, n)             at least two rows
        targets  (batch, m)
        returns  (n, m)                 entry (i, j) is about column i of inputs and j of targets

    >>> correlation_summary(np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]]), np.array([[2.0], [3.0], [5.0]]))
    array([[-1.],
           [ 0.]])

    Book: chapter 7, "Correlation summarization".
    """
    x = inputs - inputs[0]  # a column that is the same in every row is now exactly 0
    y = targets - targets[0]
    x = x - x.mean(axis=0)
    y = y - y.mean(axis=0)
    together = x.T.dot(y)
    most = np.sqrt(np.outer((x * x).sum(axis=0), (y * y).sum(axis=0)))
    return np.sign(together) * (abs(together) > 0.001 * most)
