"""How chapter 16 is examined: the names of PyTorch, and formulas out of papers."""

import numpy as np

from gdl_check.course import exercise
from gdl_check.expect import expect
from gdl_check.gradient import expect_slopes, upstream_like
from gdl_check.inputs import SMALL, Array, Choice, Number

OURS = (
    *("Linear", "Tensor", "Tensor.grad", "Tensor.backward", "backward", "add", "neg", "sub", "mul"),
    *("mm", "transpose", "sum_along", "expand", "index_select", "sigmoid", "tanh", "cross_entropy"),
    *("Layer", "Layer.parameters", "Sequential", "Embedding", "RNNCell", "Sigmoid", "Tanh"),
    *("MSELoss", "CrossEntropyLoss", "SGD", "SGD.step", "SGD.zero"),
)
THEIRS = (
    *("torch.add", "torch.sub", "torch.neg", "torch.mm", "torch.mul", "torch.sum", "torch.t"),
    *("torch.sigmoid", "torch.tanh", "torch.index_select", "torch.autograd.backward"),
    *("torch.nn.CrossEntropyLoss", "torch.nn.Embedding", "torch.nn.Linear", "torch.nn.Module"),
    *("torch.nn.functional.cross_entropy", "torch.nn.functional.embedding"),
    *("torch.nn.functional.nll_loss", "torch.nn.Module.parameters", "torch.nn.MSELoss"),
    *('torch.nn.MSELoss(reduction="sum")', "torch.nn.NLLLoss", "torch.nn.RNN", "torch.nn.RNNCell"),
    *("torch.nn.Sequential", "torch.nn.Sigmoid", "torch.nn.Tanh", "torch.optim.Adam"),
    *("torch.optim.SGD", "torch.optim.SGD.step", "torch.optim.SGD.zero_grad", "torch.Tensor"),
    *("torch.Tensor.backward", "torch.Tensor.expand", "torch.Tensor.grad", "torch.Tensor.item"),
    "torch.unsqueeze + torch.Tensor.expand",
)
UNKNOWN = ("momentum", "linear", "", "torch.mm", "SGD.zero_grad")
LAYERS = ("Linear", "Sequential", "Embedding", "RNNCell", "Sigmoid", "Tanh", "CrossEntropyLoss")

# Large enough to be seen, and to keep rounding in float32 small beside them.
EPSILONS = (0.5, 0.125, 1.0, 0.25)


# --- framework_name ----------------------------------------------------------------------------

framework_name = exercise(
    "framework_name",
    inputs={"ours": Choice(OURS)},
    cases=10,
    edges=[{"ours": name} for name in (*OURS, *UNKNOWN)],
    hints=[
        "Most parts have the same name on both sides. Which of yours have a name that PyTorch uses "
        "for something a little different?",
        "Go through the list, part by part, and ask what goes in and what comes out, as in chapter "
        "13. Small letters are functions in torch or torch.nn.functional, layers stand in torch.nn, "
        "optimisers in torch.optim. Where does your expand put its new axis, and which indices "
        "does your index_select take? Does your MSELoss take a mean?",
        "A dict from text to text is all you need: names[ours], and ValueError where `ours` is not "
        "in it. Copy the names as they are written, dots, brackets and all.",
    ],
)


@framework_name.law("is one of the names in the list, spelled as it is there")
def is_in_the_list(answer, ours):
    if ours in OURS:
        expect("".join(answer(ours)) in THEIRS).is_true("this is not one of PyTorch's names there")


@framework_name.law("raises ValueError for a name that chapter 13 does not have")
def refuses_unknown_names(answer, ours):
    expect(answer(ours + "_of_mine")).raises(ValueError)


@framework_name.law("tells the product of matrices from the product entry by entry")
def two_products(answer):
    expect("".join(answer("mm")) != "".join(answer("mul"))).is_true(
        "mm and mul do different things, in PyTorch as well"
    )


@framework_name.law("finds layers in torch.nn and the optimiser in torch.optim")
def layers_stand_in_nn(answer):
    for name in LAYERS:
        expect("".join(answer(name)).startswith("torch.nn."), name).is_true(
            "it is a layer, and layers stand in torch.nn"
        )
    for name in ("SGD", "SGD.step", "SGD.zero"):
        expect("".join(answer(name)).startswith("torch.optim."), name).is_true(
            "it belongs to torch.optim"
        )


def mapped_with(**other):
    """The right table, but for these names."""

    def framework_name(ours):
        right = {
            **{name: f"torch.{name}" for name in OURS if name[0].islower()},
            **{name: f"torch.nn.{name}" for name in LAYERS},
            "Tensor": "torch.Tensor",
            "Tensor.grad": "torch.Tensor.grad",
            "Tensor.backward": "torch.Tensor.backward",
            "backward": "torch.autograd.backward",
            "transpose": "torch.t",
            "sum_along": "torch.sum",
            "expand": "torch.unsqueeze + torch.Tensor.expand",
            "index_select": "torch.nn.functional.embedding",
            "cross_entropy": "torch.nn.functional.cross_entropy",
            "Layer": "torch.nn.Module",
            "Layer.parameters": "torch.nn.Module.parameters",
            "MSELoss": 'torch.nn.MSELoss(reduction="sum")',
            "SGD": "torch.optim.SGD",
            "SGD.step": "torch.optim.SGD.step",
            "SGD.zero": "torch.optim.SGD.zero_grad",
        }
        if ours not in right:
            raise ValueError(ours)
        return other.get(ours, right[ours])

    return framework_name


@framework_name.misconception(
    "expand without its new axis",
    "Your expand makes a new axis, wherever you want it. torch.Tensor.expand only stretches an axis "
    "of length 1: put one there with torch.unsqueeze first.",
)
def names_mapped_wrongly(ours):
    return mapped_with(expand="torch.Tensor.expand")(ours)


