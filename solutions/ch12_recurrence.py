"""Chapter 12: Neural networks that write like Shakespeare.

From the average of word vectors, which forgets the order of the words, to a recurrent network
that reads a sentence of any length word by word and predicts the word that comes next.

A sentence is a (words,) array of whole numbers: each word's number is its row in `embeddings`.
The network has four parameters, which keep their names and their order all through the chapter:

    start       (hidden,)               the state before any word has been read
    recurrent   (hidden, hidden)        how the state moves on when a word is read
    decoder     (hidden, vocabulary)    turns a state into one logit for each word
    embeddings  (vocabulary, hidden)    one vector for each word

A state is a row: the next one is state . recurrent + the vector of the word that is read. The loss
of a sentence is a sum over its words; the weight update divides by their number.
"""

import numpy as np


def sentence_mean(embeddings, sentence):
    """The vector of a sentence: the mean of the vectors of its words.

        embeddings  (vocabulary, hidden)    one row for each word
        sentence    (words,)                the numbers of its words, at least one
        returns     (hidden,)

    >>> sentence_mean(np.array([[1.0, 0.0], [3.0, 4.0], [9.0, 9.0]]), np.array([0, 1]))
    array([2., 2.])

    Book: chapter 12, "The surprising power of averaged word vectors" (there: make_sent_vect).
    """
    return embeddings[sentence].mean(axis=0)


def most_similar_sentences(sentence_vectors, vector, k):
    """Which k sentences are most like this one, the best one first.

    The score of a sentence is the dot product of its vector with `vector`. Of two sentences with
    the same score the earlier one comes first.

        sentence_vectors  (sentences, hidden)   one row for each sentence
        vector            (hidden,)             what to compare them with
        k                 whole number, from 1 up to the number of sentences
        returns           k whole numbers       rows of sentence_vectors, counted from 0

    >>> most_similar_sentences(np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0]]), np.array([1.0, 1.0]), 2)
    array([2, 1])

    Book: chapter 12, "The surprising power of averaged word vectors" (there: most_similar_reviews).
    """
    scores = sentence_vectors.dot(vector)
    return np.argsort(-scores, kind="stable")[:k]


def order_blind(embeddings, sentence, other):
    """Does averaging take these two sentences for one and the same?

    True where both have the same mean vector, but for rounding (np.allclose), however different
    their words or the order of the words may be.

        embeddings  (vocabulary, hidden)
        sentence    (words,)            the numbers of its words
        other       (any length,)       the numbers of the words of another sentence
        returns     True or False

    >>> order_blind(np.array([[1.0, 0.0], [3.0, 4.0]]), np.array([0, 1]), np.array([1, 0]))
    True

    Book: chapter 12, "The limitations of bag-of-words vectors".
    """
    return np.allclose(sentence_mean(embeddings, sentence), sentence_mean(embeddings, other))


def fold_vectors(vectors, recurrent):
    """Read vectors one after the other into a single one, through a matrix.

    Begin with the first vector. For each further one:   state = state . recurrent + vector.
    With the identity matrix this is the plain sum; with any other matrix the order counts.

        vectors    (words, hidden)      at least one
        recurrent  (hidden, hidden)
        returns    (hidden,)            the state after the last vector

    >>> fold_vectors(np.array([[2.0, 4.0], [1.0, 1.0]]), np.array([[0.0, 1.0], [1.0, 0.0]]))
    array([5., 3.])

    Book: chapter 12, "Using identity vectors to sum word embeddings" (there: identity).
    """
    state = vectors[0]
    for vector in vectors[1:]:
        state = state.dot(recurrent) + vector
    return state


def softmax_1d(logits):
    """Turn one row of logits into probabilities: positive numbers that add up to 1.

    e^logit / (the sum of all e^logit). To keep e^logit from growing beyond all bounds, subtract
    the largest logit from all of them first: the probabilities stay the same.

        logits   (n,)
        returns  (n,)

    >>> softmax_1d(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])

    Book: chapter 12, "Forward propagation in Python" (there: softmax).
    """
    powers = np.exp(logits - np.max(logits))
    return powers / np.sum(powers)


