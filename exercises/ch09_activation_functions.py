"""Chapter 9: Modeling probabilities and nonlinearities.

Activation functions bend what flows between the layers: relu, sigmoid and tanh inside a network,
softmax at its end, where the outputs are to be probabilities. Cross entropy says how bad
probabilities are, and together with softmax it has the simplest delta there is.

Every row is one example, (batch, ...). A function that ends in _deriv gives the slope of an
activation, read off what the activation returned (`output`), not off what went into it. Cross
entropy is the mean over the batch, in its value and in its slopes: both are divided by the number
of rows, once.

Arrays may hold whole numbers, np.array([1, 2]) as well as np.array([1.0, 2.0]): what comes out has
decimals all the same.
"""

import numpy as np

from ch08_regularisation_and_batching import (
    apply_dropout,
    dropout_backward,
    dropout_mask,
    epoch_batches,
    one_hot,
)


def sigmoid(x):
    """Squash any number into one between 0 and 1: entry by entry, 1 / (1 + e^-x).

    0 becomes a half, a large number almost 1, a very negative one almost 0. Far out it is 0 or 1
    and never nan, also for 1,000 and -1,000.

        x        any shape              decimals or whole numbers
        returns  the same shape         decimals

    >>> sigmoid(np.array([[-1000.0, 0.0, 1.0]]))
    array([[0.        , 0.5       , 0.73105858]])

    Book: chapter 9, "Standard hidden-layer activation functions".
    """
    raise NotImplementedError


def sigmoid_deriv(output):
    """The slope of sigmoid at each unit, read off sigmoid's own output: output * (1 - output).

        output   any shape              what sigmoid returned, so between 0 and 1
        returns  the same shape

    >>> sigmoid_deriv(np.array([[0.0, 0.5, 0.75]]))
    array([[0.    , 0.25  , 0.1875]])

    Book: chapter 9, "Multiplying delta by the slope" and "Converting output to slope
    (derivative)".
    """
    raise NotImplementedError


def tanh(x):
    """Squash any number into one between -1 and 1.

    Entry by entry, (e^x - e^-x) / (e^x + e^-x). The same S as sigmoid, but with 0 in the middle, so
    that a unit can also say no. Far out it is -1 or 1 and never nan, also for 1,000 and -1,000.

        x        any shape              decimals or whole numbers
        returns  the same shape         decimals

    >>> tanh(np.array([[-1000.0, 0.0, 1.0]]))
    array([[-1.        ,  0.        ,  0.76159416]])

    Book: chapter 9, "Standard hidden-layer activation functions".
    """
    raise NotImplementedError


def tanh_deriv(output):
    """The slope of tanh at each unit, read off tanh's own output: 1 - output^2.

        output   any shape              what tanh returned, so between -1 and 1
        returns  the same shape

    >>> tanh_deriv(np.array([[-1.0, 0.0, 0.5]]))
    array([[0.  , 1.  , 0.75]])

    Book: chapter 9, "Converting output to slope (derivative)" (there: tanh2deriv).
    """
    raise NotImplementedError


def relu_mask(x):
    """Which units relu lets through: 1 where x is above 0, and 0 elsewhere.

    relu is x times this mask, and the mask is also relu's slope: where x passes, one more in is
    one more out. At exactly 0 the unit counts as off.

        x        any shape              what goes into relu
        returns  the same shape         1.0 or 0.0

    >>> relu_mask(np.array([[-2.0, 0.0, 3.0]]))
    array([[0., 0., 1.]])

    Book: chapter 9, "Converting output to slope (derivative)" (there: the slope of relu, which
    the table gives as the output itself).
    """
    raise NotImplementedError


def relu_deriv(output):
    """The slope of relu at each unit, read off relu's own output: 1 where it is above 0, else 0.

    relu leaves what is above 0 as it is and makes 0 of the rest. So its output shows which units
    were on just as well as its input.

        output   any shape              what relu returned, so never negative
        returns  the same shape         1.0 or 0.0

    >>> relu_deriv(np.array([[0.0, 0.5, 3.0]]))
    array([[0., 1., 1.]])

    Book: chapter 9, "Converting output to slope (derivative)" (there: relu2deriv).
    """
    raise NotImplementedError


