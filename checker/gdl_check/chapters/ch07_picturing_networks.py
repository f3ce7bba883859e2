"""How chapter 7 is examined: shapes that fit together, and networks written in letters."""

import re

import numpy as np

from gdl_check.course import exercise
from gdl_check.expect import expect
from gdl_check.inputs import SMALL, Array, Choice, ListOf, Whole
from gdl_check.sandbox.functions import quadratic, relu

LAYERS = Choice((3, 4, 1, 2, 5, 7, 11))
STREETLIGHTS = [[1, 0, 1], [0, 1, 1], [0, 0, 1], [1, 1, 1], [0, 1, 1], [1, 0, 1]]
WALK_OR_STOP = [[0], [1], [0], [1], [1], [0]]


# --- weight_shapes -----------------------------------------------------------------------------

weight_shapes = exercise(
    "weight_shapes",
    inputs={"layer_sizes": ListOf(LAYERS, 2, 5)},
    cases=30,
    edges=[
        {"layer_sizes": [3, 4, 1]},
        {"layer_sizes": [2, 3]},
        {"layer_sizes": [784, 100, 10]},
        {"layer_sizes": [5, 5, 5, 2]},
        {"layer_sizes": [7]},
    ],
    hints=[
        "The streetlight network has a layer of 3 units, one of 4 and one of 1. In how many places "
        "is there something between two layers?",
        "The sizes of the two layers beside it decide a matrix's shape, and nothing else does "
        '(chapter 7, "Simplifying even further"). Take each layer together with the next one.',
        "(batch, n) . (n, m) gives (batch, m): rows for the layer below, columns for the layer "
        "above. Three sizes give two pairs, five sizes give four.",
    ],
)


@weight_shapes.law("has one shape fewer than there are layers")
def has_one_fewer(answer, layer_sizes):
    expect(len(answer(layer_sizes)), "the number of shapes").equals(len(layer_sizes) - 1)


@weight_shapes.law("begins with the units of the input and ends with those of the output")
def spans_the_network(answer, layer_sizes):
    shapes = list(answer(layer_sizes))
    if shapes:
        expect(shapes[0][0], "the rows of the first").equals(layer_sizes[0])
        expect(shapes[-1][1], "the columns of the last").equals(layer_sizes[-1])


@weight_shapes.law("fits together: each matrix has as many columns as the next one has rows")
def fits_together(answer, layer_sizes):
    shapes = list(answer(layer_sizes))
    columns = [shape[1] for shape in shapes[:-1]]
    expect(columns, "the columns of all but the last").equals([shape[0] for shape in shapes[1:]])


@weight_shapes.law("turns round when the network turns round")
def turns_round(answer, layer_sizes):
    turned = answer(layer_sizes[::-1])
    expect(turned).equals([(shape[1], shape[0]) for shape in list(answer(layer_sizes))[::-1]])


@weight_shapes.misconception(
    "the shapes the wrong way round",
    "Rows are examples here: (batch, n) . weights must fit, so the weights have n rows, one for "
    "each unit below. (Chapter 3 stored them the other way.)",
)
def shape_reversed(layer_sizes):
    return [(n_out, n_in) for n_in, n_out in zip(layer_sizes, layer_sizes[1:])]


@weight_shapes.misconception(
    "a matrix for every layer",
    "Weights stand between layers: three layers of units have two matrices between them.",
)
def counts_neurons_as_layers(layer_sizes):
    return list(zip(layer_sizes, [*layer_sizes[1:], layer_sizes[-1]]))


@weight_shapes.misconception(
    "a row more in each matrix, for a bias",
    "These networks have no bias yet: a layer of n units has n rows of weights above it.",
)
def counts_bias(layer_sizes):
    return [(n_in + 1, n_out) for n_in, n_out in zip(layer_sizes, layer_sizes[1:])]


@weight_shapes.misconception(
    "layers that were connected already are skipped",
    "A layer in the middle belongs to two matrices: it is the end of one and the start of the next.",
)
def every_other_pair(layer_sizes):
    return list(zip(layer_sizes[::2], layer_sizes[1::2]))


@weight_shapes.misconception(
    "all matrices start at the input",
    "A layer is computed from the layer just below it, not from the input again.",
)
def all_from_the_input(layer_sizes):
    return [(layer_sizes[0], size) for size in layer_sizes[1:]]


@weight_shapes.alternative
def counted(layer_sizes):
    shapes = []
    for i in range(len(layer_sizes) - 1):
        shapes.append([layer_sizes[i], layer_sizes[i + 1]])
    return shapes


@weight_shapes.alternative
def carried_along(layer_sizes):
    shapes, below = (), layer_sizes[0]
    for above in layer_sizes[1:]:
        shapes, below = (*shapes, (below, above)), above
    return shapes


