"""Small mistakes in every reference are rejected, but for those that are no mistakes.

The long run tries every mutant; an unmarked one a sample. A mutant that passes the checks must
stand in EQUIVALENT, with the reason why it is a right answer; else it is a hole in the checks.
"""

import random
from collections import Counter
from functools import lru_cache

import pytest

from gdl_check.course import Chapter, all_chapters, chapter_modules, load_chapter
from gdl_check.trial import LawBroke
from mutants import Mutant, is_rejected, mutants_of

SAMPLE = 60

# Reason -> the mutants that are right answers because of it.
REASONS = {
    "A product does not change when its factors change places.": """
        ch03.elementwise_multiply:1:swap-args-1-2
        ch03.weighted_sum:1:swap-args-1-2
        ch03.dot_score:1:swap-args-1-2
        ch03.matvec:1:swap-args-1-2
        ch05.gd_step_multi_input:1:swap-args-1-2
        ch05.gd_step_multi_input:2:swap-args-1-2
        ch05.gd_trace:3:swap-args-1-2
        ch05.gd_trace:11:swap-args-1-2
        ch05.mimo_step:1:swap-args-1-2
        ch06.sgd_epoch:3:turn-round#2
    """,
    "A sum does not change when its terms change places (but for rounding, which is allowed).": """
        ch03.elementwise_add:1:swap-args-1-2
        ch03.vector_sum:2:reversed
        ch04.mean_squared_error:1:reversed
    """,
    "A square is the same for a miss to either side.": """
        ch04.squared_error:1:insert-minus
        ch04.squared_error:1:turn-round
        ch04.mean_squared_error:1:swap-args-1-2
        ch04.mean_squared_error:1:swap-args-1-2#2
        ch04.hot_cold_step:3:swap-args-1-2
        ch04.hot_cold_fit:4:swap-args-1-2
        ch04.gd_fit:8:swap-args-1-2
        ch04.find_learning_rate:6:swap-args-1-2
        ch04.largest_stable_learning_rate:1:insert-minus
        ch04.largest_stable_learning_rate:1:insert-abs
        ch05.largest_stable_learning_rate:1:insert-minus#2
        ch05.largest_stable_learning_rate:1:insert-abs
        ch06.sgd_epoch:4:insert-minus#2
        ch06.train:7:insert-minus#2
        ch06.train:7:turn-round#2
    """,
    "The larger of two numbers is the same whichever is named first.": """
        ch03.broadcast_shape:1:swap-args-1-2
        ch03.dot_shape:3:swap-args-1-2
        ch06.relu:1:swap-args-1-2
    """,
    "Whether any entry fits does not depend on the order in which they are looked at.": """
        ch03.broadcast_shape:4:reversed
        ch04.overshoots:1:reversed
        ch04.overshoots:2:reversed
        ch04.overshoots:2:reversed#2
    """,
    "The loop only counts: nothing in it depends on the number it has reached.": """
        ch04.hot_cold_fit:2:reversed
        ch04.gd_fit:2:reversed
        ch04.find_learning_rate:4:reversed
        ch05.gd_trace:2:reversed
        ch06.train:2:reversed
    """,
    "An array of one axis, or a single number, is its own transpose.": """
        ch06.pressure:1:add-T-left
        ch06.sgd_epoch:3:add-T-left
        ch06.sgd_epoch:3:add-T-right
        ch06.full_gd_step:1:add-T-right
        ch06.full_gd_step:2:add-T-left
    """,
    "An array of one axis has as many columns as entries.": """
        ch03.vector_mean:1:length->width
        ch03.vector_mean:3:length->width
        ch03.broadcast_shape:1:length->width
        ch03.broadcast_shape:1:length->width#2
        ch03.broadcast_shape:2:length->width
        ch03.broadcast_shape:3:length->width
        ch03.dot_shape:3:length->width
        ch05.frozen_step:2:length->width
    """,
    "Only the length counts here, and the other array has the same one.": """
        ch05.frozen_step:2:name-weights->inputs
        ch05.frozen_step:2:name-weights->moved
        ch05.frozen_step:2:insert-minus#3
        ch05.frozen_step:2:insert-abs#2
        ch06.full_gd_step:2:name-inputs->targets#2
        ch06.full_gd_step:2:name-inputs->deltas#2
        ch06.full_gd_step:2:insert-minus#8
        ch06.full_gd_step:2:insert-abs#3
        ch06.minibatches:1:name-inputs->targets
        ch06.minibatches:1:insert-minus
        ch06.minibatches:1:insert-abs
        ch06.train:4:name-inputs->targets
        ch06.train:4:insert-minus
        ch06.train:4:insert-abs
    """,
    "A number, a NumPy scalar and an array without axes are one kind of result.": """
        ch04.mean_squared_error:4:call->arg-1
        ch04.will_converge:1:call->arg-1
        ch05.predict:1:call->arg-1
        ch05.largest_stable_learning_rate:2:call->arg-1
        ch05.accuracy:1:call->arg-1
        ch06.sgd_epoch:6:call->arg-1
        ch06.train:11:call->arg-1
    """,
    "True, 1 and 1.0 are one kind of result.": """
        ch04.will_converge:1:insert-float32
        ch04.overshoots:2:insert-float32
        ch06.lights_to_matrix:1:float->int
        ch06.relu_deriv:1:call->receiver
        ch06.relu_deriv:1:float->int
        ch06.relu_deriv:1:float->bool
    """,
    "A list, a tuple or what an iterator gives is as good as an array.": """
        ch03.broadcast_shape:6:call->arg-1
        ch05.outer_product:1:call->arg-1
        ch05.mimo_step:1:call->arg-1
        ch06.lights_to_matrix:1:call->arg-1
    """,
    "The results are small whole numbers, which need no decimals and fit into any kind.": """
        ch03.broadcast_shape:6:insert-float32
        ch03.broadcast_shape:6:insert-round
        ch03.dot_shape:2:insert-float32
        ch03.dot_shape:2:insert-round
        ch03.dot_shape:6:insert-float32
        ch03.dot_shape:6:insert-round
        ch06.lights_to_matrix:1:insert-float32
        ch06.lights_to_matrix:1:insert-round
        ch06.pressure:1:insert-float32
        ch06.pressure:1:insert-round
        ch06.relu_deriv:1:insert-float32
        ch06.relu_deriv:1:insert-round
    """,
    "A number or a tuple cannot be changed in place: the name is bound to another one.": """
        ch03.scale_input:1:in-place
        ch03.dot_shape:2:in-place
        ch04.squared_error:2:in-place
        ch04.node_delta:1:in-place
        ch04.gd_step:2:in-place
        ch05.weight_deltas:1:in-place
    """,
    "A length is never below 0, and neither is what relu returns, nor a sum of squares.": """
        ch03.vector_mean:1:eq->lte
        ch06.dead_units:2:eq->lte
    """,
    "0 with a minus is 0.": """
        ch06.dead_units:2:insert-minus
    """,
    "2 divided by NumPy's 0.0 is inf, which is the result for inputs that are all 0.": """
        ch05.largest_stable_learning_rate:2:always
        ch05.largest_stable_learning_rate:2:gt->gte
        ch05.largest_stable_learning_rate:2:0->-1
    """,
    "Axis -1 is the last one, and in a matrix that is axis 1.": """
        ch05.largest_stable_learning_rate:1:1->-1
        ch05.accuracy:1:1->-1
    """,
    "reshape works out a negative size by itself, and only the right one fits.": """
        ch05.weights_as_images:1:10->-10
        ch05.weights_as_images:1:28->-28
        ch05.weights_as_images:1:28->-28#2
    """,
    "Sizes that fit are equal or one of them is 1: either way round the other one is taken.": """
        ch03.broadcast_shape:4:swap-1-2
        ch03.broadcast_shape:4:swap-args-1-2
        ch03.broadcast_shape:6:swap-args-1-2
    """,
    "The two statements do not need each other: what the later one reads is worked out before.": """
        ch03.broadcast_shape:2:turn-round#2
        ch03.dot_shape:1:turn-round
        ch04.hot_cold_fit:4:turn-round
        ch05.frozen_step:1:turn-round
        ch06.sgd_epoch:4:turn-round#2
        ch06.train:7:turn-round#3
    """,
    "The error bends upwards, so a step up and a step down are never both better than staying.": """
        ch04.hot_cold_step:2:swap-2-3
        ch04.hot_cold_fit:5:insert-minus#4
    """,
    "Turned round, too high is too low: whether both occur stays the same.": """
        ch04.overshoots:1:swap-args-1-2
    """,
    "Numbers spread evenly from -1 to 1 are so with a minus as well, and with fewer digits.": """
        ch06.init_weights:1:turn-round
        ch06.init_weights:1:insert-minus
        ch06.init_weights:1:insert-float32
    """,
    "After the last row comes an empty slice: no miss, and a step that changes nothing.": """
        ch06.train:4:range-1+1
    """,
}
EQUIVALENT = {mutant_id: reason for reason, ids in REASONS.items() for mutant_id in ids.split()}


