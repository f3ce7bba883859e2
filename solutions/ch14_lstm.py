"""Chapter 14: Learning to write like Shakespeare: long short-term memory.

A network that reads a text character by character and guesses what comes next. Long texts are cut
into windows, gradients that vanish or explode are looked at in a toy, and the long short-term
memory (LSTM) keeps them alive: beside its hidden state it has a cell, which is only scaled and
added to, never multiplied by a matrix.

A text is an array of whole numbers, one for each character. The parameters live in one dict of
arrays, which keeps its names and shapes all through the chapter. Every gate has three of them:

    forget_x     (n, hidden)            input_x, output_x, candidate_x alike
    forget_h     (hidden, hidden)       input_h, output_h, candidate_h alike
    forget_b     (hidden,)              input_b, output_b, candidate_b alike

That is an LSTM, 12 arrays. The language model has two more:

    embeddings   (vocabulary, n)        one vector for each character
    decoder      (hidden, vocabulary)   turns a hidden state into one logit for each character

The loss is a mean, over the steps of a window and over its columns.
"""

import numpy as np

from ch06_backpropagation import relu
from ch09_activation_functions import relu_deriv, sigmoid, sigmoid_deriv, softmax, tanh, tanh_deriv
from ch13_autograd import Tensor, cross_entropy, cross_entropy_backward, index_select_backward

# --- A text in windows ---


def char_vocab(text):
    """Which characters a text is made of, and a number for each of them.

    Sort the characters (a set has an order of its own in every run) and count them off from 0.

        text     text
        returns  list of characters, dict: character -> its place in that list

    >>> char_vocab("abba.")
    (['.', 'a', 'b'], {'.': 0, 'a': 1, 'b': 2})

    Book: chapter 14, "Character language modeling" (there: vocab, word2index, not sorted).
    """
    characters = sorted(set(text))
    return characters, {character: i for i, character in enumerate(characters)}


def encode(text, index):
    """A text as numbers, one for each character.

        text     text
        index    dict: character -> its number
        returns  (length of the text,)      whole numbers

    >>> encode("abba", {".": 0, "a": 1, "b": 2})
    array([1, 2, 2, 1])

    Book: chapter 14, "Character language modeling" (there: indices).
    """
    return np.array([index[character] for character in text], dtype=int)


def decode(indices, characters):
    """Numbers as a text again: what `encode` did, undone.

        indices     (length,)               whole numbers
        characters  list of characters      number 0 first
        returns     text

    >>> decode(np.array([1, 2, 2, 1]), [".", "a", "b"])
    'abba'

    Book: chapter 14, "Character language modeling".
    """
    return "".join(characters[i] for i in indices)


def batchify(indices, batch):
    """Cut a text into `batch` strips of equal length and stand them side by side as columns.

    Each column reads on from top to bottom: the first strip of the text is column 0, the next
    strip column 1, and so on. What is left over at the end is dropped.

        indices  (length,)                  whole numbers
        batch    whole number               how many columns, at most length
        returns  (length // batch, batch)

    >>> batchify(np.array([0, 1, 2, 3, 4, 5, 6]), 2)
    array([[0, 3],
           [1, 4],
           [2, 5]])

    Book: chapter 14, "The need for truncated backpropagation" (there: batched_indices).
    """
    steps = len(indices) // batch
    return indices[: steps * batch].reshape(batch, steps).T


def bptt_windows(columns, bptt):
    """Cut columns of text into windows of `bptt` steps, each with what should be predicted.

    The target of every character is the one that comes next in its column. So the last row is
    only ever a target, and rows that do not fill a whole window are dropped.

        columns  (rows, batch)              as batchify makes them
        bptt     whole number               steps a window, less than rows
        returns  (windows, bptt, batch), (windows, bptt, batch)
                                            inputs and targets; windows = (rows - 1) // bptt

    >>> columns = np.array([[0, 10], [1, 11], [2, 12], [3, 13]])
    >>> inputs, targets = bptt_windows(columns, 3)
    >>> inputs[0].tolist(), targets[0].tolist()
    ([[0, 10], [1, 11], [2, 12]], [[1, 11], [2, 12], [3, 13]])

    Book: chapter 14, "Truncated backpropagation" (there: input_batches, target_batches).
    """
    windows = (len(columns) - 1) // bptt
    shape = (windows, bptt, columns.shape[1])
    inputs = columns[: windows * bptt].reshape(shape)
    targets = columns[1 : windows * bptt + 1].reshape(shape)
    return inputs, targets


