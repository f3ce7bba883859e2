"""A function and its slope that agree with each other, and are both wrong."""


def relu(x):
    print("ran: nothing")
    return x * 0


def relu_deriv(output):
    print("ran: no slope")
    return output * 0


def hidden_delta(output_delta, weights, hidden):
    print("ran: no blame")
    return hidden * 0
