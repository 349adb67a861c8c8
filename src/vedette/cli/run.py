"""`vedette run`: the appliance, until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.errors import UsageError, VedetteError

if TYPE_CHECKING:
    from uvicorn import Server

    from vedette.assembly.appliance import Appliance
    from vedette.config.schema import Config, ServiceSettings

_log = logging.getLogger(__name__)

_CONNECTIONS = 256
"""Beyond so many the service refuses: descriptors are the cameras' first."""

_LAST_ANSWERS_SECONDS = 1
"""How long requests that are under way may still take when the appliance is to stop."""


def run(
    configuration: Annotated[Path, typer.Argument(metavar="CONFIG", help="The configuration, a YAML file.")],
    once: Annotated[
        bool, typer.Option("--once", help="Stop when every camera has ended (videos and folders do).")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False,
) -> None:
    """Watch the configured cameras, record events, carry out actions, and answer over HTTP.

    SIGTERM ends it, SIGHUP has it read the configuration again: cameras of which no word has changed
    do not notice.
    """
    from vedette.assembly.assemble import build_appliance
    from vedette.cli.logs import log_to_terminal
    from vedette.config.readiness import load_taught
    from vedette.folders import classifiers_folder

    def read() -> Config:
        return load_taught(configuration, classifiers_folder()).config

    log_to_terminal(is_verbose=verbose)
    # Pictures of a house are for its people.
    os.umask(0o077)
    signal.signal(signal.SIGTERM, _end_well)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    config = read()
    with _listener(config.service) as listener:
        appliance = build_appliance(config, read=read)
        failures: dict[str, str] = {}
        try:
            appliance.start()
            with _Attendance(appliance):
                # The cameras are at work while the service is still being imported: half a second on a PC.
                server = _server(appliance, config.service)
                if once:
                    threading.Thread(target=_stop_at_the_end, args=(appliance, server), daemon=True).start()
                server.run([listener])
                failures = appliance.supervisor.failures
        finally:
            # A second Ctrl+C must not cut off what writes events down.
            for ending in (signal.SIGTERM, signal.SIGINT):
                signal.signal(ending, signal.SIG_IGN)
            appliance.stop()
    if once and failures:
        raise typer.Exit(1)


class _Attendance:
    """While it is entered: the service manager is told how we are, and SIGHUP reloads."""

    def __init__(self, appliance: Appliance) -> None:
        from vedette.cli.service_manager import Notifier

        self._appliance = appliance
        self._manager = Notifier.from_environment()
        self._asked = threading.Event()
        self._is_over = False

    def __enter__(self) -> None:
        signal.signal(signal.SIGHUP, lambda *_: self._asked.set())
        threading.Thread(target=self._reload_when_asked, name="reload", daemon=True).start()
        self._manager.ready(f"{len(self._appliance.plans)} cameras")
        self._manager.watch(lambda: self._appliance.system.is_well)

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self._manager.stopping()
        self._manager.close()
        self._is_over = True
        self._asked.set()

    def _reload_when_asked(self) -> None:
        while True:
            self._asked.wait()
            self._asked.clear()
            if self._is_over:
                return
            self._manager.reloading()
            try:
                self._appliance.reload()
            except VedetteError as error:
                _log.error("the configuration is not taken over, all goes on as it was: %s", error)
            except Exception:  # noqa: BLE001 - the next reload must still be done
                _log.exception("the configuration is not taken over: an error that should not happen")
            self._manager.ready()


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


def _server(appliance: Appliance, service: ServiceSettings) -> Server:
    import uvicorn

    from vedette.web.app import create_app

    app = create_app(appliance, service.hosts, token=service.token)

    class Stopping(uvicorn.Server):
        """Ends the answers that have no end before it waits for the others."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.state.streams.close()
            await super().shutdown(sockets)

    return Stopping(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            limit_concurrency=_CONNECTIONS,
            timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
        )
    )


def _stop_at_the_end(appliance: Appliance, server: Server) -> None:
    appliance.supervisor.wait()
    server.should_exit = True
