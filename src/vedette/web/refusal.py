"""Every answer that is a refusal has one shape: `{"error": what happened, "remedy": what to do}`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from vedette.errors import (
    ActionError,
    PeopleError,
    PictureError,
    StoreError,
    TeachingError,
    UsageError,
    VedetteError,
    WeakPasswordError,
)
from vedette.pipeline.inference_queue import NotServed

RETRY = {"Retry-After": "1"}
"""The device answers within milliseconds when nobody else asks: a second is plenty."""

HANG_UP = {"Connection": "close"}
"""For a request whose body is not read to its end: what follows on the connection is no request."""

_SENTENCES = {
    404: ("there is nothing at this address.", "The addresses are listed in /openapi.json."),
    405: ("this address does not take this method.", "The header Allow names those that it takes."),
}


class Refusal(VedetteError):  # noqa: N818 - said of a request
    """A request that is not carried out, with the status and headers of its answer."""

    def __init__(
        self, status: int, message: str, remedy: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, remedy)
        self.status = status
        self.headers = dict(headers or {})


class RefusalBody(BaseModel):
    """A refusal, as every 4xx and 5xx answer holds it."""

    error: str = Field(description="What happened, as a sentence.")
    remedy: str = Field(description="What to do about it; may be empty.")


_MEANINGS = {
    400: "The request is damaged.",
    401: "It is not known who asks.",
    403: "Who asks may not do this, or a foreign web page asked.",
    404: "There is no such thing.",
    408: "The body came too slowly.",
    409: "It cannot be done as things are.",
    413: "The body is too large.",
    416: "There is nothing in the range.",
    422: "The request is not understood.",
    429: "Too many wrong tokens or passwords came from this address.",
    502: "The other side did not do it.",
    503: "Too many wait, or the disk does not serve: ask again.",
}
_ANYWHERE = (400, 401, 403, 429)

REFUSAL = {"$ref": "#/components/schemas/RefusalBody"}
"""The schema of a refusal in the description."""


def refusals(*statuses: int, **meanings: str) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route for its description: these, and those that any route may give.

    A meaning of its own is given by the status with an underscore: `_409="..."`.
    """
    own = {int(status.removeprefix("_")): text for status, text in meanings.items()}
    told = {status: _MEANINGS[status] for status in (*_ANYWHERE, *statuses)} | own
    # Not as a `model`: FastAPI would build a validator for each of the 300, 40 ms at every start.
    content = {"application/json": {"schema": REFUSAL}}
    return {status: {"description": told[status], "content": content} for status in sorted(told)}


def json_answer(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer. Never holds NaN, which JSON does not know."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text, status, headers, "application/json")


def refusal_answer(error: VedetteError) -> Response:
    """The answer to a request that ended in this error."""
    refusal = error if isinstance(error, Refusal) else _as_refusal(error)
    content = {"error": refusal.message, "remedy": refusal.remedy}
    return json_answer(content, refusal.status, refusal.headers)


def install_refusals(app: FastAPI) -> None:
    """Have the errors of Vedette, of Starlette and of FastAPI answered in the one shape."""
    app.add_exception_handler(VedetteError, _on_error)
    app.add_exception_handler(HTTPException, _on_framework_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)


_STATUSES: tuple[tuple[type[VedetteError], int, Mapping[str, str]], ...] = (
    (PictureError, 422, {}),
    (WeakPasswordError, 422, {}),
    (PeopleError, 409, {}),
    (UsageError, 400, {}),
    (NotServed, 503, RETRY),
    (TeachingError, 409, {}),
    (ActionError, 502, {}),
    (StoreError, 503, RETRY),
)
"""The first that fits; any other error is this side's: 500."""


def _as_refusal(error: VedetteError) -> Refusal:
    status, headers = next(
        ((status, headers) for kind, status, headers in _STATUSES if isinstance(error, kind)), (500, {})
    )
    remedy = error.remedy or ("Ask again in a second." if headers else "")
    return Refusal(status, error.message, remedy, headers)


async def _on_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, VedetteError)
    return refusal_answer(error)


async def _on_framework_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    phrase = f"{HTTPStatus(error.status_code).phrase.lower()}."
    message, remedy = _SENTENCES.get(
        error.status_code, (phrase, "The requests are described in /openapi.json.")
    )
    return refusal_answer(Refusal(error.status_code, message, remedy, error.headers))


async def _on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # The offending input itself is not repeated: it may be anything.
    places = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
    remedy = "The requests are described in /openapi.json."
    return refusal_answer(Refusal(422, f"the request is not understood: {'; '.join(places)}.", remedy))
