"""Chapter 11: Neural networks that understand language.

From texts to numbers and on to words with a meaning: each word owns a row of weights, its
embedding, and the network learns these rows while it learns to do something with the words.

A word is known by its index, the number of its row. A list of indices may be empty, and may hold
the same index more than once. The error is the binary cross entropy of a prediction between 0 and
1, whose delta, before the last sigmoid, is `prediction - target`: no factor 2.
"""

import numpy as np

from ch09_activation_functions import sigmoid, sigmoid_deriv


def tokenize(text):
    """Cut a text into its words, in lower case and in order.

    A word is what stands between spaces, tabs and ends of lines, however many of them there are.
    A mark such as a full stop belongs to its word, unless a space sets it apart.

        text     a text, may be empty
        returns  list of texts, none of them empty; a word that comes twice is there twice

    >>> tokenize("Good film  GOOD fun")
    ['good', 'film', 'good', 'fun']

    Book: chapter 11, "Capturing word correlation in input data" (there: tokens).
    """
    raise NotImplementedError


def build_vocab(docs):
    """Number all the words of some texts, in alphabetical order, from 0.

    The alphabetical order (that of `sorted`) makes the numbers the same in every run.

        docs     list of texts
        returns  dict: word -> index, one for each different word

    >>> build_vocab(["good film", "bad film"])
    {'bad': 0, 'film': 1, 'good': 2}

    Book: chapter 11, "Predicting movie reviews" (there: vocab, word2index).
    """
    raise NotImplementedError


def word_indices(tokens, vocab, unknown="skip"):
    """Look up the index of every word.

    A word that the vocabulary does not know is left out (unknown="skip"), or it is an error
    (unknown="raise").

        tokens   list of words
        vocab    dict: word -> index
        unknown  "skip" or "raise"
        returns  list of whole numbers, in the order of the words, repeats included
        raises   ValueError for a word that is not in vocab, where unknown is "raise"

    >>> word_indices(["good", "dull", "good"], {"bad": 0, "good": 1})
    [1, 1]

    Book: chapter 11, "Predicting movie reviews" (there: input_dataset).
    """
    raise NotImplementedError


def label_targets(labels):
    """Turn written labels into targets: 1 for a positive review, 0 for a negative one.

    The labels come as the lines of a file, so spaces and ends of lines may stand around the word,
    and it may be written in capitals.

        labels   list of texts: "positive" or "negative"
        returns  list of 0s and 1s, one for each label
        raises   ValueError for a label that is neither

    >>> label_targets(["positive\\n", "NEGATIVE\\n"])
    [1, 0]

    Book: chapter 11, "IMDB movie reviews dataset" (there: target_dataset).
    """
    raise NotImplementedError


def bag_of_words(indices, n_words):
    """Say for each word of the vocabulary whether it occurs: 1 where it does, 0 where not.

    Neither the order of the words matters nor how often one of them comes.

        indices  list of whole numbers below n_words
        n_words  whole number           the size of the vocabulary
        returns  (n_words,)             0 or 1

    >>> bag_of_words([3, 0, 1, 0], 4)
    array([1., 1., 0., 1.])

    Book: chapter 11, "Capturing word correlation in input data" (there: onehots, sent2output).
    """
    raise NotImplementedError


def embedding_sum(weights, indices):
    """Add up the rows of some words: an embedding layer.

    This is what bag . weights gives, without multiplying by all the zeros. A word that comes
    twice is added twice; no words at all give zeros.

        weights  (n_words, hidden)      one row for each word
        indices  list of whole numbers, may be empty
        returns  (hidden,)

    >>> embedding_sum(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), [0, 2])
    array([6., 8.])

    Book: chapter 11, "Intro to an embedding layer" (there: np.sum(weights_0_1[x], axis=0)).
    """
    raise NotImplementedError


