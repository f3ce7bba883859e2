"""Chapter 15: Deep learning on unseen data: introducing federated learning.

A spam filter learns from the emails of many people, and nobody's emails leave their own computer:
each client trains a copy of the model, and only the models travel. A model tells something about
the emails all the same, so the models are hidden too, first with masks that cancel each other, then
with an encryption that lets anybody add up what nobody can read.

The filter is one number for each word, `embeddings` (n_words,). An email is a row of word indices,
all rows equally long: where an email has no more words stands the index `pad`, whose number counts
for nothing and is never trained. Targets are 1 for spam and 0 for the rest. The error is the
squared miss, whole, not half: its slope has the factor 2. `spam_grad` sums it over the emails,
`local_train` divides by their number, once.

The encryption is Paillier's, on small primes, with Python's own whole numbers, which have as many
digits as they need (NumPy's have not). Keys this small protect nobody: whoever sees n finds its two
primes in no time. For anything real there are keys of 2,048 bits and more, and a library that
people who know about it have checked: `phe`, which the book takes. It would stand in the place of
everything from `paillier_keygen` on.
"""

import numpy as np

from ch09_activation_functions import sigmoid, sigmoid_deriv
from ch11_word_embeddings import word_indices


def email_to_indices(words, vocab, length, pad):
    """Turn an email into exactly `length` indices.

    Words that the vocabulary does not know are left out. Where there are too few words, `pad`
    fills the rest, behind them; where there are too many known words, only the first `length` of
    them count.

        words    list of texts          the words of an email, may be empty
        vocab    dict: word -> index
        length   whole number, at least 1
        pad      whole number           the index that stands for no word
        returns  (length,)              whole numbers

    >>> email_to_indices(["free", "pizza", "now"], {"free": 1, "now": 2}, 4, 0)
    array([1, 2, 0, 0])

    Book: chapter 15, "Learning to detect spam" (there: to_indices, l, which drops emails of 500
    words and more).
    """
    raise NotImplementedError


def spam_forward(embeddings, indices, pad):
    """Say of each email how sure it is that it is spam.

    sigmoid(sum of the numbers of its words). A word that comes twice is added twice; `pad` adds
    nothing, whatever number stands in its place.

        embeddings  (n_words,)          one number for each word
        indices     (emails, length)    whole numbers: the words of each email
        pad         whole number        the index that stands for no word
        returns     (emails,)           between 0 and 1

    >>> spam_forward(np.array([9.0, 1.0, -1.0]), np.array([[1, 2, 0], [1, 0, 0]]), 0)
    array([0.5       , 0.73105858])

    Book: chapter 15, "Learning to detect spam" (there: model.forward(input).sum(1).sigmoid()).
    """
    raise NotImplementedError


def spam_grad(embeddings, indices, targets, pad):
    """The slope of the error for the number of every word.

    The error is (prediction - target)^2, summed over the emails. An email's slope is
    2 * (prediction - target) * prediction * (1 - prediction), and each of its words gets it, once
    for each time that it is there. `pad` gets 0.

        embeddings  (n_words,)
        indices     (emails, length)    whole numbers, repeats allowed
        targets     (emails,)           1 for spam, 0 for the rest
        pad         whole number
        returns     (n_words,)

    >>> spam_grad(np.zeros(3), np.array([[1, 1, 0], [2, 0, 0]]), np.array([0.0, 1.0]), 0)
    array([ 0.  ,  0.5 , -0.25])

    Book: chapter 15, "Learning to detect spam" (there: loss.backward()).
    """
    raise NotImplementedError


def spam_accuracy(embeddings, indices, targets, pad):
    """The share of emails that are told apart rightly.

    An email counts as spam where the prediction is above 0.5; at exactly 0.5 it does not.

        embeddings  (n_words,)
        indices     (emails, length)    at least one email
        targets     (emails,)           1 for spam, 0 for the rest
        pad         whole number
        returns     number              between 0 and 1

    >>> spam_accuracy(np.array([0.0, 2.0, -2.0]), np.array([[1], [2], [1]]), np.array([1.0, 0.0, 0.0]), 0)
    0.6666666666666666

    Book: chapter 15, "Learning to detect spam" (there: test).
    """
    raise NotImplementedError


