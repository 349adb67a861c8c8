"""`vedette check`: what is wrong with a configuration, or what it says; no camera is opened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.errors import UsageError

if TYPE_CHECKING:
    from vedette.config.loading import Loaded
    from vedette.config.schema import AnyRule, AnySource, CameraConfig


def check(
    configuration: Annotated[
        Path | None, typer.Argument(metavar="CONFIG", help="The configuration, a YAML file.")
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of configurations, for editors, and stop.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Say what is wrong with a configuration, or sum it up. No camera is opened."""
    if schema:
        from vedette.config.json_schema import configuration_schema

        typer.echo(json.dumps(configuration_schema(), indent=2, ensure_ascii=False))
        return
    if configuration is None:
        raise UsageError("There is nothing to check.", "Name a configuration: vedette check CONFIG")
    summary = _checked(configuration, as_json=as_json)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        _print_summary(summary)


def _checked(path: Path, *, as_json: bool) -> dict[str, Any]:
    """The summary.

    Raises:
        ConfigurationError: what is wrong; it is printed as JSON first, if that was asked for.
    """
    from vedette.config.problems import InvalidConfigurationError
    from vedette.config.readiness import load_complete
    from vedette.folders import classifiers_folder

    try:
        loaded = load_complete(path, classifiers_folder())
    except InvalidConfigurationError as error:
        if as_json:
            typer.echo(json.dumps(_told(path, error), ensure_ascii=False))
        raise
    return _summary(path, loaded)


def _told(path: Path, error: Any) -> dict[str, Any]:
    problems = [
        {"line": problem.line, "path": problem.dotted, "sentence": problem.sentence}
        for problem in error.problems
    ]
    return {"configuration": str(path), "problems": problems}


def _summary(path: Path, loaded: Loaded) -> dict[str, Any]:
    """What the configuration says, with nothing secret in it."""
    config = loaded.config
    summary = {
        "storage": str(config.storage.folder),
        "service": f"{config.service.host}, port {config.service.port}",
        "cameras": [_camera(name, camera) for name, camera in config.cameras.items()],
        "actions": {name: action.kind for name, action in config.actions.items()},
    }
    return {"configuration": str(path), "problems": [], **_concealed(summary, loaded)}


def _concealed(part: Any, loaded: Loaded) -> Any:
    if isinstance(part, dict):
        return {key: _concealed(each, loaded) for key, each in part.items()}
    if isinstance(part, list):
        return [_concealed(each, loaded) for each in part]
    return loaded.concealed(part) if isinstance(part, str) else part


def _camera(name: str, camera: CameraConfig) -> dict[str, Any]:
    return {
        "name": name,
        "source": f"{camera.source.kind} {_where(camera.source)}".rstrip(),
        "gate": camera.gate.kind,
        "classifiers": list(camera.classifiers),
        "rules": [_rule(rule) for rule in camera.rules],
    }


def _where(source: AnySource) -> str:
    """Path, device or address; an address shows scheme, host and port only."""
    found = [str(getattr(source, name)) for name in ("url", "path", "device") if hasattr(source, name)]
    return "".join(found)


def _rule(rule: AnyRule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "kind": rule.kind,
        "classifier": rule.classifier,
        "label": rule.label,
        "actions": list(rule.actions),
    }


def _print_summary(summary: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for title in ("camera", "source", "gate", "classifiers", "rules", "actions"):
        table.add_column(title)
    for camera in summary["cameras"]:
        rules = camera["rules"]
        cells = (
            camera["name"],
            camera["source"],
            camera["gate"],
            ", ".join(camera["classifiers"]),
            "\n".join(f"{rule['name']}: {rule['kind']} of {rule['label']}" for rule in rules),
            "\n".join(", ".join(rule["actions"]) for rule in rules),
        )
        table.add_row(*map(Text, cells))
    console = Console()
    console.print(table if summary["cameras"] else "No camera: only the HTTP service answers.")
    actions = ", ".join(f"{name} ({kind})" for name, kind in summary["actions"].items())
    for line in (
        f"actions  {actions}",
        f"service  {summary['service']}",
        f"storage  {summary['storage']}",
        f"{summary['configuration']} is in order.",
    ):
        console.print(Text(line))
