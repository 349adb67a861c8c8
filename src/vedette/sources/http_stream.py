"""An HTTP answer without an end, read as it comes."""

from __future__ import annotations

import select
import ssl
from collections.abc import Generator, Iterator
from contextlib import suppress

import httpx

from vedette.errors import SourceError
from vedette.sources.refusal import connection_error, mute_error, status_error
from vedette.sources.url import HttpUrl

_AT_ONCE_BYTES = 4 * 2**20
_KINDS = ("multipart/", "image/", "video/", "application/octet-stream")
_CHECK_PORT = "Check the beginning of the address (http:// or https://) and its port."


class CameraAuth(httpx.Auth):
    """Answers a challenge in the way that it asks for: Digest (RFC 7616) or Basic (RFC 7617).

    Nothing is sent before the camera asks.
    """

    requires_response_body = False

    def __init__(self, username: str, password: str) -> None:
        self._credential = (username, password)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """See `httpx.Auth`."""
        response = yield request
        challenges = response.headers.get_list("www-authenticate") if response.status_code == 401 else []
        kinds = {challenge.strip().partition(" ")[0].lower() for challenge in challenges}
        if "digest" in kinds:
            yield from _after_challenge(httpx.DigestAuth(*self._credential), request, response)
        elif "basic" in kinds:
            yield from httpx.BasicAuth(*self._credential).auth_flow(request)


def _after_challenge(
    digest: httpx.DigestAuth, request: httpx.Request, response: httpx.Response
) -> Generator[httpx.Request, httpx.Response, None]:
    flow = digest.auth_flow(request)
    next(flow)
    with suppress(StopIteration):
        yield flow.send(response)


class HttpStream:
    """One GET, with its credential, without redirects.

    It speaks through httpx's transport and not its client, which logs every address it asks for.
    `timeouts` are (connect, read) in seconds.

    Raises:
        SourceError: no connection, or no stream of pictures.
    """

    def __init__(
        self,
        url: HttpUrl,
        credential: tuple[str, str],
        timeouts: tuple[float, float],
        *,
        verify_certificate: bool,
    ) -> None:
        self._url = url
        self._timeouts = timeouts
        self._transport = httpx.HTTPTransport(verify=verify_certificate)
        try:
            self._response = self._asked(httpx.Request("GET", url.bare()), CameraAuth(*credential))
            self._refuse_other_kinds()
        except BaseException:
            self._transport.close()
            raise

    def _asked(self, request: httpx.Request, auth: CameraAuth) -> httpx.Response:
        connect = self._timeouts[0]
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), connect)
        flow = auth.auth_flow(request)
        asking = next(flow)
        try:
            while True:
                response = self._transport.handle_request(asking)
                response.request = asking
                try:
                    asking = flow.send(response)
                except StopIteration:
                    return response
                response.close()
        except httpx.ReadTimeout:
            raise mute_error(str(self._url), connect) from None
        except httpx.HTTPError as error:
            raise _lost(error, str(self._url), connect) from None

    def _refuse_other_kinds(self) -> None:
        if self._response.status_code != 200:
            raise status_error(self._response.status_code, str(self._url))
        kind = self._response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind and not kind.startswith(_KINDS):
            raise SourceError(
                f"{self._url} answers with a page, not with a stream of pictures.",
                "The address must be that of the MJPEG stream, not of the camera's page.",
            )

    def chunks(self) -> Iterator[bytes]:
        """Bytes as they come; whatever waits already comes in one piece.

        Raises:
            SourceError: the connection is lost, or silent for too long.
        """
        self._response.request.extensions["timeout"]["read"] = self._timeouts[1]
        waiting, lost = bytearray(), None
        try:
            for data in self._response.iter_raw():
                waiting += data
                if len(waiting) < _AT_ONCE_BYTES and self._has_more():
                    continue
                yield bytes(waiting)
                waiting.clear()
        except httpx.HTTPError as error:
            lost = _lost(error, str(self._url), self._timeouts[1])
        if waiting:
            yield bytes(waiting)
        if lost is not None:
            raise lost

    def close(self) -> None:
        """Let go of the connection."""
        self._response.close()
        self._transport.close()

    def _has_more(self) -> bool:
        connection = self._response.extensions["network_stream"].get_extra_info("socket")
        return bool(select.select([connection], [], [], 0)[0])


def _lost(error: httpx.HTTPError, where: str, timeout_seconds: float) -> SourceError:
    if isinstance(error, httpx.TimeoutException):
        return connection_error(TimeoutError(), where, timeout_seconds)
    if isinstance(error, httpx.ProtocolError):
        return SourceError(f"{where} answers, but not as HTTP prescribes, or it broke off.", _CHECK_PORT)
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return SourceError(
            f"{where} has a certificate that cannot be checked.",
            "If the camera signed its own, set verify_certificate: false.",
        )
    if isinstance(cause, ssl.SSLError):
        return SourceError(f"{where} does not speak TLS.", _CHECK_PORT)
    return connection_error(cause or error, where, timeout_seconds)
