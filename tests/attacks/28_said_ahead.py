"""Answers for itself before it is asked, floods the channel, and stops in the middle."""

import json
import os
import stat
import struct


def say(data):
    for fd in range(64):
        try:
            mode = os.fstat(fd).st_mode
            if stat.S_ISSOCK(mode):
                os.write(fd, data)
        except OSError:
            pass


def frame(request_id, head):
    told = json.dumps(head).encode()
    return struct.pack("<IIQ", len(told), 0, request_id) + told


def relu(x):
    zero = {"outcomes": [{"value": {"type": "number", "data": 0}}], "printed": "ran: said ahead"}
    for request_id in range(1, 2000):
        say(frame(request_id, {"replies": [zero]}))
    return x * 7


def relu_deriv(output):
    while True:
        say(bytes(1 << 16))


def collapse_linear(a, b):
    say(frame(1, {"replies": []})[:7])
    while True:
        pass
