"""`vedette models`: which networks and clips there are; fetch them; verify them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.errors import CatalogError, UsageError

if TYPE_CHECKING:
    from rich.progress import TaskID

    from vedette.catalog.library import Holding, Library
    from vedette.catalog.ways import Progress

app = typer.Typer(
    help="Networks and clips: list, fetch, verify.", no_args_is_help=True, rich_markup_mode=None
)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON array instead of a table.")]
Names = Annotated[
    list[str] | None, typer.Argument(help="Names of the catalog, or paths of files with a manifest beside.")
]


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List networks and clips, and whether their files are here."""
    from vedette.catalog.library import Library

    holdings = Library.default().holdings()
    if as_json:
        _print_json(holdings)
    else:
        _print_table(holdings)


@app.command("fetch")
def fetch_models(
    names: Annotated[list[str] | None, typer.Argument(help="Names of the catalog.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that the catalog lists.")] = False,
    into: Annotated[Path | None, typer.Option(help="Folder for the files, instead of the cache.")] = None,
) -> None:
    """Fetch files that are not here yet, from the publisher or else the mirror, only with the right hash."""
    from vedette.catalog.library import Library

    library = Library.default()
    if everything == bool(names):
        raise UsageError(
            "Name what to fetch, or say --all.", f"The catalog lists: {', '.join(library.names)}."
        )
    failures: list[CatalogError] = []
    for name in names or library.names:
        try:
            typer.echo(f"{name}\t{_fetch(name, library, into)}")
        except CatalogError as error:
            failures.append(error)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        raise CatalogError("\n".join(str(failure) for failure in failures))


@app.command("verify")
def verify_models(names: Names = None, as_json: AsJson = False) -> None:
    """Hash the files that are here; exit code 1 if one has other bytes than it should."""
    from vedette.catalog.library import Library, State

    library = Library.default()
    holdings = [library.holding(name) for name in names or library.names]
    if as_json:
        _print_json(holdings)
    else:
        _print_table(holdings)
    wrong = [each for each in holdings if each.state is State.WRONG_HASH]
    if wrong:
        paths = ", ".join(str(each.path) for each in wrong)
        raise CatalogError(
            f"Other bytes than the manifest says: {paths}.", "They are not used; fetch them again."
        )


def _fetch(name: str, library: Library, into: Path | None) -> Path:
    from vedette.catalog.fetch import fetch, obtain

    with progress_bar(name) as progress:
        if into is None:
            return obtain(name, library, progress)
        return fetch(library.manifest(name), into, progress, copy=library.find(name))


@contextmanager
def progress_bar(name: str) -> Iterator[Progress]:
    """A bar on standard error while `name` is fetched, by any command; none where there is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    console = Console(stderr=True)
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(way: str, done: int, total: int | None) -> None:
            if way not in tasks:
                tasks[way] = bars.add_task(f"{name} ({way})")
            bars.update(tasks[way], completed=done, total=total)

        yield progress


def _print_json(holdings: Sequence[Holding]) -> None:
    rows = [
        {
            **holding.manifest.model_dump(mode="json"),
            "state": holding.state.value,
            "path": str(holding.path) if holding.path else None,
        }
        for holding in holdings
    ]
    typer.echo(json.dumps(rows, indent=2))


def _print_table(holdings: Sequence[Holding]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("name", "MB", "licence", "state"):
        table.add_column(heading, no_wrap=True)
    table.add_column("what it is")
    for holding in holdings:
        manifest = holding.manifest
        size = f"{manifest.size / 1e6:.1f}" if manifest.size else ""
        table.add_row(manifest.name, size, manifest.licence, holding.state, manifest.description)
    Console().print(table)
