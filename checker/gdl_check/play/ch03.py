"""The season's games: a network with fixed weights predicts, game by game.

Book: chapter 3, the team's toes, its record of wins and its fans.
"""

from __future__ import annotations

import argparse
from types import ModuleType

import numpy as np

from gdl_check.play.figures import Curve, Plot
from gdl_check.play.stage import Stage
from gdl_check.render.lines import Line, bar

# For each game: toes, the share of games won so far, fans in millions, and whether it was won.
# The first four are the book's.
GAMES = (
    (8.5, 0.65, 1.2, 1),
    (9.5, 0.8, 1.3, 1),
    (9.9, 0.8, 0.5, 0),
    (9.0, 0.9, 1.0, 1),
    (8.8, 0.9, 1.4, 1),
    (9.2, 0.7, 0.4, 0),
    (9.4, 0.6, 0.3, 0),
    (8.9, 0.6, 1.1, 1),
    (9.1, 0.65, 0.2, 0),
    (8.7, 0.6, 1.6, 1),
)
ONE = [0.1, 0.2, 0.0]
# A row for each prediction: hurt, won, sad.
MANY = [[0.1, 0.1, -0.3], [0.1, 0.2, 0.0], [0.0, 1.3, 0.1]]
HIDDEN = [[0.1, 0.2, -0.1], [-0.1, 0.1, 0.9], [0.1, 0.4, 0.1]]
OUTPUT = [[0.3, 1.1, -0.3], [0.1, 0.2, 0.0], [0.0, 1.3, 0.1]]


def play(own: ModuleType, stage: Stage, options: argparse.Namespace) -> None:
    """A season, predicted by one weighted sum, by three, and by two layers of them."""
    games = GAMES[:4] if options.quick else GAMES
    stage.say(
        f"{len(games)} games of a season. Before each you know three numbers: the toes of a player "
        "on average, the share of games won, and the fans in millions. Your weighted_sum says how "
        "likely a win is, with the weights 0.1, 0.2 and 0."
    )
    season = _season(own, stage, games)
    stage.show(
        Plot(
            "predicted, and what happened",
            [
                Curve("predicted", season),
                Curve("won (1) or lost (0)", [float(game[3]) for game in games], dots=True),
            ],
            "game",
            low=0,
            high=1.2,
        ),
        "season",
    )
    misses = [abs((p > 0.5) - game[3]) for p, game in zip(season, games)]
    stage.say(
        f"It says yes to every game and is wrong {sum(misses)} times: its weights were made up, "
        "toes count for much and fans for nothing. Look at the fans of the games that were lost."
    )
    stage.heading("three predictions from the same numbers")
    _three(own, stage, games)
    _batch(own, stage, games)
    stage.say(
        "More layers do not help as long as nobody sets the weights: a network can only say what "
        "they say. In chapter 4 they begin to learn. First try it by hand: with the weights -0.2, "
        f"2 and 1 the same weighted_sum is wrong {_wrong(own, games, [-0.2, 2.0, 1.0])} times."
    )


def _season(own: ModuleType, stage: Stage, games: tuple[tuple[float, ...], ...]) -> list[float]:
    predictions: list[float] = []
    lines: list[Line] = [[("  game   toes  wins  fans   chance to win", "dim")]]
    with stage.watch("game", len(games), pace=0.4) as watch:
        for number in watch:
            *inputs, won = games[number - 1]
            predictions.append(float(own.weighted_sum(inputs, ONE)))
            toes, wins, fans = inputs
            told = f"  {number:>4}   {toes:4.1f}  {wins:4.2f}  {fans:4.1f}   "
            shown = f"[{bar(predictions[-1])}] {predictions[-1]:.2f}  "
            lines.append([(told + shown, ""), ("won" if won else "lost", "good" if won else "bad")])
            watch.show(lambda: lines)
    return predictions


def _three(own: ModuleType, stage: Stage, games: tuple[tuple[float, ...], ...]) -> None:
    rows = []
    for number, (*inputs, _) in enumerate(games[:4], 1):
        one_layer, two_layers = (
            own.matvec(MANY, inputs),
            own.stacked_predict(inputs, HIDDEN, OUTPUT),
        )
        rows.append((f"{number}", *(f"{float(p):.2f}" for p in [*one_layer, *two_layers])))
    stage.table(("game", "hurt", "win", "sad", "hurt (2)", "win (2)", "sad (2)"), rows)
    stage.say(
        "matvec gives three weighted sums, each from its own row of weights; in the columns marked "
        "(2) stacked_predict makes predictions out of predictions, with two layers."
    )


def _batch(own: ModuleType, stage: Stage, games: tuple[tuple[float, ...], ...]) -> None:
    inputs = np.array([game[:3] for game in games])
    layers = own.to_numpy_layout(HIDDEN), own.to_numpy_layout(OUTPUT)
    together = np.asarray(own.batch_forward(inputs, *layers))
    singly = np.array([own.stacked_predict(list(row), HIDDEN, OUTPUT) for row in inputs])
    same = "the same numbers" if np.allclose(together, singly) else "other numbers"
    stage.say(
        f"NumPy does the whole season in one go: batch_forward gives {same} as one game at a time."
    )


def _wrong(own: ModuleType, games: tuple[tuple[float, ...], ...], weights: list[float]) -> int:
    return sum((own.weighted_sum(game[:3], weights) > 0.5) != game[3] for game in games)
