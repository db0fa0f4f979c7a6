"""Prompts: the digit that each participant is asked to draw in a round."""

from __future__ import annotations

import random
from dataclasses import dataclass

from language import SOURCE, _, current

FREE, DIGIT, TURN, FOOL = "free", "digit", "turn", "fool"
KINDS = (FREE, DIGIT, TURN, FOOL)
DIGITS = 10


@dataclass(frozen=True)
class Prompt:
    """kind: one of KINDS. digit: 0 to 9 where the kind has one for everybody, otherwise None."""

    kind: str = FREE
    digit: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"expected a prompt of {', '.join(KINDS)}, got {self.kind!r}")
        if (self.digit in range(DIGITS)) != (self.kind in (DIGIT, FOOL)) or isinstance(self.digit, bool):
            raise ValueError(f"expected a digit from 0 to 9 with the prompts digit and fool alone, got {self}")

    def digit_for(self, participant: int, sent: int) -> int | None:
        """Return the digit for a participant who has sent so many drawings; None where they choose it.

        TURN gives each participant the ten digits in a random order, then in another, so all come equally often.
        """
        if self.kind != TURN:
            return self.digit
        block, place = divmod(sent, DIGITS)
        return random.Random(f"{participant} {block}").sample(range(DIGITS), DIGITS)[place]

    def sentence(self, digit: int | None = None) -> str:
        """Return the prompt in words; digit: from digit_for, where the words are for one participant."""
        if self.kind == FREE:
            return _("Draw any digit")
        if self.kind == FOOL:
            return _("Fool them with a readable {digit}").format(digit=self.digit)
        if self.kind == TURN and digit is None:
            return _("Draw the digit on your phone")
        words = _("Draw a {digit}").format(digit=self.digit if digit is None else digit)
        return words.replace(" a 8", " an 8") if current() == SOURCE else words


ANY_DIGIT = Prompt()
