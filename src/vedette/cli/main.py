"""Every command, and what a person reads when one fails."""

from __future__ import annotations

import faulthandler
import io
import os
import sys
from typing import Annotated

import typer

from vedette import __version__
from vedette.cli import (
    bench,
    check,
    classifiers,
    classify,
    demo,
    doctor,
    evaluate,
    events,
    explain,
    models,
    people,
    run,
    service,
    teach,
    watch,
)
from vedette.errors import VedetteError

app = typer.Typer(
    name="vedette",
    help="A camera and a small computer become a sentry that its owner teaches.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for command in (
    demo.demo,
    teach.teach,
    classify.classify,
    evaluate.evaluate,
    watch.watch,
    run.run,
    explain.explain,
    check.check,
    doctor.doctor,
    bench.bench,
):
    app.command()(command)
app.add_typer(classifiers.app, name="classifiers")
app.add_typer(events.app, name="events")
app.add_typer(models.app, name="models")
app.add_typer(people.app, name="people")
app.add_typer(service.app, name="service")


@app.callback(invoke_without_command=True)
def vedette(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """A camera and a small computer become a sentry that its owner teaches."""
    if version:
        typer.echo(f"vedette {__version__}")
        raise typer.Exit


def main() -> None:
    """The command's entry point: no traceback reaches a person who did not ask for it."""
    if not os.environ.get("VEDETTE_DEBUG"):
        _part_from_native_libraries()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file's name need not be text, and a terminal need not have every letter.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app()
    except VedetteError as error:
        _explain(error)
        raise SystemExit(error.exit_code) from None
    except OSError as error:
        if os.environ.get("VEDETTE_DEBUG"):
            raise
        where = f"{error.filename}: " if error.filename else ""
        typer.echo(f"vedette: {where}{error.strerror or error}.", err=True)
        typer.echo("  Does it exist, may this user read and write there, and is there room?", err=True)
        raise SystemExit(1) from None
    except Exception as error:
        if os.environ.get("VEDETTE_DEBUG"):
            raise
        typer.echo(f"vedette: an error that should not happen: {type(error).__name__}: {error}", err=True)
        typer.echo("Run it again with VEDETTE_DEBUG=1 and report what it prints.", err=True)
        raise SystemExit(70) from None


def _part_from_native_libraries() -> None:
    """Keep what native libraries write to descriptor 2 away from the person's standard error.

    LiteRT announces its delegate there, libjpeg and FFmpeg complain of pictures, with no setting that
    stops them. Python's own standard error moves to a descriptor of its own; a native crash still
    shows where it happened.
    """
    try:
        errors = io.TextIOWrapper(
            os.fdopen(os.dup(2), "wb", 0), errors="backslashreplace", write_through=True
        )
    except OSError:
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.stderr = errors
    faulthandler.enable(errors)


def _explain(error: VedetteError) -> None:
    typer.echo(f"vedette: {error.message}", err=True)
    if error.remedy:
        typer.echo(f"  {error.remedy}", err=True)
