"""Write the reference from the code: `python -m vedette.cli.reference FOLDER`.

Commands come from the command line's own help, settings and their JSON Schema from the models'
descriptions, so that what is written is what runs. A test fails when the pages are not current.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
import typer.main

from vedette.config.json_schema import configuration_schema

_ABOUT_THE_FILE = """One YAML file. `!env NAME` (or `!env NAME:-fallback`) takes a value from the environment,
`!file PATH` from a file. `configuration.schema.json` beside this page is for editors.
"""
_WRITTEN = "<!-- Written by `make docs` from the code. -->\n"


def pages() -> dict[str, str]:
    """File name to text."""
    schema = configuration_schema()
    return {
        "commands.md": _commands_page(),
        "configuration.md": _configuration_page(schema),
        "configuration.schema.json": json.dumps(schema, indent=2) + "\n",
    }


def write(folder: Path) -> None:
    """Write every page below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text)


def _commands_page() -> str:
    from vedette.cli.main import app

    root = typer.main.get_command(app)
    sections = [_command_section(name, command) for name, command in _walk(root, "vedette")]
    return "\n".join([_WRITTEN, "# Commands\n", *sections])


def _walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    # typer has its own copy of click inside, whose types it does not show.
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for part, child in inner.items():
        yield from _walk(child, f"{name} {part}")


def _command_section(name: str, command: Any) -> str:
    context = typer.Context(command, info_name=name)
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f"## {name}\n", f"    {name} {usage}\n", (command.help or "").strip() + "\n"]
    rows = [(record[0], record[1]) for each in command.params if (record := each.get_help_record(context))]
    if rows:
        lines += ["| option | meaning |", "|---|---|"]
        lines += [f"| `{_cell(option)}` | {_cell(meaning)} |" for option, meaning in rows]
        lines.append("")
    return "\n".join(lines)


def _configuration_page(schema: dict[str, Any]) -> str:
    lines = [
        _WRITTEN,
        "# Configuration\n",
        _ABOUT_THE_FILE,
        *_section("the file", schema, schema),
    ]
    for name, model in sorted(schema.get("$defs", {}).items()):
        lines += _section(name, model, schema)
    return "\n".join(lines)


def _section(name: str, model: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    properties = model.get("properties", {})
    if not properties:
        return []
    description = model.get("description", "").split("\n\n")[0].replace("\n", " ")
    lines = [f"## {name}\n", description + "\n", "| key | type | default | meaning |", "|---|---|---|---|"]
    for key, field in properties.items():
        default = f"`{json.dumps(field['default'])}`" if "default" in field else ""
        if key in model.get("required", ()):
            default = "required"
        meaning = _cell(field.get("description") or _referred(field, schema).get("description", ""))
        lines.append(f"| `{key}` | {_cell(_type(field, schema))} | {_cell(default)} | {meaning} |")
    return [*lines, ""]


def _referred(field: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """What a field refers to; pydantic leaves out a description that is the same there."""
    found: dict[str, Any] = schema.get("$defs", {}).get(str(field.get("$ref", "")).rsplit("/", 1)[-1], {})
    return found


def _type(field: dict[str, Any], schema: dict[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"]).rsplit("/", 1)[-1]
    for several in ("anyOf", "oneOf"):
        if several in field:
            return " or ".join(dict.fromkeys(_type(each, schema) for each in field[several]))
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in field["enum"])
    return _container_type(field, schema)


def _container_type(field: dict[str, Any], schema: dict[str, Any]) -> str:
    if "prefixItems" in field:
        return f"[{', '.join(_type(each, schema) for each in field['prefixItems'])}]"
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}), schema)}"
    if field.get("type") == "object" and "additionalProperties" in field:
        return f"map of {_type(field['additionalProperties'], schema)}"
    return str(field.get("type", "any"))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
