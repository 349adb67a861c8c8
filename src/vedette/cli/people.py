"""`vedette people`: who may log in, for somebody at the terminal. Works while `vedette run` runs."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.errors import UsageError

if TYPE_CHECKING:
    from vedette.people.book import Person, Role
    from vedette.people.register import Register

app = typer.Typer(
    help="Who may log in: list, add, remove, give a forgotten password anew. Works while `vedette run` runs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Configuration = Annotated[
    Path | None,
    typer.Option("--config", help="Whose people: a configuration file; your own one if left out."),
]
Name = Annotated[str, typer.Argument(help="What they log in with.")]
IsAdmin = Annotated[bool, typer.Option("--admin", help="They may do everything; else they may look.")]


@app.command("list")
def list_people(config: Configuration = None) -> None:
    """List who may log in, and which tokens programs have."""
    from rich.console import Console
    from rich.table import Table

    book = _register(config).book
    if not book.people:
        typer.echo("Nobody may log in yet. `vedette run` writes a link for the first admin into its log.")
    people = Table(title="People", title_justify="left")
    for column in ("name", "role", "since"):
        people.add_column(column)
    for person in book.people:
        people.add_row(person.name, person.role, f"{person.created_at.astimezone():%Y-%m-%d}")
    tokens = Table(title="Tokens", title_justify="left")
    for column in ("name", "good for", "since", "last used"):
        tokens.add_column(column)
    for token in book.tokens:
        used = f"{token.last_used_on}" if token.last_used_on else "never"
        tokens.add_row(token.name, ", ".join(token.scopes), f"{token.created_at.astimezone():%Y-%m-%d}", used)
    console = Console()
    for table in (people, tokens):
        if table.row_count:
            console.print(table)


@app.command("add")
def add_person(name: Name, is_admin: IsAdmin = False, config: Configuration = None) -> None:
    """Add somebody; the password is asked for, or read as a line from standard input."""
    from vedette.people.changes import with_person

    register = _register(config)
    role: Role = "admin" if is_admin else "viewer"
    if not register.book.people and not is_admin:
        raise UsageError("the first one has to be an admin.", "Say --admin.")
    kept = _new_password(name)
    register.change(lambda book: with_person(book, name, role, kept, datetime.now(UTC)))
    typer.echo(f"{name} may log in ({role}).")


@app.command("reset-password")
def reset_password(name: Name, config: Configuration = None) -> None:
    """Give somebody a new password; whoever is logged in as them, and their tokens, are out at once."""
    from vedette.people.changes import with_change

    register = _register(config)
    person = _known(register, name)
    kept = _new_password(person.name)
    register.change(lambda book: with_change(book, person.id, password=kept))
    typer.echo(f"{person.name} has a new password. Sessions and tokens of before are good no more.")


@app.command("remove")
def remove_person(name: Name, config: Configuration = None) -> None:
    """Remove somebody, their sessions and their tokens."""
    from vedette.people.changes import without_person

    register = _register(config)
    person = _known(register, name)
    register.change(lambda book: without_person(book, person.id))
    typer.echo(f"{person.name} may log in no more.")


def _register(configuration: Path | None) -> Register:
    from vedette.config.loading import load_config
    from vedette.folders import configuration_folder, data_folder
    from vedette.people.register import Register, people_file

    own = configuration_folder() / "vedette.yaml"
    if configuration is None and own.exists():
        configuration = own
    folder = load_config(configuration).storage.folder if configuration else data_folder()
    register = Register(people_file(folder))
    if register.trouble:
        raise UsageError(register.trouble, "Put a copy in its place, or move it away to begin anew.")
    return register


def _known(register: Register, name: str) -> Person:
    person = register.book.named(name)
    if person is None:
        known = ", ".join(each.name for each in register.book.people) or "nobody yet"
        raise UsageError(f"nobody is called {name!r}.", f"There are: {known}.")
    return person


def _new_password(name: str) -> str:
    """The hash of a password that somebody types twice."""
    from vedette.people.passwords import Passwords, refuse_weak

    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    refuse_weak(password, name)
    return Passwords().kept(password)