@framework_name.misconception(
    "torch.matmul for mm",
    "torch.matmul takes stacks of matrices and single rows as well. What takes two matrices, as "
    "your mm does, is torch.mm, and that is the one in the list.",
)
def matmul_for_mm(ours):
    return mapped_with(mm="torch.matmul")(ours)


@framework_name.misconception(
    "torch.mul for mm",
    "torch.mul multiplies entry by entry, as `*` does. Rows with columns is torch.mm.",
)
def elementwise_for_mm(ours):
    return mapped_with(mm="torch.mul")(ours)


@framework_name.misconception(
    "the mean of the squared misses for their sum",
    "torch.nn.MSELoss takes the mean if you do not say otherwise. The book's MSELoss is a sum: "
    'reduction="sum".',
)
def reduction_mismatch(ours):
    return mapped_with(MSELoss="torch.nn.MSELoss")(ours)


@framework_name.misconception(
    "index_select because the names are alike",
    "torch.index_select takes a plain list of numbers. Yours takes indices of any shape, such as a "
    "row of words for each sentence: that is torch.nn.functional.embedding.",
)
def same_name_other_thing(ours):
    return mapped_with(index_select="torch.index_select")(ours)


@framework_name.misconception(
    "a loss that wants the log of probabilities",
    "Your CrossEntropyLoss takes logits, and so does torch.nn.CrossEntropyLoss: both work out the "
    "softmax themselves. torch.nn.NLLLoss leaves that to you.",
)
def log_probabilities_wanted(ours):
    return mapped_with(CrossEntropyLoss="torch.nn.NLLLoss")(ours)


@framework_name.misconception(
    "the layer that reads a whole sequence",
    "Your RNNCell takes one step at a time. torch.nn.RNN goes through a whole sequence at once.",
)
def whole_sequence(ours):
    return mapped_with(RNNCell="torch.nn.RNN")(ours)


@framework_name.misconception(
    "None for a name that is not there",
    "dict.get hides a name that is spelled wrongly. Say so: raise ValueError.",
)
def none_for_unknown(ours):
    return mapped_with()(ours) if ours in OURS else None


@framework_name.misconception(
    "a KeyError for a name that is not there",
    "names[ours] raises KeyError by itself. Look whether the name is there, and raise ValueError.",
)
def key_error_for_unknown(ours):
    if ours not in OURS:
        raise KeyError(ours)
    return mapped_with()(ours)


@framework_name.alternative
def from_one_text(ours):
    table = """Tensor torch.Tensor;Tensor.grad torch.Tensor.grad;Tensor.backward
        torch.Tensor.backward;backward torch.autograd.backward;transpose torch.t;sum_along torch.sum;
        expand torch.unsqueeze + torch.Tensor.expand;index_select torch.nn.functional.embedding;
        cross_entropy torch.nn.functional.cross_entropy;Layer torch.nn.Module;Layer.parameters
        torch.nn.Module.parameters;MSELoss torch.nn.MSELoss(reduction="sum");SGD torch.optim.SGD;
        SGD.step torch.optim.SGD.step;SGD.zero torch.optim.SGD.zero_grad"""
    for line in table.split(";"):
        name, theirs = line.split(maxsplit=1)
        if name == ours:
            return theirs
    if ours in ["add", "neg", "sub", "mul", "mm", "sigmoid", "tanh"]:
        return "torch." + ours
    if ours in LAYERS:
        return "torch.nn." + ours
    raise ValueError(ours)


@framework_name.alternative
def by_pattern_matching(ours):
    match ours:
        case "add" | "neg" | "sub" | "mul" | "mm" | "sigmoid" | "tanh" | "Tensor":
            return f"torch.{ours}"
        case "Tensor.grad" | "Tensor.backward":
            return f"torch.{ours}"
        case "SGD" | "SGD.step":
            return f"torch.optim.{ours}"
        case "SGD.zero":
            return "torch.optim.SGD.zero_grad"
        case "MSELoss":
            return 'torch.nn.MSELoss(reduction="sum")'
        case "Layer" | "Layer.parameters":
            return ours.replace("Layer", "torch.nn.Module")
        case "transpose":
            return "torch.t"
        case "sum_along":
            return "torch.sum"
        case "index_select":
            return "torch.nn.functional.embedding"
        case "expand":
            return "torch.unsqueeze + torch.Tensor.expand"
        case "cross_entropy":
            return "torch.nn.functional.cross_entropy"
        case "backward":
            return "torch.autograd.backward"
    if ours in LAYERS:
        return f"torch.nn.{ours}"
    raise ValueError("there is no such part")


# --- to_torch_layout ---------------------------------------------------------------------------

to_torch_layout = exercise(
    "to_torch_layout",
    inputs={"weights": Array(("n_in", "n_out"))},
    cases=30,
    edges=[
        {"weights": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]},
        {"weights": [[1.0, 2.0], [3.0, 4.0]]},
        {"weights": [[0.1], [1.234567891]]},
        {"weights": [[7.0]]},
    ],
    hints=[
        "A layer has 3 inputs and 2 outputs. Which shape do your weights have, and which does "
        "torch.nn.Linear ask for?",
        "PyTorch keeps one row for each output, as chapter 3 did with its lists. What was a column "
        "with you is a row there.",
        "(n_in, n_out) becomes (n_out, n_in), and entry (i, j) goes to (j, i). Beware of reshape: it "
        "keeps the numbers in the order of reading.",
    ],
)


@to_torch_layout.law("has one row for each output")
def has_a_row_for_each_output(answer, weights):
    expect(answer(weights)).has_shape(weights.shape[1], weights.shape[0])