def detach(state):
    """The same numbers, without a history: from here no gradient goes back any further.

    The state at the end of a window is where the next one begins. Detached, it is nothing but
    numbers, so that backpropagation stops there. The old tensor keeps its own history.

        state    a Tensor of chapter 13
        returns  a new Tensor with the same data

    >>> weight = Tensor([3.0])
    >>> state = weight * weight
    >>> (detach(state) * weight).backward()
    >>> weight.grad
    array([9.])

    Book: chapter 14, "Truncated backpropagation" (there: Tensor(hidden.data, autograd=True)).
    """
    return Tensor(state.data)


# --- Samples of what it writes ---


def sample_index(probabilities, u):
    """Draw a class: each as often as its probability says.

    Lay the classes one after the other on a line from 0 to 1, each as long as its probability, and
    see in which one u falls: the first class where the probabilities up to and including its own
    add up to more than u. Rounding may leave the sum of all a hair below 1, and u above it: then
    it is the last class.

        probabilities  (n_classes,)         1 in sum
        u              number               drawn evenly from 0 up to (not including) 1
        returns        whole number         the class that u falls in, counted from 0

    >>> probabilities = np.array([0.5, 0.25, 0.25])
    >>> [sample_index(probabilities, u) for u in (0.0, 0.4, 0.5, 0.8)]
    [0, 0, 1, 2]
    >>> sample_index(np.full(10, 0.1), 0.9999999999999999)
    9

    Book: chapter 14, "A sample of the output" (there: the first probability above u, which is not
    sampling).
    """
    ends = np.cumsum(probabilities)
    return int(np.searchsorted(ends / ends[-1], u, side="right"))


def apply_temperature(logits, temperature):
    """Probabilities that are more daring or more careful: the softmax of logits / temperature.

    Above 1 it evens the classes out, below 1 the likeliest ones win even more, and near 0 there is
    hardly anything but the likeliest one. At 1 it is the softmax itself.

        logits       (n_classes,)           decimals or whole numbers
        temperature  number above 0         0 or less raises ValueError
        returns      (n_classes,)           1 in sum

    >>> apply_temperature(np.array([1.0, 0.0]), 0.25).round(4)
    array([0.982, 0.018])

    Book: chapter 14, "A sample of the output" (there: logits times 10 or 15).
    """
    if temperature <= 0:
        raise ValueError(f"the temperature must be above 0, not {temperature}")
    return softmax(logits / temperature)


def perplexity(losses):
    """Among how many equally likely characters the network hesitates, on average.

    e^(the mean of the losses). Take the mean first: it is the losses that are averaged.

        losses   (any length,)              the loss of each window, at least one
        returns  number

    >>> round(perplexity([np.log(4), np.log(16)]), 6)
    8.0

    Book: chapter 14, "Training the LSTM character language model".
    """
    return float(np.exp(np.mean(losses)))


# --- Vanishing and exploding gradients ---


def repeat_backprop(state, weights, upstream, steps, kind):
    """Send a state through the same layer again and again, and a gradient all the way back.

    Forward, steps times:   state = activation(state . weights).
    Back, from the last state to the first:   gradient = (gradient * slope at that state) . weights^T,
    where the slope is that of the activation. It begins with `upstream`.

        state     (hidden,)                 all arrays: decimals or whole numbers
        weights   (hidden, hidden)
        upstream  (hidden,)                 the gradient of the last state
        steps     whole number, at least 1
        kind      "sigmoid", "tanh" or "relu"; anything else raises ValueError
        returns   (steps, hidden), (steps, hidden)      the state after each step forward, and the
                                                        gradient after each step back

    >>> weights = np.array([[1.0, 4.0], [4.0, 1.0]])
    >>> one = np.ones(2)
    >>> states, gradients = repeat_backprop(one, weights, one, 3, "relu")
    >>> states[:, 0].tolist(), gradients[:, 0].tolist()
    ([5.0, 25.0, 125.0], [5.0, 25.0, 125.0])

    Book: chapter 14, "A toy example of RNN backpropagation" (there: activations, gradient).
    """
    pairs = {"sigmoid": (sigmoid, sigmoid_deriv), "tanh": (tanh, tanh_deriv)}
    pairs["relu"] = (relu, relu_deriv)
    if kind not in pairs:
        raise ValueError(f"there is no such activation here: {kind}")
    activation, slope = pairs[kind]
    states, gradients = [state], [upstream]
    for _ in range(steps):
        states.append(activation(states[-1].dot(weights)))
    for reached in reversed(states[1:]):
        gradients.append((gradients[-1] * slope(reached)).dot(weights.T))
    return np.array(states[1:]), np.array(gradients[1:])


