"""`vedette run`: the appliance, until it is told to stop."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from uvicorn import Server

    from vedette.assembly.appliance import Appliance
    from vedette.config.schema import ServiceSettings


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
    config = load_taught(configuration, classifiers_folder()).config
    appliance = build_appliance(config)
    appliance.start()
    try:
        # The cameras are at work while the service is still being imported: half a second on a PC.
        server = _server(appliance, config.service)
        if once:
            threading.Thread(target=_stop_at_the_end, args=(appliance, server), daemon=True).start()
        server.run()
    finally:
        appliance.stop()


def _server(appliance: Appliance, service: ServiceSettings) -> Server:
    import uvicorn

    from vedette.web.app import create_app

    return uvicorn.Server(
        uvicorn.Config(
            create_app(appliance),
            host=service.host,
            port=service.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
        )
    )


def _stop_at_the_end(appliance: Appliance, server: Server) -> None:
    appliance.supervisor.wait()
    server.should_exit = True