@to_torch_layout.law("done twice gives the weights back")
def twice_is_the_way_back(answer, weights):
    expect(answer(np.array(answer(weights), dtype=float))).equals(weights)


@to_torch_layout.law("predicts the same: inputs . weights is inputs . (its transpose)")
def predicts_the_same(answer, weights):
    inputs = upstream_like(np.zeros((3, len(weights))))
    theirs = np.asarray(answer(weights))
    expect(inputs.dot(theirs.T), "what PyTorch predicts").equals(inputs.dot(weights))


@to_torch_layout.misconception(
    "the layout as it was", "Rows become columns: torch.nn.Linear wants one row for each output."
)
def layout_transposed(weights):
    return weights


@to_torch_layout.misconception(
    "reshaped instead of transposed",
    "reshape only reads the same numbers in rows of another length. weights.T makes rows of what "
    "were columns.",
)
def reshaped(weights):
    return np.reshape(weights, weights.shape[::-1])


@to_torch_layout.misconception(
    "a quarter turn",
    "np.rot90 turns the matrix, so that one axis runs backwards. Entry (i, j) belongs at (j, i).",
)
def turned(weights):
    return np.rot90(weights)


@to_torch_layout.misconception(
    "the rows in another order",
    "Input i and output j keep their numbers: only the two axes change places.",
)
def reversed_rows(weights):
    return weights.T[::-1, ::-1]


@to_torch_layout.alternative
def output_by_output(weights):
    return [[row[j] for row in weights] for j in range(weights.shape[1])]


@to_torch_layout.alternative
def with_zip(weights):
    return np.array(list(zip(*weights)))


# --- momentum_step -----------------------------------------------------------------------------

momentum_step = exercise(
    "momentum_step",
    inputs={
        "weights": Array(("n", "m")),
        "velocity": Array(("n", "m")),
        "gradient": Array(("n", "m")),
        "learning_rate": Number((0.5, 0.25, 1.0, 0.125, 2.0)),
        "momentum": Number((0.5, 0.25, 0.75, 0.0, 0.125)),
    },
    edges=[
        {
            "weights": [[1.0]],
            "velocity": [[2.0]],
            "gradient": [[3.0]],
            "learning_rate": 0.5,
            "momentum": 0.25,
        },
        {
            "weights": [[0.3, -1.7], [0.1, 1.234567891]],
            "velocity": [[0.7, 0.0], [-0.2, 0.9]],
            "gradient": [[-0.4, 0.6], [0.0, 1.1]],
            "learning_rate": 0.1,
            "momentum": 0.9,
        },
        {
            "weights": [[1.0, 2.0]],
            "velocity": [[0.0, 0.0]],
            "gradient": [[4.0, -1.0]],
            "learning_rate": 0.25,
            "momentum": 0.5,
        },
        {
            "weights": [[1.0, 2.0]],
            "velocity": [[4.0, -1.0]],
            "gradient": [[0.0, 0.0]],
            "learning_rate": 0.25,
            "momentum": 0.5,
        },
    ],
    hints=[
        "A ball that rolls downhill reaches a flat place, where the slope is 0. Does it stop there?",
        "The velocity remembers: a part of the old one is kept, and the new slope is added. The "
        "weights then move against the new velocity, and no longer against the slope alone.",
        "All arrays have one shape, learning_rate and momentum are numbers. Work out the new "
        "velocity first, and return the pair (new weights, new velocity).",
    ],
)


@momentum_step.law("without momentum, is plain gradient descent")
def no_momentum_is_plain(answer, weights, velocity, gradient, learning_rate):
    new, speed = answer(weights, velocity, gradient, learning_rate, 0.0)
    expect(new, "the weights").equals(weights - learning_rate * gradient)
    expect(speed, "the velocity").equals(gradient)


@momentum_step.law("rolls on where the slope is 0, a little slower each time")
def rolls_on(answer, weights, velocity, learning_rate, momentum):
    new, speed = answer(weights, velocity, np.zeros_like(velocity), learning_rate, momentum)
    expect(speed, "the velocity").equals(momentum * velocity)
    expect(new, "the weights").equals(weights - learning_rate * momentum * velocity)


@momentum_step.law("moves the weights against the velocity that it returns")
def moves_against_the_velocity(answer, weights, velocity, gradient, learning_rate, momentum):
    new, speed = answer(weights, velocity, gradient, learning_rate, momentum)
    expect(new, "the weights").equals(weights - learning_rate * np.asarray(speed))


@momentum_step.law("with the same slope again and again, comes to speed slope / (1 - momentum)")
def reaches_full_speed(answer, weights, gradient, learning_rate, momentum):
    full = gradient / (1 - momentum)
    _, speed = answer(weights, full, gradient, learning_rate, momentum)
    expect(speed, "the velocity").equals(full)


def momentum_with(new_velocity, used=lambda old, new, gradient, momentum: new):
    def step(weights, velocity, gradient, learning_rate, momentum):
        new = new_velocity(velocity, gradient, momentum)
        return weights - learning_rate * used(velocity, new, gradient, momentum), new

    return step


def plain_velocity(velocity, gradient, momentum):
    return momentum * velocity + gradient


@momentum_step.misconception(
    "the weights move uphill",
    "The velocity adds up slopes, and slopes point uphill: weights - learning_rate * velocity.",
)
def momentum_sign(*args):
    return momentum_with(plain_velocity, lambda old, new, gradient, momentum: -new)(*args)


@momentum_step.misconception(
    "the old velocity is taken off",
    "Momentum keeps the speed: momentum * velocity + gradient. With a minus the steps would brake "
    "each other.",
)
def velocity_turned(*args):
    return momentum_with(lambda velocity, gradient, momentum: gradient - momentum * velocity)(*args)


