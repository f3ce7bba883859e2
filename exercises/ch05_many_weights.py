"""Chapter 5: Learning multiple weights at a time.

Gradient descent for several inputs, several outputs, and both. Vectors and matrices are NumPy
arrays of floats from here on, always of the shapes written below; what goes out may be a list
or an array. A matrix of weights still has one row for each *output*, of shape (n_out, n_in), as
in chapter 3 by hand; only the functions on images, at the end, turn it round.

The error is the squared miss, (prediction - target) ** 2. The deltas are `prediction - target`:
the slope of *half* the squared error, as in the book.
"""

import numpy as np


def predict(inputs, weights):
    """Predict one number from several inputs: multiply each by its weight, then add up.

        inputs   (n,)
        weights  (n,)
        returns  number

    >>> predict(np.array([2.0, 3.0, 5.0]), np.array([0.5, 1.0, 0.0]))
    4.0

    Book: chapter 5, "Gradient descent learning with multiple inputs" (there: w_sum).
    """
    raise NotImplementedError


def weight_deltas(inputs, delta):
    """How strongly each weight made the network miss, when they all share one miss.

    The miss, times the input that came in through the weight:   delta * input.   An input of 0
    had no say, so its weight is left alone; a large input had a lot of say.

        inputs   (n,)
        delta    number             prediction - target
        returns  (n,)               the slope of half the squared error for every weight

    >>> weight_deltas(np.array([2.0, 0.0, -1.0]), 0.5)
    array([ 1. ,  0. , -0.5])

    Book: chapter 5, "Gradient descent learning with multiple inputs" (there: ele_mul).
    """
    raise NotImplementedError


def gd_step_multi_input(inputs, weights, target, learning_rate):
    """One step of gradient descent for a network with several inputs and one output.

    delta = prediction - target,   new weights = weights - learning_rate * weight_deltas

        inputs         (n,)
        weights        (n,)         left as they are; the new weights are returned
        target         number
        learning_rate  number
        returns        (n,)

    >>> gd_step_multi_input(np.array([1.0, 2.0]), np.array([0.5, 0.5]), 2.5, 0.25)
    array([0.75, 1.  ])

    Book: chapter 5, "Gradient descent with multiple inputs explained" (there: alpha).
    """
    raise NotImplementedError


def gd_trace(inputs, weights, target, learning_rate, iterations):
    """Take `gd_step_multi_input` again and again, and write down every iteration.

        inputs         (n,)
        weights        (n,)         where learning starts; left as they are
        target         number
        learning_rate  number
        iterations     whole number
        returns        list of dicts, one an iteration, with the keys "weights" (n,),
                       "prediction", "error" (the squared miss), "delta" and "weight_deltas"
                       (n,). All five are taken *before* that iteration's step: "weights" are
                       the ones that made the prediction, and in the first row those given

    >>> first, second = gd_trace(np.array([1.0, 2.0]), np.array([0.5, 0.5]), 2.5, 0.125, 2)
    >>> first["weights"], first["prediction"], first["weight_deltas"]
    (array([0.5, 0.5]), 1.5, array([-1., -2.]))
    >>> second["weights"], second["prediction"], second["error"]
    (array([0.625, 0.75 ]), 2.125, 0.140625)

    Book: chapter 5, "Let's watch several steps of learning" (there: alpha).
    """
    raise NotImplementedError


def frozen_step(inputs, weights, target, learning_rate, frozen):
    """One step of gradient descent in which some weights are not allowed to move.

    A frozen weight still helps to predict, it just does not learn. All others take the same
    step as in `gd_step_multi_input`.

        inputs         (n,)
        weights        (n,)         left as they are; the new weights are returned
        target         number
        learning_rate  number
        frozen         set of whole numbers: the places of the weights that stay, from 0 on
        returns        (n,)         frozen weights exactly as they were

    >>> frozen_step(np.array([1.0, 2.0]), np.array([0.5, 0.5]), 2.5, 0.25, frozen={0})
    array([0.5, 1. ])

    Book: chapter 5, "Freezing one weight: What does it do?".
    """
    raise NotImplementedError


def output_deltas(predictions, targets):
    """By how much each output missed, and on which side. Each has its own miss.

        predictions  (m,)
        targets      (m,)
        returns      (m,)           predictions - targets

    >>> output_deltas(np.array([0.5, 2.0]), np.array([1.0, 1.0]))
    array([-0.5,  1. ])

    Book: chapter 5, "Gradient descent learning with multiple outputs" (there: delta).
    """
    raise NotImplementedError


def multi_output_step(x, weights, targets, learning_rate):
    """One step of gradient descent for a network with one input and several outputs.

    Every weight makes its own prediction, x * weight, and learns from its own delta only:
    weight - learning_rate * x * delta.

        x              number
        weights        (m,)         left as they are; the new weights are returned
        targets        (m,)
        learning_rate  number
        returns        (m,)

    >>> multi_output_step(2.0, np.array([1.0, 0.5]), np.array([1.0, 3.0]), 0.25)
    array([0.5, 1.5])

    Book: chapter 5, "Gradient descent learning with multiple outputs" (there: alpha).
    """
    raise NotImplementedError