def softmax(logits):
    """Turn each row of numbers into probabilities: never negative, with the sum 1.

    Every logit becomes e^logit, divided by the sum of these over its own row. Only the differences
    within a row count, so take each row's largest logit off first: then nothing grows beyond all
    bounds, and logits of 1,000 are no trouble.

        logits   (batch, n_classes)     what the last layer gives, before any activation;
                                        or (n_classes,), one example without a batch;
                                        decimals or whole numbers
        returns  the same shape         probabilities; each row (the last axis) sums to 1

    >>> softmax(np.array([[0.0, 0.0], [1000.0, 1001.0]]))
    array([[0.5       , 0.5       ],
           [0.26894142, 0.73105858]])
    >>> softmax(np.array([3.0, 3.0]))
    array([0.5, 0.5])

    Book: chapter 9, "Softmax computation".
    """
    raise NotImplementedError


def softmax_jvp(probabilities, vectors):
    """How fast the probabilities change when the logits are pushed.

    Push each logit of a row with the strength that `vectors` says. A probability grows if its own
    push is stronger than the row's average push, each push counted with its probability:
    probability * (push - sum over the row of (probability * push)).

    The same formula sends slopes back: from the slopes for the probabilities to the slopes for the
    logits.

        probabilities  (batch, n_classes)   what softmax returned
        vectors        (batch, n_classes)   the pushes, or the slopes for the probabilities;
                                            decimals or whole numbers
        returns        (batch, n_classes)   each row sums to 0: what one class wins, others lose

    >>> softmax_jvp(np.array([[0.5, 0.25, 0.25]]), np.array([[4.0, 0.0, 0.0]]))
    array([[ 1. , -0.5, -0.5]])

    Book: chapter 9, "Softmax computation" (its slope; the field's name is Jacobian-vector
    product).
    """
    raise NotImplementedError


def cross_entropy(probabilities, labels):
    """How bad are predicted probabilities? The mean of -log(probability of the right class).

    0 where the right class was certain, and the more the less likely it was held to be. A right
    class that was given a probability of 0 makes it infinite: inf. What the other classes were
    given does not matter. log is the natural logarithm.

        probabilities  (batch, n_classes)   each row sums to 1
        labels         (batch,)             whole numbers: which class is right, counted from 0
        returns        number               the mean over the batch

    >>> cross_entropy(np.array([[0.5, 0.5], [0.0, 1.0]]), np.array([0, 1]))
    0.34657359027997264
    >>> cross_entropy(np.array([[0.0, 1.0]]), np.array([0]))
    inf

    Book: chapter 9, "Standard output-layer activation functions".
    """
    raise NotImplementedError


def binary_cross_entropy(probability, target):
    """How bad is a predicted probability of yes? -log of the probability of what came true.

    Where the target is 1 (yes), that is -log(probability); where it is 0 (no), it is
    -log(1 - probability). Given many, it is the mean over all of them. What came true although it
    was given a probability of 0 makes it infinite: inf.

        probability  number, or an array of any shape: between 0 and 1, what sigmoid returned
        target       number, or an array of the same shape: 1 (yes) or 0 (no), whole or not
        returns      number

    >>> binary_cross_entropy(0.5, 1.0)
    0.6931471805599453
    >>> binary_cross_entropy(np.array([1.0, 0.5]), np.array([1.0, 0.0]))
    0.34657359027997264

    Book: chapter 9, "Standard output-layer activation functions" (the loss that belongs to
    sigmoid).
    """
    raise NotImplementedError


def output_delta(probabilities, targets):
    """How far the output missed: the slope of the mean cross entropy for every logit.

    Softmax and cross entropy together have the simplest delta there is: probabilities - targets.
    Softmax's own slope is in it already. As the loss is the mean over the batch, divide by the
    number of rows, once.

        probabilities  (batch, n_classes)   what softmax returned
        targets        (batch, n_classes)   1 at the right class of each row, 0 elsewhere;
                                            decimals or whole numbers
        returns        (batch, n_classes)   each row sums to 0

    >>> probabilities = np.array([[0.25, 0.75], [0.5, 0.5]])
    >>> output_delta(probabilities, np.array([[0.0, 1.0], [1.0, 0.0]]))
    array([[ 0.125, -0.125],
           [-0.25 ,  0.25 ]])

    Book: chapter 9, "Upgrading the MNIST network" (there: layer_2_delta, divided by the number of
    rows twice).
    """
    raise NotImplementedError


