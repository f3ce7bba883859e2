"""Chapter 10: Neural learning about edges and corners.

One small layer of weights, the kernels, looks at every place of an image in turn. What it learns
in one corner it knows in all the others.

Images are (batch, height, width). A kernel is `kernel_height` rows by `kernel_width` columns; all
kernels together are a matrix with one column a kernel and one row a pixel of the patch, counted
row by row. The places where a kernel fits are the positions: from left to right, then from top to
bottom, the last row and the last column among them.

As in chapter 9 the loss is the mean cross entropy of the batch: it is divided by the number of
images once. All weights move against their slope: weights - learning_rate * slope.
"""

import numpy as np

from ch08_regularisation_and_batching import one_hot
from ch09_activation_functions import cross_entropy, output_delta, softmax, tanh, tanh_deriv


def output_size(image_size, kernel_size, stride=1, padding=0):
    """In how many places a kernel fits, along one side of an image.

    The kernel starts at the edge and moves on by `stride` pixels as long as it fits. With padding,
    the image has so many more pixels at each of its two ends:
    (image_size + 2 * padding - kernel_size) // stride + 1

        image_size   whole number       pixels along this side of the image
        kernel_size  whole number       pixels along this side of the kernel, at least 1
        stride       whole number       at least 1
        padding      whole number       at least 0
        returns      whole number

    A kernel that is larger than the padded image raises ValueError.

    >>> output_size(28, 3), output_size(5, 2, stride=2), output_size(4, 3, padding=1)
    (26, 2, 4)

    Book: chapter 10, "A simple implementation in NumPy" (there: range(... - kernel_rows)).
    """
    raise NotImplementedError


def image_section(images, row_from, row_to, col_from, col_to):
    """Cut the same rectangle out of every image, and keep it as one section of its image.

    Rows from row_from up to, not including, row_to; columns from col_from up to, not including,
    col_to.

        images   (batch, height, width)
        returns  (batch, 1, row_to - row_from, col_to - col_from)

    >>> images = np.arange(12.0).reshape(1, 3, 4)
    >>> image_section(images, 0, 2, 1, 4)
    array([[[[1., 2., 3.],
             [5., 6., 7.]]]])

    Book: chapter 10, "A simple implementation in NumPy" (there: get_image_section).
    """
    raise NotImplementedError


def im2col(images, kernel_height, kernel_width):
    """What a kernel sees at each position, every patch written out as one row of numbers.

    Positions go from left to right, then from top to bottom; the pixels within a patch as well.

        images         (batch, height, width)
        kernel_height  whole number
        kernel_width   whole number
        returns        (batch, positions, kernel_height * kernel_width)     positions is
                                        (height - kernel_height + 1) * (width - kernel_width + 1)

    A kernel that is larger than the images raises ValueError.

    >>> images = np.arange(6.0).reshape(1, 2, 3)
    >>> im2col(images, 2, 2)
    array([[[0., 1., 3., 4.],
            [1., 2., 4., 5.]]])

    Book: chapter 10, "A simple implementation in NumPy" (there: expanded_input, flattened_input).
    """
    raise NotImplementedError


def col2im(patches, shape, kernel_height, kernel_width):
    """The way back from patches to images: each number is added to the pixel it was cut from.

    A pixel that lies in several patches gets the sum of what stands in its place in all of them.

        patches        (batch, positions, kernel_height * kernel_width)     ordered as by `im2col`
        shape          the three whole numbers batch, height, width
        kernel_height  whole number
        kernel_width   whole number
        returns        (batch, height, width)

    >>> patches = np.array([[[1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0]]])
    >>> col2im(patches, (1, 2, 3), 2, 2)
    array([[[ 1., 12., 20.],
            [ 3., 34., 40.]]])

    Book: chapter 10, "Reusing weights in multiple places" (there in words only).
    """
    raise NotImplementedError