def outer_product(a, b):
    """Multiply every number of one vector with every number of another: a table of products.

    The entry in row i and column j is a[i] * b[j].

        a        (m,)               one row of the table for each
        b        (n,)               one column of the table for each
        returns  (m, n)

    >>> outer_product(np.array([1.0, 2.0]), np.array([3.0, 0.0, 5.0]))
    array([[ 3.,  0.,  5.],
           [ 6.,  0., 10.]])

    Book: chapter 5, "Gradient descent with multiple inputs and outputs" (there: outer_prod).
    """
    raise NotImplementedError


def weight_deltas_matrix(inputs, deltas):
    """How strongly each weight of a whole matrix made its output miss.

    The weight in row i and column j carries input j to output i, so its share is
    deltas[i] * inputs[j]: a table of the same shape as the weights. (Some printings of the book
    have it the other way round, and nobody sees it as long as the table is square.)

        inputs   (n,)
        deltas   (m,)               predictions - targets
        returns  (m, n)             the slope of half the squared error, summed over the
                                    outputs, for every weight

    >>> weight_deltas_matrix(np.array([1.0, 2.0, 4.0]), np.array([0.5, -1.0]))
    array([[ 0.5,  1. ,  2. ],
           [-1. , -2. , -4. ]])

    Book: chapter 5, "Gradient descent with multiple inputs and outputs" (there: weight_deltas).
    """
    raise NotImplementedError


def mimo_step(inputs, weights, targets, learning_rate):
    """One step of gradient descent for a network with several inputs and several outputs.

    Every row of weights predicts its own output; then
    weights - learning_rate * weight_deltas_matrix.   (MIMO: multiple inputs, multiple outputs.)

        inputs         (n,)
        weights        (m, n)       left as they are; the new weights are returned
        targets        (m,)
        learning_rate  number
        returns        (m, n)

    >>> mimo_step(np.array([1.0, 2.0]), np.array([[1.0, 0.0], [0.0, 1.0]]), np.zeros(2), 0.5)
    array([[ 0.5, -1. ],
           [-1. , -1. ]])

    Book: chapter 5, "Gradient descent with multiple inputs and outputs" (there: alpha).
    """
    raise NotImplementedError


def largest_stable_learning_rate(inputs):
    """Up to where can the learning rate go, if the network learns from one example at a time?

    A step on one example multiplies its miss by 1 - learning_rate * |row|^2, where |row|^2 is
    the sum of its squared inputs. The longest row of all sets the limit: 2 / |row|^2.

        inputs   (batch, n)         one example a row
        returns  number             float("inf") if every input is 0

    >>> largest_stable_learning_rate(np.array([[1.0, 0.0], [2.0, 2.0], [0.0, -1.0]]))
    0.25

    Book: chapter 5, "Let's watch several steps of learning" (there: alpha).
    """
    raise NotImplementedError


def weights_as_images(weights):
    """Look at what a network has learned: the weights of every output as one small image.

    Each output has one weight for each of the 28 * 28 = 784 pixels, in the order in which an
    image is flattened: the top row of pixels from left to right, then the next one.

        weights  (784, 10)          a column for each output, as in NumPy's layout
        returns  (10, 28, 28)       image k shows the weights of output k

    >>> weights = np.zeros((784, 10))
    >>> weights[28, 3] = 1.0
    >>> float(weights_as_images(weights)[3, 1, 0])
    1.0

    Book: chapter 5, "Visualizing weight values".
    """
    raise NotImplementedError


def one_layer_scores(inputs, weights):
    """Score every image for every digit: how well does it match the digit's weights?

    A score is the weighted sum of the image's pixels. It is high where dark pixels meet large
    weights: the dot product measures how alike the two are.

        inputs   (batch, pixels)    one flattened image a row
        weights  (pixels, digits)   a column for each digit, as in NumPy's layout
        returns  (batch, digits)

    >>> one_layer_scores(np.array([[1.0, 2.0]]), np.array([[1.0, 0.0, 3.0], [0.5, 0.0, -1.0]]))
    array([[2., 0., 1.]])

    Book: chapter 5, "What do these weights learn?" and "Visualizing dot products".
    """
    raise NotImplementedError


def accuracy(scores, labels):
    """How often does the highest score stand at the right place?

    The guess for a row is the place of its highest score, the first of them on a tie.

        scores   (batch, digits)
        labels   (batch,)           whole numbers: the right place in each row, from 0 on
        returns  number             the share of rows guessed right, from 0 to 1

    >>> accuracy(np.array([[1.0, 3.0], [2.0, 0.0], [1.0, 1.0], [1.0, 1.0]]), np.array([1, 1, 0, 1]))
    0.5

    Book: chapter 5, "What do these weights learn?".
    """
    raise NotImplementedError