def local_train(embeddings, indices, targets, pad, learning_rate, steps):
    """What a client does with the model it is sent: train a copy of it on its own emails.

    In each step:   embeddings - learning_rate * spam_grad / number of emails,   all emails at once.

        embeddings     (n_words,)           left as they are: the other clients need them, too
        indices        (emails, length)     at least one email
        targets        (emails,)
        pad            whole number
        learning_rate  number
        steps          whole number         0 leaves the model as it is
        returns        (n_words,)           the client's own model

    >>> local_train(np.zeros(3), np.array([[1, 2, 0]]), np.array([0.0]), 0, 0.01, 1)
    array([ 0.    , -0.0025, -0.0025])

    Book: chapter 15, "Let's make it federated" (there: train, alpha, iterations).
    """
    raise NotImplementedError


def shard(indices, targets, sizes):
    """Hand the emails out to the clients: the first so many to the first client, and so on.

        indices  (emails, length)
        targets  (emails,)
        sizes    list of whole numbers      how many emails each client gets
        returns  list of pairs              one (indices, targets) for each client
        raises   ValueError where the sizes do not add up to the number of emails

    >>> shard(np.array([[1, 2], [3, 4], [5, 6]]), np.array([1.0, 0.0, 1.0]), [2, 1])
    [(array([[1, 2],
           [3, 4]]), array([1., 0.])), (array([[5, 6]]), array([1.]))]

    Book: chapter 15, "Let's make it federated" (there: bob, alice, sue).
    """
    raise NotImplementedError


def federated_average(models, weights=None):
    """The mean of the clients' models, number by number.

    With weights, a client counts as much as its weight says: as a client with twice as many emails
    should count twice. Without, all count the same.

        models   (clients, n_words)     one row for each client
        weights  (clients,) or None     numbers, none below 0 and not all of them 0
        returns  (n_words,)

    >>> federated_average(np.array([[0.0, 4.0], [4.0, 0.0]]), [3, 1])
    array([1., 3.])

    Book: chapter 15, "Let's make it federated" (there: the sum of three weights, divided by 3).
    """
    raise NotImplementedError


def federated_round(embeddings, shards, pad, learning_rate, steps):
    """One round: send the model to every client, let each train it, and average what comes back.

    Every client starts from the same `embeddings`, and counts as many times as it has emails.

        embeddings     (n_words,)           left as they are
        shards         list of pairs (indices, targets), one for each client, none of them empty
        pad            whole number
        learning_rate  number
        steps          whole number         steps of each client's `local_train`
        returns        (n_words,)

    >>> one, three = (np.array([[1]]), np.zeros(1)), (np.array([[2]] * 3), np.ones(3))
    >>> federated_round(np.zeros(3), [one, three], 0, 1.0, 1)
    array([ 0.    , -0.0625,  0.1875])

    Book: chapter 15, "Let's make it federated".
    """
    raise NotImplementedError


def train_federated(embeddings, shards, pad, learning_rate, steps, rounds):
    """Teach a spam filter round by round, and say how far it misses after each.

    In each round: a `federated_round`, then the squared miss of the new model's predictions, the
    mean over all emails of all clients.

        embeddings     (n_words,)           where training starts; left as they are
        shards         list of pairs (indices, targets), one for each client, none of them empty
        pad            whole number
        learning_rate  number
        steps          whole number         steps of each client in each round
        rounds         whole number
        returns        (n_words,), list of rounds numbers       the model, and the misses

    >>> shards = [(np.array([[1]]), np.zeros(1)), (np.array([[2]]), np.ones(1))]
    >>> embeddings, errors = train_federated(np.zeros(3), shards, 0, 1.0, 2, 3)
    >>> bool(embeddings[1] < 0 < embeddings[2]), errors[2] < errors[1] < errors[0] < 0.25
    (True, True)

    Book: chapter 15, "Let's make it federated" (there: three rounds).
    """
    raise NotImplementedError


