"""Runs one command as the terminal would, and gives what it printed or the error it raised."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import typer
from typer.testing import CliRunner


def run_command(command: Callable[..., None], *arguments: object) -> str:
    """Standard output of the command; its error is raised."""
    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception:
        raise result.exception
    return result.stdout


def run_json(command: Callable[..., None], *arguments: object) -> Any:
    """The one JSON value that the command printed."""
    return json.loads(run_command(command, *arguments, "--json"))