def choose_output(task):
    """Which activation belongs at the end of a network, for each of three kinds of task.

        "raw values"    numbers that may be anything, like a temperature:  "none"
        "yes or no"     one or more questions that have nothing to do with each other, each
                        answered with a probability of yes:  "sigmoid"
        "which one"     exactly one of several classes is right, like a digit:  "softmax"

        task     one of these three texts; anything else raises a ValueError
        returns  "none", "sigmoid" or "softmax"

    >>> choose_output("which one")
    'softmax'

    Book: chapter 9, "Standard output-layer activation functions".
    """
    raise NotImplementedError


def activation_report(f, grid):
    """Is a function fit to be an activation? Try it on a grid of numbers and say what you see.

        "monotone"   it never changes direction: from each point to the next it never falls, or it
                     never rises (staying level is allowed)
        "nonlinear"  its graph is not one straight line: the slope from point to point, (rise of f)
                     / (step of the grid), is not the same everywhere
        "bounded"    no output is further from 0 than 1

        f        a function that takes a number, or an array entry by entry
        grid     (points,)              at least three numbers, each larger than the one before;
                                        the steps between them may differ; whole numbers, too
        returns  dict with these three names, each True or False

    >>> activation_report(lambda x: x**2, np.array([-2.0, 0.0, 1.0, 2.0]))
    {'monotone': False, 'nonlinear': True, 'bounded': False}

    Book: chapter 9, "What is an activation function?" (constraints 1 to 4).
    """
    raise NotImplementedError


def layer_delta(upstream, output, kind):
    """Send a delta back through an activation: multiply it by the slope, unit by unit.

    upstream * slope, where the slope is read off the layer's output with relu_deriv, sigmoid_deriv
    or tanh_deriv.

        upstream  (batch, hidden)       the delta that arrives at the layer from above;
                                        decimals or whole numbers
        output    (batch, hidden)       what the activation returned on the way forward
        kind      "relu", "sigmoid" or "tanh"; anything else raises a ValueError
        returns   (batch, hidden)       the delta in front of the activation

    >>> layer_delta(np.array([[4.0, 4.0]]), np.array([[0.0, 0.5]]), "tanh")
    array([[4., 3.]])

    Book: chapter 9, "Multiplying delta by the slope".
    """
    raise NotImplementedError


def hidden_delta_with_dropout(upstream, pre_dropout_output, mask, keep, kind):
    """Send a delta back through dropout, and then through the activation in front of it.

    On the way forward the activation came first, then dropout: output * mask / keep. So on the way
    back dropout comes first, with the same mask and the same keep, and then `layer_delta`. The
    slope belongs to what the activation itself returned, before dropout.

        upstream            (batch, hidden)     the delta that arrives at the layer from above
        pre_dropout_output  (batch, hidden)     what the activation returned, before dropout
        mask                (batch, hidden)     1 for units that were kept, 0 for those dropped;
                                                decimals or whole numbers
        keep                number above 0      the share of units that is kept, at most 1
        kind                "relu", "sigmoid" or "tanh"
        returns             (batch, hidden)     the delta in front of the activation

    >>> ones, mask = np.array([[1.0, 1.0]]), np.array([[1.0, 0.0]])
    >>> output = np.array([[0.5, 0.5]])
    >>> hidden_delta_with_dropout(ones, output, mask, 0.5, "tanh")
    array([[1.5, 0. ]])

    Book: chapter 9, "Upgrading the MNIST network" (there: layer_1_delta, with the slope taken
    after dropout).
    """
    raise NotImplementedError