def rnn_states(vectors, start, recurrent):
    """Every state of the network while it reads a sentence, from the start to the end.

    The first state is `start`. Each word makes the next one:   state . recurrent + vector.

        vectors    (words, hidden)      the vectors of the words, in order; there may be none
        start      (hidden,)
        recurrent  (hidden, hidden)
        returns    (words + 1, hidden)  row t is the state after t words have been read

    >>> rnn_states(np.array([[1.0, 1.0]]), np.array([2.0, 3.0]), np.array([[0.0, 1.0], [1.0, 0.0]]))
    array([[2., 3.],
           [4., 3.]])

    Book: chapter 12, "Learning the transition matrices" (there: layers).
    """
    states = [start]
    for vector in vectors:
        states.append(states[-1].dot(recurrent) + vector)
    return np.array(states)


def two_step_backprop(vectors, recurrent, decoder, target):
    """Backpropagation by hand, through a network that reads three words and predicts the next.

    Forward:    first = vectors[0],   second = first . recurrent + vectors[1],
                third = second . recurrent + vectors[2],
                probabilities = softmax of third . decoder.
    The loss is -log of the probability of the target. Back: the output's delta is probabilities
    minus 1 at the target; the third state's delta is output delta . decoder^T; each earlier
    state's is the next one's delta . recurrent^T.

        vectors    (3, hidden)          the vectors of the three words
        recurrent  (hidden, hidden)     used twice, so its slopes of both steps add up
        decoder    (hidden, vocabulary)
        target     whole number         which word really comes next
        returns    (3, hidden), (hidden, hidden), (hidden, vocabulary)
                                        slopes of the loss for vectors, recurrent and decoder

    >>> two_step_backprop(np.array([[1.0], [1.0], [1.0]]), np.array([[2.0]]), np.zeros((1, 2)), 0)
    (array([[0.],
           [0.],
           [0.]]), array([[0.]]), array([[-3.5,  3.5]]))

    Book: chapter 12, "How do you backpropagate into this?" (there: layer_2_delta, defeat_delta).
    """
    first = vectors[0]
    second = first.dot(recurrent) + vectors[1]
    third = second.dot(recurrent) + vectors[2]
    output_delta = softmax_1d(third.dot(decoder))
    output_delta[target] -= 1
    third_delta = output_delta.dot(decoder.T)
    second_delta = third_delta.dot(recurrent.T)
    first_delta = second_delta.dot(recurrent.T)
    return (
        np.array([first_delta, second_delta, third_delta]),
        np.outer(first, second_delta) + np.outer(second, third_delta),
        np.outer(third, output_delta),
    )


def sequence_loss(sentence, start, recurrent, decoder, embeddings):
    """Predict every word of a sentence from the words before it, and say how badly that went.

    The state after t words predicts word t:   probabilities[t] = softmax of state[t] . decoder.
    The loss adds up -log of the probability that each word got.

        sentence    (words,)                the numbers of its words
        start       (hidden,)
        recurrent   (hidden, hidden)
        decoder     (hidden, vocabulary)
        embeddings  (vocabulary, hidden)
        returns     number, (words, vocabulary)     the loss, a sum over the words, and the
                                                    probabilities that were predicted for each

    >>> loss, probabilities = sequence_loss(
    ...     np.array([1, 0, 1]), np.zeros(3), np.eye(3), np.zeros((3, 2)), np.ones((2, 3)))
    >>> round(loss, 4), probabilities.shape
    (2.0794, (3, 2))

    Book: chapter 12, "Forward propagation with arbitrary length" (there: predict).
    """
    states = rnn_states(embeddings[sentence], start, recurrent)
    probabilities = np.array([softmax_1d(state.dot(decoder)) for state in states[:-1]])
    loss = -np.sum(np.log(probabilities[np.arange(len(sentence)), sentence]))
    return float(loss), probabilities


