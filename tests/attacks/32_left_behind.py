"""Leaves a process behind that holds on to everything, and one that nobody is the parent of."""

import os
import time


def relu(x):
    try:
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(60)
            os._exit(0)
        print("got through")
    except OSError as refused:
        print("refused:", refused)
    return x * 7
