"""Chapter 8: Learning signal and ignoring noise.

From a network that learns its training images by heart to one that also knows images it has
never seen: early stopping, dropout, ensembles and batches.

The error of a row is its squared miss, added up over the outputs. From here on a batch takes the
mean over its rows: every step divides by the number of rows, once. The deltas are
`prediction - target`: the slope of *half* the squared error, as in the book. A layer is
`inputs . weights` with weights of shape (n_in, n_out).
"""

import numpy as np

from ch06_backpropagation import forward, relu


def scale_images(images):
    """Turn pictures into rows of numbers between 0 and 1.

    A pixel is a whole number from 0 (black) to 255 (white). Divide by 255, and lay the rows of
    each picture one after the other, from top to bottom.

        images   (batch, height, width)         whole numbers from 0 to 255 (uint8)
        returns  (batch, height * width)        numbers from 0 to 1

    >>> scale_images(np.array([[[0, 255], [51, 102]]], dtype=np.uint8))
    array([[0. , 1. , 0.2, 0.4]])

    Book: chapter 8, "Three-layer network on MNIST" (there: reshape(...) / 255).
    """
    return images.reshape(len(images), -1) / 255


def one_hot(labels, n_classes):
    """Turn each label into a row that is 1 at the label's place and 0 everywhere else.

        labels     (batch,)             whole numbers from 0 to n_classes - 1
        n_classes  whole number         how many different labels there can be
        returns    (batch, n_classes)

    >>> one_hot(np.array([2, 0]), 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])

    Book: chapter 8, "Three-layer network on MNIST" (there: one_hot_labels).
    """
    return np.eye(n_classes)[labels]


def relu_deriv(output):
    """The slope of relu at each unit, read off relu's own output.

    1 where the unit was on (output above 0), and 0 where it was off. A unit whose output is
    exactly 0 counts as off.

        output   any shape              what relu returned, so never negative
        returns  the same shape

    >>> relu_deriv(np.array([[0.0, 0.5, 3.0]]))
    array([[0., 1., 1.]])

    Book: chapter 8, "Three-layer network on MNIST" (there: relu2deriv, with `>=` for `>`).
    """
    return (output > 0).astype(float)


def step_squared_error(inputs, targets, weights_0_1, weights_1_2, learning_rate):
    """One step downhill on the mean over the rows of half the squared error.

    hidden = relu(inputs . weights_0_1),   output = hidden . weights_1_2
    output_delta = (output - targets) / batch
    hidden_delta = (output_delta . weights_1_2^T) * relu_deriv(hidden)
    Each layer's weights go against learning_rate * (its input)^T . (its delta), and both deltas
    are worked out before any weight is changed.

        inputs       (batch, n)
        targets      (batch, out)
        weights_0_1  (n, hidden)        left as they are; the new ones are returned
        weights_1_2  (hidden, out)
        returns      (n, hidden), (hidden, out)         the new weights

    >>> step_squared_error(np.array([[1.0], [3.0]]), np.array([[1.0], [1.0]]), np.array([[1.0]]), np.array([[1.0]]), 0.5)
    (array([[-0.5]]), array([[-0.5]]))

    Book: chapter 8, "Three-layer network on MNIST" (there: layer_2_delta, layer_1_delta, alpha).
    """
    hidden, output = forward(inputs, weights_0_1, weights_1_2)
    output_delta = (output - targets) / len(inputs)
    hidden_delta = output_delta.dot(weights_1_2.T) * relu_deriv(hidden)
    return (
        weights_0_1 - learning_rate * inputs.T.dot(hidden_delta),
        weights_1_2 - learning_rate * hidden.T.dot(output_delta),
    )


def evaluate(inputs, targets, weights_0_1, weights_1_2):
    """How well the network does: its mean error, and the share of rows it gets right.

    The error of a row is the sum of (output - target) ** 2 over its outputs. A row is right if
    its largest output stands where its target is 1 (of equally large outputs, the first counts).
    Nothing is learned here, and nothing is dropped.

        inputs       (batch, n)
        targets      (batch, n_classes)                 one row of `one_hot` for each input
        weights_0_1  (n, hidden)
        weights_1_2  (hidden, n_classes)
        returns      number, number                     mean error of a row; accuracy from 0 to 1

    >>> evaluate(np.array([[1.0], [2.0]]), np.eye(2), np.array([[1.0]]), np.array([[1.0, 0.0]]))
    (2.5, 0.5)

    Book: chapter 8, "Memorisation vs. generalisation" (there: Test-Err, Test-Acc).
    """
    _, output = forward(inputs, weights_0_1, weights_1_2)
    error = np.mean(np.sum((output - targets) ** 2, axis=1))
    accuracy = np.mean(np.argmax(output, axis=1) == np.argmax(targets, axis=1))
    return float(error), float(accuracy)


