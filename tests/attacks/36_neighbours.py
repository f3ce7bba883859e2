"""Leaves something behind in its process and outside, and looks for what others have left."""

import builtins
import os
import sys

import numpy as np

OUTSIDE = ("/bait/left", "/tmp/gdl-check-left", "/dev/shm/gdl-check-left", "left")


def relu(x):
    builtins.left = np.left = sys.left = sys.modules["left"] = os.environ["LEFT"] = "behind"
    for path in OUTSIDE:
        try:
            with open(path, "w", encoding="utf-8") as file:
                file.write("behind")
            print("got through:", path)
        except OSError as refused:
            print("refused:", refused)
    return x * 7


def relu_deriv(output):
    places = (builtins, np, sys)
    found = sum(hasattr(place, "left") for place in places) + ("left" in sys.modules)
    found += "LEFT" in os.environ
    print("ran: found", found + sum(os.path.exists(path) for path in OUTSIDE))
    return output * 7
