"""The server of `vedette run`: its socket, its certificate, its way in."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import uvicorn

from vedette.cli.certificate import Renewal
from vedette.cli.connections import MOST, Connection
from vedette.errors import StoreError
from vedette.people.register import Register, people_file
from vedette.web.access import Access
from vedette.web.app import create_app
from vedette.web.page import STATIC

if TYPE_CHECKING:
    from vedette.assembly.appliance import Appliance
    from vedette.config.schema import Config, ServiceSettings
    from vedette.web.streams import Streams

_log = logging.getLogger(__name__)

_LAST_ANSWERS_SECONDS = 1
"""How long requests that are under way may still take when the appliance is to stop."""

_TICKS_TO_A_LOOK = 100
"""How often a certificate's files are looked at, in ticks of the server: ten a second."""

_LARGEST_MESSAGE_BYTES = 64 * 1024
"""What a page says over a WebSocket is a few words; pictures come by POST."""


def server_of(appliance: Appliance, config: Config, address: str) -> uvicorn.Server:
    """The server that is to be run on the listener; `address` is where a browser on this machine finds it.

    Where people log in and nobody has a password yet, the log says by which link one is set.
    """
    service = config.service
    # For those who work on the page: another build of it.
    page = Path(os.environ.get("VEDETTE_PAGE") or STATIC)
    access = _access(appliance, config, address)
    app = create_app(appliance, (*service.hosts, *_own_names(service)), access=access, page=page)

    settings = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="websockets-sansio",
        ws_max_size=_LARGEST_MESSAGE_BYTES,
        ws_per_message_deflate=False,  # video does not become smaller
        ssl_certfile=service.tls.certificate if service.tls else None,
        ssl_keyfile=service.tls.key if service.tls else None,
        http=Connection,
        limit_concurrency=MOST,
        timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
    )
    return _Server(settings, app.state.streams, Renewal(service.tls) if service.tls else None)


class _Server(uvicorn.Server):
    """Ends endless answers before it waits for the others; takes renewed certificates over."""

    def __init__(self, settings: uvicorn.Config, streams: Streams, renewal: Renewal | None) -> None:
        super().__init__(settings)
        self._streams = streams
        self._renewal = renewal

    async def on_tick(self, counter: int) -> bool:
        if self._renewal and counter % _TICKS_TO_A_LOOK == 0 and self.config.ssl:
            await asyncio.to_thread(self._renewal.take_over, self.config.ssl)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._streams.close()
        await super().shutdown(sockets)


def stop_at_the_end(appliance: Appliance, server: uvicorn.Server) -> None:
    """Have the server stop when every camera has ended."""
    appliance.supervisor.wait()
    server.should_exit = True


def _access(appliance: Appliance, config: Config, address: str) -> Access:
    if config.service.access == "anyone":
        return Access(config.service.token)
    register = Register(people_file(config.storage.folder))
    access = Access(config.service.token, register)
    if register.trouble is None and not register.is_claimed:
        _keep_secret(register)
        _log.info("nobody has a password here yet. Set one, within an hour, in a browser:")
        _log.info("    %s/#/welcome?code=%s", address, access.invitation.issue())
        if config.service.is_at_home:
            _say_how_from_elsewhere(appliance, address)
    return access


def _say_how_from_elsewhere(appliance: Appliance, address: str) -> None:
    """A machine in a cupboard has no browser, and listens to itself only."""
    port, host = urlsplit(address).port, socket.gethostname() or "HOST"
    _log.info(
        "from a laptop, open that link while this runs there: ssh -L %s:127.0.0.1:%s USER@%s",
        port,
        port,
        host,
    )
    file = appliance.set_up.path if appliance.set_up else "the configuration"
    _log.info("to reach it from other machines set service.host and service.tls in %s", file)


def _keep_secret(register: Register) -> None:
    try:
        register.change(lambda book: book)
    except StoreError as error:
        _log.error("nobody can be given a password: %s", error)


def _own_names(service: ServiceSettings) -> tuple[str, ...]:
    """What this machine is called on its network. Where anyone may ask, a foreign name could point here."""
    if service.access == "anyone":
        return ()
    name = socket.gethostname().lower().removesuffix(".local")
    return (name, f"{name}.local") if name else ()