@momentum_step.misconception(
    "a velocity that points downhill",
    "Here the velocity adds up slopes as they are, and the minus stands in the weights' step. "
    "Mixing the two ways of writing it turns the sign round.",
)
def downhill_velocity(weights, velocity, gradient, learning_rate, momentum):
    new = momentum * velocity - gradient
    return weights + learning_rate * new, new


@momentum_step.misconception(
    "the step uses the old velocity", "Work out the new velocity first, and move by that one."
)
def old_velocity_used(*args):
    return momentum_with(plain_velocity, lambda old, new, gradient, momentum: old)(*args)


@momentum_step.misconception(
    "a running mean of the gradients",
    "Here the gradient is added whole, as in PyTorch, and not times (1 - momentum).",
)
def damped(*args):
    return momentum_with(
        lambda velocity, gradient, momentum: momentum * velocity + (1 - momentum) * gradient
    )(*args)


@momentum_step.misconception(
    "the learning rate inside the velocity",
    "The velocity adds up slopes; the learning rate comes in when the weights move.",
)
def rate_in_velocity(weights, velocity, gradient, learning_rate, momentum):
    new = momentum * velocity + learning_rate * gradient
    return weights - new, new


@momentum_step.misconception(
    "nothing is forgotten", "Only a part of the old velocity is kept: multiply it by momentum."
)
def forgot_momentum(*args):
    return momentum_with(lambda velocity, gradient, momentum: velocity + gradient)(*args)


@momentum_step.misconception(
    "a look ahead",
    "This is Nesterov's momentum, which counts the gradient once more. Here the step is just "
    "learning_rate * the new velocity.",
)
def nesterov(*args):
    return momentum_with(
        plain_velocity, lambda old, new, gradient, momentum: gradient + momentum * new
    )(*args)


@momentum_step.misconception(
    "the arguments are changed",
    "`velocity *= momentum` writes into the caller's array. Make a new one: velocity = momentum * "
    "velocity + gradient.",
)
def in_place_mutation(weights, velocity, gradient, learning_rate, momentum):
    velocity *= momentum
    velocity += gradient
    weights -= learning_rate * velocity
    return weights, velocity


@momentum_step.alternative
def entry_by_entry(weights, velocity, gradient, learning_rate, momentum):
    new_weights, new_velocity = weights.copy(), velocity.copy()
    for index in np.ndindex(weights.shape):
        speed = float(gradient[index]) + momentum * float(velocity[index])
        new_velocity[index] = speed
        new_weights[index] = float(weights[index]) - learning_rate * speed
    return [new_weights, new_velocity]


@momentum_step.alternative
def both_parts(weights, velocity, gradient, learning_rate, momentum):
    moved = weights - learning_rate * gradient - (learning_rate * momentum) * velocity
    return moved, np.add(gradient, np.multiply(velocity, momentum))


# --- adam_step ---------------------------------------------------------------------------------

adam_step = exercise(
    "adam_step",
    inputs={
        "weights": Array(("n", "m"), SMALL),
        "mean": Array(("n", "m"), SMALL),
        "square_mean": Array(("n", "m"), (1.0, 4.0, 0.25, 2.0, 9.0, 0.5)),
        "gradient": Array(("n", "m"), SMALL),
        "step": Choice((1, 2, 3, 5, 10)),
        "learning_rate": Number((0.5, 0.25, 1.0, 0.125)),
        "beta_1": Number((0.5, 0.75, 0.25, 0.875)),
        "beta_2": Number((0.75, 0.5, 0.875, 0.9375)),
        "epsilon": Number((0.5, 0.125, 0.25, 1e-8)),
    },
    edges=[
        {
            "weights": [[1.0, 1.0]],
            "mean": [[0.0, 0.0]],
            "square_mean": [[0.0, 0.0]],
            "gradient": [[2.0, -100.0]],
            "step": 1,
            "learning_rate": 0.001,
            "beta_1": 0.9,
            "beta_2": 0.999,
            "epsilon": 1e-8,
        },
        {
            "weights": [[1.0, 2.0]],
            "mean": [[0.0, 0.0]],
            "square_mean": [[0.0, 0.0]],
            "gradient": [[0.0, 1.0]],
            "step": 1,
            "learning_rate": 0.5,
            "beta_1": 0.5,
            "beta_2": 0.75,
            "epsilon": 0.25,
        },
        {
            "weights": [[0.3], [-1.7]],
            "mean": [[0.7], [-0.2]],
            "square_mean": [[0.9], [0.1]],
            "gradient": [[-0.4], [1.234567891]],
            "step": 7,
            "learning_rate": 0.1,
            "beta_1": 0.9,
            "beta_2": 0.99,
            "epsilon": 0.3,
        },
        {
            "weights": [[1.0]],
            "mean": [[0.5]],
            "square_mean": [[1.0]],
            "gradient": [[-1.0]],
            "step": 1000,
            "learning_rate": 0.25,
            "beta_1": 0.5,
            "beta_2": 0.75,
            "epsilon": 0.125,
        },
    ],
    hints=[
        "The running mean starts at 0. After the first gradient, with beta_1 = 0.9, how large is it "
        "beside the gradient? What must it be divided by?",
        "Two running means: of the gradient, and of its square. Made larger while they are young, "
        "the one says where to go, and the root of the other says what is usual for this weight: "
        "each weight moves by about the learning rate, whatever the size of its slopes.",
        "All arrays have one shape. New means first; then m and s, which are only for this step; "
        "then weights - learning_rate * m / (sqrt(s) + epsilon). Return the weights and the two "
        "means as they were before they were made larger.",
    ],
)


