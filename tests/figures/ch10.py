"""Chapter 10: the sizes of the book's net, and what its slips make of it.

The book's runs are on MNIST; what can be held without it are its sizes and the direction in which
its kernels move, on small images drawn here.
"""

import numpy as np

import ch10_convolution as ch10
from ch08_regularisation_and_batching import apply_dropout, dropout_backward, dropout_mask, one_hot
from ch09_activation_functions import output_delta, softmax, tanh_deriv
from figures import Figure, Mistake

SIDE, KERNEL, N_KERNELS, IMAGES, BATCH = 28, 3, 16, 1000, 128


def hidden_units(side):
    """Positions times kernels, where the kernel fits so often along each side."""
    return side * side * N_KERNELS


def hidden_of_one_image():
    """The same, counted on the net itself: its hidden layer for one image of 28 by 28."""
    kernels = np.zeros((KERNEL * KERNEL, N_KERNELS))
    return ch10.conv_forward(np.zeros((1, SIDE, SIDE)), kernels, KERNEL, KERNEL).size


def perfect():
    """Probabilities of a net that is always right, and the labels."""
    labels = np.arange(IMAGES) % 10
    return one_hot(labels, 10), labels


def accuracy_of_the_reference():
    probabilities, labels = perfect()
    return ch10.seen_accuracy(probabilities, labels, BATCH)


def accuracy_of_the_book():
    """Right answers among the images seen, divided by the number of all images."""
    probabilities, labels = perfect()
    used = ch10.images_used(IMAGES, BATCH)
    return np.sum(probabilities[:used].argmax(axis=1) == labels[:used]) / IMAGES


def small_net(seed):
    """Images of 6 by 5, labels, kernels of 3 by 3 and upper weights, drawn as the book draws."""
    rng = np.random.default_rng(seed)
    images, labels = rng.random((8, 6, 5)), rng.integers(0, 4, 8)
    kernels = 0.02 * rng.random((9, 3)) - 0.01
    weights_1_2 = 0.2 * rng.random((4 * 3 * 3, 4)) - 0.1
    return images, labels, kernels, weights_1_2, rng


def cosine(a, b):
    return np.sum(a * b) / np.sqrt(np.sum(a * a) * np.sum(b * b))


def kernel_slope(patches, deltas):
    return ch10.conv_kernel_grad(patches, deltas.reshape(*patches.shape[:2], -1))


def moves_with_dropout(move):
    """The cosine between where `move` takes the kernels and downhill, on three nets."""
    cosines = []
    for seed in range(3):
        images, labels, kernels, weights_1_2, rng = small_net(seed)
        patches, before, _ = ch10.cnn_forward(images, kernels, weights_1_2, KERNEL, KERNEL)
        mask = dropout_mask(before.shape, 0.5, rng)
        hidden = apply_dropout(before, mask, 0.5)
        probabilities, targets = softmax(hidden.dot(weights_1_2)), one_hot(labels, 4)
        back = output_delta(probabilities, targets).dot(weights_1_2.T)
        slope = kernel_slope(patches, dropout_backward(back, mask, 0.5) * tanh_deriv(before))
        moved = move(patches, hidden, mask, probabilities, targets, weights_1_2, slope)
        cosines.append(cosine(moved, -slope))
    return cosines


def by_the_book(patches, hidden, mask, probabilities, targets, weights_1_2, _):
    """What the book's listing adds to the kernels: labels - prediction, and yet -=.

    Its other slips change the size of the step more than its direction: divided by the batch
    twice, the slope of tanh taken after dropout, the factor of dropout missing on the way back.
    """
    delta = (targets - probabilities) / len(targets) ** 2
    return -kernel_slope(patches, delta.dot(weights_1_2.T) * tanh_deriv(hidden) * mask)


def moves_by_step():
    """The cosine between where `cnn_step` takes the kernels and downhill; alpha 2, no dropout."""
    cosines = []
    for seed in range(3):
        images, labels, kernels, weights_1_2, _ = small_net(seed)
        seen = ch10.cnn_forward(images, kernels, weights_1_2, KERNEL, KERNEL)
        slope, _ = ch10.cnn_backward(*seen, labels, weights_1_2)
        new, _ = ch10.cnn_step(images, labels, kernels, weights_1_2, KERNEL, KERNEL, 2)
        cosines.append(cosine(new - kernels, -slope))
    return cosines


FIGURES = [
    Figure(10, "positions along a side", 26, lambda: ch10.output_size(SIDE, KERNEL), "V"),
    Figure(
        10,
        "hidden units, by their size",
        10816,
        lambda: hidden_units(ch10.output_size(SIDE, KERNEL)),
        "V",
    ),
    Figure(10, "hidden units, counted", 10816, hidden_of_one_image, "V"),
    Figure(
        10,
        "weights of the kernels",
        144,
        lambda: ch10.shared_weight_count(KERNEL, KERNEL, N_KERNELS),
        "V",
    ),
    Figure(10, "full batches of 128", 7, lambda: ch10.images_used(IMAGES, BATCH) / BATCH, "V"),
    Figure(10, "images used", 896, lambda: ch10.images_used(IMAGES, BATCH), "V"),
    Figure(10, "accuracy of a net that is always right", 1, accuracy_of_the_reference, "V"),
    Figure(10, "kernels move downhill", [1, 1, 1], moves_by_step, "V"),
]

MISTAKES = [
    Mistake(
        10,
        "off_by_one_positions",
        [25, 10000],
        lambda: [len(range(SIDE - KERNEL)), hidden_units(len(range(SIDE - KERNEL)))],
        lambda: [ch10.output_size(SIDE, KERNEL), hidden_of_one_image()],
    ),
    Mistake(10, "divided_by_all", 0.896, accuracy_of_the_book, accuracy_of_the_reference),
    Mistake(
        10,
        "kernel_sign_flipped",
        ["-1.0", "-1.0", "-1.0"],
        lambda: moves_with_dropout(by_the_book),
        moves_by_step,
    ),
]
