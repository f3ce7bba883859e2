"""Chapter 7 prints no numbers: the streetlight network in letters gives those of chapter 6."""

import ch06_backpropagation as ch06
import ch07_picturing_networks as ch07
from figures import Figure, Mistake
from figures.ch06 import FOUR, SIX, SIX_TARGETS, drawn


def by_letters():
    """The first row through chapter 6's net with three hidden units."""
    return ch07.predict_by_letters(FOUR[:1], list(drawn(3)), ch06.relu)


def shape_reversed():
    return [(n_out, n_in) for n_in, n_out in ch07.weight_shapes([3, 4, 1])]


FIGURES = [
    Figure(
        7, "streetlight net, shapes", [[3, 4], [4, 1]], lambda: ch07.weight_shapes([3, 4, 1]), "V"
    ),
    Figure(7, "streetlight net, weights", 16, lambda: ch07.count_weights([3, 4, 1]), "V"),
    Figure(
        7,
        "streetlight net, chain of all six rows",
        [6, 1],
        lambda: ch07.check_chain([SIX.shape, *ch07.weight_shapes([3, 4, 1])]),
        "V",
    ),
    Figure(7, "l1 by letters", [0, "0.13177044", 0], lambda: by_letters()[0][0], "V"),
    Figure(7, "l2 by letters", "-0.0212955489", lambda: by_letters()[1][0, 0], "V"),
    Figure(
        7,
        "streetlights, signs of correlation",
        [[-1], [1], [0]],
        lambda: ch07.correlation_summary(SIX, SIX_TARGETS[:, None]),
        "V",
    ),
]

MISTAKES = [
    Mistake(
        7, "shape_reversed", [[4, 3], [1, 4]], shape_reversed, lambda: ch07.weight_shapes([3, 4, 1])
    ),
    Mistake(
        7,
        "counts_bias",
        21,
        lambda: sum((n + 1) * m for n, m in ch07.weight_shapes([3, 4, 1])),
        lambda: ch07.count_weights([3, 4, 1]),
    ),
]