def clip_by_norm(gradients, max_norm):
    """Shorten gradients that are too long, all by the same factor, so that they keep their direction.

    Their norm is their length, taken together: the root of the sum of the squares of all numbers
    in all arrays. Where it is above max_norm, multiply everything by max_norm / norm. Else the
    numbers stay as they are, in new arrays.

        gradients  dict of arrays           left as they are; decimals or whole numbers
        max_norm   number above 0
        returns    dict of new arrays       with the same keys and shapes

    >>> clip_by_norm({"a": np.array([3.0, 0.0]), "b": np.array([-4.0])}, 2.5)
    {'a': array([1.5, 0. ]), 'b': array([-2.])}

    Book: chapter 14, "Vanishing and exploding gradients" (the field's remedy for the second).
    """
    norm = np.sqrt(sum(np.sum(gradient**2) for gradient in gradients.values()))
    factor = max_norm / norm if norm > max_norm else 1.0
    return {name: factor * gradient for name, gradient in gradients.items()}


# --- Long short-term memory ---


def lstm_gates(inputs, hidden, parameters):
    """How far each gate of the cells is open, and what could be written into them.

    Each of the four has weights and a bias of its own, and looks at what comes in now and at what
    was remembered:   inputs . x + hidden . h + b, here with its "_x", "_h" and "_b".
    The three gates are the sigmoid of it, the candidate is its tanh.

        inputs      (batch, n)              decimals or whole numbers, like hidden
        hidden      (batch, hidden)         the hidden state so far
        parameters  dict of arrays          forget_x (n, hidden), forget_h (hidden, hidden),
                                            forget_b (hidden,); input_, output_, candidate_ alike
        returns     forget, input, output, candidate: each (batch, hidden)

    >>> parameters = init_parameters(5, 2, 1, np.random.default_rng(0))
    >>> parameters = {name: 0 * array for name, array in parameters.items()}
    >>> parameters["forget_b"] = np.array([1000.0])
    >>> lstm_gates(np.ones((1, 2)), np.ones((1, 1)), parameters)
    (array([[1.]]), array([[0.5]]), array([[0.5]]), array([[0.]]))

    Book: chapter 14, "Some intuition about LSTM gates" (there: f, i, o and g).
    """

    def weighted_sum(gate):
        from_inputs = inputs.dot(parameters[gate + "_x"])
        return from_inputs + hidden.dot(parameters[gate + "_h"]) + parameters[gate + "_b"]

    return (
        sigmoid(weighted_sum("forget")),
        sigmoid(weighted_sum("input")),
        sigmoid(weighted_sum("output")),
        tanh(weighted_sum("candidate")),
    )


def lstm_step(inputs, hidden, cell, parameters):
    """One step of an LSTM: forget something, write something down, show some of it.

    With the gates of `lstm_gates`:
    new cell = forget * cell + input * candidate,   new hidden = output * tanh(new cell).

        inputs      (batch, n)              decimals or whole numbers, like hidden and cell
        hidden      (batch, hidden)         what was shown in the step before
        cell        (batch, hidden)         what was remembered
        parameters  dict of arrays          see lstm_gates
        returns     (batch, hidden), (batch, hidden)    the new hidden state, the new cell

    >>> parameters = init_parameters(5, 2, 3, np.random.default_rng(0))
    >>> parameters["forget_b"] += 1000
    >>> parameters["input_b"] -= 1000
    >>> hidden, cell = np.ones((1, 3)), np.array([[1.0, 2.0, 3.0]])
    >>> hidden, cell = lstm_step(np.ones((1, 2)), hidden, cell, parameters)
    >>> cell
    array([[1., 2., 3.]])

    Book: chapter 14, "The long short-term memory layer" (there: LSTMCell.forward).
    """
    forget_gate, input_gate, output_gate, candidate = lstm_gates(inputs, hidden, parameters)
    cell = forget_gate * cell + input_gate * candidate
    return output_gate * tanh(cell), cell