def mutants_of_chapter(chapter: Chapter) -> list[Mutant]:
    return [mutant for name in chapter.exercises for mutant in mutants_of(chapter, name)]


def verdict(chapter: Chapter, mutant: Mutant) -> str:
    """What became of a mutant: "killed", "equivalent", or what is wrong with that."""
    try:
        rejected = is_rejected(chapter, mutant)
    except LawBroke as broke:
        return f"breaks a law: {broke}"
    if mutant.id in EQUIVALENT:
        return "rejected, but it stands in EQUIVALENT" if rejected else "equivalent"
    return "killed" if rejected else "passes"


def complaints(chapter: Chapter, mutants: list[Mutant]) -> tuple[Counter[str], list[str]]:
    """How many mutants were killed or equivalent, and all others with what they change."""
    met = Counter[str]()
    wrong = []
    for mutant in mutants:
        found = verdict(chapter, mutant)
        met[found] += 1
        if found not in ("killed", "equivalent"):
            wrong.append(f"{mutant.id} {found}:  {mutant.change}")
    return met, wrong


@lru_cache(maxsize=1)
def sample() -> dict[str, list[Mutant]]:
    """Some mutants by chapter, spread over all exercises, always the same."""
    draw = random.Random(0)
    left = {}
    for chapter in all_chapters():
        for name in chapter.exercises:
            some = [m for m in mutants_of(chapter, name) if m.id not in EQUIVALENT]
            left[chapter.exercise_id(name)] = draw.sample(some, min(SAMPLE, len(some)))
    drawn: dict[str, list[Mutant]] = {}
    order = draw.sample(sorted(left), len(left))
    while sum(map(len, drawn.values())) < SAMPLE and any(left.values()):
        for exercise_id in order:
            if left[exercise_id] and sum(map(len, drawn.values())) < SAMPLE:
                chapter_id = exercise_id.partition(".")[0]
                drawn.setdefault(chapter_id, []).append(left[exercise_id].pop())
    return drawn


