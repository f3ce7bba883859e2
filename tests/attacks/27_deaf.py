"""Never listens again."""

import time

while True:
    time.sleep(1)


def relu(x):
    return x * 7
