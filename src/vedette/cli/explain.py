"""`vedette explain`: why did nothing happen at 14:32? Asked of the service that runs."""

from __future__ import annotations

import json
import ssl
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.errors import UsageError, VedetteError

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from vedette.config.schema import Config, ServiceSettings

_PATIENCE_SECONDS = 10.0
_LEVELS = " ▁▂▃▄▅▆▇█"
_WRONG_SERVICE = "Does `vedette run` serve there, and in this version?"
_TIMES = ("%H:%M", "%H:%M:%S")


class ServiceError(VedetteError):
    """The service does not answer, or refuses."""


def explain(
    configuration: Annotated[Path, typer.Argument(metavar="CONFIG", help="The configuration, a YAML file.")],
    camera: Annotated[str, typer.Option(help="The camera, as in the configuration.")],
    at: Annotated[str, typer.Option(help="The local time: 14:32, 14:32:10, or a date and time in ISO 8601.")],
    around: Annotated[
        float, typer.Option(help="How many seconds before and after to tell of.", min=1, max=3600)
    ] = 60.0,
    json_output: Annotated[
        bool, typer.Option("--json", help="The service's answer as JSON, instead of sentences.")
    ] = False,
) -> None:
    """Say why something did or did not happen at a time of the last hour, stage by stage."""
    from vedette.config.loading import load_config

    config = load_config(configuration)
    middle = moment(at, datetime.now().astimezone())
    reach = timedelta(seconds=around)
    query = {"camera": camera, "since": (middle - reach).isoformat(), "until": (middle + reach).isoformat()}
    answer = ask(config, query)
    if json_output:
        typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
    else:
        _show(answer)


def moment(text: str, now: datetime) -> datetime:
    """The time that is meant; one without a date is the latest that has been, in the zone of `now`.

    Raises:
        UsageError: it is not a time.
    """
    for form in _TIMES:
        try:
            clock = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is that of `now`
        except ValueError:
            continue
        today = now.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0)
        return today if today <= now else today - timedelta(days=1)
    try:
        meant = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is not a time.", "Say 14:32, 14:32:10, or 2026-05-01T14:32 for another day."
        ) from None
    return meant if meant.tzinfo else meant.replace(tzinfo=now.tzinfo)


def ask(config: Config, query: dict[str, str]) -> dict[str, Any]:
    """The running service's explanation.

    Raises:
        ServiceError: it does not run, or refuses.
        UsageError: the configuration does not say where it is.
    """
    import httpx

    service = config.service
    address = _address(service)
    shown = _shown_token(config)
    headers = {"Authorization": f"Bearer {shown}"} if shown else {}
    try:
        # Not through a proxy of the environment: the service is this machine's.
        with httpx.Client(timeout=_PATIENCE_SECONDS, trust_env=False, verify=_trusted(service)) as client:
            reply = client.get(f"{address}/api/v1/explain", params=query, headers=headers)
        content = reply.json()
    except httpx.ConnectError as error:
        raise ServiceError(
            f"nobody answers on {address}: the service does not run.",
            "Only the running service knows its last hour. Start it with `vedette run CONFIG`.",
        ) from error
    except (httpx.HTTPError, ValueError) as error:
        raise ServiceError(
            f"what answers on {address} is not understood ({type(error).__name__}).",
            _WRONG_SERVICE,
        ) from error
    told = content if isinstance(content, dict) else {}
    if reply.status_code != httpx.codes.OK:
        raise ServiceError(
            f"the service refuses, {reply.status_code}: {told.get('error', 'without a reason')}",
            str(told.get("remedy", "")),
        )
    if "verdict" not in told:
        raise ServiceError(f"what answers on {address} explains nothing.", _WRONG_SERVICE)
    return told


def _address(service: ServiceSettings) -> str:
    """Where the service is reached from this machine."""
    from vedette.cli.listening import address_of

    if not service.port:
        raise UsageError(
            "service.port is 0: the service takes any port, and nobody knows which.",
            "Set service.port in the configuration.",
        )
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(service.host, service.host)  # noqa: S104 - compared
    return address_of(service, host, service.port)


def _shown_token(config: Config) -> str:
    """What lets us in: the configuration's token, else what the file of people gives to who may read it."""
    from vedette.people.register import Register, people_file
    from vedette.people.tokens import key_of_this_machine

    if config.service.token is not None:
        return config.service.token.get_secret_value()
    path = people_file(config.storage.folder)
    if config.service.access == "anyone" or not path.exists():
        return ""
    return key_of_this_machine(Register(path).book)


def _trusted(service: ServiceSettings) -> ssl.SSLContext | bool:
    """Of a service with TLS its own certificate, whatever name stands in it: it is this machine's."""
    if service.tls is None:
        return False
    context = ssl.create_default_context(cafile=service.tls.certificate)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _show(answer: dict[str, Any]) -> None:
    from rich.console import Console

    console = Console()
    since, until = _local(answer["since"]), _local(answer["until"])
    console.print(f"{answer['camera']}, {since:%Y-%m-%d %H:%M:%S} to {until:%H:%M:%S}", style="dim")
    console.print(f"\n{answer['verdict']}\n", style="bold", markup=False)
    console.print(_sentences(answer))
    if any(each["frames"] for each in answer["moments"]):
        console.print()
        console.print(_strips(answer))


def _sentences(answer: dict[str, Any]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    before = None
    for sentence in answer["sentences"]:
        stage = sentence["stage"]
        style = "bold red" if stage == answer["stopped_by"] else "cyan"
        table.add_row(Text("" if stage == before else stage, style=style), Text(sentence["text"]))
        before = stage
    return table


def _strips(answer: dict[str, Any]) -> Table:
    """One character a slice of time: how much moved, what was looked at, how near the rules came."""
    from rich.table import Table

    moments = answer["moments"]
    most_frames = max(each["frames"] for each in moments) or 1
    most_energy = max(each["energy"] for each in moments) or 1.0
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(no_wrap=True)
    table.add_row("frames", _strip([each["frames"] / most_frames for each in moments], "green"))
    table.add_row("motion", _strip([each["energy"] / most_energy for each in moments], "yellow"))
    table.add_row("looks", _strip([_looked(each) for each in moments], "cyan"))
    table.add_row("evidence", _strip([each["evidence"] for each in moments], "magenta"))
    table.add_row("", f"from {_local(moments[0]['at']):%H:%M:%S}, one sign is {answer['slice_seconds']:g} s")
    return table


def _looked(each: dict[str, Any]) -> float:
    wanted = each["looked"] + each["refused"]
    return each["looked"] / wanted if wanted else 0.0


def _strip(shares: list[float], style: str) -> Text:
    from rich.text import Text

    top = len(_LEVELS) - 1
    signs = (0 if share <= 0 else max(1, min(top, round(share * top))) for share in shares)
    return Text("".join(_LEVELS[sign] for sign in signs), style=style)


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone()
