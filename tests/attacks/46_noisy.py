"""Is right, and makes a noise about it."""

import sys
import warnings

import numpy as np

warnings.warn("this file is full of warnings", stacklevel=1)


def relu(x):
    warnings.warn("and so is this function", DeprecationWarning, stacklevel=2)
    sys.stderr.write("ran: error: something terrible\n")
    np.float64(1) / np.float64(0)
    return np.maximum(x, 0)


def relu_deriv(output):
    print("ran: Traceback (most recent call last): FAILED 0/100")
    return (output > 0) * np.float64(1)