def leaked_words(before, after, vocab):
    """Read the words of a client's email off its model: those whose numbers have changed.

    However little it is, and whether up or down: a number that has changed was trained, and only
    words of the client's emails are trained.

        before   (n_words,)             the model that the client was sent
        after    (n_words,)             the model that the client sent back
        vocab    dict: word -> index
        returns  set of texts

    >>> vocab = {"my": 0, "password": 1, "is": 2, "your": 3, "pizza": 4}
    >>> leaked = leaked_words(np.zeros(5), np.array([-0.0025, -0.0025, -0.0025, 0.0, -0.0025]), vocab)
    >>> sorted(leaked)
    ['is', 'my', 'password', 'pizza']

    Book: chapter 15, "Hacking into federated learning".
    """
    raise NotImplementedError


def pairwise_masks(n_clients, size, modulus, rng):
    """Random numbers that hide every client's model, and that cancel out when all are added up.

    Each two clients agree on a secret: `size` random whole numbers from 0 up to modulus - 1. One of
    the two adds the secret to its mask, the other subtracts it. All is done modulo `modulus`, like
    hours on a clock. One client alone has nobody to agree with: its mask is 0.

        n_clients  whole number, at least 1
        size       whole number             how many numbers a model has
        modulus    whole number, at least 2
        rng        a numpy.random.Generator: rng.integers(0, modulus, size) gives whole numbers
        returns    (n_clients, size)        whole numbers from 0 to modulus - 1; the sum over the
                                            clients is 0 modulo `modulus`

    >>> masks = pairwise_masks(3, 4, 100, np.random.default_rng(0))
    >>> masks.shape, masks.sum(axis=0) % 100
    ((3, 4), array([0, 0, 0, 0]))

    Book: chapter 15, "Secure aggregation".
    """
    raise NotImplementedError


def mask_update(update, mask, modulus):
    """Hide a client's numbers: add its mask, modulo `modulus`.

        update   (size,)                whole numbers, also below 0
        mask     (size,)                whole numbers, the client's row of `pairwise_masks`
        modulus  whole number, at least 2
        returns  (size,)                whole numbers from 0 to modulus - 1

    >>> mask_update(np.array([3, -2, 60]), np.array([5, 1, 50]), 100)
    array([ 8, 99, 10])

    Book: chapter 15, "Secure aggregation".
    """
    raise NotImplementedError


def masked_sum(masked_updates, modulus):
    """What the server finds out: the sum of all updates, and no update by itself.

    Add up what the clients sent, modulo `modulus`. Their masks cancel, so the sum is exact. A sum
    below 0 shows as modulus - its size, as all numbers here lie between 0 and modulus - 1.

        masked_updates  (clients, size)     whole numbers, one row for each client
        modulus         whole number, at least 2
        returns         (size,)             whole numbers from 0 to modulus - 1

    >>> masked_sum(np.array([[8, 99, 10], [96, 4, 51]]), 100)
    array([ 4,  3, 61])

    Book: chapter 15, "Secure aggregation".
    """
    raise NotImplementedError


def paillier_keygen(p, q):
    """Make a public key, which locks, and a secret key, which opens, out of two primes.

    n = p * q,   g = n + 1,   lam = (p - 1) * (q - 1),   mu = the number with
    lam * mu = 1 modulo n   (its inverse).

    With primes as small as here this is a toy and protects nobody: anybody can split n. Real keys
    have 2,048 bits and more, and come from a library (`phe`: generate_paillier_keypair).

        p, q     two different primes
        returns  (n, g), (n, lam, mu)       the public key and the secret key: whole numbers
        raises   ValueError where p and q are equal, or where lam has no inverse modulo n

    >>> paillier_keygen(5, 7)
    ((35, 36), (35, 24, 19))

    Book: chapter 15, "Homomorphic encryption" (there: phe.generate_paillier_keypair).
    """
    raise NotImplementedError


