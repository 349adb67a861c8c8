"""`vedette classifiers`: which there are; one as a file, from a file, or gone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.errors import StoreError, UsageError

if TYPE_CHECKING:
    from vedette.assembly.described import Described
    from vedette.inference.protocol import Embedder
    from vedette.teaching.manifest import Origin

app = typer.Typer(
    help="Taught classifiers: list, export, import, delete.", no_args_is_help=True, rich_markup_mode=None
)

Name = Annotated[str, typer.Argument(help="The classifier.")]


@app.command("list")
def list_classifiers(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array instead of a table.")] = False,
) -> None:
    """List the classifiers with their classes and scores."""
    from vedette.assembly.described import Shelf
    from vedette.folders import classifiers_folder

    shelf = Shelf(classifiers_folder())
    found = [described for name in shelf.names if (described := shelf.describe(name))]
    if as_json:
        typer.echo(json.dumps([_as_json(each) for each in found]))
        return
    if not found:
        typer.echo("No classifier has been taught. Teach one: vedette teach NAME FOLDER")
        return
    _print_table(found)


@app.command("export")
def export(
    name: Name,
    file: Annotated[Path | None, typer.Argument(help="Where to; NAME.vedette here if left out.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> None:
    """Write a classifier with all its pictures into one file."""
    from vedette.assembly.classifier_exchange import export_classifier
    from vedette.assembly.described import Shelf
    from vedette.folders import classifiers_folder
    from vedette.teaching.archive import SUFFIX

    target = file or Path(f"{name}{SUFFIX}")
    if target.exists() and not overwrite:
        raise UsageError(f"{target} is there already.", "Name another file, or say --overwrite.")
    begun = target.with_name(f"{target.name}.part")
    try:
        with begun.open("wb") as written:
            export_classifier(Shelf(classifiers_folder()), name, written)
        begun.replace(target)
    except OSError as error:
        raise StoreError(f"{target}: {error.strerror or error}.") from error
    finally:
        begun.unlink(missing_ok=True)
    typer.echo(f"{name} is in {target}, {target.stat().st_size / 1e6:.1f} MB.")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="What `vedette classifiers export` or the page has written.")],
    name: Annotated[str | None, typer.Option(help="What to call it; as in the file if left out.")] = None,
) -> None:
    """Make a classifier of an exported file; it is taught again from its pictures."""
    from vedette.assembly.classifier_exchange import import_classifier
    from vedette.assembly.described import Shelf
    from vedette.folders import classifiers_folder

    try:
        with file.open("rb") as opened:
            shelf = Shelf(classifiers_folder())
            imported = import_classifier(shelf, opened, name, _embedder, lambda: datetime.now(UTC))
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}.") from error
    told = f"{imported.embedded} of them embedded here" if imported.embedded else "none had to be embedded"
    typer.echo(f"{imported.name}: {imported.pictures} pictures, {told}.")
    if imported.note:
        typer.echo(imported.note)


@app.command("delete")
def delete(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a classifier with all its pictures, for good."""
    from vedette.assembly.classifier_removal import remove_classifier
    from vedette.assembly.described import Shelf
    from vedette.folders import classifiers_folder

    shelf = Shelf(classifiers_folder())
    described = shelf.describe(name)
    if described is None:
        raise UsageError(f"there is no classifier `{name}`.", "`vedette classifiers list` names them.")
    if not yes:
        typer.confirm(f"Delete {name} and its {len(described.examples)} pictures for good?", abort=True)
    remove_classifier(shelf.folder(name))
    typer.echo(f"{name} is deleted. A configuration that names it will say so: vedette check")


def _embedder(origin: Origin) -> Embedder:
    from vedette.assembly.build import build_embedder

    return build_embedder(origin.network, origin.engine, origin.device)


def _as_json(described: Described) -> dict[str, object]:
    current = described.manifest.current if described.manifest else None
    return {
        "name": described.name,
        "classes": list(current.classes) if current else [],
        "pictures": len(described.examples),
        "changes": described.changes,
        "balanced_accuracy": current.balanced_accuracy if current else None,
        "taught_at": current.taught_at.isoformat() if current else None,
        "network": current.origin.network if current else None,
    }


def _print_table(found: list[Described]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("classifier", "classes", "pictures", "accuracy", "taught"):
        table.add_column(heading, justify="right" if heading in {"pictures", "accuracy"} else "left")
    for each in found:
        current = each.manifest.current if each.manifest else None
        table.add_row(
            each.name,
            ", ".join(current.classes if current else each.labels),
            str(len(each.examples)),
            f"{current.balanced_accuracy:.1%}" if current else "-",
            f"{current.taught_at.astimezone():%Y-%m-%d %H:%M}" if current else "not yet",
        )
    Console(highlight=False, markup=False).print(table)
