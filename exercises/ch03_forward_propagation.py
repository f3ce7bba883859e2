"""Chapter 3: Introduction to neural prediction.

A network takes numbers in, multiplies them with its weights, and gives predictions out. First
by hand, on lists of numbers: here a matrix of weights has one row for each *output*, of shape
(n_out, n_in). Then with NumPy, where the same matrix lies on its side, (n_in, n_out), as in
every chapter from 6 on.

Where "list or array" is written, both may come in, and what goes out may be either.
"""

import numpy as np


def scale_input(x, weight):
    """Predict with the smallest network there is: one input, one weight, one prediction.

    The weight says how loud the input is heard:   x * weight

        x        number
        weight   number
        returns  number

    >>> scale_input(8.0, 0.5)
    4.0

    Book: chapter 3, "A simple neural network makes a prediction" (there: neural_network).
    """
    raise NotImplementedError


def elementwise_multiply(a, b):
    """Multiply two lists of numbers entry by entry: first with first, second with second.

        a        (n,)               list or array
        b        (n,)               list or array; another length raises a ValueError
        returns  (n,)

    >>> elementwise_multiply([1.0, 2.0, 3.0], [4.0, 0.0, -1.0])
    [4.0, 0.0, -3.0]

    Book: chapter 3, "Multiple inputs: What does this neural network do?".
    """
    raise NotImplementedError


def elementwise_add(a, b):
    """Add two lists of numbers entry by entry: first to first, second to second.

        a        (n,)               list or array
        b        (n,)               list or array; another length raises a ValueError
        returns  (n,)

    >>> elementwise_add([1.0, 2.0, 3.0], [4.0, 0.0, -1.0])
    [5.0, 2.0, 2.0]

    Book: chapter 3, "Multiple inputs: What does this neural network do?".
    """
    raise NotImplementedError


def vector_sum(values):
    """Add up all the numbers of one list.

        values   (n,)               list or array; the sum of no numbers is 0
        returns  number

    >>> vector_sum([1.0, 2.0, 4.0])
    7.0

    Book: chapter 3, "Multiple inputs: What does this neural network do?".
    """
    raise NotImplementedError


def vector_mean(values):
    """The mean of a list of numbers: their sum, shared out evenly.

        values   (n,)               list or array; no numbers at all raise a ValueError
        returns  number

    >>> vector_mean([1.0, 2.0, 6.0])
    3.0

    Book: chapter 3, "Multiple inputs: What does this neural network do?" (there: vector_average).
    """
    raise NotImplementedError


def weighted_sum(inputs, weights):
    """Predict one number from several inputs, each heard as loud as its weight says.

    Multiply every input by its own weight, then add everything up. This is the *dot product*,
    and every network in the book is made of it.

        inputs   (n,)               list or array
        weights  (n,)               list or array; another length raises a ValueError
        returns  number

    >>> weighted_sum([2.0, 3.0, 5.0], [0.5, 1.0, 0.0])
    4.0

    Book: chapter 3, "Multiple inputs: What does this neural network do?" (there: w_sum).
    """
    raise NotImplementedError


def dot_score(vector, rows):
    """How alike is a vector to each of several others? Give each of them a score.

    The score is the weighted sum of the two. It is high where both are large in the same
    places, 0 where they share nothing, and negative where they pull in opposite directions.

        vector   (n,)               list or array
        rows     (m, n)             list of rows or array: what the vector is compared with
        returns  (m,)               one score a row; a row of another length than the vector
                                    raises a ValueError

    >>> dot_score([1.0, 0.0, 1.0], [[2.0, 0.0, 2.0], [0.0, 5.0, 0.0], [-1.0, 1.0, 0.0]])
    [4.0, 0.0, -1.0]

    Book: chapter 3, "Multiple inputs: What does this neural network do?".
    """
    raise NotImplementedError


def scale_vector(x, weights):
    """Predict several things from one input: each prediction has a weight of its own.

    The predictions do not know of each other:   x * weight, for every weight

        x        number
        weights  (m,)               list or array of any length
        returns  (m,)               one prediction a weight

    >>> scale_vector(2.0, [0.5, 1.0, -3.0])
    [1.0, 2.0, -6.0]

    Book: chapter 3, "Making a prediction with multiple outputs" (there: ele_mul).
    """
    raise NotImplementedError


