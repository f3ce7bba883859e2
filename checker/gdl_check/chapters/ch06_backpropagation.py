"""How chapter 6 is examined: from one row of streetlights to backpropagation."""

import numpy as np

from gdl_check.compare import expect
from gdl_check.course import exercise
from gdl_check.gradient import expect_slopes, upstream_like
from gdl_check.inputs import ACTIVATIONS, Array

relu_deriv = exercise(
    "relu_deriv",
    inputs=dict(output=Array(("batch", "hidden"), ACTIVATIONS)),
    edges=[dict(output=[[0.0]]), dict(output=[[0.0, 0.5, 3.0]])],
    hints=[
        "Two units: one was off, one was on with 5. If a little more flowed into each of them, how "
        "much more would come out?",
        'The slope of a line is how steep it is (chapter 6, "Backpropagation in code"). Where relu '
        "lets its input through, one more in is one more out. Where it is off, nothing changes.",
        "Same shape as `output`. Ask of every entry whether it is above 0, and turn the answer into "
        "1.0 or 0.0.",
    ],
)


@relu_deriv.law("is 1 where the unit was on and 0 where it was off")
def marks_units_that_were_on(answer, output):
    expect(answer(output)).equals(output > 0)


@relu_deriv.law("is the slope of relu, wherever relu has one", most=6)
def is_the_slope_of_relu(answer, output):
    x = output - 0.3
    upstream = upstream_like(x)
    expect_slopes(
        lambda x: np.sum(upstream * np.maximum(x, 0)),
        at=dict(x=x),
        claimed=lambda x: upstream * answer(np.maximum(x, 0)),
    )


@relu_deriv.misconception(
    "the activation itself",
    "The slope of a line is how steep it is, not how high you are on it: where relu passes its "
    "input on, the slope is 1.",
)
def slope_is_height(output):
    return output


@relu_deriv.misconception(
    "1 everywhere",
    "relu never returns anything below 0, so `>= 0` is true for every unit. A unit that was off "
    "returned exactly 0: ask for `> 0`.",
)
def relu_deriv_ge(output):
    return (output >= 0).astype(float)


@relu_deriv.alternative
def entry_by_entry(output):
    return [[1 if entry > 0 else 0 for entry in row] for row in output]


@relu_deriv.alternative
def with_sign(output):
    return np.sign(output)
