"""Does not end, in all the ways in which one can hold out."""

import os
import signal
import time


def relu(x):
    while True:
        pass


def relu_deriv(output):
    while True:
        try:
            while True:
                time.sleep(0.01)
        except BaseException:
            pass


def collapse_linear(a, b):
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    while True:
        time.sleep(100)


def hidden_delta(output_delta, weights, hidden):
    os.kill(os.getpid(), signal.SIGSTOP)
    return hidden
