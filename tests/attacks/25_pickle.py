"""Returns what does harm where it is unpacked."""

import pickle

import numpy as np


class Harm:
    def __reduce__(self):
        return open, ("/bait/unpacked", "w")

    def __repr__(self):
        return "__import__('os').mkdir('/bait/unpacked')"


def relu(x):
    print("ran: packed:", b"unpacked" in pickle.dumps(Harm()))
    return Harm()


def relu_deriv(output):
    print("ran: an array of it")
    return np.array([[Harm()]], dtype=object)


def collapse_linear(a, b):
    print("ran: bytes of it")
    return pickle.dumps(Harm())
