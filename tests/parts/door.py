"""Recorded pictures that stand for a cat's: a man who walks over a lawn, from right to left.

Nobody is there until 2 s (`background`); to the right he is the cat (`clean`, 2.2 to 4 s), to the left the
cat with a mouse (`prey`, 4.8 to 6.8 s).
"""

from __future__ import annotations

from vedette.assembly.demonstration import PERSON, Demonstration, Lesson

_LAWN = PERSON.lessons[0].region

DOOR = Demonstration(
    clip="person",
    camera="door",
    story="",
    lessons=(
        Lesson(
            "cat",
            _LAWN,
            {
                "background": (0.3, 0.8, 1.3, 7.4),
                "clean": (2.3, 2.8, 3.4, 3.9),
                "prey": (5.0, 5.5, 6.0, 6.6),
            },
        ),
        Lesson("space", _LAWN, {"free": (0.3, 0.8, 1.3), "car": (2.3, 3.2, 4.2, 5.2, 6.4)}),
    ),
    rules=(),
)