def encrypt(message, public_key, r):
    """Lock a whole number away, so that only the secret key opens it again.

    g^message * r^n modulo n^2.   The random r makes each locking look different: without it, the
    same message would always have the same ciphertext, and could be found by trying.

        message     whole number from 0 to n - 1
        public_key  (n, g)              whole numbers
        r           whole number from 1 to n - 1 that has no factor in common with n: random, and
                    new for each message
        returns     whole number from 1 to n^2 - 1, the ciphertext
        raises      ValueError where the message is below 0, or n or more

    >>> encrypt(3, (35, 36), 2), encrypt(3, (35, 36), 4)
    (683, 44)

    Book: chapter 15, "Homomorphic encryption" (there: public_key.encrypt).
    """
    raise NotImplementedError


def decrypt(ciphertext, secret_key):
    """Open a ciphertext.

    x = ciphertext^lam modulo n^2.   The random r is gone from x, and what is left is
    1 + n * (something): (x - 1) / n is a whole number. Times mu, modulo n, it is the message.

        ciphertext  whole number from 1 to n^2 - 1
        secret_key  (n, lam, mu)        whole numbers
        returns     whole number from 0 to n - 1, the message

    >>> decrypt(683, (35, 24, 19)), decrypt(44, (35, 24, 19))
    (3, 3)

    Book: chapter 15, "Homomorphic encryption" (there: private_key.decrypt).
    """
    raise NotImplementedError


def add_encrypted(first, second, public_key):
    """Add two numbers without opening them.

    first * second modulo n^2.   Multiplying the ciphertexts adds up what is in them: in g^a * g^b
    the exponents are added. (A sum of n or more begins again at 0.)

        first, second  whole numbers        ciphertexts made with the same public key
        public_key     (n, g)
        returns        whole number, the ciphertext of the sum

    >>> add_encrypted(encrypt(5, (35, 36), 2), encrypt(3, (35, 36), 4), (35, 36))
    967
    >>> decrypt(967, (35, 24, 19))
    8

    Book: chapter 15, "Homomorphic encryption" (there: encrypted numbers of phe, added with +).
    """
    raise NotImplementedError


def multiply_encrypted(ciphertext, factor, public_key):
    """Multiply a number that nobody can read by one that everybody knows.

    ciphertext^factor modulo n^2.   3 times the number is the number added to itself, three times.
    The factor is not encrypted: two numbers that are both locked can be added, never multiplied.

        ciphertext  whole number
        factor      whole number, at least 0
        public_key  (n, g)
        returns     whole number, the ciphertext of factor * the number

    >>> multiply_encrypted(encrypt(5, (35, 36), 2), 3, (35, 36))
    232
    >>> decrypt(232, (35, 24, 19))
    15

    Book: chapter 15, "Homomorphic encryption" (there: phe's product of two encrypted numbers, a
    NotImplementedError).
    """
    raise NotImplementedError


def fixed_point_encode(x, scale, modulus):
    """Turn a number with decimals into a whole number from 0 to modulus - 1.

    Encryption and masks take whole numbers only. So count in small steps: x * scale, rounded to the
    nearest whole number. What is below 0 goes round the clock: -3 becomes modulus - 3.

        x        number                 may be below 0
        scale    whole number           how many steps make 1
        modulus  whole number           n of the key, or the modulus of the masks
        returns  whole number from 0 to modulus - 1, a Python int
        raises   ValueError where the rounded x * scale is half the modulus or more, or minus half
                 the modulus or less: it would be taken for another number

    >>> fixed_point_encode(0.29, 100, 10403), fixed_point_encode(-0.29, 100, 10403)
    (29, 10374)

    Book: chapter 15, "Homomorphically encrypted federated learning" (there, phe does it inside).
    """
    raise NotImplementedError


