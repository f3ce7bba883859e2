"""Chapter 2: Fundamental concepts.

The ideas of the book, each as a small piece of code: learning with and without right answers to
learn from, counting against turning knobs, the three steps predict, compare and learn, and
finding groups that nobody has named.

Lists are plain Python lists. A list of points is a list of lists, one point a row, all of the
same length. Whatever comes in is left as it is: every result is something new.
"""


def classify_learner(has_targets, fixed_parameters):
    """Name the kind of learning, out of four.

    It is supervised where the right answers are known and learned from, else unsupervised. It is
    parametric where the number of its knobs is fixed beforehand, else nonparametric: then the
    data decides how many numbers it keeps.

        has_targets       True or False     are there right answers to learn from?
        fixed_parameters  True or False     is the number of knobs fixed beforehand?
        returns           text              "supervised parametric", "supervised nonparametric",
                                            "unsupervised parametric" or
                                            "unsupervised nonparametric"

    >>> classify_learner(True, False)
    'supervised nonparametric'

    Book: chapter 2, "Parametric vs. nonparametric learning".
    """
    raise NotImplementedError


def count_table(inputs, labels):
    """Learn by counting: how often was each input seen, and how often was its label 1?

        inputs   list of n          texts, such as the name of the light that is on
        labels   list of n          0 or 1, such as 1 where people walked
        returns  dict               input -> (how often with label 1, how often in all), with
                                    one key for each different input

    >>> count_table(["middle", "right", "right"], [1, 0, 1])
    {'middle': (1, 1), 'right': (1, 2)}

    Book: chapter 2, "Nonparametric learning".
    """
    raise NotImplementedError


def counting_predict(table, key, default):
    """Predict from counts: how often with label 1, divided by how often in all.

        table    dict               what `count_table` returned
        key      text               the input to predict for
        default  number             the prediction for an input that the table does not hold
        returns  number             from 0 (never) to 1 (always), or default

    >>> counting_predict({"middle": (3, 3), "right": (3, 6)}, "right", 0.1)
    0.5

    Book: chapter 2, "Nonparametric learning".
    """
    raise NotImplementedError


def n_parameters(kind, n_inputs, distinct_inputs):
    """How many numbers a learner keeps in its memory.

    With knobs it is one for each input, however much data there is. With counting it is one for
    each different input that was seen in the data.

        kind             text           "knobs" or "counting"; anything else raises a ValueError
        n_inputs         whole number   how many numbers come in at a time
        distinct_inputs  whole number   how many different inputs the data holds
        returns          whole number

    >>> n_parameters("knobs", 3, 5), n_parameters("counting", 3, 5)
    (3, 5)

    Book: chapter 2, "Parametric vs. nonparametric learning" and "Nonparametric learning".
    """
    raise NotImplementedError


def knob_predict(inputs, knobs):
    """Step 1, predict: each input times its own knob, all added up.

    inputs[0] * knobs[0] + inputs[1] * knobs[1] + ...

        inputs   (n,)               list
        knobs    (n,)               list
        returns  number

    >>> knob_predict([2.0, 0.0, 1.0], [0.5, 7.0, -3.0])
    -2.0

    Book: chapter 2, "Step 1: Predict".
    """
    raise NotImplementedError


def compare(prediction, truth):
    """Step 2, compare: by how much the prediction is too high.

    prediction - truth: above 0 where it is too high, below 0 where it is too low.

        prediction  number
        truth       number
        returns     number

    >>> compare(0.98, 0.0)
    0.98

    Book: chapter 2, "Step 2: Compare to the truth pattern".
    """
    raise NotImplementedError


def turn_knobs(inputs, knobs, miss, step):
    """Step 3, learn: turn every knob a little, so that the prediction comes nearer to the truth.

    Each knob is turned by `step`, up or down. Where the prediction was too high (miss above 0),
    turn a knob down if its input is above 0, and up if its input is below 0; where it was too
    low, the other way round. A knob whose input is 0 had no say in the prediction and stays where
    it is, and so do all knobs where the miss is 0. (With a large step the prediction can land on
    the far side of the truth; a small one brings it nearer.)

        inputs   (n,)               list
        knobs    (n,)               list; left as it is
        miss     number             prediction - truth, from `compare`
        step     number, above 0
        returns  (n,)               the knobs after the turn

    >>> turn_knobs([2.0, 0.0, -1.0], [0.5, 0.5, 0.5], 0.98, 0.25)
    [0.25, 0.5, 0.75]

    Book: chapter 2, "Step 3: Learn the pattern".
    """
    raise NotImplementedError


def assign_clusters(points, centres):
    """Group points without being told the groups: each goes to the centre that is nearest.

    The distance between a point and a centre is the usual one. Its square will do: the sum over
    the numbers of (point - centre) ** 2. Where two centres are equally near, the one that comes
    first in the list is taken.

        points   (batch, n)         list of points
        centres  (groups, n)        list of points
        returns  (batch,)           for each point the place of its centre in the list, from 0 on

    >>> assign_clusters([[1.0, 1.0], [8.0, 9.0], [2.0, 0.0]], [[0.0, 0.0], [9.0, 9.0]])
    [0, 1, 0]

    Book: chapter 2, "Unsupervised machine learning".
    """
    raise NotImplementedError


def group_affinity(points, centres):
    """How strongly each point belongs to each group: numbers from 0 to 1 that add up to 1.

    A point is the closer to a centre, the smaller the distance:
    closeness = 1 / (1 + squared distance). Then divide by the sum of the point's closeness to
    all centres.

        points   (batch, n)         list of points
        centres  (groups, n)        list of points
        returns  (batch, groups)    one row a point, one column a group

    >>> group_affinity([[0.0], [1.0]], [[0.0], [1.0], [1.0]])
    [[0.5, 0.25, 0.25], [0.2, 0.4, 0.4]]

    Book: chapter 2, "Unsupervised parametric learning" (there: the probability of each group).
    """
    raise NotImplementedError


def same_partition(a, b):
    """Whether two ways of grouping put the same things together.

    The names of the groups do not matter: [1, 1, 2] and ["x", "x", "y"] both say that the first
    two belong together and the third stands alone.

        a        list of n          numbers or texts: the group of each thing
        b        list of n          the same, by another naming or grouping
        returns  True or False

    >>> same_partition([1, 1, 2], [7, 7, 3]), same_partition([1, 1, 2], [7, 3, 3])
    (True, False)

    Book: chapter 2, "Unsupervised machine learning".
    """
    raise NotImplementedError