# --- count_weights -----------------------------------------------------------------------------

count_weights = exercise(
    "count_weights",
    inputs={"layer_sizes": ListOf(LAYERS, 2, 5)},
    cases=30,
    edges=[
        {"layer_sizes": [3, 4, 1]},
        {"layer_sizes": [2, 3]},
        {"layer_sizes": [784, 100, 10]},
        {"layer_sizes": [1, 1]},
        {"layer_sizes": [7]},
    ],
    hints=[
        "Each of 3 units is connected to each of 4 units. How many connections is that?",
        "Each matrix holds one weight for every pair of a unit below and a unit above (chapter 7, "
        '"Simplifying even further"). You have their shapes: count what each matrix holds.',
        "A matrix of shape (n, m) holds n * m numbers. 3, 4, 1 gives the shapes (3, 4) and (4, 1); "
        "add up what they hold.",
    ],
)


@count_weights.law("is the product of the two sizes when there are two layers")
def two_layers(answer, layer_sizes):
    n_in, n_out = layer_sizes[0], layer_sizes[-1]
    expect(answer([n_in, n_out])).equals(n_in * n_out)


@count_weights.law("adds up when a network is put on top of another")
def adds_up(answer, layer_sizes):
    middle = len(layer_sizes) // 2
    below, above = answer(layer_sizes[: middle + 1]), answer(layer_sizes[middle:])
    expect(answer(layer_sizes)).equals(below + above)


@count_weights.law("is the number of entries of all weight matrices")
def counts_entries(answer, layer_sizes):
    matrices = [np.zeros(shape) for shape in zip(layer_sizes, layer_sizes[1:])]
    expect(answer(layer_sizes)).equals(sum(matrix.size for matrix in matrices))


@count_weights.law("is the same when the network is turned round")
def same_when_turned_round(answer, layer_sizes):
    expect(answer(layer_sizes[::-1])).equals(np.asarray(answer(layer_sizes)))


@count_weights.misconception(
    "the biases are counted as well", "These networks have no bias yet: count the weights only."
)
def counts_bias(layer_sizes):
    return sum((n_in + 1) * n_out for n_in, n_out in zip(layer_sizes, layer_sizes[1:]))


@count_weights.misconception(
    "units instead of weights",
    "A weight belongs to a pair of units: 3 units below and 4 above are 12 weights, not 7.",
)
def counts_units(layer_sizes):
    return sum(layer_sizes)


@count_weights.misconception(
    "all sizes multiplied",
    "Each matrix holds n * m weights; what the matrices hold is added, not multiplied.",
)
def multiplies_all(layer_sizes):
    return int(np.prod(layer_sizes))


@count_weights.misconception(
    "matrices instead of weights", "That is how many matrices there are. Count the numbers in them."
)
def counts_matrices(layer_sizes):
    return len(layer_sizes) - 1


@count_weights.misconception(
    "rows and columns added", "A matrix of 3 rows and 4 columns holds 3 * 4 numbers, not 3 + 4."
)
def adds_rows_and_columns(layer_sizes):
    return sum(n_in + n_out for n_in, n_out in zip(layer_sizes, layer_sizes[1:]))


@count_weights.alternative
def with_dot(layer_sizes):
    return np.dot(layer_sizes[:-1], layer_sizes[1:])


@count_weights.alternative
def one_by_one(layer_sizes):
    count = 0
    for i in range(1, len(layer_sizes)):
        for _ in range(layer_sizes[i]):
            count += layer_sizes[i - 1]
    return float(count)


# --- check_chain -------------------------------------------------------------------------------


def chained(sizes, wrong_at):
    """Shapes that fit, but for the one at `wrong_at` if there is one."""
    shapes = [(rows, columns) for rows, columns in zip(sizes, sizes[1:])]
    if 0 < wrong_at < len(shapes):
        rows, columns = shapes[wrong_at]
        shapes[wrong_at] = (rows + 1, columns)
    return {"shapes": shapes}


def multiplied(shapes):
    """What NumPy says: the shape of the product, or None."""
    try:
        product = np.ones(shapes[0])
        for shape in shapes[1:]:
            product = product.dot(np.ones(shape))
    except ValueError:
        return None
    return product.shape