def conv_forward(images, kernels, kernel_height, kernel_width):
    """Let every kernel look at every position: its weighted sum of the patch that is there.

    The kernel is laid on the patch as it stands, not turned round:   im2col(images) . kernels

        images         (batch, height, width)
        kernels        (kernel_height * kernel_width, n_kernels)
        kernel_height  whole number
        kernel_width   whole number
        returns        (batch, positions, n_kernels)

    >>> images = np.arange(6.0).reshape(1, 2, 3)
    >>> conv_forward(images, np.array([[1.0], [0.0], [0.0], [-1.0]]), 2, 2)
    array([[[-4.],
            [-4.]]])

    Book: chapter 10, "The convolutional layer" (there: kernel_output).
    """
    raise NotImplementedError


def conv_kernel_grad(patches, upstream):
    """The slopes for the kernels: each patch times the delta at its position, all added up.

    A kernel is used at every position of every image, so its slope is the sum over all of them.

        patches   (batch, positions, pixels)            from `im2col`; pixels in one patch
        upstream  (batch, positions, n_kernels)         the delta of each output of the layer
        returns   (pixels, n_kernels)                   shaped like the kernels

    >>> patches = np.array([[[1.0, 2.0], [3.0, 4.0]]])
    >>> conv_kernel_grad(patches, np.array([[[1.0], [10.0]]]))
    array([[31.],
           [42.]])

    Book: chapter 10, "A simple implementation in NumPy" (there: k_update).
    """
    raise NotImplementedError


def conv_input_grad(upstream, kernels, shape, kernel_height, kernel_width):
    """The slopes for the images: how much each pixel is to blame.

    The delta of each output goes back along its kernel to the pixels of its patch; a pixel adds
    up what comes from all the patches it lies in:   col2im(upstream . kernels^T)

        upstream       (batch, positions, n_kernels)    the delta of each output of the layer
        kernels        (kernel_height * kernel_width, n_kernels)
        shape          the three whole numbers batch, height, width
        kernel_height  whole number
        kernel_width   whole number
        returns        (batch, height, width)           shaped like the images

    >>> kernels = np.array([[1.0], [2.0]])
    >>> conv_input_grad(np.array([[[1.0], [10.0]]]), kernels, (1, 1, 3), 1, 2)
    array([[[ 1., 12., 20.]]])

    Book: chapter 10, "The convolutional layer" (the book's net has its only one at the bottom, and
    needs no delta below it).
    """
    raise NotImplementedError


def shared_weight_count(kernel_height, kernel_width, n_kernels):
    """How many weights a convolutional layer has: one for each pixel of each kernel.

    The same weights serve at every position, so the size of the image does not count.

        kernel_height, kernel_width, n_kernels    whole numbers
        returns                                   whole number

    >>> shared_weight_count(3, 3, 16)
    144

    Book: chapter 10, "Reusing weights in multiple places".
    """
    raise NotImplementedError


def dense_weight_count(height, width, units):
    """How many weights an ordinary layer has that sees the whole image.

    Every one of its units has a weight of its own for each pixel.

        height, width    whole numbers      the size of the image
        units            whole number       the size of the layer
        returns          whole number

    >>> dense_weight_count(28, 28, 40)
    31360

    Book: chapter 10, "Reusing weights in multiple places".
    """
    raise NotImplementedError


def detect_edge(images, kind):
    """Where an image changes from dark to bright: a map of one number for each position.

    A kernel of 3 by 3. For "vertical" edges every one of its rows is -1, 0, 1: it answers where it
    is brighter on the right than on the left. For "horizontal" edges it is the same, transposed:
    its rows are three times -1, three times 0, three times 1, so it answers where it is brighter
    below than above.

        images   (batch, height, width)     at least 3 by 3
        kind     "vertical" or "horizontal"; anything else raises ValueError
        returns  (batch, height - 2, width - 2)

    >>> images = np.array([[[0.0, 0.0, 5.0, 5.0]] * 3])
    >>> detect_edge(images, "vertical"), detect_edge(images, "horizontal")
    (array([[[15., 15.]]]), array([[[0., 0.]]]))

    Book: chapter 10, "The convolutional layer".
    """
    raise NotImplementedError


