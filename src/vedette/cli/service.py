"""`vedette service`: the appliance as a service that systemd starts, watches and starts again."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.cli.service_unit import GROUPS, MARK, Unit
from vedette.errors import UsageError

if TYPE_CHECKING:
    from pwd import struct_passwd

app = typer.Typer(
    help="The appliance as a systemd service: install, uninstall.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_SYSTEM_FOLDER = Path("/etc/systemd/system")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

Name = Annotated[str, typer.Option(help="What the service is called.")]
IsUserUnit = Annotated[
    bool, typer.Option("--user-unit", help="For your own systemd manager: no sudo, fewer fences.")
]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a unit lies, and for whose manager."""

    name: str
    is_user_unit: bool

    @property
    def file(self) -> Path:
        if not self.is_user_unit:
            return _SYSTEM_FOLDER / f"{self.name}.service"
        return _own_configuration() / "systemd" / "user" / f"{self.name}.service"

    @property
    def environment_file(self) -> Path:
        folder = _own_configuration() if self.is_user_unit else Path("/etc")
        return folder / "vedette" / f"{self.name}.env"

    @property
    def systemctl(self) -> str:
        return "systemctl --user" if self.is_user_unit else "sudo systemctl"


@app.command("install")
def install(
    configuration: Annotated[Path, typer.Argument(metavar="CONFIG", help="The configuration, a YAML file.")],
    is_user_unit: IsUserUnit = False,
    name: Name = "vedette",
    run_as: Annotated[
        str | None,
        typer.Option(help="The user that it runs as; if left out you, also where you say sudo. Never root."),
    ] = None,
    is_printed: Annotated[bool, typer.Option("--print", help="Print the unit and write nothing.")] = False,
) -> None:
    """Write a systemd unit that runs CONFIG, after checking it. Nothing is started."""
    place = _place(name, is_user_unit=is_user_unit)
    account = _account(run_as, is_user_unit=is_user_unit)
    # Under sudo the home is root's; classifiers and events are the user's.
    os.environ.setdefault("VEDETTE_HOME", str(_home(account, "XDG_DATA_HOME", ".local/share")))
    os.environ.setdefault("VEDETTE_CACHE", str(_home(account, "XDG_CACHE_HOME", ".cache")))
    unit, has_variables = _unit(configuration.absolute(), place, account)
    if is_printed:
        typer.echo(unit.text, nl=False)
        return
    _write(place, unit.text)
    _make_folders(unit.writable, account)
    _say_what_is_next(place, has_variables=has_variables)


@app.command("uninstall")
def uninstall(is_user_unit: IsUserUnit = False, name: Name = "vedette") -> None:
    """Remove the unit that `install` wrote. Events, classifiers and the configuration stay."""
    place = _place(name, is_user_unit=is_user_unit)
    if not place.file.exists():
        raise UsageError(
            f"there is no unit {place.file}.", "Say --name or --user-unit as at its installation."
        )
    _refuse_anothers(place.file)
    try:
        place.file.unlink()
    except PermissionError as error:
        raise _needs_sudo(place.file) from error
    typer.echo(f"{place.file} is removed. If the service runs, end it:")
    typer.echo(f"  {place.systemctl} disable --now {place.name}")
    typer.echo(f"  {place.systemctl} daemon-reload")


@app.command("safe")
def safe(
    configuration: Annotated[Path, typer.Argument(metavar="CONFIG", help="The configuration, a YAML file.")],
) -> None:
    """Drive every actuator of CONFIG into its safe state, once: what the unit does after a sudden end.

    Only the actuators are read: a mistake elsewhere in CONFIG keeps no door open.
    """
    from vedette.assembly.build import build_actuators
    from vedette.config.salvage import salvaged_actuators

    with build_actuators(salvaged_actuators(configuration)) as board:
        names = ", ".join(board.status) or "nothing"
    typer.echo(f"In the safe state: {names}.")


def _place(name: str, *, is_user_unit: bool) -> _Place:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"a service cannot be called {name!r}.", "Take letters a-z, digits, - and _, 64 at most."
        )
    return _Place(name, is_user_unit)


def _account(run_as: str | None, *, is_user_unit: bool) -> struct_passwd:
    """Who the service runs as.

    Raises:
        UsageError: nobody of that name, root, or another than oneself in one's own manager.
    """
    import pwd

    own = pwd.getpwuid(os.getuid())
    named = own.pw_name if is_user_unit else os.environ.get("SUDO_USER", own.pw_name)
    try:
        account = pwd.getpwnam(run_as or named)
    except KeyError:
        raise UsageError(
            f"this machine has no user {run_as or named!r}.", "Name one: --run-as NAME"
        ) from None
    if is_user_unit:
        if account != own:
            raise UsageError("a user's own manager runs as that user only.", "Leave --run-as out.")
    elif account.pw_uid == 0:
        raise UsageError("the service does not run as root.", "Say whose it is: --run-as NAME")
    return account


