"""Takes all the memory there is, in its own and where no limit of its own counts it."""

import mmap
import os

import numpy as np


def relu(x):
    held = []
    while True:
        held.append(np.empty(1 << 24))


def relu_deriv(output):
    try:
        for _ in range(20):
            os.ftruncate(os.memfd_create("held"), 1 << 30)
        print("got through: memory files")
    except OSError as refused:
        print("refused:", refused)
    return output * 7


def collapse_linear(a, b):
    try:
        held = [mmap.mmap(-1, 1 << 28) for _ in range(20)]
        print("got through:", len(held))
    except OSError as refused:
        print("refused:", refused)
    return a


def hidden_delta(output_delta, weights, hidden):
    try:
        held = [os.pipe() for _ in range(1000)]
        print("got through:", len(held))
    except OSError as refused:
        print("refused:", refused)
    return hidden * 7
