"""Reads the memory of the grader, and of any other process."""

import ctypes
import os

DECOY = 0


def relu(x):
    for pid in (os.getppid(), DECOY):
        for what in ("mem", "maps", "environ"):
            try:
                with open(f"/proc/{pid}/{what}", "rb") as file:
                    print("got through:", file.read(0))
            except OSError as refused:
                print("refused:", refused)
    system = ctypes.CDLL(None, use_errno=True)
    calls = {
        "process_vm_readv": lambda: system.process_vm_readv(DECOY, None, 0, None, 0, 0),
        "ptrace": lambda: system.ptrace(0x4206, DECOY, None, None),
    }
    for name, call in calls.items():
        print("refused:" if call() == -1 else "got through:", name, ctypes.get_errno())
    return x * 7