@adam_step.law(
    "at the first step, moves each weight by the learning rate, against the slope's sign"
)
def first_step_is_a_sign(answer, weights, gradient, learning_rate, beta_1, beta_2):
    zeros = np.zeros_like(weights)
    new, _, _ = answer(weights, zeros, zeros, gradient, 1, learning_rate, beta_1, beta_2, 1e-15)
    expect(new, "the weights").equals(weights - learning_rate * np.sign(gradient))


@adam_step.law("with the same slope again and again, moves by the learning rate every time")
def constant_slope(answer, weights, gradient, learning_rate, beta_1, beta_2):
    mean = square_mean = np.zeros_like(weights)
    for step in (1, 2, 3):
        new, mean, square_mean = map(
            np.asarray,
            answer(
                weights,
                np.asarray(mean, dtype=float),
                np.asarray(square_mean, dtype=float),
                gradient,
                step,
                learning_rate,
                beta_1,
                beta_2,
                1e-15,
            ),
        )
        expect(new, f"the weights after step {step}").equals(
            weights - learning_rate * np.sign(gradient)
        )
        expect(mean, f"the mean after step {step}").equals((1 - beta_1**step) * gradient)


@adam_step.law("leaves the means where they are when they say what the gradient says")
def means_at_rest(answer, weights, gradient, step, learning_rate, beta_1, beta_2, epsilon):
    _, mean, square_mean = answer(
        weights, gradient, gradient**2, gradient, step, learning_rate, beta_1, beta_2, epsilon
    )
    expect(mean, "the mean").equals(gradient)
    expect(square_mean, "the mean of the squares").equals(gradient**2)


@adam_step.law("turns round when the slope and its mean turn round")
def turns_round(
    answer, weights, mean, square_mean, gradient, step, learning_rate, beta_1, beta_2, epsilon
):
    given = (step, learning_rate, beta_1, beta_2, epsilon)
    here, _, _ = answer(weights, mean, square_mean, gradient, *given)
    there, _, _ = answer(weights, -mean, square_mean, -gradient, *given)
    expect(np.asarray(here) + np.asarray(there), "both together").equals(2 * weights)


@adam_step.law("takes the same step when all slopes are 8 times larger, but for epsilon")
def size_of_slopes_is_free(
    answer, weights, mean, square_mean, gradient, step, learning_rate, beta_1, beta_2
):
    given = (step, learning_rate, beta_1, beta_2, 1e-14)
    used = square_mean + 1  # never 0
    small, _, _ = answer(weights, mean, used, gradient, *given)
    large, _, _ = answer(weights, 8 * mean, 64 * used, 8 * gradient, *given)
    expect(large, "the weights").equals(np.asarray(small))


def adam_with(
    square=lambda gradient: gradient**2,
    corrections=lambda beta_1, beta_2, step: (1 - beta_1**step, 1 - beta_2**step),
    divisor=lambda s, epsilon: np.sqrt(s) + epsilon,
    sign=1,
    kept=lambda mean, square_mean, m, s: (mean, square_mean),
    betas=lambda beta_1, beta_2: (beta_1, beta_2),
):
    def answer(weights, mean, square_mean, gradient, step, learning_rate, beta_1, beta_2, epsilon):
        beta_1, beta_2 = betas(beta_1, beta_2)
        mean = beta_1 * mean + (1 - beta_1) * gradient
        square_mean = beta_2 * square_mean + (1 - beta_2) * square(gradient)
        first, second = corrections(beta_1, beta_2, step)
        m, s = mean / first, square_mean / second
        new = weights - sign * learning_rate * m / divisor(s, epsilon)
        return (new, *kept(mean, square_mean, m, s))

    return answer


@adam_step.misconception(
    "the young means are not made larger",
    "Both means began as zeros and are too small at first: divide by 1 - beta ** step before you "
    "use them.",
)
def adam_no_bias_correction(*args):
    return adam_with(corrections=lambda beta_1, beta_2, step: (1, 1))(*args)


@adam_step.misconception(
    "made larger as if every step were the first",
    "The means grow up: divide by 1 - beta ** step, which comes closer to 1 with every step.",
)
def correction_without_power(*args):
    return adam_with(corrections=lambda beta_1, beta_2, step: (1 - beta_1, 1 - beta_2))(*args)


@adam_step.misconception(
    "the enlarged means are kept",
    "m and s are for this step only. Return the running means as they are, or they are made larger "
    "again and again.",
)
def keeps_corrected_means(*args):
    return adam_with(kept=lambda mean, square_mean, m, s: (m, s))(*args)


@adam_step.misconception(
    "epsilon under the root", "In the paper epsilon is added to the root: sqrt(s) + epsilon."
)
def epsilon_under_the_root(*args):
    return adam_with(divisor=lambda s, epsilon: np.sqrt(s + epsilon))(*args)


@adam_step.misconception(
    "divided by the square",
    "s is a mean of squares: take its root, so that it is as large as a usual gradient.",
)
def forgot_root(*args):
    return adam_with(divisor=lambda s, epsilon: s + epsilon)(*args)


@adam_step.misconception(
    "the mean of the gradient in place of its square",
    "The second mean is about gradient ** 2, which is never negative, so that it has a root.",
)
def forgot_square(*args):
    return adam_with(square=lambda gradient: gradient)(*args)


@adam_step.misconception(
    "the two betas changed places",
    "beta_1 belongs to the mean of the gradient, beta_2 to the mean of its square.",
)
def betas_swapped(*args):
    return adam_with(betas=lambda beta_1, beta_2: (beta_2, beta_1))(*args)


@adam_step.misconception(
    "the weights move uphill", "m points uphill, as slopes do: subtract the step."
)
def sign_flipped(*args):
    return adam_with(sign=-1)(*args)