def split(inputs, targets, n_train, rng):
    """Shuffle the rows, and put some aside that the network never learns from.

    `n_train` rows chosen by chance are for training, all others for testing. Every row is in
    exactly one of the two, and keeps its target.

        inputs   (batch, n)
        targets  (batch, ...)           targets[i] belongs to inputs[i]
        n_train  whole number           from 0 to batch
        rng      a numpy.random.Generator: rng.permutation(n) gives 0 to n - 1 in random order
        returns  train_inputs, train_targets, test_inputs, test_targets

    >>> parts = split(np.ones((5, 3)), np.ones(5), 4, np.random.default_rng(0))
    >>> [part.shape for part in parts]
    [(4, 3), (4,), (1, 3), (1,)]

    Book: chapter 8, "Memorisation vs. generalisation".
    """
    order = rng.permutation(len(inputs))
    train, test = order[:n_train], order[n_train:]
    return inputs[train], targets[train], inputs[test], targets[test]


def generalisation_gap(train_accuracy, test_accuracy):
    """How much better a network does on what it has learned from than on what is new to it.

    Large where it has learned by heart, 0 where it does equally well on both, and below 0 where
    it does even better on what is new.

        train_accuracy  number          share of the training rows it gets right
        test_accuracy   number          share of the test rows it gets right
        returns         number

    >>> generalisation_gap(1.0, 0.75)
    0.25

    Book: chapter 8, "Overfitting in neural networks".
    """
    return train_accuracy - test_accuracy


def early_stop_epoch(test_errors, patience):
    """The epoch whose weights are kept, if training stops once the test error gets no better.

    Follow the errors epoch by epoch and remember the best epoch so far: the one with the lowest
    error, the first of them on ties. As soon as `patience` epochs in a row have passed without a
    new best, training stops: whatever comes later is never seen. If that never happens, training
    goes on to the end.

        test_errors  list of numbers    the test error after each epoch; at least one
        patience     whole number, at least 1
        returns      whole number       the best epoch that was seen, counted from 0

    >>> early_stop_epoch([5.0, 3.0, 4.0, 4.0, 1.0], patience=2)
    1

    Book: chapter 8, "The simplest regularization: early stopping".
    """
    best = 0
    for epoch, error in enumerate(test_errors):
        if error < test_errors[best]:
            best = epoch
        if epoch - best == patience:
            break
    return best


def best_epoch(history, patience):
    """The epoch whose weights are kept, read off the history of a training.

    The history holds what was measured after each epoch, on the training rows and on the test
    rows. Which of the numbers tells when the network begins to learn by heart? Give that one to
    `early_stop_epoch`.

        history   list of dicts, one for each epoch, with the keys "train_error",
                  "train_accuracy", "test_error" and "test_accuracy"
        patience  whole number, at least 1
        returns   whole number          counted from 0

    >>> after = [(0.9, 0.8), (0.5, 0.6), (0.2, 0.7)]
    >>> history = [{"train_error": train, "test_error": test} for train, test in after]
    >>> best_epoch(history, patience=1)
    1

    Book: chapter 8, "The simplest regularization: early stopping".
    """
    return early_stop_epoch([row["test_error"] for row in history], patience)


def dropout_mask(shape, keep, rng):
    """Which units stay on for one step: 1 with the chance `keep`, else 0, each on its own.

        shape    tuple of whole numbers
        keep     number from 0 to 1     the chance of each entry to be 1
        rng      a numpy.random.Generator: rng.random(shape) gives numbers from 0 up to 1
        returns  array of this shape    of 0s and 1s

    >>> dropout_mask((2, 3), 1.0, np.random.default_rng(0))
    array([[1., 1., 1.],
           [1., 1., 1.]])

    Book: chapter 8, "Dropout in code" (there: np.random.randint(2, size=...), for a keep of 1/2).
    """
    return (rng.random(shape) < keep).astype(float)