def lstm_step_backward(hidden_grad, cell_grad, inputs, hidden, cell, parameters):
    """Send the gradients of what came out of an `lstm_step` back to all that went in.

    The new cell gets gradients from two sides: its own, and through the new hidden state
    (times output * slope of tanh). From there it goes on to the old cell, through the forget gate,
    and to the gates, each through the slope of its own activation. Then, for each of the four:
    inputs^T . delta, hidden^T . delta and the sum of the delta over the batch are the gradients of
    its "_x", "_h" and "_b". What goes back to inputs and hidden adds up over all four.

        hidden_grad  (batch, hidden)        the gradient of the new hidden state
        cell_grad    (batch, hidden)        the gradient of the new cell
        inputs       (batch, n)             what went into the step: the same as for lstm_step
        hidden       (batch, hidden)
        cell         (batch, hidden)
        parameters   dict of arrays
        returns      the gradients of inputs (batch, n), of hidden and of cell (batch, hidden), and
                     a dict with those of the 12 arrays, from "forget_x" to "candidate_b"

    >>> parameters = init_parameters(5, 2, 1, np.random.default_rng(0))
    >>> parameters["forget_b"] += 1000
    >>> parameters["input_b"] -= 1000
    >>> nothing, one = np.zeros((1, 1)), np.ones((1, 1))
    >>> _, _, cell_grad, gradients = lstm_step_backward(
    ...     nothing, one, np.ones((1, 2)), one, one, parameters
    ... )
    >>> cell_grad, gradients["forget_b"]
    (array([[1.]]), array([0.]))

    Book: chapter 14, "The long short-term memory layer" (there left to autograd).
    """
    forget_gate, input_gate, output_gate, candidate = lstm_gates(inputs, hidden, parameters)
    shown = tanh(forget_gate * cell + input_gate * candidate)
    cell_grad = cell_grad + hidden_grad * output_gate * tanh_deriv(shown)
    deltas = {
        "forget": cell_grad * cell * sigmoid_deriv(forget_gate),
        "input": cell_grad * candidate * sigmoid_deriv(input_gate),
        "output": hidden_grad * shown * sigmoid_deriv(output_gate),
        "candidate": cell_grad * input_gate * tanh_deriv(candidate),
    }
    gradients = {}
    for gate, delta in deltas.items():
        gradients[gate + "_x"] = inputs.T.dot(delta)
        gradients[gate + "_h"] = hidden.T.dot(delta)
        gradients[gate + "_b"] = delta.sum(axis=0)
    inputs_grad = sum(delta.dot(parameters[gate + "_x"].T) for gate, delta in deltas.items())
    hidden_grad = sum(delta.dot(parameters[gate + "_h"].T) for gate, delta in deltas.items())
    return inputs_grad, hidden_grad, cell_grad * forget_gate, gradients


def init_parameters(vocabulary, n, n_hidden, rng):
    """First parameters of the language model, drawn as the book draws them; decoder is all zeros.

        vocabulary  whole number            how many characters there are
        n           whole number            numbers a character
        n_hidden    whole number            units that remember
        rng         a numpy.random.Generator
        returns     dict of arrays          the 12 of the LSTM, embeddings and decoder

    >>> rng = np.random.default_rng(0)
    >>> parameters = init_parameters(vocabulary=5, n=2, n_hidden=3, rng=rng)
    >>> len(parameters), parameters["output_x"].shape
    (14, (2, 3))
    >>> parameters["decoder"].shape
    (3, 5)

    Book: chapter 14, "Upgrading the character language model".
    """
    parameters = {"embeddings": (rng.random((vocabulary, n)) - 0.5) / n}
    for gate in ("forget", "input", "output", "candidate"):
        parameters[gate + "_x"] = rng.standard_normal((n, n_hidden)) * np.sqrt(2 / n)
        parameters[gate + "_b"] = np.zeros(n_hidden)
    for gate in ("forget", "input", "output", "candidate"):
        shape = (n_hidden, n_hidden)
        parameters[gate + "_h"] = rng.standard_normal(shape) * np.sqrt(2 / n_hidden)
    parameters["decoder"] = np.zeros((n_hidden, vocabulary))
    return parameters


