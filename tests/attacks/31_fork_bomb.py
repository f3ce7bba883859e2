"""Starts processes, and programs."""

import os
import subprocess
import time


def relu(x):
    for _ in range(20):
        try:
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
            print("got through")
        except OSError as refused:
            print("refused:", refused)
            break
    return x * 7


def relu_deriv(output):
    try:
        print("got through:", subprocess.run(["/bin/sleep", "60"], start_new_session=True))
    except OSError as refused:
        print("refused:", refused)
    print("system: refused:" if os.system("exit 0") != 0 else "got through")
    return output * 7


def collapse_linear(a, b):
    try:
        os.execv("/bin/sleep", ["sleep", "60"])
    except OSError as refused:
        print("refused:", refused)
    return a
