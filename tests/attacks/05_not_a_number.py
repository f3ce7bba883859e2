"""Returns what is not equal to anything, or larger than any tolerance."""

import numpy as np


def relu(x):
    print("ran: nan")
    return np.full(x.shape, np.nan)


def relu_deriv(output):
    print("ran: inf")
    return np.full(output.shape, np.inf)