@adam_step.misconception(
    "no running mean of the gradient",
    "The direction is the running mean, made larger, and not this one gradient.",
)
def gradient_instead_of_mean(
    weights, mean, square_mean, gradient, step, learning_rate, beta_1, beta_2, epsilon
):
    mean = beta_1 * mean + (1 - beta_1) * gradient
    square_mean = beta_2 * square_mean + (1 - beta_2) * gradient**2
    s = square_mean / (1 - beta_2**step)
    return weights - learning_rate * gradient / (np.sqrt(s) + epsilon), mean, square_mean


@adam_step.alternative
def entry_by_entry(
    weights, mean, square_mean, gradient, step, learning_rate, beta_1, beta_2, epsilon
):
    new = [np.zeros(weights.shape) for _ in range(3)]
    for index in np.ndindex(weights.shape):
        g = float(gradient[index])
        first = g + beta_1 * (float(mean[index]) - g)
        second = g * g + beta_2 * (float(square_mean[index]) - g * g)
        root = (second / (1 - beta_2**step)) ** 0.5
        stride = first / (1 - beta_1**step) / (root + epsilon)
        for array, number in zip(
            new, (float(weights[index]) - learning_rate * stride, first, second)
        ):
            array[index] = number
    return new


@adam_step.alternative
def with_one_factor(
    weights, mean, square_mean, gradient, step, learning_rate, beta_1, beta_2, epsilon
):
    # The form at the end of the paper's section 2: both corrections in one factor.
    first = np.multiply(mean, beta_1) + np.multiply(gradient, 1 - beta_1)
    second = np.multiply(square_mean, beta_2) + np.square(gradient) * (1 - beta_2)
    root = np.sqrt(1 - np.power(beta_2, step))
    rate = learning_rate * root / (1 - np.power(beta_1, step))
    return [weights - rate * first / (np.sqrt(second) + epsilon * root), first, second]


# --- layer_norm --------------------------------------------------------------------------------

layer_norm = exercise(
    "layer_norm",
    inputs={
        "inputs": Array(("batch", "n"), SMALL),
        "gain": Array(("n",), SMALL),
        "bias": Array(("n",), SMALL),
        "epsilon": Number(EPSILONS),
    },
    edges=[
        {
            "inputs": [[1.0, 2.0, 3.0, 6.0]],
            "gain": [1.0, 1.0, 1.0, 1.0],
            "bias": [0.0, 0.0, 0.0, 0.0],
            "epsilon": 0.5,
        },
        {"inputs": [[5.0]], "gain": [2.0], "bias": [3.0], "epsilon": 0.5},
        {
            "inputs": [[2.0, 2.0], [-1.0, 3.0], [1e3, 1e3 + 1]],
            "gain": [1.0, -2.0],
            "bias": [0.5, 4.0],
            "epsilon": 1e-5,
        },
        {
            "inputs": [[0.3, -1.7, 0.1], [1.234567891, 0.7, 0.9]],
            "gain": [0.6, -0.3, 1.1],
            "bias": [0.2, 0.4, -0.7],
            "epsilon": 1e-3,
        },
        {
            "inputs": [[1.0, 2.0], [3.0, 5.0]],
            "gain": [0.0, 1.0],
            "bias": [1.0, 0.0],
            "epsilon": 0.25,
        },
    ],
    hints=[
        "A row is 1, 2, 3, 6. What is its mean, and how far is each number from it?",
        "The row's mean is taken off, then the row is divided by its spread: the root of the mean "
        "squared distance. Every row is an example and is treated on its own; gain and bias are "
        "shared by all rows.",
        "Mean and variance over axis 1 with keepdims=True have shape (batch, 1), which NumPy "
        "stretches along the row. gain and bias, (n,), are stretched over the rows. epsilon goes "
        "under the root.",
    ],
)


@layer_norm.law("has mean 0 in every row, before gain and bias")
def mean_is_zero(answer, inputs, epsilon):
    n = inputs.shape[1]
    normal = np.asarray(answer(inputs, np.ones(n), np.zeros(n), epsilon))
    expect(normal.mean(axis=1), "the mean of each row").equals(np.zeros(len(inputs)))


@layer_norm.law("has variance 1 in every row, or as near to 1 as epsilon lets it come")
def variance_is_one(answer, inputs, epsilon):
    n = inputs.shape[1]
    normal = np.asarray(answer(inputs, np.ones(n), np.zeros(n), epsilon))
    variance = inputs.var(axis=1)
    expected = variance / (variance + epsilon)
    expect((normal**2).mean(axis=1), "the variance of each row").equals(expected)


@layer_norm.law("stays the same when one number is added to all inputs")
def moving_does_not_matter(answer, inputs, gain, bias, epsilon):
    moved = answer(inputs + 4, gain, bias, epsilon)
    expect(moved).equals(np.asarray(answer(inputs, gain, bias, epsilon)))


@layer_norm.law("treats every row on its own")
def rows_are_on_their_own(answer, inputs, gain, bias, epsilon):
    alone = np.asarray(answer(inputs[:1], gain, bias, epsilon))
    among = np.asarray(answer(inputs, gain, bias, epsilon))
    expect(among[:1], "the first row").equals(alone)


@layer_norm.law("is stretched by gain, then moved by bias, column by column")
def gain_and_bias_come_last(answer, inputs, gain, bias, epsilon):
    n = inputs.shape[1]
    normal = np.asarray(answer(inputs, np.ones(n), np.zeros(n), epsilon))
    expect(answer(inputs, gain, bias, epsilon)).equals(gain * normal + bias)


def normalised(inputs, epsilon, ddof=0, axis=1):
    centred = inputs - inputs.mean(axis=axis, keepdims=True)
    with np.errstate(all="ignore"):
        return centred / np.sqrt(inputs.var(axis=axis, keepdims=True, ddof=ddof) + epsilon)


