"""Chapter 15: the email that leaks, 5 + 3 under lock, and the aggregate that opens one client.

The book's accuracies are on emails that are not at hand, and those with encryption on Sue's model
alone. What is held here is its hack, its demonstration of encryption, and what its listings do to
small numbers.
"""

import numpy as np

import ch15_federated_learning as ch15
from figures import Figure, Mistake

# Bob's only email, and words of the vocabulary that are not in it.
EMAIL = ["my", "computer", "password", "is", "pizza"]
VOCAB = {
    word: index for index, word in enumerate(["<unk>", "castle", "lunch", *EMAIL, "soup", "yacht"])
}
PRINTED_WORDS = ["is", "pizza", "computer", "password", "my"]
BOBS = ch15.email_to_indices(EMAIL, VOCAB, 500, 0)[None]
HAM = np.array([0.0])


def bobs_model(pad=0):
    return ch15.local_train(np.zeros(len(VOCAB)), BOBS, HAM, pad, 0.01, 1)


def leaked():
    return ch15.leaked_words(np.zeros(len(VOCAB)), bobs_model(), VOCAB)


def loss():
    return float(np.sum((ch15.spam_forward(np.zeros(len(VOCAB)), BOBS, 0) - HAM) ** 2))


# Encryption: keys as large as they are here, and clients whose models differ.

PUBLIC, SECRET = ch15.paillier_keygen(10_000_000_019, 10_000_000_033)
MODELS = np.array([[0.5, -1.0], [2.0, 0.25], [-1.0, 3.0]])


def locked(message, r=31_337):
    return ch15.encrypt(message, PUBLIC, r)


def opened(ciphertext):
    return ch15.decrypt(ciphertext, SECRET)


def encrypted_models():
    return [
        ch15.encrypt_model(model, PUBLIC, 1000, [424_242, 31_337 + i])
        for i, model in enumerate(MODELS)
    ]


def encrypted_mean():
    sums = ch15.aggregate_encrypted(encrypted_models(), PUBLIC)
    return ch15.decrypted_mean(sums, 3, SECRET, 1000)


def sue_divided_by_three():
    return ch15.decrypted_mean(encrypted_models()[-1], 3, SECRET, 1000)


def seven_behind(masks):
    """What the server finds out of 3 and 4 behind these masks."""
    masked = [ch15.mask_update(np.array([x]), mask, 1000) for x, mask in zip((3, 4), masks)]
    return ch15.masked_sum(np.array(masked), 1000)


def one_and_three(weights):
    """Two clients with 1 and 3 emails, after one step."""
    shards = ch15.shard(np.array([[1], [2], [2], [2]]), np.array([0.0, 1.0, 1.0, 1.0]), [1, 3])
    models = [ch15.local_train(np.zeros(3), *one, 0, 1.0, 1) for one in shards]
    return ch15.federated_average(np.array(models), weights)


FIGURES = [
    Figure(
        15,
        "the words that leak",
        sorted(map(VOCAB.get, PRINTED_WORDS)),
        lambda: sorted(map(VOCAB.get, leaked())),
    ),
    Figure(15, "how many words leak", 5, lambda: len(leaked())),
    Figure(
        15,
        "the five rows that have changed",
        [-0.0025] * 5,
        lambda: [bobs_model()[VOCAB[word]] for word in PRINTED_WORDS],
        "V",
    ),
    Figure(15, "the row of <unk> after training", 0, lambda: bobs_model()[0], "V"),
    Figure(15, "the loss of Bob's email, not divided by 500", 0.25, loss, "V"),
    Figure(
        15, "5 + 3 under lock", 8, lambda: opened(ch15.add_encrypted(locked(5), locked(3), PUBLIC))
    ),
    Figure(15, "the mean of three encrypted models", [0.5, 0.75], encrypted_mean, "V"),
    Figure(
        15,
        "3 and 4 behind masks",
        [7],
        lambda: seven_behind(ch15.pairwise_masks(2, 1, 1000, np.random.default_rng(0))),
        "V",
    ),
    Figure(
        15,
        "a round of clients with 1 and 3 emails: one plain step on all four",
        [0, -0.0625, 0.1875],
        lambda: one_and_three([1, 3]),
        "V",
    ),
]

MISTAKES = [
    Mistake(
        15,
        "the printed loss, divided by a batch of 500 with one email in it",
        "0.0005",
        lambda: loss() / 500,
        loss,
    ),
    Mistake(
        15,
        "aggregates_one_client, Sue's model divided by 3",
        [-1 / 3, 1.0],
        sue_divided_by_three,
        encrypted_mean,
    ),
    Mistake(
        15,
        "unweighted_average, clients with 1 and 3 emails",
        [0, -0.125, 0.125],
        lambda: one_and_three(None),
        lambda: one_and_three([1, 3]),
    ),
    Mistake(
        15,
        "padding_row_trained, the row of <unk> in Bob's model: 495 places",
        -0.0025 * 495,
        lambda: bobs_model(pad=1)[0],
        lambda: bobs_model()[0],
    ),
    Mistake(
        15,
        "leak_ignores_sign, the words found by looking for numbers that went up",
        0,
        lambda: int(np.sum(bobs_model() > 0)),
        lambda: len(leaked()),
    ),
    Mistake(
        15,
        "mask_not_cancelling, 3 and 4 behind a secret 5 that both add",
        [17],
        lambda: seven_behind([5, 5]),
        lambda: seven_behind([5, 995]),
    ),
    Mistake(
        15,
        "ciphertext_times_ciphertext, 5 times 3",
        8,
        lambda: opened(locked(5) * locked(3) % PUBLIC[0] ** 2),
        lambda: opened(ch15.multiply_encrypted(locked(5), 3, PUBLIC)),
    ),
    Mistake(
        15,
        "wrong_modulus, a message locked modulo n and opened again",
        0,
        lambda: (pow(locked(5), SECRET[1], PUBLIC[0]) - 1) // PUBLIC[0] * SECRET[2] % PUBLIC[0],
        lambda: opened(locked(5)),
    ),
    Mistake(
        15,
        "same_randomness, how many ciphertexts there are of one message locked twice",
        1,
        lambda: len({locked(5, r) for r in (7, 7)}),
        lambda: len({locked(5, r) for r in (7, 8)}),
    ),
]
