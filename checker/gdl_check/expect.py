"""The words that laws are written in: what an answer's results are expected to be."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

import numpy as np

from gdl_check.compare import (
    Difference,
    as_array,
    described,
    difference,
    floor,
    not_raised,
    wrong_shape,
    wrong_type,
)
from gdl_check.replies import Reply, read

# What the comparisons of a law expected, while somebody wants to know.
expectations: ContextVar[list[Any] | None] = ContextVar("expectations", default=None)


class Unmet(Exception):
    """A law does not hold on this case; `difference` says how."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.message)
        self.difference = difference


class Expectation:
    """What a law says of a value; every method raises Unmet where it does not hold."""

    def __init__(self, subject: Any, what: str = "") -> None:
        self.subject, self.what = subject, what

    def equals(self, expected: Any) -> None:
        """The same value, shape and kind, up to rounding."""
        wanted = read(expected)
        kept = expectations.get()
        if kept is not None:
            kept.append(wanted)
        found = difference(wanted, read(self.subject))
        if found is not None:
            raise Unmet(self._about(found))

    def is_at_least(self, low: Any) -> None:
        """Every entry is `low` or more, up to rounding."""
        self._holds(lambda got: got >= low - floor(), f"at least {low:g} is expected")

    def is_at_most(self, high: Any) -> None:
        """Every entry is `high` or less, up to rounding."""
        self._holds(lambda got: got <= high + floor(), f"at most {high:g} is expected")

    def has_shape(self, *shape: int) -> None:
        """An array of this shape."""
        got = as_array(read(self.subject))
        if got is None or got.shape != shape:
            if got is None:
                message = f"shape {shape} is expected, not {described(read(self.subject))}"
            else:
                message = wrong_shape(np.zeros(shape), got)
            raise Unmet(self._about(Difference("shape", message, compared=False)))

    def is_true(self, otherwise: str) -> None:
        """Holds as it is; `otherwise` says what is wrong where it does not."""
        if not read(self.subject):
            raise Unmet(Difference("value", otherwise, compared=False))

    def raises(self, kind: type[Exception]) -> None:
        """The call ends in this exception, or one of its kind."""
        assert isinstance(self.subject, Reply)
        raised = self.subject.outcome.raised
        if raised is None or kind.__name__ not in raised.kinds:
            raise Unmet(not_raised(kind.__name__, self.subject.outcome))

    def _holds(self, test: Any, wanted: str) -> None:
        got = as_array(read(self.subject))
        if got is None:
            found = wrong_type("numbers", None, read(self.subject))
            raise Unmet(self._about(Difference(found.kind, found.message, compared=False)))
        with np.errstate(all="ignore"):
            off = np.where(test(got), -1.0, 0.0)
        if (off == 0).any():
            message = f"{wanted}, yours has {got[off == 0][0]:g}"
            found = Difference("value", message, None, read(self.subject), off, compared=False)
            raise Unmet(self._about(found))

    def _about(self, found: Difference) -> Difference:
        if not self.what:
            return found
        message = f"{self.what.rstrip(',')}: {found.message}"
        return found._replace(message=message)


def expect(subject: Any, what: str = "") -> Expectation:
    """Begin a claim about a value; `what` names it where the call itself does not."""
    return Expectation(subject, what)