def mnist_step(inputs, labels, weights_0_1, weights_1_2, mask, keep, learning_rate):
    """One step downhill for a network of tanh, dropout and softmax, on one batch.

    Forward:   hidden = tanh(inputs . weights_0_1),   dropout with the given mask,
    probabilities = softmax(dropped . weights_1_2).   Back: `output_delta`, then along weights_1_2,
    then `hidden_delta_with_dropout`. Each layer's slopes are its input^T . its delta; all of them
    are worked out with the old weights.

        inputs         (batch, n)           decimals or whole numbers, as is the mask
        labels         (batch,)             whole numbers: which class is right
        weights_0_1    (n, hidden)          left as they are
        weights_1_2    (hidden, n_classes)
        mask           (batch, hidden)      1 for units that are kept, 0 for those dropped
        keep           number above 0       the share of units that is kept, at most 1
        learning_rate  number
        returns        (n, hidden), (hidden, n_classes)     the new weights, one step against the
                                            slopes of the mean cross entropy

    >>> inputs, labels, mask = np.ones((1, 1)), np.array([0]), np.ones((1, 1))
    >>> weights_0_1, weights_1_2 = np.zeros((1, 1)), np.array([[1.0, -1.0]])
    >>> mnist_step(inputs, labels, weights_0_1, weights_1_2, mask, 1.0, 0.5)
    (array([[0.5]]), array([[ 1., -1.]]))

    Book: chapter 9, "Upgrading the MNIST network" (there: layer_1_delta, layer_2_delta, alpha).
    """
    raise NotImplementedError


def update_similarity(weights, pixels, other, target, loss):
    """What learning one picture does to another one that looks similar.

    A network of one layer, output = pixels . weights, takes one step on `pixels` with a learning
    rate of 1: weights - pixels^T . delta. That changes what it says about the other picture, too,
    by as much as the two have pixels in common:   -(other . pixels) * delta.

    With "squared error", delta = output - target: every output is pushed towards exactly 1 or 0,
    even where the right one already wins by far. With "cross entropy", delta =
    softmax(output) - target: the right class is only ever pushed up and the others down, and
    hardly at all once the right one wins.

        weights  (n, n_classes)         all other arrays: decimals or whole numbers
        pixels   (n,)                   the picture that is learned
        other    (n,)                   the picture that is watched
        target   (n_classes,)           1 at the right class of `pixels`, 0 elsewhere
        loss     "squared error" or "cross entropy"
        returns  (n_classes,)           the change of other . weights

    >>> weights, target = np.zeros((3, 2)), np.array([1.0, 0.0])
    >>> pixels, other = np.array([1.0, 1.0, 0.0]), np.array([0.0, 1.0, 1.0])
    >>> update_similarity(weights, pixels, other, target, "squared error")
    array([1., 0.])
    >>> update_similarity(weights, pixels, other, target, "cross entropy")
    array([ 0.5, -0.5])

    Book: chapter 9, "The core issue: Inputs have similarity".
    """
    raise NotImplementedError


def train_mnist(inputs, labels, weights_0_1, weights_1_2, keep, learning_rate, size, epochs, rng):
    """Teach the network of `mnist_step` batch by batch, and say how it gets on.

    Every epoch goes through all rows once, in a new order, with a new dropout mask for each batch,
    and then measures the mean cross entropy over all rows, without dropout.

        inputs    (n_rows, n)
        labels    (n_rows,)
        size      whole number          rows in a batch
        epochs    whole number
        rng       a numpy.random.Generator
        returns   weights_0_1, weights_1_2, list of epochs losses

    >>> rng, zeros = np.random.default_rng(0), np.zeros((2, 2))
    >>> *_, losses = train_mnist(
    ...     np.eye(2), np.array([0, 1]), np.eye(2), zeros, 1.0, 1.0, 2, 50, rng
    ... )
    >>> losses[-1] < 0.1 < losses[0]
    True

    Book: chapter 9, "Upgrading the MNIST network".
    """
    losses = []
    for _ in range(epochs):
        for chosen in epoch_batches(len(inputs), size, rng):
            mask = dropout_mask((len(chosen), weights_0_1.shape[1]), keep, rng)
            weights_0_1, weights_1_2 = mnist_step(
                inputs[chosen], labels[chosen], weights_0_1, weights_1_2, mask, keep, learning_rate
            )
        probabilities = softmax(tanh(inputs.dot(weights_0_1)).dot(weights_1_2))
        losses.append(cross_entropy(probabilities, labels))
    return weights_0_1, weights_1_2, losses
