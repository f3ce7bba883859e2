"""Chapter 4: Introduction to neural learning.

A network of one weight, prediction = x * weight, learns: it compares its prediction with the
target and moves the weight so that it misses by less. First by trying both directions, then
by reading direction and amount off the miss itself.

The error is the squared miss, (prediction - target) ** 2. The weight_delta is
(prediction - target) * x: the slope of *half* the squared error, as in the book, so the factor
2 is not there.
"""

import numpy as np


def squared_error(prediction, target):
    """How bad is a prediction? The miss, times itself.

    Never negative, 0 only for a perfect prediction. Big misses count for much more than small
    ones, and missing too high is as bad as missing too low.

        prediction  number
        target      number          what should have come out
        returns     number

    >>> squared_error(0.5, 2.0)
    2.25

    Book: chapter 4, "Compare: Does your network make good predictions?" (there: goal_pred).
    """
    raise NotImplementedError


def mean_squared_error(predictions, targets):
    """How bad are many predictions? The mean of their squared errors.

    Square each miss first, then take the mean: misses of +1 and -1 must not cancel.

        predictions  (n,)           list or array
        targets      (n,)           list or array; another length raises a ValueError
        returns      number         no predictions at all raise a ValueError

    >>> mean_squared_error([3.0, 1.0], [2.0, 2.0])
    1.0

    Book: chapter 4, "Why measure error?".
    """
    raise NotImplementedError


def hot_cold_step(x, weight, target, step):
    """Learn without any slope: try one step up and one step down, and go where it is warmer.

    Compare three errors: at weight, at weight + step and at weight - step. Return the weight
    with the smallest one. The weight stays where it is unless a step makes the error strictly
    smaller; on a tie it stays.

        x        number
        weight   number
        target   number
        step     number above 0     how far to reach
        returns  number             weight, weight + step or weight - step

    >>> hot_cold_step(1.0, 2.0, 5.0, 0.5)
    2.5
    >>> hot_cold_step(1.0, 2.0, 2.25, 0.5)
    2.0

    Book: chapter 4, "Hot and cold learning" (there: step_amount, goal_prediction).
    """
    raise NotImplementedError


def hot_cold_fit(x, weight, target, step, iterations):
    """Take `hot_cold_step` again and again, and write down how it went.

    It comes within one step of the best weight, and no further: a target that lies between two
    steps is never hit.

        x           number
        weight      number          where learning starts
        target      number
        step        number above 0
        iterations  whole number    how many rows to write
        returns     list of pairs (error, prediction), one an iteration, both taken *before*
                    that iteration's step: the first pair belongs to the weight given

    >>> hot_cold_fit(1.0, 0.0, 1.0, 0.5, iterations=4)
    [(1.0, 0.0), (0.25, 0.5), (0.0, 1.0), (0.0, 1.0)]

    Book: chapter 4, "Characteristics of hot and cold learning" (there: step_amount).
    """
    raise NotImplementedError


def numeric_slope(f, weight, eps):
    """How steep is a function at one place? Wiggle the weight and watch what comes out.

    Go a little up and a little down, and divide the change by the distance between the two:
    (f(weight + eps) - f(weight - eps)) / (2 * eps).   A slope is also called a derivative.

        f        a function of one number that returns a number
        weight   number             where to measure
        eps      number above 0     how far to go to each side
        returns  number             negative where f falls as the weight grows

    >>> numeric_slope(lambda weight: weight**2, 3.0, 0.5)
    6.0

    Book: chapter 4, "A box with rods poking out of it" and "Derivatives: Take two".
    """
    raise NotImplementedError


def node_delta(prediction, target):
    """By how much did the network miss, and on which side? Above 0 means too high.

        prediction  number
        target      number
        returns     number          prediction - target

    >>> node_delta(0.5, 2.0)
    -1.5

    Book: chapter 4, "One iteration of gradient descent" (there: delta).
    """
    raise NotImplementedError


def weight_delta(x, prediction, target):
    """In which direction, and how strongly, the weight made the network miss.

    The miss, times the input that came in through this weight:   (prediction - target) * x.
    An input of 0 stops learning, a negative one turns the direction round, a large one makes
    the step larger. This is the slope of half the squared error, as the weight grows.

        x           number
        prediction  number
        target      number
        returns     number

    >>> weight_delta(2.0, 0.5, 2.0)
    -3.0

    Book: chapter 4, "What is weight_delta, really?" (there: direction_and_amount, derivative).
    """
    raise NotImplementedError