def apply_dropout(hidden, mask, keep):
    """Switch off the units that are masked, and turn the others up to make good for them.

    hidden * mask / keep. With a mask drawn by chance, a unit is on average as strong as before,
    so nothing has to be changed when nothing is dropped.

        hidden   any shape              left as it is
        mask     the same shape         0s and 1s, from dropout_mask
        keep     number above 0, at most 1
        returns  the same shape

    >>> apply_dropout(np.array([[3.0, 5.0]]), np.array([[0.0, 1.0]]), 0.5)
    array([[ 0., 10.]])

    Book: chapter 8, "Dropout in code" (there: layer_1 *= dropout_mask * 2).
    """
    return hidden * mask / keep


def dropout_backward(upstream, mask, keep):
    """Send the blame back through `apply_dropout`.

    A unit that was dropped sent nothing on, so it gets no blame. One that was turned up is to
    blame as many times more:   upstream * mask / keep,   with the mask of the way forward.

        upstream  any shape             the blame for what apply_dropout returned
        mask      the same shape        the mask that apply_dropout was given
        keep      number above 0, at most 1
        returns   the same shape        the blame for `hidden`

    >>> dropout_backward(np.array([[3.0, -5.0]]), np.array([[0.0, 1.0]]), 0.5)
    array([[  0., -10.]])

    Book: chapter 8, "Dropout in code" (there: layer_1_delta *= dropout_mask, without the 2).
    """
    return upstream * mask / keep


def average_predictions(predictions):
    """What several networks predict together: the mean of their predictions, entry by entry.

        predictions  list of arrays (batch, n_classes), one for each network; at least one
        returns      (batch, n_classes)

    >>> average_predictions([np.array([[1.0, 0.0]]), np.array([[0.5, 1.0]])])
    array([[0.75, 0.5 ]])

    Book: chapter 8, "Why dropout works: ensembling works".
    """
    return sum(predictions) / len(predictions)


def minibatch_step(inputs, targets, weights_0_1, weights_1_2, mask, keep, learning_rate):
    """One step downhill with dropout, on all rows of a batch together.

    As `step_squared_error`, but the hidden layer goes through `apply_dropout` on the way forward,
    and its blame through `dropout_backward` on the way back. The deltas are divided by the number
    of rows, and the weights are changed once.

        inputs       (batch, n)
        targets      (batch, out)
        weights_0_1  (n, hidden)        left as they are; the new ones are returned
        weights_1_2  (hidden, out)
        mask         (batch, hidden)    0s and 1s, other ones for every row
        keep         number above 0, at most 1
        returns      (n, hidden), (hidden, out)         the new weights

    >>> weights_0_1, weights_1_2 = np.array([[1.0, 1.0]]), np.array([[1.0], [1.0]])
    >>> minibatch_step(np.array([[1.0]]), np.array([[1.0]]), weights_0_1, weights_1_2, np.array([[0.0, 1.0]]), 0.5, 0.25)
    (array([[1. , 0.5]]), array([[1. ],
           [0.5]]))

    Book: chapter 8, "Batch gradient descent" (there: layer_2_delta, layer_1_delta, dropout_mask).
    """
    active = relu(inputs.dot(weights_0_1))
    hidden = apply_dropout(active, mask, keep)
    output_delta = (hidden.dot(weights_1_2) - targets) / len(inputs)
    hidden_delta = dropout_backward(output_delta.dot(weights_1_2.T), mask, keep)
    return (
        weights_0_1 - learning_rate * inputs.T.dot(hidden_delta * relu_deriv(active)),
        weights_1_2 - learning_rate * hidden.T.dot(output_delta),
    )


def epoch_batches(n, size, rng):
    """Deal the rows of one epoch into batches, in a new random order.

    Every row is in exactly one batch. Every batch has `size` rows, but for the last one, which
    has what is left.

        n        whole number           how many rows there are
        size     whole number, at least 1
        rng      a numpy.random.Generator: rng.permutation(n) gives 0 to n - 1 in random order
        returns  list of arrays of row numbers, so that inputs[batch] are the rows of a batch

    >>> [len(batch) for batch in epoch_batches(5, 2, np.random.default_rng(0))]
    [2, 2, 1]

    Book: chapter 8, "Batch gradient descent" (there: batch_start, batch_end).
    """
    order = rng.permutation(n)
    return [order[start : start + size] for start in range(0, n, size)]