def init_state(batch, n_hidden):
    """What is remembered before the first character: zeros, but for a 1 in column 0.

        batch     whole number
        n_hidden  whole number
        returns   (batch, n_hidden), (batch, n_hidden)  the hidden state and the cell: alike,
                                                        but two arrays, so that a change of one
                                                        leaves the other as it is

    >>> init_state(2, 3)
    (array([[1., 0., 0.],
           [1., 0., 0.]]), array([[1., 0., 0.],
           [1., 0., 0.]]))

    Book: chapter 14, "The long short-term memory layer" (there: init_hidden).
    """
    state = np.zeros((batch, n_hidden))
    state[:, 0] = 1
    return state, state.copy()


def lstm_unroll_loss(inputs, targets, hidden, cell, parameters):
    """Read one window, predict every next character, and say how badly that went.

    At each step: look up the embeddings of the characters, take one `lstm_step`, and the logits
    are new hidden . decoder. The loss of a step is the cross entropy of the logits (a mean over the
    batch); the loss of the window is the mean over its steps.

        inputs      (bptt, batch)           whole numbers: the characters that are read
        targets     (bptt, batch)           whole numbers: the ones that come next
        hidden      (batch, hidden)         the state at the beginning of the window
        cell        (batch, hidden)
        parameters  dict of arrays          the 12 of the LSTM, embeddings and decoder
        returns     number, (batch, hidden), (batch, hidden)    the loss, and the state at the end

    >>> parameters = init_parameters(5, 2, 3, np.random.default_rng(0))
    >>> inputs = np.array([[0, 1], [2, 4]])
    >>> targets = np.array([[2, 4], [3, 0]])
    >>> loss, hidden, cell = lstm_unroll_loss(
    ...     inputs, targets, *init_state(2, 3), parameters
    ... )
    >>> round(loss, 6), hidden.shape
    (1.609438, (2, 3))

    Book: chapter 14, "Upgrading the character language model" (there: batch_loss, losses).
    """
    losses = []
    for characters, following in zip(inputs, targets):
        vectors = parameters["embeddings"][characters]
        hidden, cell = lstm_step(vectors, hidden, cell, parameters)
        losses.append(cross_entropy(hidden.dot(parameters["decoder"]), following))
    return float(np.mean(losses)), hidden, cell


def lstm_unroll_gradients(inputs, targets, hidden, cell, parameters):
    """The gradients of a window's loss for all parameters, back through all of its steps.

    Go forward and keep every state. Then, from the last step to the first: the logits get their
    share of the loss (1 / bptt of the step's cross entropy); decoder and the new hidden state get
    theirs from the logits; the hidden state also has what came back from the step after it, and so
    has the cell. `lstm_step_backward` takes it from there. Every step adds to the same parameters,
    and a character that comes again adds to the same row of embeddings. The state at the
    beginning is just numbers: the gradient ends there.

        inputs      (bptt, batch)           as for lstm_unroll_loss
        targets     (bptt, batch)
        hidden      (batch, hidden)
        cell        (batch, hidden)
        parameters  dict of arrays
        returns     dict of arrays          the gradients, with the same 14 keys and shapes

    >>> parameters = init_parameters(2, 2, 1, np.random.default_rng(0))
    >>> inputs, targets = np.array([[0], [1]]), np.array([[1], [1]])
    >>> gradients = lstm_unroll_gradients(
    ...     inputs, targets, *init_state(1, 1), parameters
    ... )
    >>> gradients["decoder"].shape, gradients["forget_h"]
    ((1, 2), array([[0.]]))

    Book: chapter 14, "Upgrading the character language model" (there left to autograd).
    """
    embeddings, decoder = parameters["embeddings"], parameters["decoder"]
    states = [(hidden, cell)]
    for characters in inputs:
        states.append(lstm_step(embeddings[characters], *states[-1], parameters))
    gradients = {name: np.zeros(array.shape) for name, array in parameters.items()}
    hidden_grad, cell_grad = np.zeros(hidden.shape), np.zeros(cell.shape)
    for t in reversed(range(len(inputs))):
        new_hidden, _ = states[t + 1]
        logits_grad = cross_entropy_backward(1 / len(inputs), new_hidden.dot(decoder), targets[t])
        gradients["decoder"] += new_hidden.T.dot(logits_grad)
        hidden_grad = hidden_grad + logits_grad.dot(decoder.T)
        vectors_grad, hidden_grad, cell_grad, of_this_step = lstm_step_backward(
            hidden_grad, cell_grad, embeddings[inputs[t]], *states[t], parameters
        )
        gradients["embeddings"] += index_select_backward(vectors_grad, embeddings, inputs[t])
        for name, gradient in of_this_step.items():
            gradients[name] += gradient
    return gradients


