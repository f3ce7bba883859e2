"""Chapter 16: Where to go from here.

The chapter has no code: it names ten steps, and two of them are learning PyTorch and implementing
papers. So here is your own framework of chapter 13 beside PyTorch, name by name, and a few formulas
out of papers to turn into code. All of this is beyond the book.

Rows are examples, and a slope has the shape of what it is the slope of.
"""

import numpy as np


def framework_name(ours):
    """What PyTorch calls a part of the framework that you wrote in chapter 13.

    Ours, as in chapter 13:

        Tensor  Tensor.grad  Tensor.backward  backward  add  neg  sub  mul  mm  transpose
        sum_along  expand  index_select  sigmoid  tanh  cross_entropy  Layer  Layer.parameters
        Linear  Sequential  Embedding  RNNCell  Sigmoid  Tanh  MSELoss  CrossEntropyLoss
        SGD  SGD.step  SGD.zero

    Theirs, of which each is the right one once or never: the one that does what ours does, in all
    cases that ours can do.

        torch.add, torch.sub, torch.neg        entry by entry
        torch.autograd.backward                a function of tensors
        torch.mm                               every row with every column
        torch.mul                              entry by entry
        torch.nn.CrossEntropyLoss              a layer; takes logits
        torch.nn.Embedding                     a layer; looks rows up by their numbers
        torch.nn.functional.cross_entropy      takes logits
        torch.nn.functional.embedding          rows by numbers in an array of any shape
        torch.nn.functional.nll_loss           takes the log of probabilities
        torch.nn.Linear                        a layer; its weights are (n_out, n_in)
        torch.nn.Module                        what all layers have in common
        torch.nn.Module.parameters             what learns in a layer
        torch.nn.MSELoss                       the squared misses, their mean
        torch.nn.MSELoss(reduction="sum")      the squared misses, added up
        torch.nn.NLLLoss                       a layer; takes the log of probabilities
        torch.nn.RNN                           reads a whole sequence
        torch.nn.RNNCell                       takes one step (and has no output layer)
        torch.nn.Sequential                    layers one after the other
        torch.nn.Sigmoid, torch.nn.Tanh        layers
        torch.optim.Adam, torch.optim.SGD      optimisers
        torch.optim.SGD.step                   moves the parameters
        torch.optim.SGD.zero_grad              forgets their gradients
        torch.index_select                     rows by a plain list of numbers, no more axes
        torch.sigmoid, torch.tanh              entry by entry
        torch.sum                              along the axis dim, if one is given
        torch.t                                rows become columns
        torch.Tensor                           an array that remembers how it was made
        torch.Tensor.backward                  a method
        torch.Tensor.expand                    stretches an axis of length 1; new axes in front only
        torch.Tensor.grad                      where the gradient is
        torch.Tensor.item                      the number in a tensor that has just one
        torch.unsqueeze + torch.Tensor.expand  first a new axis of length 1, then stretched

        ours     text, one of the names above      any other raises ValueError
        returns  text, PyTorch's name, spelled as above

    >>> framework_name("Linear")
    'torch.nn.Linear'
    >>> framework_name("MSELoss")
    'torch.nn.MSELoss(reduction="sum")'

    Book: chapter 16, "Step 1: Start learning PyTorch". Beyond the book: it has no table.
    """
    raise NotImplementedError


def to_torch_layout(weights):
    """Weights of ours, as PyTorch's Linear keeps them: one row for each *output*.

    Ours are (n_in, n_out), and a layer is inputs . weights. torch.nn.Linear stores (n_out, n_in)
    and computes inputs . weights^T. The way back is the same.

        weights  (n_in, n_out)
        returns  (n_out, n_in)

    >>> to_torch_layout(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    array([[1., 4.],
           [2., 5.],
           [3., 6.]])

    Book: chapter 16, "Step 1: Start learning PyTorch". Beyond the book.
    """
    raise NotImplementedError


