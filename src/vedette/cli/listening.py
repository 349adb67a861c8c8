"""Where the service of `vedette run` listens, and with which certificate: known before a camera starts."""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING

from vedette.cli.certificate import check_certificate
from vedette.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from vedette.config.schema import ServiceSettings

_log = logging.getLogger(__name__)

_ELSEWHERE = ("192.0.2.1", "2001:db8::1")
"""Addresses for documentation (RFC 5737, RFC 3849): to ask for a way there sends nothing."""


def listener_of(service: ServiceSettings, notebook: Path | None = None) -> socket.socket:
    """The service's socket, before anything is started: a port that is taken is told at once.

    `notebook` is the file in which another port may be set.

    Raises:
        UsageError: nobody can listen there, or the certificate or its key cannot be used.
    """
    if service.tls is not None:
        check_certificate(service.tls)
    family = socket.AF_INET6 if ":" in service.host else socket.AF_INET
    # The protocol is named because asyncio sets TCP_NODELAY only then.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((service.host, service.port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise UsageError(
            f"the service cannot listen on {service.host}, port {service.port}: {error.strerror}.",
            "Stop what listens there (another vedette?), or set service.port"
            f"{f' in {notebook}' if notebook else ''}; 0 takes any that is free.",
        ) from error
    _log.info("the service answers on %s", address_of(service, *listener.getsockname()[:2]))
    if service.tls is None and not service.is_at_home:
        _log.warning(
            "without service.tls, passwords and pictures can be read by whoever listens on the network"
        )
    return listener


def address_of(service: ServiceSettings, host: str, port: int) -> str:
    """The address of what listens there."""
    scheme = "https" if service.tls else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def address_for_browsers(service: ServiceSettings, listener: socket.socket) -> str:
    """An address that a browser finds: where it listens on all, one of this machine's."""
    host, port = listener.getsockname()[:2]
    return address_of(service, _own_address(listener.family) if host in {"0.0.0.0", "::"} else host, port)  # noqa: S104


def _own_address(family: int) -> str:
    is_six = family == socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.connect((_ELSEWHERE[is_six], 9))
            return str(asking.getsockname()[0])
    except OSError:
        return "::1" if is_six else "127.0.0.1"