def pool(maps, how):
    """Sum up each kernel's map in one number: was it seen anywhere, wherever that was?

    "sum" adds the numbers of all positions up, "mean" takes their mean, "max" the largest one.

        maps     (batch, positions, n_kernels)      from `conv_forward`
        how      "sum", "mean" or "max"; anything else raises ValueError
        returns  (batch, n_kernels)

    >>> maps = np.array([[[1.0, 5.0], [3.0, -2.0]]])
    >>> pool(maps, "mean"), pool(maps, "max")
    (array([[2. , 1.5]]), array([[3., 5.]]))

    Book: chapter 10, "The convolutional layer" (there in words only: sum, mean and max pooling).
    """
    raise NotImplementedError


def pool_backward(upstream, maps, how):
    """Send the delta of what was pooled back to the positions it came from.

    With "sum" every position gets the whole delta of its kernel. With "mean" they share it
    equally. With "max" the position that held the largest number gets all of it and the others
    get 0; where several held it, only the first of them.

        upstream  (batch, n_kernels)                the delta of each pooled number
        maps      (batch, positions, n_kernels)     what was pooled
        how       "sum", "mean" or "max"; anything else raises ValueError
        returns   (batch, positions, n_kernels)

    >>> maps = np.array([[[1.0], [3.0], [3.0]]])
    >>> pool_backward(np.array([[6.0]]), maps, "mean").ravel()
    array([2., 2., 2.])
    >>> pool_backward(np.array([[6.0]]), maps, "max").ravel()
    array([0., 6., 0.])

    Book: chapter 10, "The convolutional layer" (there in words only: sum, mean and max pooling).
    """
    raise NotImplementedError


def cnn_forward(images, kernels, weights_1_2, kernel_height, kernel_width):
    """Predict with a convolutional layer, tanh, and one ordinary layer with softmax on top.

    patches = im2col(images),   hidden = tanh(patches . kernels), all outputs of an image written
    out in one row, position after position,   probabilities = softmax(hidden . weights_1_2)

        images         (batch, height, width)
        kernels        (kernel_height * kernel_width, n_kernels)
        weights_1_2    (positions * n_kernels, n_classes)
        kernel_height  whole number
        kernel_width   whole number
        returns        (batch, positions, kernel_height * kernel_width)     the patches
                       (batch, positions * n_kernels)                       the hidden layer
                       (batch, n_classes)                                   the probabilities

    >>> images, kernels = np.array([[[0.0, 0.0, 0.0]]]), np.array([[1.0], [2.0]])
    >>> cnn_forward(images, kernels, np.array([[1.0, 2.0], [3.0, 4.0]]), 1, 2)
    (array([[[0., 0.],
            [0., 0.]]]), array([[0., 0.]]), array([[0.5, 0.5]]))

    Book: chapter 10, "A simple implementation in NumPy" (there: layer_1, layer_2).
    """
    raise NotImplementedError


def cnn_backward(patches, hidden, probabilities, labels, weights_1_2):
    """The slope of the loss for every weight of `cnn_forward`, out of what it returned.

    The delta at the output is `output_delta`, divided by the batch there and nowhere else. It goes
    back along weights_1_2 and times the slope of tanh; then it is given the shape
    (batch, positions, n_kernels) again, and `conv_kernel_grad` does the rest.

        patches        (batch, positions, pixels)           from `cnn_forward`
        hidden         (batch, positions * n_kernels)       from `cnn_forward`, after tanh
        probabilities  (batch, n_classes)                   from `cnn_forward`
        labels         (batch,)                             whole numbers, the right classes
        weights_1_2    (positions * n_kernels, n_classes)
        returns        (pixels, n_kernels), (positions * n_kernels, n_classes)     slopes of the
                                        mean cross entropy for the kernels and for weights_1_2

    >>> patches, hidden = np.array([[[1.0, 2.0]]]), np.array([[0.5]])
    >>> probabilities, weights_1_2 = np.array([[0.5, 0.5]]), np.array([[1.0, 3.0]])
    >>> cnn_backward(patches, hidden, probabilities, np.array([1]), weights_1_2)
    (array([[-0.75],
           [-1.5 ]]), array([[ 0.25, -0.25]]))

    Book: chapter 10, "A simple implementation in NumPy" (there: layer_1_delta, l1d_reshape,
    k_update; its kernels learn in the wrong direction).
    """
    raise NotImplementedError