check_chain = exercise(
    "check_chain",
    inputs={"sizes": ListOf(Choice((2, 3, 1, 4, 5)), 2, 5), "wrong_at": Choice((0, 0, 1, 2, 3))},
    arrange=chained,
    edges=[
        {"shapes": [(6, 3), (3, 4), (4, 1)]},
        {"shapes": [(2, 3)]},
        {"shapes": [(6, 3), (4, 1)]},
        {"shapes": [(2, 3), (2, 3)]},
        {"shapes": [(3, 3), (3, 3)]},
        {"shapes": [(2, 3), (3, 2)]},
        # One fits in the middle and one does not; a 1 is not stretched.
        {"shapes": [(2, 3), (3, 4), (5, 2)]},
        {"shapes": [(2, 3), (4, 5), (5, 2)]},
        {"shapes": [(2, 1), (3, 4)]},
        {"shapes": [(2, 3), (1, 4)]},
        {"shapes": [(2, 4), (3, 2), (2, 5)]},
        {"shapes": [(100, 784), (784, 100), (100, 10)]},
        {"shapes": [(1, 1), (1, 1)]},
        {"shapes": [(4, 2), (2, 3), (3, 5), (2, 3)]},
    ],
    hints=[
        "(6, 3) and (3, 4) fit together, (3, 4) and (6, 3) do not. Which two of the four numbers "
        "meet?",
        'Matrices snap together like LEGO bricks (chapter 7, "Simplifying even further"): look at '
        "each pair of neighbours, the columns of the left one and the rows of the right one.",
        "If one pair does not fit, the whole chain does not: return None. Else the result has the "
        "rows of the first, shapes[0][0], and the columns of the last.",
    ],
)


@check_chain.law("leaves a single brick as it is")
def one_brick(answer, shapes):
    expect(answer(shapes[:1])).equals(shapes[0])


@check_chain.law("keeps its rows when a brick is added that fits")
def added_brick(answer, shapes):
    if multiplied(shapes) is not None:
        longer = answer([*shapes, (shapes[-1][1], 7)])
        expect(longer).equals((shapes[0][0], 7))


@check_chain.law("is None as soon as one brick does not fit, whatever comes after it")
def one_wrong_brick(answer, shapes):
    rows = shapes[-1][1] + 1
    expect(answer([*shapes, (rows, 2)])).equals(None)
    expect(answer([*shapes, (rows, 2), (2, 3)])).equals(None)


@check_chain.law("is what NumPy finds when it multiplies such matrices")
def agrees_with_numpy(answer, shapes):
    expect(answer(shapes)).equals(multiplied(shapes))


@check_chain.misconception(
    "only the first and the last brick are looked at",
    "Every pair of neighbours has to fit, also those in the middle.",
)
def ends_only(shapes):
    return shapes[0][0], shapes[-1][1]


@check_chain.misconception(
    "only the first pair is looked at",
    "Go on with the next pair when the first one fits; return the shape after the last one.",
)
def first_pair_only(shapes):
    if len(shapes) > 1 and shapes[0][1] != shapes[1][0]:
        return None
    return shapes[0][0], shapes[-1][1]


@check_chain.misconception(
    "only the last pair counts",
    "A later pair that fits does not mend an earlier one: return None as soon as one does not fit.",
)
def last_pair_only(shapes):
    if len(shapes) > 1 and shapes[-2][1] != shapes[-1][0]:
        return None
    return shapes[0][0], shapes[-1][1]


@check_chain.misconception(
    "bricks of equal shape are said to fit",
    "What meets are the columns of the left one and the rows of the right one: (2, 3) does not fit "
    "to (2, 3), but (3, 5) does.",
)
def same_shape_needed(shapes):
    if any(shape != shapes[0] for shape in shapes):
        return None
    return shapes[0]


@check_chain.misconception(
    "a 1 fits to everything",
    "NumPy stretches a 1 where numbers are added or multiplied one by one. In a matrix product the "
    "two numbers that meet must be equal.",
)
def ones_are_stretched(shapes):
    for left, right in zip(shapes, shapes[1:]):
        if left[1] != right[0] and 1 not in (left[1], right[0]):
            return None
    return shapes[0][0], shapes[-1][1]


@check_chain.misconception(
    "the result the wrong way round",
    "The rows of the first brick are left over on the left side, so they come first.",
)
def shape_reversed(shapes):
    if any(left[1] != right[0] for left, right in zip(shapes, shapes[1:])):
        return None
    return shapes[-1][1], shapes[0][0]


@check_chain.misconception(
    "an exception where the bricks do not fit", "Here that is a result like any other: return None."
)
def raises_instead(shapes):
    if any(left[1] != right[0] for left, right in zip(shapes, shapes[1:])):
        raise ValueError("shapes do not fit")
    return shapes[0][0], shapes[-1][1]


@check_chain.alternative
def brick_by_brick(shapes):
    rows, columns = shapes[0]
    for i in range(1, len(shapes)):
        if shapes[i][0] != columns:
            return None
        columns = shapes[i][1]
    return [rows, columns]


@check_chain.alternative
def by_halves(shapes):
    if len(shapes) == 1:
        return shapes[0]
    middle = len(shapes) // 2
    left, right = by_halves(shapes[:middle]), by_halves(shapes[middle:])
    if left is None or right is None or left[1] != right[0]:
        return None
    return left[0], right[1]


