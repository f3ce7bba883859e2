"""Chapter 2: what the text says of lights, of a baseball team and of its fans."""

import ch02_concepts as ch02
from figures import Figure, Mistake

STREETLIGHTS = [[1, 0, 1], [0, 1, 1], [0, 0, 1], [1, 1, 1], [0, 1, 1], [1, 0, 1]]
WALKED = [0, 1, 0, 1, 1, 0]
# Each light that is on, beside what people did then.
SEEN = [
    (name, walked)
    for lights, walked in zip(STREETLIGHTS, WALKED)
    for name, is_on in zip(["left", "middle", "right"], lights)
    if is_on
]

# At home (1) or away (0), and how many fans came (in thousands); one row of each kind.
VENUES = [[1, 100], [0, 50], [1, 100], [1, 99], [0, 50], [0, 10], [0, 11]]
KINDS = [VENUES[0], VENUES[1], VENUES[5]]
# Which of them belong together, under names that mean nothing.
GROUPS = ["a", "b", "a", "a", "b", "c", "c"]


def table():
    return ch02.count_table([name for name, _ in SEEN], [walked for _, walked in SEEN])


def likely(light):
    return ch02.counting_predict(table(), light, default=0.5)


def strongest():
    rows = ch02.group_affinity(VENUES, KINDS)
    return [row.index(max(row)) for row in rows]


def share_of_all_data(light):
    """The wrong divisor: all that was ever seen, not how often this light was on."""
    return table()[light][0] / sum(total for _, total in table().values())


FIGURES = [
    Figure(
        2, "predicted to win, but lost: by how much it missed", 0.98, lambda: ch02.compare(0.98, 0)
    ),
    Figure(2, "the middle light means go", 1.0, lambda: likely("middle")),
    Figure(2, "the right light means go half of the time", 0.5, lambda: likely("right")),
    Figure(
        2, "three lights, three counts", 3, lambda: ch02.n_parameters("counting", 3, len(table()))
    ),
    Figure(2, "five lights, five counts", 5, lambda: ch02.n_parameters("counting", 5, 5)),
    Figure(
        2,
        "seven rows of fans",
        [0, 1, 0, 0, 1, 2, 2],
        lambda: ch02.assign_clusters(VENUES, KINDS),
        "V",
    ),
    Figure(2, "the strongest group of each row", [0, 1, 0, 0, 1, 2, 2], strongest, "V"),
    Figure(
        2,
        "three groups, whatever they are called",
        True,
        lambda: ch02.same_partition(ch02.assign_clusters(VENUES, KINDS), GROUPS),
        "V",
    ),
]

MISTAKES = [
    Mistake(
        2,
        "the right light, divided by all the data",
        0.25,
        lambda: share_of_all_data("right"),
        lambda: likely("right"),
    )
]