def cnn_step(images, labels, kernels, weights_1_2, kernel_height, kernel_width, learning_rate):
    """One step downhill for the kernels and for the weights above them.

    Both slopes come from `cnn_backward` with the old weights; both are taken off:
    weights - learning_rate * slope.

        images         (batch, height, width)
        labels         (batch,)                 whole numbers, the right classes
        kernels        (kernel_height * kernel_width, n_kernels)        left as they are; the new
        weights_1_2    (positions * n_kernels, n_classes)               ones are returned
        kernel_height  whole number
        kernel_width   whole number
        returns        the new kernels, the new weights_1_2

    >>> images, kernels = np.array([[[1.0, 2.0]]]), np.array([[0.0], [0.0]])
    >>> cnn_step(images, np.array([1]), kernels, np.array([[1.0, 3.0]]), 1, 2, 0.5)
    (array([[0.5],
           [1. ]]), array([[1., 3.]]))

    Book: chapter 10, "A simple implementation in NumPy" (there: kernels -= alpha * k_update, with
    a delta whose sign asks for +=).
    """
    raise NotImplementedError


def images_used(n, batch_size):
    """How many of n images are learned from in an epoch that takes full batches only.

    The images that do not fill a batch are left out.

        n           whole number
        batch_size  whole number        at least 1
        returns     whole number

    >>> images_used(1000, 128)
    896

    Book: chapter 10, "A simple implementation in NumPy" (there: int(len(images) / batch_size)).
    """
    raise NotImplementedError


def seen_accuracy(probabilities, labels, batch_size):
    """Which share of the images that were seen was told right.

    Only the first `images_used` images were seen: the others count neither as right nor as wrong.
    The prediction is the class with the largest probability, the first one where several have it.

        probabilities  (n, n_classes)
        labels         (n,)                     whole numbers, the right classes
        batch_size     whole number             at least 1
        returns        number                   from 0 to 1

    Where not even one batch is full nothing was seen, and it raises ValueError.

    >>> probabilities = np.array([[0.75, 0.25], [0.5, 0.5], [0.25, 0.75]])
    >>> seen_accuracy(probabilities, np.array([0, 1, 1]), batch_size=2)
    0.5

    Book: chapter 10, "A simple implementation in NumPy" (there: Train-Acc, divided by the number of
    all images).
    """
    raise NotImplementedError


def train_cnn(
    images,
    labels,
    kernels,
    weights_1_2,
    kernel_height,
    kernel_width,
    learning_rate,
    batch_size,
    epochs,
):
    """Teach the network batch by batch, and say how far off it was in every epoch.

    In each epoch, for each full batch in order: measure the loss of the batch with the weights as
    they are, then take one `cnn_step` on it. Images that do not fill a batch are left out.

        images         (n, height, width)
        labels         (n,)                     whole numbers, the right classes
        kernels        (kernel_height * kernel_width, n_kernels)        left as they are; the new
        weights_1_2    (positions * n_kernels, n_classes)               ones are returned
        kernel_height  whole number
        kernel_width   whole number
        batch_size     whole number             from 1 to n
        epochs         whole number             how often to go through all full batches
        returns        the new kernels, the new weights_1_2, and a list of epochs numbers: the mean
                       cross entropy over the images that were seen in that epoch

    >>> images, labels = np.array([[[1.0]], [[-1.0]], [[2.0]]]), np.array([0, 1, 1])
    >>> kernels, weights_1_2 = np.array([[1.0]]), np.array([[0.0, 0.0]])
    >>> _, _, losses = train_cnn(images, labels, kernels, weights_1_2, 1, 1, 1.0, 2, epochs=3)
    >>> [round(loss, 3) for loss in losses]
    [0.693, 0.445, 0.299]

    Book: chapter 10, "A simple implementation in NumPy" (there: alpha, iterations).
    """
    raise NotImplementedError