# --- Training ---


def decay_learning_rate(learning_rate, epoch, factor):
    """A learning rate that shrinks by the same factor after every epoch: rate * factor^epoch.

        learning_rate  number               the rate of the first epoch
        epoch          whole number         0 for the first one
        factor         number               a little below 1
        returns        number

    >>> decay_learning_rate(0.5, 2, 0.5)
    0.125

    Book: chapter 14, "Tuning the LSTM character language model" (there: optim.alpha *= 0.99).
    """
    return learning_rate * factor**epoch


def train_char_lm(indices, parameters, batch, bptt, learning_rate, factor, max_norm, epochs):
    """Teach the language model a text, window by window, and write down the loss of each.

    Cut the text into columns and windows. Each epoch begins with `init_state` and goes through the
    windows in order. For each: measure its loss, clip its gradients, take one step (parameter -
    rate * gradient) with the epoch's rate, and carry the state that was reached into the next
    window. Epoch 0 has the full learning rate, each further one `factor` times that before it.

        indices        (length,)            the text as whole numbers
        parameters     dict of arrays       where training starts; left as they are
        batch          whole number         columns
        bptt           whole number         steps a window
        learning_rate  number
        factor         number               what the rate is multiplied by after each epoch
        max_norm       number               gradients longer than this are shortened
        epochs         whole number         at least 1
        returns        dict of arrays, list of epochs * windows numbers
                       the parameters in the end, and the loss that each window met, before
                       anything was learned from it

    >>> text = "to be or not to be. " * 3
    >>> characters, index = char_vocab(text)
    >>> rng = np.random.default_rng(0)
    >>> parameters = init_parameters(len(characters), 4, 8, rng)
    >>> parameters, losses = train_char_lm(
    ...     encode(text, index), parameters, 2, 7, 3.0, 0.99, 1.0, 30
    ... )
    >>> len(losses), round(perplexity(losses[:1]), 6)
    (120, 8.0)
    >>> perplexity(losses[-4:]) < 2
    True

    Book: chapter 14, "Training the LSTM character language model", "Tuning the LSTM character
    language model".
    """
    all_inputs, all_targets = bptt_windows(batchify(indices, batch), bptt)
    losses = []
    for epoch in range(epochs):
        rate = decay_learning_rate(learning_rate, epoch, factor)
        hidden, cell = init_state(batch, len(parameters["decoder"]))
        for inputs, targets in zip(all_inputs, all_targets):
            gradients = lstm_unroll_gradients(inputs, targets, hidden, cell, parameters)
            gradients = clip_by_norm(gradients, max_norm)
            loss, hidden, cell = lstm_unroll_loss(inputs, targets, hidden, cell, parameters)
            losses.append(loss)
            parameters = {
                name: array - rate * gradients[name] for name, array in parameters.items()
            }
    return parameters, losses


def generate_text(first, length, parameters, characters, temperature, rng):
    """Let the model write: each character it draws is the next one that it reads.

    Begin with `init_state` for a batch of one, and read `first`. Each time: one `lstm_step` on the
    character's embedding, the logits new hidden . decoder, `apply_temperature`, and `sample_index`
    with u = rng.random(), drawn once for each character.

        first        text                   the character it begins with, one of characters
        length       whole number           how many characters to write
        parameters   dict of arrays
        characters   list of characters     number 0 first
        temperature  number above 0
        rng          a numpy.random.Generator
        returns      text                   the characters that were drawn, without the first

    >>> parameters = init_parameters(2, 1, 3, np.random.default_rng(0))
    >>> rng = np.random.default_rng(0)
    >>> generate_text("a", 5, parameters, ["a", "b"], 1.0, rng)
    'baaab'

    Book: chapter 14, "A sample of the output" (there: generate_sample).
    """
    hidden, cell = init_state(1, len(parameters["decoder"]))
    written = first
    for _ in range(length):
        last = [characters.index(written[-1])]
        hidden, cell = lstm_step(parameters["embeddings"][last], hidden, cell, parameters)
        logits = hidden.dot(parameters["decoder"])[0]
        drawn = sample_index(apply_temperature(logits, temperature), rng.random())
        written += characters[drawn]
    return written[1:]
