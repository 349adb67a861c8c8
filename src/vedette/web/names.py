"""Names in an address: one that is not known is answered with the nearest."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from vedette.web.refusal import Refusal


def refuse_wrong_name(name: str, known: Collection[str], noun: str, listed_at: str) -> None:
    """Nothing, if the name is known.

    Raises:
        Refusal: 404, with the nearest name, or where they are listed.
    """
    if name in known:
        return
    close = get_close_matches(name[:80], known, n=1)
    remedy = f"The nearest name is {close[0]!r}." if close else f"GET {listed_at} lists them."
    raise Refusal(404, f"no {noun} is called {name[:80]!r}.", remedy)