def gd_step(x, weight, target, learning_rate):
    """One iteration of gradient descent: predict, compare, and move the weight downhill.

    prediction = x * weight,   new weight = weight - learning_rate * weight_delta

        x              number
        weight         number
        target         number
        learning_rate  number       how much of the step to take; 1 takes it whole
        returns        number       the new weight

    >>> gd_step(2.0, 1.0, 3.0, learning_rate=0.125)
    1.25

    Book: chapter 4, "One iteration of gradient descent" and "Alpha in code" (there: alpha).
    """
    raise NotImplementedError


def gd_fit(x, weight, target, learning_rate, iterations):
    """Take `gd_step` again and again, and write down every iteration.

        x              number
        weight         number       where learning starts
        target         number
        learning_rate  number
        iterations     whole number
        returns        list of dicts, one an iteration, with the keys "weight", "prediction",
                       "error" (the squared miss), "delta" and "weight_delta". All five are
                       taken *before* that iteration's step: "weight" is the one that made the
                       prediction, and in the first row it is the weight given

    >>> first, second = gd_fit(2.0, 1.0, 3.0, learning_rate=0.125, iterations=2)
    >>> first
    {'weight': 1.0, 'prediction': 2.0, 'error': 1.0, 'delta': -1.0, 'weight_delta': -2.0}
    >>> second
    {'weight': 1.25, 'prediction': 2.5, 'error': 0.25, 'delta': -0.5, 'weight_delta': -1.0}

    Book: chapter 4, "Let's watch several steps of learning" (there: alpha, goal_pred).
    """
    raise NotImplementedError


def will_converge(x, learning_rate):
    """Will gradient descent get closer to the target with every step, wherever it starts?

    Each step multiplies the miss by 1 - learning_rate * x^2. The miss shrinks if this factor
    lies between -1 and 1, that is if   0 < learning_rate * x^2 < 2.   At 0 nothing moves and
    at 2 the miss only changes its sign: both count as no. So does x = 0, from which no weight
    can learn.

        x              number
        learning_rate  number
        returns        True or False

    >>> will_converge(2.0, 0.25), will_converge(2.0, 0.5)
    (True, False)

    Book: chapter 4, "Breaking gradient descent" and "Divergence" (there: alpha).
    """
    raise NotImplementedError


def largest_stable_learning_rate(x):
    """Up to where can the learning rate go before gradient descent blows up?

    The limit is 2 / x^2: every learning rate between 0 and the limit brings the miss down, and
    every one above it makes the miss grow. For x = 0 nothing can blow up, and the limit is
    infinite.

        x        number
        returns  number             float("inf") for x = 0

    >>> largest_stable_learning_rate(2.0)
    0.5

    Book: chapter 4, "Divergence" and "Introducing alpha" (there: alpha).
    """
    raise NotImplementedError


def find_learning_rate(x, weight, target, candidates, iterations):
    """Find a good learning rate the way people do: try a few, and keep the best.

    For every candidate start again from the same weight, take `iterations` steps of
    `gd_step`, and look at the squared error that is left after the last one. The candidate
    with the smallest error wins, the first of them on a tie. A candidate that blew up, so that
    its error is infinite or nan (not a number), never wins.

    Careful with numbers that blow up: 1e200 ** 2 raises an OverflowError, while 1e200 * 1e200
    is inf.

        x           number
        weight      number          where every candidate starts
        target      number
        candidates  list of numbers, such as [10.0, 1.0, 0.1, 0.01]
        iterations  whole number    steps for each candidate
        returns     number          one of the candidates; a ValueError if none is left

    >>> find_learning_rate(2.0, 1.0, 3.0, [10.0, 1.0, 0.1, 0.01], iterations=20)
    0.1

    Book: chapter 4, "Introducing alpha" (there: alpha).
    """
    raise NotImplementedError


def overshoots(predictions, target):
    """Did learning jump over the target on its way?

    It did if some of the predictions are too high and others too low. A prediction that is
    exactly right is on neither side.

        predictions  list of numbers        one after every step, in order; may be empty
        target       number
        returns      True or False

    >>> overshoots([0.0, 0.5, 0.75], 1.0), overshoots([0.0, 1.5, 0.75], 1.0)
    (False, True)

    Book: chapter 4, "Visualizing the overcorrections".
    """
    raise NotImplementedError