def embedding_sum_grad(indices, upstream, n_words):
    """The slopes of an embedding layer's weights.

    A row that was added up passes the slope that comes from above on as it is, once for each
    time that it was added. The rows of all other words have slope 0.

        indices   list of whole numbers, may be empty
        upstream  (hidden,)             the slope for the sum, from above
        n_words   whole number          the size of the vocabulary
        returns   (n_words, hidden)     shaped like the weights

    >>> embedding_sum_grad([2, 0, 2], np.array([1.0, -2.0]), 3)
    array([[ 1., -2.],
           [ 0.,  0.],
           [ 2., -4.]])

    Book: chapter 11, "Intro to an embedding layer".
    """
    raise NotImplementedError


def sentiment_forward(weights_0_1, weights_1_2, indices):
    """Predict how sure it is that a review with these words is positive.

    hidden = sigmoid(sum of the words' rows),   prediction = sigmoid(hidden . weights_1_2)

        weights_0_1  (n_words, hidden)      one row for each word
        weights_1_2  (hidden, 1)
        indices      list of whole numbers, may be empty
        returns      (hidden,), number      the hidden layer, and a prediction between 0 and 1

    >>> sentiment_forward(np.array([[2.0, 1.0], [-2.0, -1.0]]), np.array([[3.0], [-3.0]]), [0, 1])
    (array([0.5, 0.5]), 0.5)

    Book: chapter 11, "Predicting movie reviews" (there: layer_1, layer_2).
    """
    raise NotImplementedError


def sentiment_backward(weights_0_1, weights_1_2, indices, target):
    """The slopes of the binary cross entropy for one review.

    output_delta = prediction - target
    hidden_delta = output_delta * weights_1_2 (as a row) * hidden * (1 - hidden)

    The last factor is the slope of the hidden layer's sigmoid, which the book leaves out. The row
    of each word was added up as it is, so each of them has the same slope: hidden_delta.
    weights_1_2 has the slope hidden * output_delta.

        weights_0_1  (n_words, hidden)
        weights_1_2  (hidden, 1)
        indices      list of whole numbers, may be empty
        target       0 or 1
        returns      (hidden,), (hidden, 1)     the slope for the row of every word in `indices`
                                                (a word that comes twice gets it twice), and the
                                                slope for weights_1_2

    >>> sentiment_backward(np.zeros((3, 2)), np.array([[4.0], [-4.0]]), [0, 2], 1)
    (array([-0.5,  0.5]), array([[-0.25],
           [-0.25]]))

    Book: chapter 11, "Predicting movie reviews" (there: layer_1_delta, layer_2_delta).
    """
    raise NotImplementedError


def train_sentiment(docs, labels, weights_0_1, weights_1_2, learning_rate, epochs):
    """Teach the network to tell positive reviews from negative ones, one review after the other.

    Number the words with `build_vocab`. In each epoch, for each review in order: take the indices
    of its words, each word once however often it comes; find the slopes with
    `sentiment_backward`; then change the rows of these words and weights_1_2, each by
    - learning_rate * slope.

        docs         list of texts
        labels       list of 0s and 1s      1 for a positive review
        weights_0_1  (n_words, hidden)      where training starts; left as they are
        weights_1_2  (hidden, 1)
        epochs       whole number           how often to go through all reviews
        returns      (n_words, hidden), (hidden, 1)     the new weights

    >>> train_sentiment(["fun"], [1], np.array([[0.0]]), np.array([[4.0]]), 1.0, epochs=0)
    (array([[0.]]), array([[4.]]))
    >>> embeddings, _ = train_sentiment(["Fun", "dull dull"], [1, 0], np.zeros((2, 1)), np.ones((1, 1)), 1.0, 9)
    >>> bool(embeddings[0, 0] < 0 < embeddings[1, 0])
    True

    Book: chapter 11, "Predicting movie reviews" (there: alpha, iterations).
    """
    raise NotImplementedError