def output_deltas(probabilities, sentence):
    """How far each prediction missed: the probabilities, minus 1 at the word that really came.

        probabilities  (words, vocabulary)
        sentence       (words,)                 the numbers of the words that came
        returns        (words, vocabulary)      slopes of the loss for the logits

    >>> output_deltas(np.array([[0.25, 0.75]]), np.array([0]))
    array([[-0.75,  0.75]])

    Book: chapter 12, "Backpropagation with arbitrary length" (there: output_delta).
    """
    deltas = probabilities.copy()
    deltas[np.arange(len(sentence)), sentence] -= 1
    return deltas


def hidden_deltas(output_deltas, recurrent, decoder):
    """How much each state is to blame for the loss, from the last one back to the first.

    The state after t words predicts word t and makes the next state, so it is blamed from both
    sides:   delta[t] = output_deltas[t] . decoder^T + delta[t + 1] . recurrent^T.
    The very last state predicts nothing: its delta is 0.

        output_deltas  (words, vocabulary)
        recurrent      (hidden, hidden)
        decoder        (hidden, vocabulary)
        returns        (words + 1, hidden)      row t is the slope of the loss for state t

    >>> hidden_deltas(np.array([[1.0, -1.0], [0.0, 2.0]]), np.array([[3.0]]), np.array([[1.0, 2.0]]))
    array([[11.],
           [ 4.],
           [ 0.]])

    Book: chapter 12, "Backpropagation with arbitrary length" (there: hidden_delta, one step off).
    """
    deltas = np.zeros((len(output_deltas) + 1, len(recurrent)))
    for t in reversed(range(len(output_deltas))):
        deltas[t] = output_deltas[t].dot(decoder.T) + deltas[t + 1].dot(recurrent.T)
    return deltas


def rnn_gradients(sentence, start, recurrent, decoder, embeddings):
    """The slope of a sentence's loss for every number of all four parameters.

    With `deltas` of the states from `hidden_deltas`: start gets deltas[0]. Reading word t made
    state t + 1 out of state t, so that step adds state[t]^T . deltas[t + 1] to recurrent, and
    deltas[t + 1] to the embedding of word t. Predicting word t adds state[t]^T . output_deltas[t]
    to decoder. A word that comes twice adds up.

        sentence    (words,)
        start       (hidden,)
        recurrent   (hidden, hidden)
        decoder     (hidden, vocabulary)
        embeddings  (vocabulary, hidden)
        returns     a dict with the keys "start", "recurrent", "decoder" and "embeddings", each
                    of the shape of its parameter

    >>> slopes = rnn_gradients(
    ...     np.array([0]), np.array([4.0]), np.eye(1), np.zeros((1, 2)), np.ones((2, 1)))
    >>> slopes["decoder"], slopes["embeddings"]
    (array([[-2.,  2.]]), array([[0.],
           [0.]]))

    Book: chapter 12, "Backpropagation with arbitrary length", "Weight update with arbitrary length".
    """
    states = rnn_states(embeddings[sentence], start, recurrent)
    _, probabilities = sequence_loss(sentence, start, recurrent, decoder, embeddings)
    misses = output_deltas(probabilities, sentence)
    deltas = hidden_deltas(misses, recurrent, decoder)
    embedding_slopes = np.zeros(embeddings.shape)
    for word, delta in zip(sentence, deltas[1:]):
        embedding_slopes[word] += delta
    return {
        "start": deltas[0],
        "recurrent": states[:-1].T.dot(deltas[1:]),
        "decoder": states[:-1].T.dot(misses),
        "embeddings": embedding_slopes,
    }


