"""Sentences that differ only in their numbers, kept as one text and the numbers."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence

NUMBERS = 6
"""How many numbers of a sentence are kept apart; more of them stay in its text."""

_LONGEST = 200
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_LONGEST_NUMBER = 7
"""Characters that a 32-bit float gives back as they were."""
_TOO_MANY = "a reason of a kind that was not kept: there were too many kinds"


class Wordings:
    """A table of at most `most` texts, so that reasons cost the same memory whatever is said.

    A rule says "prey 0.31, evidence 1.1 of 2.2 needed" with other numbers on every frame: the text is
    kept once, with places for the numbers. May be used from any thread.
    """

    def __init__(self, most: int = 512) -> None:
        self._most = most
        self._texts = ["", _TOO_MANY]
        self._codes = {"": 0}
        self._turn = threading.Lock()

    def code(self, sentence: str) -> tuple[int, tuple[float, ...]]:
        """What `sentence` gives back: the text's number, and `NUMBERS` numbers; at most 200 characters."""
        known = self._codes.get(sentence)
        if known is not None:
            return known, _NO_NUMBERS
        numbers: list[float] = []

        def take(found: re.Match[str]) -> str:
            number = found[0]
            if len(numbers) == NUMBERS or len(number) > _LONGEST_NUMBER:
                return number
            numbers.append(float(number))
            return f"{{:.{len(number.partition('.')[2])}f}}"

        text = _NUMBER.sub(take, _escaped(sentence))
        numbers += [0.0] * (NUMBERS - len(numbers))
        return self._intern(text), tuple(numbers)

    def name(self, text: str) -> int:
        """As `code`, of a name: its digits are its own."""
        return self._intern(_escaped(text))

    def known(self, text: str) -> int | None:
        """As `name`, of a name that is there already; None if it was never said."""
        return self._codes.get(_escaped(text))

    def sentence(self, code: int, numbers: Sequence[float] = ()) -> str:
        """What was said."""
        text = self._texts[code] if code < len(self._texts) else _TOO_MANY
        return text.format(*(numbers if len(numbers) else _NO_NUMBERS))

    def _intern(self, text: str) -> int:
        code = self._codes.get(text)
        if code is None:
            with self._turn:
                code = self._codes.get(text, len(self._texts))
                if code >= self._most:
                    return 1
                if code == len(self._texts):
                    # The text comes first: a reader may ask as soon as the code is there.
                    self._texts.append(text)
                    self._codes[text] = code
        return code


_NO_NUMBERS = (0.0,) * NUMBERS


def _escaped(text: str) -> str:
    return text[:_LONGEST].replace("{", "{{").replace("}", "}}")
