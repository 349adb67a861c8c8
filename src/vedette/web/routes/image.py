"""`POST /api/image`: what a picture shows, in the manner of the cat door's first service."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.values.prediction import UNKNOWN, Classification
from vedette.web.body import read_body
from vedette.web.posted_picture import PICTURE_BODY, posted_picture
from vedette.web.refusal import Refusal, json_answer
from vedette.web.service import Service

PATH = "/api/image"


def tags(classification: Classification) -> dict[str, float]:
    """Every class's calibrated confidence, 0..1; of a picture that is like none of them, `unknown` alone.

    A door reads `tags["cat"] > 0.9` and opens. For a rejected picture the confidences only say
    which class is the least unlike, often with 0.99, so that no class is named at all: nobody can
    act on what was not recognised. See docs/decisions/0004-unknown-in-tags.md.
    """
    if classification.is_unknown:
        return {UNKNOWN: 1.0}
    return {label: round(share, 4) for label, share in classification.confidences.items()}


def image_route(service: Service) -> Route:
    """The route, as plain Starlette: FastAPI's way through dependencies costs more than the rest of it."""
    appliance = service.appliance

    async def post_image(request: Request) -> Response:
        classifier = request.query_params.get("classifier")
        _refuse_wrong_name(classifier, appliance.classifiers)
        content_type = request.headers.get("content-type", "")
        with service.room.hold() as held:
            body = await read_body(request, service.limits, held)
            # In a thread: a large picture takes half a second, and cameras may have the device.
            answer = await service.pictures.run(
                lambda: appliance.classify_picture(posted_picture(body, content_type), classifier)
            )
        return json_answer({"tags": tags(answer)})

    return Route(PATH, post_image, methods=["POST"])


def _refuse_wrong_name(classifier: str | None, known: tuple[str, ...]) -> None:
    if not known:
        raise Refusal(
            503,
            "no classifier is loaded.",
            "Teach one (vedette teach NAME FOLDER) and name it in the configuration.",
        )
    if classifier is None or classifier in known:
        return
    close = get_close_matches(classifier, known, n=1)
    remedy = f"The nearest name is {close[0]!r}." if close else f"There are: {', '.join(known)}."
    raise Refusal(404, f"no classifier is called {classifier[:80]!r}.", remedy)


def describe(refusal: dict[str, Any]) -> dict[str, Any]:
    """The route's part of the OpenAPI description; `refusal` is the schema of refusals."""
    refusals = {
        status: {"description": text, "content": {"application/json": {"schema": refusal}}}
        for status, text in _REFUSALS.items()
    }
    answer = {"description": "What it shows.", "content": {"application/json": {"schema": _ANSWER}}}
    return {
        "post": {
            "summary": "Say what a picture shows",
            "operationId": "post_image",
            "tags": ["pictures"],
            "parameters": [_CLASSIFIER],
            "requestBody": PICTURE_BODY,
            "responses": {"200": answer, **refusals},
        }
    }


_REFUSALS = {
    "400": "No classifier was chosen, or a damaged form.",
    "403": "A foreign web page asked.",
    "404": "No such classifier.",
    "408": "The body came too slowly.",
    "413": "The body is too large.",
    "422": "Not a picture, a damaged one, or one of too many pixels.",
    "503": "No classifier is loaded, or the device is busy: ask again.",
}
_CLASSIFIER = {
    "name": "classifier",
    "in": "query",
    "required": False,
    "schema": {"type": "string"},
    "description": "Which classifier to ask; else the configured one.",
}
_ANSWER = {
    "type": "object",
    "required": ["tags"],
    "properties": {
        "tags": {
            "type": "object",
            "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1},
            "description": "Every class's calibrated confidence; of a picture that is like none of "
            "the classes only `unknown`, which is 1.",
        }
    },
    "example": {"tags": {"background": 0.02, "cat": 0.05, "mouse": 0.93}},
}
