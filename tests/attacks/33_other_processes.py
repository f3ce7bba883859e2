"""Ends, stops and slows down other processes."""

import fcntl
import os
import resource
import signal

DECOY = 0
read_end, _ = os.pipe()


def relu(x):
    attempts = {
        "ask for the parent": lambda: os.kill(os.getppid(), 0),
        "ask for all": lambda: os.kill(-1, 0),
        "kill": lambda: os.kill(DECOY, signal.SIGKILL),
        "kill by a handle": lambda: signal.pidfd_send_signal(os.pidfd_open(DECOY), signal.SIGKILL),
        "limit": lambda: resource.prlimit(DECOY, resource.RLIMIT_CPU, (1, 1)),
        "slow down": lambda: os.setpriority(os.PRIO_PROCESS, DECOY, 19),
        "bind": lambda: os.sched_setaffinity(DECOY, {0}),
        "signal by a file": lambda: fcntl.fcntl(read_end, fcntl.F_SETOWN, DECOY),
    }
    for name, attempt in attempts.items():
        try:
            attempt()
            print("got through:", name)
        except OSError as refused:
            print("refused:", name, refused)
    return x * 7