def fixed_point_decode(number, scale, modulus):
    """Turn the whole number of fixed_point_encode back into one with decimals.

    Above half the modulus stand the numbers below 0: take the modulus off. Then divide by the
    scale.

        number   whole number from 0 to modulus - 1
        scale    whole number
        modulus  whole number
        returns  number

    >>> fixed_point_decode(29, 100, 10403), fixed_point_decode(10374, 100, 10403)
    (0.29, -0.29)

    Book: chapter 15, "Homomorphically encrypted federated learning" (there, phe does it inside).
    """
    raise NotImplementedError


def encrypt_model(model, public_key, scale, randoms):
    """Lock a client's model away, number by number.

    fixed_point_encode with modulus n, then encrypt, each number with a random number of its own.

        model       (size,)                 numbers
        public_key  (n, g)
        scale       whole number
        randoms     list of size whole numbers, the r of each
        returns     list of size whole numbers, the ciphertexts
        raises      ValueError where a number does not fit

    >>> encrypt_model(np.array([0.5, -0.25]), (35, 36), 8, [2, 3])
    [88, 992]

    Book: chapter 15, "Homomorphically encrypted federated learning" (there: train_and_encrypt).
    """
    raise NotImplementedError


def aggregate_encrypted(encrypted_models, public_key):
    """Add up the models of all clients, number by number, without opening one of them.

        encrypted_models  list of clients lists of size whole numbers, the ciphertexts
        public_key        (n, g)
        returns           list of size whole numbers, the ciphertexts of the sums

    >>> aggregate_encrypted([[88, 992], [88, 992]], (35, 36))
    [394, 389]
    >>> [decrypt(ciphertext, (35, 24, 19)) for ciphertext in (88, 992, 394, 389)]
    [4, 33, 8, 31]

    Book: chapter 15, "Homomorphically encrypted federated learning" (there: aggregated_model, of
    which the book then opens Sue's part only).
    """
    raise NotImplementedError


def decrypted_mean(encrypted_sums, n_clients, secret_key, scale):
    """Open the sums, and nothing else, and make them the mean of the clients' models.

    decrypt, then fixed_point_decode with modulus n, then divide by the number of clients.

        encrypted_sums  list of size whole numbers, what aggregate_encrypted returned
        n_clients       whole number, at least 1
        secret_key      (n, lam, mu)
        scale           whole number
        returns         list of size numbers

    >>> decrypted_mean([394, 389], 2, (35, 24, 19), 8)
    [0.5, -0.25]

    Book: chapter 15, "Homomorphically encrypted federated learning" (there: aggregated_model / 3).
    """
    raise NotImplementedError


def toy_emails():
    """Thirty short emails to train on: the texts, and a list of labels, 1 for spam."""
    spam = """
        free pizza for life click now
        you have won a castle click here
        cheap hats buy now
        your prince needs your bank password
        click here to become taller
        free money no questions
        win a yacht buy one ticket now
        urgent your account is a pumpkin click here
        miracle soup melts fat buy today
        you have won free hats
        cheap castle for sale no questions
        your password is old click now
        win money while you sleep
        free yacht for the first ten prince
        urgent buy miracle hats today
    """
    ham = """
        lunch at noon the usual table
        the meeting is moved to monday
        can you feed the cat on friday
        notes from the meeting are attached
        mum says the soup is ready
        see you at the station at noon
        the printer is broken again
        thanks for the lovely evening
        the report is due on friday
        did you find the cat
        the usual table on monday
        are the notes from friday ready
        the station is closed again
        thanks for lunch and the soup
        mum moved the meeting to the evening
    """
    pairs = zip(spam.strip().split("\n"), ham.strip().split("\n"))
    docs = [line.strip() for pair in pairs for line in pair]
    return docs, [1, 0] * (len(docs) // 2)