def apply_updates(parameters, slopes, learning_rate, n_words):
    """One step downhill for all parameters, the same for short and for long sentences.

    The slopes are sums over the words of a sentence: divide by their number.
    parameter - learning_rate * slope / n_words

        parameters     a dict of arrays     left as they are; new ones are returned
        slopes         a dict of arrays     with the same keys and shapes
        learning_rate  number
        n_words        whole number         how many words the sentence has
        returns        a dict of new arrays with the same keys

    >>> apply_updates({"start": np.array([1.0, 2.0])}, {"start": np.array([4.0, -4.0])}, 0.5, 2)
    {'start': array([0., 3.])}

    Book: chapter 12, "Weight update with arbitrary length" (there: alpha / float(len(sent))).
    """
    step = learning_rate / n_words
    return {name: parameters[name] - step * slopes[name] for name in parameters}


def perplexity(loss, n_words):
    """Among how many equally likely words the network hesitates, on average.

    e^(loss / n_words). It is 1 where every word was predicted for certain, and the size of the
    vocabulary where the network is only guessing.

        loss     number                 the loss of a sentence, a sum over its words
        n_words  whole number           how many words it has
        returns  number

    >>> round(perplexity(3 * np.log(82), 3), 6)
    82.0

    Book: chapter 12, "Execution and output analysis".
    """
    return float(np.exp(loss / n_words))


def train_language_model(
    sentences, start, recurrent, decoder, embeddings, learning_rate, iterations
):
    """Teach the network sentence by sentence, and write down the perplexity of each.

    In each iteration take the next sentence, and the first one again after the last. Measure its
    perplexity; then change all four parameters with its slopes.

        sentences      list of (words,) arrays, of different lengths
        start          (hidden,)                where training starts; left as they are
        recurrent      (hidden, hidden)
        decoder        (hidden, vocabulary)
        embeddings     (vocabulary, hidden)
        learning_rate  number
        iterations     whole number, at least 1
        returns        dict of four arrays, list of `iterations` numbers
                       the parameters in the end, by name, and the perplexity that each iteration
                       met, before it changed anything

    >>> parameters, perplexities = train_language_model(
    ...     [np.array([1])], np.ones(1), np.eye(1), np.zeros((1, 2)), np.ones((2, 1)), 0.5, 1)
    >>> parameters["decoder"], perplexities
    (array([[-0.25,  0.25]]), [2.0])

    Book: chapter 12, "Let's train it!", "Execution and output analysis".
    """
    parameters = {
        "start": start,
        "recurrent": recurrent,
        "decoder": decoder,
        "embeddings": embeddings,
    }
    perplexities = []
    for i in range(iterations):
        sentence = sentences[i % len(sentences)]
        loss, _ = sequence_loss(sentence, **parameters)
        perplexities.append(perplexity(loss, len(sentence)))
        slopes = rnn_gradients(sentence, **parameters)
        parameters = apply_updates(parameters, slopes, learning_rate, len(sentence))
    return parameters, perplexities


def predict_next(prefix, start, recurrent, decoder, embeddings):
    """How likely each word is to come next, after the words that have been read so far.

    Read the whole prefix; the state after its last word makes the prediction. Before the first
    word the prefix is empty, and the prediction is made from `start`.

        prefix      (any length,)           the numbers of the words so far, may be empty
        start       (hidden,)
        recurrent   (hidden, hidden)
        decoder     (hidden, vocabulary)
        embeddings  (vocabulary, hidden)
        returns     (vocabulary,)           probabilities: one for each word, 1 in sum

    >>> predict_next(np.array([0]), np.zeros(1), np.eye(1), np.zeros((1, 4)), np.ones((4, 1)))
    array([0.25, 0.25, 0.25, 0.25])

    Book: chapter 12, "Execution and output analysis".
    """
    states = rnn_states(embeddings[prefix], start, recurrent)
    return softmax_1d(states[-1].dot(decoder))