DIGITS = """
###  #  ### ### # # ### ### ### ### ###
# # ##    #   # # # #   #     # # # # #
# #  #  ### ### ### ### ###   # ### ###
# #  #  #     #   #   # # #   # # #   #
### ### ### ###   # ### ###   # ### ###
"""


def toy_digits(n, rng):
    """Small pictures of digits, each moved about, of another brightness, and full of noise.

        n        whole number           how many pictures
        rng      a numpy.random.Generator
        returns  (n, 8, 8), (n,)        pictures of whole numbers from 0 to 255 (uint8), and which
                                        digit each of them shows

    >>> images, labels = toy_digits(2, np.random.default_rng(0))
    >>> images.shape, images.dtype, labels.shape
    ((2, 8, 8), dtype('uint8'), (2,))

    Book: chapter 8, "Three-layer network on MNIST" (there: pictures of 28 x 28 pixels).
    """
    pen = np.array([list(line) for line in DIGITS.splitlines()[1:]]) == "#"
    images, labels = rng.integers(0, 100, size=(n, 8, 8)), rng.integers(10, size=n)
    for image, label in zip(images, labels):
        top, left = rng.integers(1, 3), rng.integers(2, 4)
        digit = pen[:, 4 * label : 4 * label + 3]
        image[top : top + 5, left : left + 3] += rng.integers(80, 156) * digit
    return images.astype(np.uint8), labels


def train_with_dropout(
    images,
    labels,
    test_images,
    test_labels,
    weights_0_1,
    weights_1_2,
    keep,
    learning_rate,
    size,
    epochs,
    rng,
):
    """Teach the network with dropout, batch by batch, and say how well it does after each epoch.

    Turn the pictures into rows and the labels into targets. In each epoch deal the rows into
    `epoch_batches`, and for each batch draw a new `dropout_mask` (one row of it for each row of
    the batch) and take one `minibatch_step`. At the end of the epoch `evaluate` the network on
    the training pictures, and on the test pictures, which it never learns from.

        images         (batch, height, width)           uint8, with labels (batch,)
        test_images    (n_test, height, width)          uint8, with test_labels (n_test,)
        weights_0_1    (height * width, hidden)         where training starts; left as they are
        weights_1_2    (hidden, n_classes)
        keep           the chance of a hidden unit to stay on; 1 is training without dropout
        size           whole number     rows in a batch
        epochs         whole number     how often to go through all training pictures
        rng            a numpy.random.Generator
        returns        list of dicts, one for each epoch, with the keys "train_error",
                       "train_accuracy", "test_error" and "test_accuracy"

    >>> pictures, weights = (np.array([[[255]]], dtype=np.uint8), np.array([0])), np.array([[1.0]])
    >>> history = train_with_dropout(*pictures, *pictures, weights, 2 * weights, 1.0, 0.25, 1, 1, np.random.default_rng(0))
    >>> [history[0][key] for key in ("train_error", "test_accuracy")]
    [0.015625, 1.0]

    Book: chapter 8, "Batch gradient descent" (there: train and test error, dropout_mask, alpha).
    """
    hidden, n_classes = weights_1_2.shape
    inputs, targets = scale_images(images), one_hot(labels, n_classes)
    test_inputs, test_targets = scale_images(test_images), one_hot(test_labels, n_classes)
    history = []
    for _ in range(epochs):
        for batch in epoch_batches(len(inputs), size, rng):
            mask = dropout_mask((len(batch), hidden), keep, rng)
            weights_0_1, weights_1_2 = minibatch_step(
                inputs[batch], targets[batch], weights_0_1, weights_1_2, mask, keep, learning_rate
            )
        train_error, train_accuracy = evaluate(inputs, targets, weights_0_1, weights_1_2)
        test_error, test_accuracy = evaluate(test_inputs, test_targets, weights_0_1, weights_1_2)
        history.append(
            {
                "train_error": train_error,
                "train_accuracy": train_accuracy,
                "test_error": test_error,
                "test_accuracy": test_accuracy,
            }
        )
    return history