@check_chain.alternative
def asks_numpy(shapes):
    product = np.ones(shapes[0])
    for shape in shapes[1:]:
        try:
            product = product @ np.ones(shape)
        except ValueError:
            return None
    return product.shape


# --- predict_by_letters ------------------------------------------------------------------------


def of_depth(inputs, first, second, third, depth, hidden_activation):
    weights = [first, second, third][:depth]
    return {"inputs": inputs, "weights": weights, "hidden_activation": hidden_activation}


def matrices(*written):
    return [np.array(matrix, dtype=float) for matrix in written]


predict_by_letters = exercise(
    "predict_by_letters",
    inputs={
        "inputs": Array(("batch", "n"), SMALL),
        "first": Array(("n", "hidden"), SMALL),
        "second": Array(("hidden", "out"), SMALL),
        "third": Array(("out", "n"), SMALL),
        "depth": Choice((2, 1, 3, 3)),
        "hidden_activation": Choice((relu(), relu(), quadratic(1, 0, 0), quadratic(0, 1, 1))),
    },
    arrange=of_depth,
    cases=40,
    edges=[
        {
            "inputs": [[1.0, 2.0]],
            "weights": matrices([[1, -1], [1, 0]], [[2], [5]]),
            "hidden_activation": relu(),
        },
        # The last layer may be negative, and is left so.
        {
            "inputs": [[1.0, 2.0], [3.0, -1.0], [0.5, 0.0]],
            "weights": matrices([[1.0, -2.0], [0.5, 1.0]], [[-1.0, 2.0], [3.0, 1.0]]),
            "hidden_activation": relu(),
        },
        {"inputs": [[1.0], [2.0]], "weights": matrices([[-1]]), "hidden_activation": relu()},
        # Square, so that matrices fit in any order.
        {
            "inputs": [[1.0, 2.0], [3.0, -1.0]],
            "weights": matrices([[1, 2], [0, 1]], [[1, 0], [-1, 2]], [[2, 1], [1, 1]]),
            "hidden_activation": relu(),
        },
        {
            "inputs": [[0.1, 0.7]],
            "weights": matrices([[0.3, -0.9, 1.234567891], [0.6, 0.2, 0.1]], [[0.7], [0.4], [0.3]]),
            "hidden_activation": relu(),
        },
        {
            "inputs": [[1.0]],
            "weights": matrices([[1, 2]], [[1], [1]], [[1, -1]], [[0.5], [2]]),
            "hidden_activation": quadratic(0, 1, 1),
        },
    ],
    hints=[
        "There are two matrices, W0 and W1. What do they stand between, and which layer gets the "
        "activation?",
        'In letters (chapter 7, "Visualizing using letters instead of pictures"): each layer is '
        "made of the layer just before it and the matrix between them, l2 from l1 and W1. Only the "
        "last one is left without an activation.",
        "(batch, n) . (n, m) gives (batch, m); the activation keeps the shape. All matrices but the "
        "last: weights[:-1]. Put each new layer on a list, and take the next one from its end.",
    ],
)


@predict_by_letters.law("gives one layer for each matrix, a row an example and a column a unit")
def has_a_layer_for_each_matrix(answer, inputs, weights, hidden_activation):
    layers = list(answer(inputs, weights, hidden_activation))
    expect(len(layers), "the number of layers").equals(len(weights))
    for i, (layer, matrix) in enumerate(zip(layers, weights), start=1):
        expect(layer, f"l{i}").has_shape(len(inputs), matrix.shape[1])


@predict_by_letters.law("with one matrix, is just inputs . weights")
def one_matrix(answer, inputs, weights, hidden_activation):
    layers = list(answer(inputs, weights[:1], hidden_activation))
    expect(layers[-1]).equals(inputs.dot(weights[0]))


@predict_by_letters.law("with two matrices, is the network of chapter 6")
def two_matrices(answer, inputs, weights):
    if len(weights) > 1:
        hidden = np.maximum(inputs.dot(weights[0]), 0)
        layers = list(answer(inputs, weights[:2], relu()))
        expect(layers[0], "the hidden layer").equals(hidden)
        expect(layers[-1], "the prediction").equals(hidden.dot(weights[1]))


@predict_by_letters.law("goes on from each layer as if it were the input")
def goes_on(answer, inputs, weights, hidden_activation):
    if len(weights) > 1:
        layers = list(answer(inputs, weights, hidden_activation))
        first = np.asarray(hidden_activation(inputs.dot(weights[0])))
        rest = list(answer(first, weights[1:], hidden_activation))
        expect(layers[0], "l1").equals(first)
        expect(layers[-1], "the last layer").equals(np.asarray(rest[-1]))