def nearest_words(weights, vocab, word, k):
    """The k words whose embeddings are nearest to that of a word, each with its score.

    A word's score is minus the distance (the length of the difference of the two rows), so that
    0 is the best. Best scores first; of equal scores, the words in alphabetical order.

        weights  (n_words, hidden)
        vocab    dict: word -> index, as build_vocab makes it
        k        whole number
        returns  list of k pairs (word, score), or of all words where there are fewer than k;
                 the word itself is among the first, with a score of 0
        raises   ValueError where the word is not in vocab

    >>> nearest_words(np.array([[1.0, 1.0], [4.0, 5.0], [1.0, 2.0]]), {"a": 0, "b": 1, "c": 2}, "a", 2)
    [('a', 0.0), ('c', -1.0)]

    Book: chapter 11, "Comparing word embeddings" (there: similar).
    """
    raise NotImplementedError


def context_window(sequence, position, size):
    """The words around a blank: up to `size` on each side, without the word at the blank itself.

    Near the ends of the text there are fewer.

        sequence  list of whole numbers     the indices of a text's words
        position  whole number              where the blank is, counted from 0
        size      whole number              how many words to take on each side
        returns   list of whole numbers, in the order of the text; may be empty

    >>> context_window([10, 11, 12, 13, 14, 15], 3, 2)
    [11, 12, 14, 15]

    Book: chapter 11, "Filling in the blank" (there: left_context, right_context).
    """
    raise NotImplementedError


def negative_samples(corpus, n, target, rng):
    """Draw n wrong words for a blank, by chance, never the right one.

    Every draw is on its own, so a word may come more than once. A word is drawn as often as it
    occurs in the corpus, compared with the other words that are not the target.

        corpus   (tokens,)              whole numbers: the indices of all words of all texts
        n        whole number, at least 1
        target   whole number           the right word, which must not be drawn
        rng      a numpy.random.Generator
        returns  (n,)                   whole numbers
        raises   ValueError where the corpus holds nothing but the target

    >>> negative_samples(np.array([4, 7, 4, 4]), 3, 4, np.random.default_rng(0))
    array([7, 7, 7])

    Book: chapter 11, "Filling in the blank" (there: negative, concatenated).
    """
    raise NotImplementedError


def cbow_forward(weights_0_1, weights_1_2, context, samples):
    """Say of some words how sure it is that they fill the blank in this context.

    hidden = mean of the context's rows (zeros where there is no context)
    predictions = sigmoid(hidden . rows of the samples)

        weights_0_1  (n_words, hidden)      the words' embeddings
        weights_1_2  (n_words, hidden)      one row for each word that may fill the blank
        context      list of whole numbers, may be empty
        samples      list of whole numbers  the words to try
        returns      (len(samples),)        numbers between 0 and 1

    >>> rows = np.array([[2.0, 4.0], [0.0, -4.0], [1.0, 3.0]])
    >>> cbow_forward(rows, np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]), [0, 1], [1, 2])
    array([0.5, 0.5])

    Book: chapter 11, "Filling in the blank" (there: layer_1, layer_2).
    """
    raise NotImplementedError


def cbow_backward(weights_0_1, weights_1_2, context, samples, targets):
    """The slopes of the binary cross entropy, summed over the samples, for one blank.

    output_delta = predictions - targets, one number for each sample. A sample's row of weights_1_2
    has the slope output_delta * hidden. The hidden layer has the slope output_delta . rows of the
    samples, and each word of the context gets its share of it: 1 / len(context), as the hidden
    layer is the mean. A word that comes more than once gets all its slopes, added up.

        weights_0_1  (n_words, hidden)
        weights_1_2  (n_words, hidden)
        context      list of whole numbers, may be empty (all slopes are then 0)
        samples      list of whole numbers
        targets      (len(samples),)        1 for the right word, 0 for the wrong ones
        returns      (n_words, hidden), (n_words, hidden)       shaped like the weights

    >>> rows = np.array([[2.0], [6.0], [4.0]])
    >>> cbow_backward(rows, np.array([[0.0], [0.0], [0.0]]), [0, 1], [2, 1], np.array([1.0, 0.0]))
    (array([[0.],
           [0.],
           [0.]]), array([[ 0.],
           [ 2.],
           [-2.]]))

    Book: chapter 11, "Filling in the blank" (there: layer_1_delta, layer_2_delta).
    """
    raise NotImplementedError