@layer_norm.misconception(
    "divided by n - 1",
    "The paper's variance is the plain mean of the squared distances: divide by n. n - 1 is for "
    "guessing the variance of a whole population from a sample.",
)
def layernorm_population_vs_sample_std(inputs, gain, bias, epsilon):
    return gain * normalised(inputs, epsilon, ddof=1) + bias


@layer_norm.misconception(
    "each column instead of each row",
    "That is batch normalisation. Here every example, every row, is treated on its own: axis 1.",
)
def wrong_axis(inputs, gain, bias, epsilon):
    return gain * normalised(inputs, epsilon, axis=0) + bias


@layer_norm.misconception(
    "one mean for the whole batch",
    "Every row has a mean and a variance of its own: axis=1, keepdims=True.",
)
def whole_batch(inputs, gain, bias, epsilon):
    return gain * normalised(inputs, epsilon, axis=None) + bias


@layer_norm.misconception(
    "epsilon beside the root", "Here epsilon is added to the variance, under the root."
)
def epsilon_beside_the_root(inputs, gain, bias, epsilon):
    centred = inputs - inputs.mean(axis=1, keepdims=True)
    return gain * centred / (inputs.std(axis=1, keepdims=True) + epsilon) + bias


@layer_norm.misconception(
    "divided by the variance",
    "The variance is made of squares: divide by its root, so that doubling the inputs changes "
    "nothing.",
)
def forgot_root(inputs, gain, bias, epsilon):
    centred = inputs - inputs.mean(axis=1, keepdims=True)
    return gain * centred / (inputs.var(axis=1, keepdims=True) + epsilon) + bias


@layer_norm.misconception(
    "the mean is left in", "Take the row's mean off before you divide by its spread."
)
def not_centred(inputs, gain, bias, epsilon):
    return gain * inputs / np.sqrt(inputs.var(axis=1, keepdims=True) + epsilon) + bias


@layer_norm.misconception(
    "gain and bias come first",
    "Stretch and move what has been normalised. Before it, much of what they do is taken off again.",
)
def affine_first(inputs, gain, bias, epsilon):
    return normalised(gain * inputs + bias, epsilon)


@layer_norm.misconception(
    "bias is stretched as well", "gain * normal + bias: the bias is added after the stretching."
)
def bias_stretched(inputs, gain, bias, epsilon):
    return gain * (normalised(inputs, epsilon) + bias)


@layer_norm.alternative
def row_by_row(inputs, gain, bias, epsilon):
    rows = []
    for row in inputs:
        numbers = [float(number) for number in row]
        mean = sum(numbers) / len(numbers)
        variance = sum((number - mean) ** 2 for number in numbers) / len(numbers)
        root = (variance + epsilon) ** 0.5
        rows.append([g * (x - mean) / root + b for x, g, b in zip(numbers, gain, bias)])
    return rows


@layer_norm.alternative
def with_std(inputs, gain, bias, epsilon):
    standing = inputs.T - np.mean(inputs, axis=1)
    spread = np.hypot(np.std(inputs, axis=1), np.sqrt(epsilon))
    return np.einsum("nb,n->bn", standing / spread, gain) + bias


# --- layer_norm_backward -----------------------------------------------------------------------

layer_norm_backward = exercise(
    "layer_norm_backward",
    inputs={
        "upstream": Array(("batch", "n"), SMALL),
        "inputs": Array(("batch", "n"), SMALL),
        "gain": Array(("n",), SMALL),
        "epsilon": Number(EPSILONS),
    },
    edges=[
        {"upstream": [[1.0, 0.0]], "inputs": [[1.0, 3.0]], "gain": [1.0, 1.0], "epsilon": 3.0},
        {"upstream": [[2.0]], "inputs": [[5.0]], "gain": [3.0], "epsilon": 0.5},
        {
            "upstream": [[0.70001, -0.4, 1.1], [0.2, 0.9, -0.6]],
            "inputs": [[0.3, -1.7, 0.1], [1.234567891, 0.7, 0.9]],
            "gain": [0.6, -0.3, 1.1],
            "epsilon": 1e-3,
        },
        {
            "upstream": [[1.0, -2.0], [3.0, 0.5], [-1.0, 1.0]],
            "inputs": [[2.0, 2.0], [-1.0, 3.0], [4.0, 1.0]],
            "gain": [1.0, -2.0],
            "epsilon": 0.25,
        },
    ],
    hints=[
        "All numbers of a row grow by the same little bit. Does anything that comes out change? So "
        "what do the slopes of a row add up to?",
        "A number reaches the result in three ways: by itself, through the row's mean, and through "
        "its spread. The two means in the formula take off what the last two ways cancel.",
        "sent = upstream * gain is (batch, n); its means over axis 1 with keepdims=True are (batch, "
        "1). gain and bias, (n,), were used in every row: add up over axis 0. Return the three "
        "slopes in the order inputs, gain, bias.",
    ],
)


@layer_norm_backward.law("has the shapes of inputs, gain and bias")
def has_the_right_shapes(answer, upstream, inputs, gain, epsilon):
    slope, gain_slope, bias_slope = answer(upstream, inputs, gain, epsilon)
    expect(slope, "for the inputs").has_shape(*inputs.shape)
    expect(gain_slope, "for gain").has_shape(*gain.shape)
    expect(bias_slope, "for bias").has_shape(*gain.shape)


@layer_norm_backward.law("adds up to 0 along every row, for the inputs")
def rows_add_up_to_zero(answer, upstream, inputs, gain, epsilon):
    slope = np.asarray(answer(upstream, inputs, gain, epsilon)[0])
    expect(slope.sum(axis=1), "the sum of each row").equals(np.zeros(len(inputs)))


