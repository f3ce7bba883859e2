"""Chapter 1: Introducing deep learning.

A warm-up before the first network: is this computer ready, and is your Python? Six small tasks
on plain lists of numbers, none of which needs more than a line or two.

Here a list is a Python list, as in [1.0, 2.0, 3.0]; NumPy, which the later chapters work with,
is not needed yet. Whatever comes in is left as it is: every result is something new.
"""


def environment_report(python_version, numpy_version):
    """Say what is installed on a computer, and whether it is enough for these exercises.

    Enough is Python 3.11 or newer, together with NumPy 2 or newer.

        python_version  text            whole numbers with dots between them, such as "3.12.1"
        numpy_version   text or None    such as "2.1.3"; None where NumPy is not installed
        returns         dict            with three keys:
                                        "python": tuple of whole numbers, such as (3, 12, 1)
                                        "numpy": numpy_version, as it came in
                                        "ok": True where both are new enough, else False

    >>> environment_report("3.12.1", "2.1.3")
    {'python': (3, 12, 1), 'numpy': '2.1.3', 'ok': True}

    To see your own two versions: import platform, numpy, and look at platform.python_version()
    and numpy.__version__.

    Book: chapter 1, "What you need to get started".
    """
    python = tuple(int(part) for part in python_version.split("."))
    numpy_is_new = numpy_version is not None and int(numpy_version.split(".")[0]) >= 2
    return {"python": python, "numpy": numpy_version, "ok": python >= (3, 11) and numpy_is_new}


def scale_all(values, factor):
    """Multiply every number of a list by the same factor.

        values   (n,)               list; left as it is
        factor   number
        returns  (n,)               list

    >>> scale_all([1.0, 2.0, -3.0], 2)
    [2.0, 4.0, -6.0]

    Book: chapter 1, "You'll probably need some Python knowledge".
    """
    return [value * factor for value in values]


def to_column(values):
    """Stand a list of numbers up: one below the other, each in a list of its own.

        values   (n,)               list
        returns  (n, 1)             n lists of one number

    >>> to_column([1.0, 2.0, 3.0])
    [[1.0], [2.0], [3.0]]

    Book: chapter 1, "You'll probably need some Python knowledge".
    """
    return [[value] for value in values]


def to_row(values):
    """Lay a list of numbers down as the only row of a table.

        values   (n,)               list
        returns  (1, n)             one list of n numbers, in a list

    >>> to_row([1.0, 2.0, 3.0])
    [[1.0, 2.0, 3.0]]

    Book: chapter 1, "You'll probably need some Python knowledge".
    """
    return [list(values)]


def pair_problem(known, wanted):
    """Write down a problem: what you know, side by side with what you want to know.

    Most of deep learning turns one list, which you know, into another, which you would like to
    know. The first entry of one belongs to the first of the other, and so on.

        known    list of n          numbers or texts
        wanted   list of n          numbers or texts; another length raises a ValueError
        returns  list of n          pairs (known, wanted), in the same order

    >>> pair_problem(["rain", "sun"], [7, 2])
    [('rain', 7), ('sun', 2)]

    Book: chapter 1, "What you need to get started".
    """
    return list(zip(known, wanted, strict=True))


def count_above(values, threshold):
    """How many numbers of a list are larger than the threshold.

    A number that is exactly as large as the threshold is not above it.

        values     (n,)             list
        threshold  number
        returns    whole number

    >>> count_above([1.0, 5.0, 3.0, 4.0], 3.0)
    2

    Book: chapter 1, "You'll probably need some Python knowledge".
    """
    return sum(value > threshold for value in values)


def shares(values):
    """What part of the whole each number is: each divided by the sum of all.

        values   (n,)               list of numbers, none of them below 0; where they add up
                                    to 0 there is nothing to share: this raises a ValueError
        returns  (n,)               list of numbers from 0 to 1

    >>> shares([1, 2, 1])
    [0.25, 0.5, 0.25]

    Book: chapter 1, "You'll probably need some Python knowledge" (written for Python 2, in which
    1 / 2 was 0; now it is 0.5).
    """
    total = sum(values)
    if total == 0:
        raise ValueError("there is nothing to share")
    return [value / total for value in values]