@predict_by_letters.law("predicts a row in the same way on its own and among others")
def rows_are_on_their_own(answer, inputs, weights, hidden_activation):
    alone = list(answer(inputs[-1:], weights, hidden_activation))[-1]
    last = list(answer(inputs, weights, hidden_activation))[-1]
    expect(np.asarray(last)[-1:], "the last row").equals(np.asarray(alone))


def predicted(inputs, weights, hidden, last=lambda layer: layer):
    layers = [inputs]
    for i, matrix in enumerate(weights):
        layer = layers[-1].dot(matrix)
        layers.append(hidden(layer) if i < len(weights) - 1 else last(layer))
    return layers[1:]


@predict_by_letters.misconception(
    "an activation on the last layer, too",
    "The prediction may be negative or large: the last layer is a plain product.",
)
def nonlinearity_on_output(inputs, weights, hidden_activation):
    return predicted(inputs, weights, hidden_activation, hidden_activation)


@predict_by_letters.misconception(
    "no activation anywhere",
    "Every layer between the input and the last one goes through hidden_activation.",
)
def no_activation(inputs, weights, hidden_activation):
    return predicted(inputs, weights, lambda layer: layer)


@predict_by_letters.misconception(
    "relu, whatever activation is asked for",
    "The function that you are given need not be relu: call hidden_activation.",
)
def always_relu(inputs, weights, hidden_activation):
    return predicted(inputs, weights, lambda layer: np.maximum(layer, 0))


@predict_by_letters.misconception(
    "weights times layer instead of layer times weights",
    "In a product of matrices the order counts: the layer stands on the left, l1 W1. Its columns "
    "meet the rows of the weights.",
)
def noncommuting_swap(inputs, weights, hidden_activation):
    layers = [inputs]
    for i, matrix in enumerate(weights):
        layer = matrix.dot(layers[-1])
        layers.append(hidden_activation(layer) if i < len(weights) - 1 else layer)
    return layers[1:]


@predict_by_letters.misconception(
    "the letters taken for single numbers",
    "A letter stands for a whole layer or matrix here. `*` multiplies entry by entry; the layer's "
    "weighted sums are layer.dot(weights).",
)
def scalar_for_vector(inputs, weights, hidden_activation):
    layers = [inputs]
    for i, matrix in enumerate(weights):
        layer = layers[-1] * matrix
        layers.append(hidden_activation(layer) if i < len(weights) - 1 else layer)
    return layers[1:]


@predict_by_letters.misconception(
    "the input is in the list as well",
    "l0 is given, not computed: the list starts with l1, one layer for each matrix.",
)
def includes_the_input(inputs, weights, hidden_activation):
    return [inputs, *predicted(inputs, weights, hidden_activation)]


@predict_by_letters.misconception(
    "only the prediction", "Return all layers on the way, in a list: [l1, l2, ...]."
)
def only_the_last(inputs, weights, hidden_activation):
    return predicted(inputs, weights, hidden_activation)[-1]


@predict_by_letters.misconception(
    "the layers before their activation",
    "A hidden layer is what its activation gives: that is what the next matrix sees, and what "
    "belongs in the list.",
)
def before_activation(inputs, weights, hidden_activation):
    layer, layers = inputs, []
    for matrix in weights:
        layers.append(layer.dot(matrix))
        layer = hidden_activation(layers[-1])
    return layers


@predict_by_letters.alternative
def letter_by_letter(inputs, weights, hidden_activation):
    if len(weights) == 1:
        return [inputs @ weights[0]]
    first = hidden_activation(inputs @ weights[0])
    return [first, *letter_by_letter(first, weights[1:], hidden_activation)]


@predict_by_letters.alternative
def entry_by_entry(inputs, weights, hidden_activation):
    layers, layer = [], [[float(entry) for entry in row] for row in inputs]
    for i, matrix in enumerate(weights):
        columns = [list(map(float, column)) for column in matrix.T]
        layer = [[sum(a * b for a, b in zip(row, column)) for column in columns] for row in layer]
        if i < len(weights) - 1:
            layer = [[hidden_activation(entry) for entry in row] for row in layer]
        layers.append(layer)
    return tuple(layers)


@predict_by_letters.alternative
def undone_at_the_end(inputs, weights, hidden_activation):
    layers, layer = [], inputs
    for matrix in weights:
        product = np.einsum("bn,nm->bm", layer, matrix)
        layer = hidden_activation(product)
        layers.append(layer)
    layers[-1] = product
    return layers


# --- formula -----------------------------------------------------------------------------------


