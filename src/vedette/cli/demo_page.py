"""The demonstration as an appliance that stays: its clip plays again and again, its page can be opened."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from rich.console import Console
from ruamel.yaml import YAML

from vedette.assembly.assemble import build_appliance
from vedette.assembly.demonstration import Demonstration
from vedette.cli.listening import address_for_browsers, listener_of
from vedette.config.readiness import load_ready
from vedette.config.schema import Config, ServiceSettings
from vedette.errors import UsageError
from vedette.pipeline.camera_loop import Watcher
from vedette.store.event_filter import EventFilter
from vedette.store.records import Records
from vedette.values.event import Event

_MOST_EVENTS = 20
_NAME = "demo.yaml"


def show(
    demonstration: Demonstration,
    video: Path,
    folder: Path,
    console: Console,
    screen: AbstractContextManager[Watcher],
    start: Watcher,
) -> Sequence[Event]:
    """Watch and serve until Ctrl+C or SIGTERM; the newest events, oldest first. `folder`: what was taught."""
    notebook = _write(demonstration, video, folder)

    def read() -> Config:
        return load_ready(notebook, folder / "classifiers").config

    config = read()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _listener(config.service) as listener:
        address = address_for_browsers(config.service, listener)
        console.print(f"The page: [bold]{address}[/]   Ctrl+C ends it.", highlight=False)
        classifier = demonstration.lessons[0].classifier
        console.print(f"Try: Teach, {classifier}, hold a button.", highlight=False)
        console.print("Your own camera: vedette run", highlight=False)
        with screen as watcher:
            appliance = build_appliance(config, [start, watcher], folder / "classifiers", read, notebook)
            try:
                appliance.start()
                from vedette.cli.serving import server_of

                with suppress(KeyboardInterrupt):
                    server_of(appliance, config, address).run([listener])
            finally:
                # A second Ctrl+C must not cut off what writes events down.
                for ending in (signal.SIGTERM, signal.SIGINT):
                    signal.signal(ending, signal.SIG_IGN)
                appliance.stop()
    with Records(folder, None) as records:
        return list(reversed(records.list(EventFilter(), _MOST_EVENTS)))


def _write(demonstration: Demonstration, video: Path, folder: Path) -> Path:
    """The configuration as a file, which the page may change."""
    described = demonstration.configuration(video, folder, is_paced=True)
    described["cameras"][demonstration.camera]["source"]["loop"] = True
    described["service"] = {"access": "anyone"}
    gate = described["cameras"][demonstration.camera]["gate"]
    gate["masks"] = [[list(corner) for corner in mask] for mask in gate["masks"]]
    notebook = folder / _NAME
    with notebook.open("w") as file:
        YAML().dump(described, file)
    return notebook


def _listener(service: ServiceSettings) -> socket.socket:
    """On the usual port; where another vedette has it, on any that is free."""
    logging.getLogger("vedette.cli.listening").setLevel(logging.ERROR)
    try:
        return listener_of(service)
    except UsageError:
        return listener_of(service.model_copy(update={"port": 0}))