@layer_norm_backward.law("is the sum of the rows' upstream slopes, for bias")
def bias_is_added_everywhere(answer, upstream, inputs, gain, epsilon):
    expect(answer(upstream, inputs, gain, epsilon)[2], "for bias").equals(upstream.sum(axis=0))


@layer_norm_backward.law("doubles when the slope from above doubles")
def doubles_with_upstream(answer, upstream, inputs, gain, epsilon):
    once, twice = (answer(k * upstream, inputs, gain, epsilon) for k in (1, 2))
    for name, one, two in zip(("inputs", "gain", "bias"), once, twice):
        expect(two, f"for {name}").equals(2 * np.asarray(one))


@layer_norm_backward.law("says how steeply the loss climbs with inputs, gain and bias", most=4)
def is_the_slope(answer, inputs, gain, epsilon):
    upstream = upstream_like(inputs)
    expect_slopes(
        lambda inputs, gain, bias: np.sum(upstream * (gain * normalised(inputs, epsilon) + bias)),
        at={"inputs": inputs, "gain": gain, "bias": np.zeros_like(gain)},
        claimed=lambda inputs, gain, bias: answer(upstream, inputs, gain, epsilon),
        batch=len(inputs),
    )


def backward_with(
    common=lambda sent: sent.mean(axis=1, keepdims=True),
    along=lambda sent, normal: normal * (sent * normal).mean(axis=1, keepdims=True),
    sent=lambda upstream, gain: upstream * gain,
    gain_slope=lambda upstream, normal, inputs: (upstream * normal).sum(axis=0),
    bias_slope=lambda upstream: upstream.sum(axis=0),
    spread=lambda variance, epsilon: np.sqrt(variance + epsilon),
):
    def answer(upstream, inputs, gain, epsilon):
        root = spread(inputs.var(axis=1, keepdims=True), epsilon)
        normal, blame = normalised(inputs, epsilon), sent(upstream, gain)
        slope = (blame - common(blame) - along(blame, normal)) / root
        return slope, gain_slope(upstream, normal, inputs), bias_slope(upstream)

    return answer


@layer_norm_backward.misconception(
    "mean and spread are taken as fixed",
    "Each number moves its row's mean and spread as well: take off mean(sent) and normal * "
    "mean(sent * normal).",
)
def mean_and_spread_fixed(*args):
    return backward_with(common=lambda sent: 0, along=lambda sent, normal: 0)(*args)


@layer_norm_backward.misconception(
    "only the mean moves",
    "The spread moves as well when a number moves: take off normal * mean(sent * normal), too.",
)
def spread_fixed(*args):
    return backward_with(along=lambda sent, normal: 0)(*args)


@layer_norm_backward.misconception(
    "only the spread moves", "The mean moves as well when a number moves: take off mean(sent), too."
)
def mean_fixed(*args):
    return backward_with(common=lambda sent: 0)(*args)


@layer_norm_backward.misconception(
    "gain is left out of the way back",
    "The result was stretched by gain, so the slope is as well: sent = upstream * gain.",
)
def forgot_gain(*args):
    return backward_with(sent=lambda upstream, gain: upstream)(*args)


@layer_norm_backward.misconception(
    "gain's slope with the inputs as they came",
    "gain stretched the normalised rows: multiply upstream by normal, not by the inputs.",
)
def inputs_for_normal(*args):
    return backward_with(
        gain_slope=lambda upstream, normal, inputs: (upstream * inputs).sum(axis=0)
    )(*args)


@layer_norm_backward.misconception(
    "the mean over the rows, for gain and bias",
    "They were used in every row, and every use counts: add up, do not divide by the number of rows.",
)
def sum_not_mean(*args):
    return backward_with(
        gain_slope=lambda upstream, normal, inputs: (upstream * normal).mean(axis=0),
        bias_slope=lambda upstream: upstream.mean(axis=0),
    )(*args)


@layer_norm_backward.misconception(
    "a slope for gain and bias in every row",
    "gain and bias are shared by all rows, and have shape (n,): add up over axis 0.",
)
def gain_slope_not_summed(*args):
    return backward_with(
        gain_slope=lambda upstream, normal, inputs: upstream * normal,
        bias_slope=lambda upstream: upstream,
    )(*args)


@layer_norm_backward.misconception(
    "divided by the variance",
    "The row was divided by the root of the variance, and so is its slope.",
)
def forgot_root(*args):
    return backward_with(spread=lambda variance, epsilon: variance + epsilon)(*args)


@layer_norm_backward.alternative
def in_three_steps(upstream, inputs, gain, epsilon):
    n = inputs.shape[1]
    centred = inputs - inputs.mean(axis=1, keepdims=True)
    root = np.sqrt((centred**2).sum(axis=1, keepdims=True) / n + epsilon)
    to_normal = upstream * gain
    to_root = -(to_normal * centred).sum(axis=1, keepdims=True) / root**2
    to_centred = to_normal / root + to_root * centred / (root * n)
    to_inputs = to_centred - to_centred.sum(axis=1, keepdims=True) / n
    return (
        to_inputs,
        np.einsum("bn,bn->n", upstream, centred / root),
        np.ones(len(inputs)) @ upstream,
    )


@layer_norm_backward.alternative
def row_by_row_with_a_matrix(upstream, inputs, gain, epsilon):
    n, slopes, gain_slope, bias_slope = inputs.shape[1], [], 0, 0
    for above, row in zip(upstream.astype(float), inputs.astype(float)):
        root = np.sqrt(row.var() + epsilon)
        normal = (row - row.mean()) / root
        matrix = (np.eye(n) - 1 / n - np.outer(normal, normal) / n) / root
        slopes.append(matrix.dot(above * gain))
        gain_slope, bias_slope = gain_slope + above * normal, bias_slope + above
    return [np.array(slopes), gain_slope, bias_slope]
