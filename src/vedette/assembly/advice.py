"""What to do about a trouble, in words for who stands before the page."""

from __future__ import annotations

_BY_WORDS: tuple[tuple[str, str], ...] = (
    ("401", "The camera refuses the name or password: correct them in Set-up."),
    ("unauthorized", "The camera refuses the name or password: correct them in Set-up."),
    ("refuses the name", "Correct the camera's name and password in Set-up."),
    ("no route", "Is the camera in the same network? Try its address from another device."),
    ("refuses the connection", "Is it switched on? If it is, check the port in Set-up."),
    ("connection refused", "Something answers there, but no camera: check the port in Set-up."),
    ("resolve", "The name leads nowhere: check the spelling, or use the camera's number address."),
)
"""What the words of a camera's trouble hint at; the first that fits."""

_BY_PART: tuple[tuple[str, str], ...] = (
    (
        "camera ",
        "Check its power and its network; Vedette keeps trying by itself. Test its address in Set-up.",
    ),
    (
        "classifier ",
        "It may have to be taught, or embedded again after a network was exchanged: open it in Teach.",
    ),
    ("networks", "Start Vedette again: a thread that hangs in native code cannot be ended otherwise."),
    (
        "actuators",
        "Check that the pins exist and that nobody else holds them, then read the configuration again.",
    ),
    ("actions", "Events wait in the outbox meanwhile. Start Vedette again if it does not come back."),
    ("journal", "Events wait in memory. Check the disk, then start Vedette again."),
    ("clips", "Events are recorded without video. Start Vedette again."),
    (
        "housekeeping: space",
        "Check the disk that the storage folder is on: is it there, and may Vedette write?",
    ),
    ("housekeeping: the database", "Check the disk, or the database server if you use one."),
    ("housekeeping", "It is tried again by itself. If it stays, the log below has more."),
    ("storage", "Free some space, or check that the disk is there and that Vedette may write to it."),
)


def remedy(part: str, why: str) -> str:
    """A sentence of what to do; there is one for everything."""
    if part.startswith("camera "):
        said = why.lower()
        for words, advice in _BY_WORDS:
            if words in said:
                return advice
    return next((advice for begin, advice in _BY_PART if part.startswith(begin)), _OTHERWISE)


_OTHERWISE = "The log below may have more. Starting Vedette again is safe: nothing that is recorded is lost."
