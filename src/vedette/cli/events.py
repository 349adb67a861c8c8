"""`vedette events`: what was recorded; list it, export it, copy it, check it. Nothing is changed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TextIO

import typer

from vedette.errors import StoreError, UsageError

if TYPE_CHECKING:
    from vedette.store.event_filter import EventFilter
    from vedette.store.records import Records
    from vedette.values.event import Event, Review

app = typer.Typer(
    help="What was recorded: list, export, copy, check. Works while `vedette run` records.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class ExportFormat(StrEnum):
    """How events are exported."""

    JSON = "json"
    CSV = "csv"


class ReviewChoice(StrEnum):
    """What a person said of an event."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE = "none"


_DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]

Configuration = Annotated[
    Path | None,
    typer.Option("--config", help="Whose events: a configuration file; Vedette's data folder if left out."),
]
Camera = Annotated[str | None, typer.Option(help="Only of this camera.")]
Rule = Annotated[str | None, typer.Option(help="Only of this rule.")]
Label = Annotated[str | None, typer.Option(help="Only with this label.")]
Since = Annotated[
    datetime | None, typer.Option(formats=_DATES, help="Opened then or later, in this machine's time.")
]
Until = Annotated[
    datetime | None, typer.Option(formats=_DATES, help="Opened before, in this machine's time.")
]
MinimumScore = Annotated[
    float | None, typer.Option("--min-score", min=0.0, max=1.0, help="With this score at least, 0 to 1.")
]
Open = Annotated[bool, typer.Option("--open", help="Only what is still open.")]
Reviewed = Annotated[
    ReviewChoice | None,
    typer.Option("--review", help="Only what a person called right or wrong; none: what nobody looked at."),
]
Search = Annotated[
    str | None,
    typer.Option(help="Every word stands in camera, rule, label or closing reason, or begins the id."),
]
Favourites = Annotated[bool, typer.Option("--favourites", help="Only favourites.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


@app.command("list")
def list_events(
    camera: Camera = None,
    rule: Rule = None,
    label: Label = None,
    since: Since = None,
    until: Until = None,
    minimum_score: MinimumScore = None,
    is_open: Open = False,
    favourites: Favourites = False,
    review: Reviewed = None,
    search: Search = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: AsJson = False,
    config: Configuration = None,
) -> None:
    """List events, the newest first."""
    wanted = _filter(camera, rule, label, since, until, minimum_score, is_open, favourites, review, search)
    with _records(config) as records:
        found = records.list(wanted, limit)
    if as_json:
        from vedette.cli.event_rows import write_json

        write_json(found, sys.stdout)
    else:
        _print_table(found)


@app.command("show")
def show_event(
    identity: Annotated[str, typer.Argument(metavar="ID", help="The event's id, as `list` shows it.")],
    config: Configuration = None,
) -> None:
    """Show all that is known of one event, as JSON."""
    from vedette.cli.event_rows import event_record

    with _records(config) as records:
        event = records.get(identity)
    if event is None:
        raise UsageError(f"there is no event {identity!r}.", "`vedette events list` shows their ids.")
    typer.echo(json.dumps(event_record(event), indent=2, ensure_ascii=False))


@app.command("export")
def export_events(
    file: Annotated[Path, typer.Argument(help="The file to write; - for standard output.")],
    export_format: Annotated[ExportFormat, typer.Option("--format", help="json or csv.")] = ExportFormat.JSON,
    camera: Camera = None,
    rule: Rule = None,
    label: Label = None,
    since: Since = None,
    until: Until = None,
    minimum_score: MinimumScore = None,
    is_open: Open = False,
    favourites: Favourites = False,
    review: Reviewed = None,
    search: Search = None,
    force: Annotated[bool, typer.Option(help="Replace a file that is there already.")] = False,
    config: Configuration = None,
) -> None:
    """Write events into a file, the newest first, all that match."""
    from vedette.cli.event_rows import write_csv, write_json

    write = write_json if export_format is ExportFormat.JSON else write_csv
    wanted = _filter(camera, rule, label, since, until, minimum_score, is_open, favourites, review, search)
    with _records(config) as records, _output(file, force) as stream:
        count = write(records.every(wanted), stream)
    typer.echo(f"{count} events", err=True)


@app.command("backup")
def backup_events(
    file: Annotated[Path, typer.Argument(help="The copy to make; must not be there yet.")],
    config: Configuration = None,
) -> None:
    """Copy the database, whole, while recording goes on. Pictures and clips are files: copy their folders."""
    from vedette.store.records import copy_file

    copy_file(_file(config, "pg_dump copies a database of PostgreSQL"), file)
    typer.echo(str(file))


@app.command("check")
def check_events(config: Configuration = None) -> None:
    """Look through the whole database for damage; exit code 1 if there is any."""
    from vedette.store.records import problems

    path = _file(config, "PostgreSQL's pg_amcheck checks its databases")
    if found := problems(path):
        raise StoreError(
            f"{path} is damaged: {'; '.join(found)}.", "Stop `vedette run` and restore a copy of it."
        )
    typer.echo(f"{path} is sound.")


def _place(config: Path | None) -> tuple[Path, str | None]:
    """The storage folder, and the address of a server if one is configured."""
    if config is None:
        from vedette.folders import data_folder

        return data_folder().absolute(), None
    from vedette.config.loading import load_config

    storage = load_config(config).storage
    secret = getattr(storage, "database", None)
    return storage.folder, secret.get_secret_value() if secret is not None else None


def _file(config: Path | None, otherwise: str) -> Path:
    from vedette.store.store import DATABASE_NAME

    folder, url = _place(config)
    if url is not None:
        raise UsageError("this is for a database in a file.", f"{otherwise}.")
    return folder / DATABASE_NAME


@contextmanager
def _records(config: Path | None) -> Iterator[Records]:
    from vedette.store.records import Records

    with Records(*_place(config)) as records:
        for notice in records.notices:
            typer.echo(f"vedette: {notice}", err=True)
        yield records


@contextmanager
def _output(file: Path, force: bool) -> Iterator[TextIO]:
    """Standard output, or a file that has its name only once it is whole.

    Raises:
        UsageError: there is one of that name, or it cannot be written.
    """
    if str(file) == "-":
        yield sys.stdout
        return
    if file.exists() and not force:
        raise UsageError(
            f"{file} is there already and stays as it is.", "Name a new file, or say --force to replace it."
        )
    from vedette.writing import TEMPORARY

    temporary = file.with_name(f"{TEMPORARY}{file.name}")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def _filter(
    camera: str | None,
    rule: str | None,
    label: str | None,
    since: datetime | None,
    until: datetime | None,
    minimum_score: float | None,
    is_open: bool,
    favourites: bool,
    review: ReviewChoice | None,
    search: str | None,
) -> EventFilter:
    from vedette.store.event_filter import EventFilter

    return EventFilter(
        camera=camera,
        rule=rule,
        label=label,
        since=since and since.astimezone(UTC),
        until=until and until.astimezone(UTC),
        minimum_score=minimum_score,
        is_open=is_open or None,
        is_favourite=favourites or None,
        review=_review(review),
        text=search,
    )


def _review(chosen: ReviewChoice | None) -> Review | Literal["none"] | None:
    from vedette.values.event import Review

    if chosen is None or chosen is ReviewChoice.NONE:
        return None if chosen is None else "none"
    return Review(chosen.value)


def _print_table(events: Sequence[Event]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from vedette.cli.event_rows import table_row

    if not events:
        typer.echo("No events.")
        return
    table = Table(box=None, pad_edge=False)
    whole = {"id": 26, "opened": 14, "s": 4, "score": 5}
    for heading in ("id", "opened", "s", "camera", "rule", "label", "score", ""):
        # What identifies an event is never cut; names give way.
        table.add_column(
            heading,
            no_wrap=True,
            min_width=whole.get(heading),
            justify="right" if heading in {"s", "score"} else "left",
        )
    for event in events:
        table.add_row(*map(escape, table_row(event)))
    Console().print(table)
