"""`vedette run`: the appliance, until it is told to stop."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vedette.assembly.appliance import Appliance


def run(
    configuration: Annotated[Path, typer.Argument(metavar="CONFIG", help="The configuration, a YAML file.")],
    once: Annotated[
        bool, typer.Option("--once", help="Stop when every camera has ended (videos and folders do).")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False,
) -> None:
    """Watch the configured cameras, record events, carry out actions, and answer POST /api/image."""
    import uvicorn

    from vedette.assembly.build import build_appliance
    from vedette.cli.logs import log_to_terminal
    from vedette.config.loading import load_config
    from vedette.web.app import create_app

    log_to_terminal(is_verbose=verbose)
    config = load_config(configuration)
    appliance = build_appliance(config)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(appliance),
            host=config.service.host,
            port=config.service.port,
            log_config=None,
            access_log=False,
            server_header=False,
        )
    )
    appliance.start()
    if once:
        threading.Thread(target=_stop_at_the_end, args=(appliance, server), daemon=True).start()
    try:
        server.run()
    finally:
        appliance.stop()


def _stop_at_the_end(appliance: Appliance, server: object) -> None:
    while appliance.supervisor.is_running:
        time.sleep(0.05)
    server.should_exit = True  # type: ignore[attr-defined]