def matvec(weights, inputs):
    """Predict several things from several inputs: one weighted sum for each prediction.

    Every prediction hears all inputs, through its own row of weights.

        weights  (m, n)             list of rows or array: row i belongs to prediction i
        inputs   (n,)               list or array
        returns  (m,)               one prediction a row; a row of another length than the
                                    inputs raises a ValueError

    >>> matvec([[1.0, 0.0, 2.0], [0.0, -1.0, 0.5]], [1.0, 2.0, 4.0])
    [9.0, 0.0]

    Book: chapter 3, "Predicting with multiple inputs and outputs" (there: vect_mat_mul).
    """
    raise NotImplementedError


def stacked_predict(inputs, hidden_weights, output_weights):
    """Predict from predictions: what the first layer gives is what the second one takes.

    hidden = hidden_weights times inputs,   predictions = output_weights times hidden

        inputs          (n,)        list or array
        hidden_weights  (h, n)      list of rows or array: a row for each hidden unit
        output_weights  (m, h)      list of rows or array: a row for each prediction
        returns         (m,)

    >>> stacked_predict([1.0, 2.0], [[1.0, 1.0], [0.0, 1.0], [2.0, 0.0]], [[1.0, 0.5, -1.0]])
    [2.0]

    Book: chapter 3, "Predicting on predictions" (there: ih_wgt, hp_wgt).
    """
    raise NotImplementedError


def to_numpy_layout(rows):
    """Lay a matrix of weights on its side, so that NumPy's dot takes the inputs first.

    By hand a *row* of weights belongs to a prediction, in NumPy's layout a *column* does. Then
    np.dot(inputs, result) gives the same predictions as matvec(rows, inputs).

        rows     (m, n)             list of rows or array: a row for each prediction
        returns  (n, m)             array: a column for each prediction

    >>> to_numpy_layout([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    array([[1., 4.],
           [2., 5.],
           [3., 6.]])

    Book: chapter 3, "A quick primer on NumPy" (there: .T).
    """
    raise NotImplementedError


def batch_forward(inputs, weights_0_1, weights_1_2):
    """Predict for many examples at once with a network of two layers.

    Every row of `inputs` is one example, and every example gets a row of predictions:
    (inputs . weights_0_1) . weights_1_2.   The rows do not mix.

        inputs       (batch, n)     array
        weights_0_1  (n, h)         array, in NumPy's layout: a column for each hidden unit
        weights_1_2  (h, m)         array, in NumPy's layout: a column for each prediction
        returns      (batch, m)     array

    >>> batch_forward(np.array([[1.0, 2.0], [0.0, 1.0]]), np.eye(2), np.array([[1.0], [3.0]]))
    array([[7.],
           [3.]])

    Book: chapter 3, "Predicting on predictions" and "A quick primer on NumPy".
    """
    raise NotImplementedError


def broadcast_shape(a_shape, b_shape):
    """Which shape comes out when NumPy multiplies or adds two arrays entry by entry?

    Write the two shapes below each other, flush right, and fill up the shorter one with 1s on
    its left. Sizes that stand below each other must be equal, or one of them must be 1 and is
    stretched to the other. Anything else raises a ValueError.

        a_shape  tuple of sizes     () is the shape of a single number
        b_shape  tuple of sizes
        returns  tuple of sizes     a tuple, also where it has one size or none

    >>> broadcast_shape((4, 1, 3), (5, 1))
    (4, 5, 3)
    >>> broadcast_shape((3,), ())
    (3,)

    Book: chapter 3, "A quick primer on NumPy".
    """
    raise NotImplementedError


def dot_shape(a_shape, b_shape):
    """Which shape comes out of NumPy's a.dot(b)?

    The two sizes that meet in the middle must be equal, and they disappear: (4, 5) dot (5, 6)
    gives (4, 6). They are the *last* size of `a` and the *second to last* of `b`, or its only
    one if `b` has just one. The other sizes stay, those of `a` first. A single number, of
    shape (), just multiplies. If the sizes in the middle differ, a ValueError is raised.

        a_shape  tuple of sizes
        b_shape  tuple of sizes
        returns  tuple of sizes     a tuple, also where it has one size or none

    >>> dot_shape((4, 5), (5, 6))
    (4, 6)
    >>> dot_shape((3,), (2, 3, 7))
    (2, 7)
    >>> dot_shape((2, 3), (3,))
    (2,)

    Book: chapter 3, "A quick primer on NumPy".
    """
    raise NotImplementedError