def value_of(text, n_layers):
    """What the right side of a formula comes to, with matrices that fit in one order only.

    None where it cannot be read. A product is worked out from left to right.
    """
    given = {"l0": np.array([[1.0, -2.0]])}
    for i in range(n_layers):
        entries = [(-1) ** (k // 2) * (1 + (k + i) % 3) for k in range((i + 2) * (i + 3))]
        given[f"W{i}"] = np.array(entries, dtype=float).reshape(i + 2, i + 3)
    tokens = re.findall(r"relu\(|\)|\w+|\S", text)
    open_products = [None]
    for token in tokens:
        if token == "relu(":
            open_products += [token, None]
            continue
        if token == ")":
            if len(open_products) < 3 or open_products[-1] is None:
                return None
            factor = np.maximum(open_products.pop(), 0)
            open_products.pop()
        elif token in given:
            factor = given[token]
        else:
            return None
        before = open_products[-1]
        if before is not None and before.shape[1] != factor.shape[0]:
            return None
        open_products[-1] = factor if before is None else before.dot(factor)
    return open_products[0] if len(open_products) == 1 else None


def network_value(n_layers):
    text = "l0 W0"
    for i in range(1, n_layers):
        text = f"relu({text}) W{i}"
    return value_of(text, n_layers)


def sides(formula):
    """Left and right of the sign of equality; two empty texts where there is none."""
    left, sign, right = "".join(formula).partition("=")
    return (left.strip(), right.strip()) if sign else ("", "")


formula = exercise(
    "formula",
    inputs={"n_layers": Whole(1, 6)},
    cases=20,
    edges=[{"n_layers": 1}, {"n_layers": 2}, {"n_layers": 3}, {"n_layers": 12}],
    hints=[
        "l2 = l1 W1, and l1 = relu(l0 W0). What do you get if you write the second in place of l1?",
        'Link the variables (chapter 7, "Linking the variables"): wrap what you have in relu( ) and '
        "put the next matrix behind it, once for every further layer.",
        "One layer: 'l1 = l0 W0'. Two: 'l2 = relu(l0 W0) W1'. Every further layer of weights adds "
        "one relu( ) around everything and one W at the end.",
    ],
)


@formula.law("names the last layer on its left side")
def names_the_last_layer(answer, n_layers):
    expect(sides(answer(n_layers))[0], "the left side").equals(f"l{n_layers}")


@formula.law("can be read, and computes what the network computes")
def computes_the_same(answer, n_layers):
    value = value_of(sides(answer(n_layers))[1], n_layers)
    expect(value is not None, "the right side").is_true(
        "this cannot be worked out: a letter is not known, a bracket is missing, or the shapes of "
        "two neighbours do not fit"
    )
    expect(value, "the number it comes to").equals(network_value(n_layers))


@formula.law("has a relu for every layer of weights but the last")
def has_relus(answer, n_layers):
    right = sides(answer(n_layers))[1]
    expect(right.count("relu("), "the number of relus").equals(n_layers - 1)


@formula.law("holds the formula of the network that is one layer shorter")
def holds_the_shorter_one(answer, n_layers):
    if n_layers > 1:
        shorter, right = sides(answer(n_layers - 1))[1], sides(answer(n_layers))[1]
        expect(right, "the right side").equals(f"relu({shorter}) W{n_layers - 1}")


def linked(n_layers, wrap="relu({}) W{}", start="l0 W0"):
    for i in range(1, n_layers):
        start = wrap.format(start, i)
    return start


@formula.misconception(
    "one layer short",
    "n_layers counts layers of weights: with two of them, W0 and W1, the last layer is l2. The "
    "input l0 is not counted.",
)
def counts_neurons_as_layers(n_layers):
    return f"l{n_layers - 1} = {linked(n_layers - 1)}" if n_layers > 1 else "l0 = l0"


@formula.misconception(
    "relu around the last layer, too",
    "Between the layers there is a relu; the prediction itself is left as it is.",
)
def nonlinearity_on_output(n_layers):
    return f"l{n_layers} = relu({linked(n_layers)})"


@formula.misconception(
    "no relu between the layers",
    "Without relu the matrices collapse into one. Every layer but the last goes through relu.",
)
def forgot_relu(n_layers):
    return f"l{n_layers} = {linked(n_layers, '{} W{}')}"


@formula.misconception(
    "the weights stand on the left",
    "In a product of matrices the order counts: l0 W0, the layer first, as its columns meet the "
    "rows of W0.",
)
def noncommuting_swap(n_layers):
    return f"l{n_layers} = {linked(n_layers, 'W{1} relu({0})', 'W0 l0')}"


@formula.misconception(
    "the matrices counted from 1",
    "W0 stands between l0 and l1: the first matrix has the number of the layer it starts from.",
)
def counted_from_one(n_layers):
    names = range(1, n_layers)
    text = "l0 W1"
    for i in names:
        text = f"relu({text}) W{i + 1}"
    return f"l{n_layers} = {text}"


@formula.misconception(
    "the layer before is not replaced",
    "Link the variables: write out the layer before, down to l0, so that only l0 and the weights "
    "are left.",
)
def not_linked(n_layers):
    if n_layers == 1:
        return "l1 = l0 W0"
    return f"l{n_layers} = relu(l{n_layers - 1}) W{n_layers - 1}"


@formula.misconception(
    "only the right side", "Say what is computed, too: the formula starts with 'l2 = '."
)
def right_side_only(n_layers):
    return linked(n_layers)


@formula.alternative
def put_together(n_layers):
    behind = "".join(f") W{i}" for i in range(1, n_layers))
    return "l" + str(n_layers) + " = " + "relu(" * (n_layers - 1) + "l0 W0" + behind


@formula.alternative
def by_replacing(n_layers):
    text = f"l{n_layers} = l{n_layers - 1} W{n_layers - 1}"
    for i in range(n_layers - 1, 0, -1):
        text = text.replace(f" = l{i} ", f" = relu(l{i - 1} W{i - 1}) ").replace(
            f"relu(l{i} ", f"relu(relu(l{i - 1} W{i - 1}) "
        )
    return text


# --- correlation_summary -----------------------------------------------------------------------


def of_two_rows_or_more(inputs, targets):
    if len(inputs) == 1:
        inputs, targets = np.vstack([inputs, inputs + 1]), np.vstack([targets, targets - 1])
    return {"inputs": inputs, "targets": targets}


correlation_summary = exercise(
    "correlation_summary",
    inputs={
        "inputs": Array(("batch", "n"), (1.0, 0.0, 2.0, -1.0, 0.5, -2.0)),
        "targets": Array(("batch", "m"), (0.0, 1.0, 2.0, -1.0)),
    },
    arrange=of_two_rows_or_more,
    edges=[
        {"inputs": STREETLIGHTS, "targets": WALK_OR_STOP},
        {"inputs": [[1.0], [0.0], [0.0]], "targets": [[2.0], [3.0], [5.0]]},
        {"inputs": [[2.0], [1.0]], "targets": [[1.0], [3.0]]},
        # All of one side far above 0: what counts is above and below the mean.
        {"inputs": [[10.0], [11.0], [12.0]], "targets": [[8.0, 6.0], [7.0, 5.0], [5.0, 7.0]]},
        # They do not move together at all, though one mean is no round number.
        {"inputs": [[1.0], [0.0], [1.0]], "targets": [[1.0], [3.0], [5.0]]},
        {"inputs": [[0.1], [0.2], [0.3]], "targets": [[0.7], [0.1], [0.7]]},
        # Correlations of 0.0008 and 0.00125, to either side of what counts.
        {
            "inputs": [[1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, 1.0]],
            "targets": [[1251.0], [1249.0], [-1249.0], [-1251.0]],
        },
        {
            "inputs": [[1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, 1.0]],
            "targets": [[801.0], [799.0], [-799.0], [-801.0]],
        },
        {"inputs": [[3.0, 1.0], [3.0, 2.0]], "targets": [[1.0, 5.0], [2.0, 5.0]]},
        {"inputs": [[0.3, 1.7], [0.1, 1.9], [0.2, 1.9]], "targets": [[0.4], [0.9], [0.7]]},
    ],
    hints=[
        "A light is on in every row. Can it tell you anything about when people walk?",
        "The network looks for correlation between what comes in and what is asked for (chapter 7, "
        '"Correlation summarization"). In every row, is the input above its mean just when the '
        "target is above its own? Then the products of the two are positive.",
        "Minus the mean of each column (axis 0), the shapes stay. inputs^T (n, batch) . targets "
        "(batch, m) gives all sums of products, (n, m). A column that never changes would be "
        "divided by 0: it has correlation 0.",
    ],
)


@correlation_summary.law("is -1, 0 or 1, with a row an input and a column a target")
def is_a_sign(answer, inputs, targets):
    signs = answer(inputs, targets)
    expect(signs).has_shape(inputs.shape[1], targets.shape[1])
    flat = np.asarray(signs).ravel().tolist()
    expect(all(sign in (-1, 0, 1) for sign in flat)).is_true("there is something else in it")


@correlation_summary.law("turns round when the targets turn round")
def turns_round_with_targets(answer, inputs, targets):
    expect(answer(inputs, -targets)).equals(-np.asarray(answer(inputs, targets)))


@correlation_summary.law("does not change when a column is moved up or down")
def moving_does_not_matter(answer, inputs, targets):
    moved = answer(inputs + 4, targets - 2)
    expect(moved).equals(np.asarray(answer(inputs, targets)))


@correlation_summary.law("does not change when all inputs are made 4,096 times smaller")
def size_does_not_matter(answer, inputs, targets):
    smaller = answer(inputs / 4096, targets)
    expect(smaller).equals(np.asarray(answer(inputs, targets)))


@correlation_summary.law("is 1 for a column with itself, and 0 for one that never changes")
def known_signs(answer, inputs):
    changes = inputs.max(axis=0) > inputs.min(axis=0)
    got = np.asarray(answer(inputs, inputs))
    expect(np.diag(got), "each column with itself").equals(changes.astype(float))


@correlation_summary.law("is turned over when inputs and targets change places")
def symmetric(answer, inputs, targets):
    expect(answer(targets, inputs)).equals(np.asarray(answer(inputs, targets)).T)


def correlations(inputs, targets):
    x, y = inputs - inputs.mean(axis=0), targets - targets.mean(axis=0)
    most = np.sqrt(np.outer((x * x).sum(axis=0), (y * y).sum(axis=0)))
    return x.T.dot(y), most


def signs_of(together, most, least=0.001):
    return np.sign(together) * (abs(together) > least * most)


@correlation_summary.misconception(
    "the correlation instead of its sign",
    "The strength does not matter here: 1 where the correlation is positive, -1 where it is "
    "negative.",
)
def strength_kept(inputs, targets):
    together, most = correlations(inputs, targets)
    return np.divide(together, most, out=np.zeros_like(together), where=most > 0)


@correlation_summary.misconception(
    "the products without taking off the mean",
    "Two columns of positive numbers always have positive products. Ask of each row whether it is "
    "above or below the column's mean.",
)
def not_centred(inputs, targets):
    most = np.sqrt(np.outer((inputs * inputs).sum(axis=0), (targets * targets).sum(axis=0)))
    return signs_of(inputs.T.dot(targets), most)


@correlation_summary.misconception(
    "targets in the rows and inputs in the columns",
    "Entry (i, j) is about input i and target j, like the weights between them: shape (n, m).",
)
def transposed(inputs, targets):
    return signs_of(*correlations(inputs, targets)).T


@correlation_summary.misconception(
    "nan for a column that never changes",
    "Such a column has no correlation with anything: 0. Do not divide by 0.",
)
def constant_is_nan(inputs, targets):
    together, most = correlations(inputs, targets)
    with np.errstate(all="ignore"):
        strength = together / most
    return np.where(abs(strength) <= 0.001, 0.0, np.sign(strength))


@correlation_summary.misconception(
    "the weakest correlation counts as well",
    "One between -0.001 and 0.001 counts as none. Else what rounding leaves behind decides the sign.",
)
def weak_ones_count(inputs, targets):
    return signs_of(*correlations(inputs, targets), least=1e-9)


@correlation_summary.misconception(
    "the mean of each row is taken off",
    "The mean of a column says what is usual for that input: axis 0, over the rows.",
)
def wrong_axis(inputs, targets):
    x = inputs - inputs.mean(axis=1, keepdims=True)
    y = targets - targets.mean(axis=1, keepdims=True)
    most = np.sqrt(np.outer((x * x).sum(axis=0), (y * y).sum(axis=0)))
    return signs_of(x.T.dot(y), most)


@correlation_summary.alternative
def column_by_column(inputs, targets):
    signs = np.zeros((inputs.shape[1], targets.shape[1]), dtype=int)
    for i in range(inputs.shape[1]):
        for j in range(targets.shape[1]):
            x, y = inputs[:, i], targets[:, j]
            if len(set(x.tolist())) > 1 and len(set(y.tolist())) > 1:
                strength = np.corrcoef(x, y)[0, 1]
                if abs(strength) >= 0.001:
                    signs[i, j] = 1 if strength > 0 else -1
    return signs


@correlation_summary.alternative
def without_means(inputs, targets):
    x, y, rows = inputs.astype(float), targets.astype(float), len(inputs)
    together = rows * x.T @ y - np.outer(x.sum(axis=0), y.sum(axis=0))
    x_spread = rows * (x * x).sum(axis=0) - x.sum(axis=0) ** 2
    y_spread = rows * (y * y).sum(axis=0) - y.sum(axis=0) ** 2
    most = np.sqrt(np.maximum(np.outer(x_spread, y_spread), 0))
    return [
        [float(np.sign(t)) if abs(t) > 0.001 * m else 0.0 for t, m in zip(*rows_of_both)]
        for rows_of_both in zip(together, most)
    ]


@correlation_summary.alternative
def pair_by_pair(inputs, targets):
    x = (inputs[:, None] - inputs[None]).reshape(-1, inputs.shape[1])
    y = (targets[:, None] - targets[None]).reshape(-1, targets.shape[1])
    together = np.einsum("pn,pm->nm", x, y)
    most = np.sqrt(np.einsum("pn,pm->nm", x**2, np.ones_like(y)) * (y**2).sum(axis=0))
    return np.where(together > 0.001 * most, 1, 0) - np.where(together < -0.001 * most, 1, 0)