def unit_rows(weights):
    """Give every row the length 1, and leave its direction as it is.

    Divide each row by its length, the root of the sum of its squares. A row of zeros has no
    direction and stays as it is.

        weights  (n_words, hidden)
        returns  (n_words, hidden)

    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]]))
    array([[0.6, 0.8],
           [0. , 0. ]])

    Book: chapter 11, "Word analogies" (there: normed_weights).
    """
    raise NotImplementedError


def analogy(weights, vocab, positive, negative, k):
    """The k words that fit an analogy best: king - man + woman is nearly queen.

    Give all rows the length 1. Add up the rows of the positive words, subtract those of the
    negative words, and give the sum the length 1 as well. A word's score is its row . this query:
    1 for the same direction, -1 for the opposite one. Best scores first; of equal scores, the
    words in alphabetical order. A word of the question is never an answer.

        weights   (n_words, hidden)     a row of zeros has the score 0; so have all words where
                                        the query is all zeros
        vocab     dict: word -> index, as build_vocab makes it
        positive  list of words         what to add: ["king", "woman"]
        negative  list of words         what to subtract: ["man"]; may be empty
        k         whole number
        returns   list of k pairs (word, score), or of all words left where there are fewer than k
        raises    ValueError where a word of the question is not in vocab

    >>> rows = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 4.0], [0.0, -1.0]])
    >>> analogy(rows, {"a": 0, "b": 1, "c": 2, "d": 3}, ["b"], [], 2)
    [('c', 0.8), ('a', 0.0)]

    Book: chapter 11, "King - Man + Woman ~= Queen".
    """
    raise NotImplementedError


def toy_reviews():
    """Forty short reviews to train on: the texts, and a list of labels, 1 for a positive one."""
    positive = """
        A dragon who bakes bread and I cried happy tears
        The songs are silly and the jokes are glorious
        I came for the popcorn and stayed for the penguins
        Warm funny and brave like a hug from a bear
        My grandmother laughed so loud that we were thrown out
        A perfect heist with a perfect hamster
        The robot learns to dance and so did I
        Best film about turnips this year
        Every scene sparkles and the ending is lovely
        Slow at first then wonderful
        Not one dull minute and such a clever cat
        The villain has a point and a beautiful hat
        I want to live in this lighthouse
        Brilliant acting even by the horse
        Tender and odd and full of good soup
        We clapped in an empty room
        A joyful mess with a heart of gold
        The pirates are terrible sailors and excellent friends
        I have seen it nine times and will go again
        Small budget huge charm
    """
    negative = """
        A dragon who files taxes for two hours
        The songs are long and the jokes are stolen
        I came for the penguins and got a lecture
        Cold loud and empty like a fridge in space
        My grandmother slept and I envied her
        A clumsy heist with no hamster at all
        The robot learns to talk and never stops
        Worst film about turnips this year
        Every scene drags and the ending is missing
        Slow at first then slower
        Not one good minute and such a bored cat
        The villain has a cold and a boring plan
        I want my evening back
        Wooden acting even by the tree
        Bland and grey and full of awful wigs
        We left and the rain was better
        A joyless mess with a heart of cardboard
        The pirates are terrible sailors and dreadful singers
        I have seen it once and will never recover
        Huge budget no charm
    """
    pairs = zip(positive.strip().split("\n"), negative.strip().split("\n"))
    docs = [line.strip() for pair in pairs for line in pair]
    return docs, [1, 0] * (len(docs) // 2)