def test_there_are_many_mutants_and_all_of_them_can_be_read() -> None:
    for chapter in all_chapters():
        mutants = mutants_of_chapter(chapter)
        ids = [mutant.id for mutant in mutants]
        assert len(ids) == len(set(ids)) > 20 * len(chapter.exercises)
        for mutant in mutants:
            compile(mutant.source, mutant.id, "exec")


def test_every_reason_belongs_to_a_mutant() -> None:
    known = {mutant.id for chapter in all_chapters() for mutant in mutants_of_chapter(chapter)}
    assert set(EQUIVALENT) - known == set(), "these stand in EQUIVALENT, but are made no more"


@pytest.mark.parametrize("chapter_id", list(chapter_modules()))
def test_a_sample_of_mutants_is_rejected(chapter_id: str) -> None:
    _, wrong = complaints(load_chapter(chapter_id), sample().get(chapter_id, []))
    assert not wrong, "\n".join(wrong)


@pytest.mark.long
@pytest.mark.parametrize("chapter_id", list(chapter_modules()))
def test_every_mutant_is_rejected(chapter_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    chapter = load_chapter(chapter_id)
    met, wrong = complaints(chapter, mutants_of_chapter(chapter))
    with capsys.disabled():
        print(
            f"\n{chapter_id}: {met.total()} mutants, {met['killed']} killed, "
            f"{met['equivalent']} equivalent, {len(wrong)} not explained"
        )
    assert not wrong, "\n".join(wrong)
