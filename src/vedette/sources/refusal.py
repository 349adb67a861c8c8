"""What a camera's refusal means, in a sentence that holds nothing secret."""

from __future__ import annotations

import os

from av.error import (
    ExitError,
    FFmpegError,
    HTTPBadRequestError,
    HTTPClientError,
    HTTPForbiddenError,
    HTTPNotFoundError,
    HTTPServerError,
    HTTPUnauthorizedError,
    InvalidDataError,
)

from vedette.errors import SourceError

_CHECK_ADDRESS = "Is it switched on, and is the address right?"
_NO_ANSWER = (ExitError, TimeoutError)
_STATUS_OF = {
    HTTPUnauthorizedError: 401,
    HTTPForbiddenError: 403,
    HTTPNotFoundError: 404,
    HTTPBadRequestError: 400,
    HTTPServerError: 500,
    HTTPClientError: 499,
}
"""FFmpeg keeps only these apart; 499 stands for any other refusal."""


def status_error(status: int, where: str) -> SourceError:
    """The error for an answer of RTSP or HTTP with this status code."""
    if status == 401:
        return SourceError(f"{where} refuses the name or password (401).", "Check the name and the password.")
    if status == 403:
        return SourceError(
            f"{where} forbids this to the user (403).", "Check the user's rights in the camera."
        )
    if status == 404:
        return SourceError(f"{where} has no stream of this path (404).", "Check the path in the address.")
    if 300 <= status < 400:
        return SourceError(
            f"{where} sends us elsewhere ({status}).", "Give the address that it redirects to."
        )
    if status >= 500:
        return SourceError(
            f"{where} has an error of its own (5xx).", "Look at the camera's own page; restart it."
        )
    return SourceError(f"{where} refuses the request ({status}).", "Check the address and the transport.")


def mute_error(where: str, timeout_seconds: float) -> SourceError:
    """The error for something that lets us in and never says a word: not a camera's port, as a rule."""
    return SourceError(
        f"{where} accepts the connection, and then stays silent for {timeout_seconds:g} s.",
        "Check the port, and the kind of camera; if both are right, restart the camera.",
    )


def connection_error(error: BaseException, where: str, timeout_seconds: float) -> SourceError:
    """The error for a lost or failed connection to `where`, which is safe to show.

    The library's own text is never taken over: it repeats the address with its password.
    """
    if isinstance(error, _NO_ANSWER):
        return SourceError(f"{where} has been silent for {timeout_seconds:g} s.", _CHECK_ADDRESS)
    for kind, status in _STATUS_OF.items():
        if isinstance(error, kind):
            return status_error(status, where)
    if isinstance(error, InvalidDataError):
        return SourceError(
            f"{where} answers, but not with a video stream.",
            "Check the beginning of the address (rtsp://) and its port.",
        )
    if isinstance(error, ConnectionRefusedError):
        return SourceError(f"{where} refuses the connection.", _CHECK_ADDRESS)
    number = error.errno if isinstance(error, OSError | FFmpegError) else None
    reason = os.strerror(number) if number and 0 < number < 200 else "the connection failed"
    return SourceError(f"{where} cannot be reached: {reason}.", _CHECK_ADDRESS)