def _home(account: struct_passwd, variable: str, fallback: str) -> Path:
    own = os.environ.get(variable) if account.pw_uid == os.getuid() else None
    return (Path(own) if own else Path(account.pw_dir) / fallback) / "vedette"


def _unit(configuration: Path, place: _Place, account: struct_passwd) -> tuple[Unit, bool]:
    """The unit, and whether the configuration takes something from the environment.

    Raises:
        ConfigurationError: the configuration is not in order.
    """
    from vedette.config.agreement import actuators
    from vedette.config.readiness import load_ready
    from vedette.folders import cache_folder, classifiers_folder, data_folder

    environment = {**_variables(place.environment_file), **os.environ}
    config = load_ready(configuration, classifiers_folder(), environment).config
    data, cache = data_folder().absolute(), cache_folder().absolute()
    vedette = (sys.executable, "-m", "vedette")
    unit = Unit(
        command=(*vedette, "run", str(configuration)),
        # The page writes the configuration and, beside it, its secrets.
        writable=tuple(
            dict.fromkeys((config.storage.folder.absolute(), data, cache, configuration.parent.absolute()))
        ),
        # lgpio puts a pipe where it stands, unless it is told where.
        environment={"VEDETTE_HOME": str(data), "VEDETTE_CACHE": str(cache), "LG_WD": "/tmp"},  # noqa: S108
        environment_file=place.environment_file,
        user=None if place.is_user_unit else account.pw_name,
        groups=() if place.is_user_unit else _groups(),
        # If appliance and guardian were killed in the same moment, nobody else drives the pins.
        afterwards=(*vedette, "service", "safe", str(configuration)) if actuators(config) else (),
    )
    return unit, "!env" in configuration.read_text(encoding="utf-8")


def _variables(file: Path) -> dict[str, str]:
    """What the service will find in its environment, as far as it is written down already."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.strip().partition("=") for line in lines if "=" in line and not line.startswith(("#", ";")))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def _groups() -> tuple[str, ...]:
    """Those that may use cameras, pins and accelerators, as far as this system has them."""
    import grp

    known = {group.gr_name for group in grp.getgrall()}
    return tuple(name for name in GROUPS if name in known)


def _write(place: _Place, text: str) -> None:
    from vedette.writing import make_folder, write_whole

    _refuse_anothers(place.file)
    try:
        make_folder(place.file.parent)
        write_whole(place.file, text.encode())
    except PermissionError as error:
        raise _needs_sudo(place.file) from error


def _refuse_anothers(file: Path) -> None:
    if file.is_symlink() or (file.exists() and not file.read_text(errors="replace").startswith(MARK)):
        raise UsageError(
            f"{file} was not written by vedette.", "Choose another --name, or remove it yourself."
        )


def _needs_sudo(file: Path) -> UsageError:
    program = Path(sys.executable).with_name("vedette")
    return UsageError(
        f"you may not write {file.parent}.",
        f"Say `sudo {program} service ...`, or take --user-unit, which needs no sudo.",
    )


def _make_folders(folders: tuple[Path, ...], account: struct_passwd) -> None:
    """No unit is started whose writable folders are not there."""
    for folder in folders:
        new = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            for each in new:
                os.chown(each, account.pw_uid, account.pw_gid)


def _say_what_is_next(place: _Place, *, has_variables: bool) -> None:
    typer.echo(f"{place.file} is written. Next:")
    typer.echo(f"  {place.systemctl} daemon-reload")
    typer.echo(f"  {place.systemctl} enable --now {place.name}")
    if place.is_user_unit:
        typer.echo("  loginctl enable-linger    (so that it runs while you are not logged in)")
    journal = "journalctl --user" if place.is_user_unit else "sudo journalctl"
    typer.echo(f"What it says: {journal} -fu {place.name}")
    if has_variables:
        typer.echo(
            f"What the configuration takes from the environment (!env) must stand in"
            f" {place.environment_file}, one NAME=value a line, readable for nobody else."
        )


def _own_configuration() -> Path:
    folder = os.environ.get("XDG_CONFIG_HOME")
    return Path(folder) if folder else Path.home() / ".config"
