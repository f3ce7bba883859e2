"""Returns more, or more deeply nested, than anybody can take."""

import numpy as np


def relu(x):
    print("ran: deep")
    deep = []
    for _ in range(100_000):
        deep = [deep]
    return deep


def relu_deriv(output):
    print("ran: many")
    return [[0] * 64] * 256


def collapse_linear(a, b):
    print("ran: large")
    return np.zeros(20_000_000)
