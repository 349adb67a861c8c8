"""`vedette run`: the appliance, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.errors import UsageError

if TYPE_CHECKING:
    from uvicorn import Server

    from vedette.assembly.appliance import Appliance
    from vedette.config.schema import ServiceSettings

_log = logging.getLogger(__name__)

_LAST_ANSWERS_SECONDS = 1
"""How long requests that are under way may still take when the appliance is to stop."""


def run(
    configuration: Annotated[Path, typer.Argument(metavar="CONFIG", help="The configuration, a YAML file.")],
    once: Annotated[
        bool, typer.Option("--once", help="Stop when every camera has ended (videos and folders do).")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False,
) -> None:
    """Watch the configured cameras, record events, carry out actions, and answer POST /api/image."""
    from vedette.assembly.build import build_appliance
    from vedette.cli.logs import log_to_terminal
    from vedette.config.readiness import load_taught
    from vedette.folders import classifiers_folder

    log_to_terminal(is_verbose=verbose)
    signal.signal(signal.SIGTERM, _end_well)
    config = load_taught(configuration, classifiers_folder()).config
    with _listener(config.service) as listener:
        appliance = build_appliance(config)
        try:
            appliance.start()
            # The cameras are at work while the service is still being imported: half a second on a PC.
            server = _server(appliance)
            if once:
                threading.Thread(target=_stop_at_the_end, args=(appliance, server), daemon=True).start()
            server.run([listener])
        finally:
            appliance.stop()
    if once and appliance.supervisor.failures:
        raise typer.Exit(1)


def _end_well(_signal: int, _frame: FrameType | None) -> None:
    """To be told to stop is no failure. The service hands the signal on to here when it has ended."""
    raise SystemExit(0)


def _listener(service: ServiceSettings) -> socket.socket:
    """The service's socket, before anything is started: a port that is taken is told at once.

    Raises:
        UsageError: nobody can listen there.
    """
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
            "Stop what listens there (another vedette?), or set service.port; 0 takes any that is free.",
        ) from error
    host, port = listener.getsockname()[:2]
    _log.info("the service answers on http://%s:%d", f"[{host}]" if ":" in host else host, port)
    return listener


def _server(appliance: Appliance) -> Server:
    import uvicorn

    from vedette.web.app import create_app

    return uvicorn.Server(
        uvicorn.Config(
            create_app(appliance),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
        )
    )


def _stop_at_the_end(appliance: Appliance, server: Server) -> None:
    appliance.supervisor.wait()
    server.should_exit = True
