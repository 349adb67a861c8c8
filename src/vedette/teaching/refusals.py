"""What cannot be taught from, in sentences."""

from __future__ import annotations

from vedette.errors import StaleClassifierError, TeachingError
from vedette.inference.protocol import Embedder
from vedette.teaching.manifest import Revision


def refuse_stale(name: str, revision: Revision, embedder: Embedder) -> None:
    """Nothing, if the classifier was taught with this embedder.

    Raises:
        StaleClassifierError: it was taught with another one.
    """
    if revision.embedder != embedder.identity:
        raise StaleClassifierError(
            f"The classifier `{name}` was taught with another network or engine: {revision.embedder}; "
            f"this is {embedder.identity}.",
            "Their embeddings must not be mixed. Embed its pictures again: "
            f"vedette teach {name} --embed-again",
        )


def refuse_too_few(classes: tuple[str, ...]) -> None:
    """Nothing, if there are two classes to tell apart.

    Raises:
        TeachingError: there are fewer.
    """
    if len(classes) < 2:
        only = f"Only the class `{classes[0]}` has pictures" if classes else "No class has pictures"
        raise TeachingError(
            f"{only}; a classifier tells at least two apart.",
            "Add a second class; `background`, for pictures with nothing to report, is a good one.",
        )
