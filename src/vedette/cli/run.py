"""`vedette run`: the appliance, until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.errors import VedetteError

if TYPE_CHECKING:
    import socket

    from vedette.assembly.appliance import Appliance
    from vedette.config.schema import Config

_log = logging.getLogger(__name__)


def run(
    configuration: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CONFIG]",
            help="The configuration, a YAML file; if left out, one of your own, made at the first start.",
        ),
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Stop when every camera has ended (videos and folders do).")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False,
) -> None:
    """Watch the configured cameras, record events, carry out actions, and answer over HTTP.

    SIGTERM ends it, SIGHUP has it read the configuration again: cameras of which no word has changed
    do not notice.
    """
    from vedette.cli.logs import log_to_terminal
    from vedette.cli.open_files import allow_many_files
    from vedette.config.first import first_configuration

    log_to_terminal(is_verbose=verbose)
    # Pictures of a house are for its people.
    os.umask(0o077)
    allow_many_files()
    notebook = configuration or first_configuration()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with _ending_well():
        failures = _watch(notebook, once=once)
    if once and failures:
        raise typer.Exit(1)


def _watch(notebook: Path, *, once: bool) -> Mapping[str, str]:
    """The appliance from its start to its end; why cameras failed."""
    from vedette.assembly.assemble import build_appliance
    from vedette.cli.listening import listener_of
    from vedette.config.readiness import load_ready
    from vedette.folders import classifiers_folder

    def read() -> Config:
        return load_ready(notebook, classifiers_folder()).config

    config = read()
    with listener_of(config.service, notebook) as listener:
        appliance = build_appliance(config, read=read, notebook=notebook)
        try:
            _serve(appliance, config, listener, once=once)
            return appliance.supervisor.failures
        finally:
            # A second Ctrl+C must not cut off what writes events down.
            for ending in (signal.SIGTERM, signal.SIGINT):
                signal.signal(ending, signal.SIG_IGN)
            appliance.stop()


def _serve(appliance: Appliance, config: Config, listener: socket.socket, *, once: bool) -> None:
    """Start it, and answer until it is told to stop, or with `once` until every camera has ended."""
    from vedette.cli.listening import address_for_browsers

    appliance.start()
    with _Attendance(appliance):
        # The cameras are at work while the service is still being imported: half a second on a PC.
        from vedette.cli.serving import server_of, stop_at_the_end

        server = server_of(appliance, config, address_for_browsers(config.service, listener))
        if once:
            threading.Thread(target=stop_at_the_end, args=(appliance, server), daemon=True).start()
        server.run([listener])


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


@contextmanager
def _ending_well() -> Iterator[None]:
    """To be told to stop is no failure. The service hands the signal on to here when it has ended."""
    is_told = False

    def end(_signal: int, _frame: FrameType | None) -> None:
        nonlocal is_told
        is_told = True
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    except ImportError:
        # A module in C that was just being imported makes this of it.
        if is_told:
            raise SystemExit(0) from None
        raise