def momentum_step(weights, velocity, gradient, learning_rate, momentum):
    """One step downhill that keeps some of the speed of the steps before.

    new velocity = momentum * velocity + gradient
    new weights  = weights - learning_rate * new velocity

        weights        any shape
        velocity       like weights     zeros before the first step
        gradient       like weights     the slope of the loss at these weights
        learning_rate  number
        momentum       number           from 0 up to 1: how much of the speed is kept
        returns        two arrays like weights: the new weights, the new velocity

    >>> momentum_step(np.array([1.0]), np.array([2.0]), np.array([3.0]), 0.5, 0.25)
    (array([-0.75]), array([3.5]))

    Book: chapter 16, "Step 6: Implement academic papers". Beyond the book: Polyak, "Some methods of
    speeding up the convergence of iteration methods", 1964, in PyTorch's form.
    """
    raise NotImplementedError


def adam_step(
    weights,
    mean,
    square_mean,
    gradient,
    step,
    learning_rate=0.001,
    beta_1=0.9,
    beta_2=0.999,
    epsilon=1e-8,
):
    """One step of Adam, which gives every weight a stride of its own.

    It keeps running means of the gradient and of its square:
    new mean        = beta_1 * mean        + (1 - beta_1) * gradient
    new square_mean = beta_2 * square_mean + (1 - beta_2) * gradient ** 2

    Both began as zeros, so they are too small at first. The step is taken with the means made
    larger, while what is kept stays as it is:
    m = new mean / (1 - beta_1 ** step),   s = new square_mean / (1 - beta_2 ** step)
    new weights     = weights - learning_rate * m / (sqrt(s) + epsilon)

        weights        any shape
        mean           like weights     zeros before the first step
        square_mean    like weights     zeros before the first step
        gradient       like weights     the slope of the loss at these weights
        step           whole number     1 for the first step, then 2, ...
        epsilon        number           keeps the division away from 0
        returns        three arrays like weights: the new weights, new mean, new square_mean

    >>> weights, mean, square_mean = adam_step(
    ...     np.array([1.0, 1.0]), np.zeros(2), np.zeros(2), np.array([2.0, -100.0]), step=1
    ... )
    >>> weights.round(6), mean.round(6), square_mean.round(6)
    (array([0.999, 1.001]), array([  0.2, -10. ]), array([4.e-03, 1.e+01]))

    Book: chapter 16, "Step 6: Implement academic papers". Beyond the book: Kingma and Ba, "Adam: a
    method for stochastic optimization", 2015, algorithm 1 (there: theta, m, v, g, t, alpha).
    """
    raise NotImplementedError


def layer_norm(inputs, gain, bias, epsilon=1e-5):
    """Bring the numbers of every row to mean 0 and spread 1, then stretch and move each column.

    For each row on its own:   mean = the mean of its n numbers,
    variance = the mean of (number - mean) ** 2, divided by n and not by n - 1,
    normal = (number - mean) / sqrt(variance + epsilon).   The result is gain * normal + bias.

        inputs   (batch, n)
        gain     (n,)
        bias     (n,)
        epsilon  number                 keeps the division away from 0
        returns  (batch, n)

    >>> layer_norm(np.array([[1.0, 2.0, 3.0, 6.0]]), np.ones(4), np.zeros(4), epsilon=0.5)
    array([[-1. , -0.5,  0. ,  1.5]])

    Book: chapter 16, "Step 6: Implement academic papers". Beyond the book: Ba, Kiros and Hinton,
    "Layer normalization", 2016 (there: a, g, b).
    """
    raise NotImplementedError


def layer_norm_backward(upstream, inputs, gain, epsilon=1e-5):
    """The slopes of layer_norm's inputs, gain and bias, given the slope of what came out of it.

    A number moves its row's mean and spread too, so every number of the row feels it. With normal
    and variance as in `layer_norm`, and sent = upstream * gain, the slope of the inputs is

    (sent - mean(sent) - normal * mean(sent * normal)) / sqrt(variance + epsilon)

    where each mean is taken over the row. gain and bias were used in every row: their slopes,
    upstream * normal and upstream, add up over the rows.

        upstream  (batch, n)            the slope of the result
        inputs    (batch, n)
        gain      (n,)
        epsilon   number
        returns   (batch, n), (n,), (n,)        the slopes of inputs, gain and bias

    >>> layer_norm_backward(np.array([[1.0, 0.0]]), np.array([[1.0, 3.0]]), np.ones(2), epsilon=3.0)
    (array([[ 0.1875, -0.1875]]), array([-0.5,  0. ]), array([1., 0.]))

    Book: chapter 16, "Step 6: Implement academic papers". Beyond the book.
    """
    raise NotImplementedError
