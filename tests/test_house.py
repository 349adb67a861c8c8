"""What holds for the house as a whole: its reference, its settings, its commands, its measures."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import typer.main
from pydantic import BaseModel

import vedette
from vedette.catalog.library import Library
from vedette.cli.main import app
from vedette.cli.reference import pages, write

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 400, 40


def commands(command, name="vedette"):
    for part, child in getattr(command, "commands", {}).items():
        yield f"{name} {part}", child
        yield from commands(child, f"{name} {part}")


def models() -> list[type[BaseModel]]:
    """Every pydantic model of the package."""
    for module in pkgutil.walk_packages(vedette.__path__, "vedette."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)

    def below(model):
        for child in model.__subclasses__():
            yield child
            yield from below(child)

    own = {model for model in below(BaseModel) if model.__module__.startswith("vedette.")}
    return sorted(own, key=lambda model: f"{model.__module__}.{model.__name__}")


def test_the_constraints_are_names_and_versions_and_nothing_else():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    wrong = [line for line in lines if not re.fullmatch(r"#.*|[A-Za-z0-9._-]+==[A-Za-z0-9._+!-]+", line)]
    assert wrong == []
    assert [line for line in lines if "://" in line] == []


def test_no_file_of_the_set_up_names_a_registry():
    files = [
        ROOT / "Makefile",
        ROOT / "pyproject.toml",
        ROOT / "constraints.txt",
        ROOT / "hatch_build.py",
        *(ROOT / "scripts").iterdir(),
        *(path for path in (ROOT / "ui").iterdir() if path.is_file()),
    ]
    named = re.compile(
        r"index-url|find-links|pypi\.|pythonhosted|/simple\b|npmjs|\"resolved\"|registry\s*[=:]",
        re.IGNORECASE,
    )
    assert [file.name for file in files if file.is_file() and named.search(file.read_text())] == []


def test_every_dependency_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"].values()
    groups = [project["project"]["dependencies"], project["dependency-groups"]["dev"], *extras]
    wanted = chain.from_iterable(groups)
    pins = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in pins}
    names = {re.match(r"[A-Za-z0-9._-]+", each)[0].lower() for each in wanted}
    assert names - pinned == set()


def test_every_package_of_the_page_is_pinned_by_its_hash_and_only_builds_it():
    wanted = json.loads((ROOT / "ui" / "package.json").read_text())
    locked = json.loads((ROOT / "ui" / "package-lock.json").read_text())["packages"]
    ours, *packages = locked.items()
    assert "dependencies" not in wanted
    assert ours[1]["devDependencies"] == wanted["devDependencies"]
    assert [name for name, each in packages if not each.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, each in packages if re.search(r"\bA?GPL", each.get("license", "GPL"))] == []


@pytest.mark.parametrize("machine", ["x64", "arm64"])
def test_the_page_can_be_built_on_this_kind_of_machine(machine):
    locked = json.loads((ROOT / "ui" / "package-lock.json").read_text())["packages"]
    native = ("@rolldown/binding-linux-{}-gnu", "lightningcss-linux-{}-gnu")
    assert {f"node_modules/{name.format(machine)}" for name in native} <= set(locked)


def test_the_reference_is_current(tmp_path):
    write(tmp_path)
    folder = ROOT / "docs" / "reference"
    stale = [name for name, text in pages().items() if (folder / name).read_text() != text]
    assert stale == [], "run `make docs`"
    assert {path.name for path in folder.iterdir()} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("name", list(dict(commands(typer.main.get_command(app)))))
def test_every_command_and_option_has_help(name):
    command = dict(commands(typer.main.get_command(app)))[name]
    assert command.help
    assert [each.name for each in command.params if not getattr(each, "help", "")] == []


def test_the_reference_tells_of_every_command():
    page = pages()["commands.md"]
    leaves = [
        name for name, command in commands(typer.main.get_command(app)) if not hasattr(command, "commands")
    ]
    assert len(leaves) >= 12
    assert [name for name in leaves if f"## {name}\n" not in page] == []


def test_the_reference_gives_every_setting_a_meaning():
    rows = [line for line in pages()["configuration.md"].splitlines() if line.startswith("| `")]
    assert len(rows) > 60
    assert [row for row in rows if not re.split(r"(?<!\\)\|", row)[4].strip()] == []


def test_every_field_of_every_model_is_described():
    undescribed = [
        f"{model.__name__}.{name}"
        for model in models()
        for name, field in model.model_fields.items()
        if not field.description
    ]
    assert len(models()) > 20
    assert undescribed == []


def test_settings_are_frozen_and_refuse_unknown_keys():
    settings = [model for model in models() if model.__name__.endswith(("Settings", "Config"))]
    loose = [
        model.__name__
        for model in settings
        if not model.model_config.get("frozen") or model.model_config.get("extra") != "forbid"
    ]
    assert len(settings) > 15
    assert loose == []


def test_no_network_and_no_clip_lies_in_the_sources():
    files = {Library.default().manifest(name).file for name in Library.default().names}
    kinds = {".tflite", ".onnx", ".mp4", ".xml", ".bin", ".pt", ".h5", ".keras"}
    folders = [ROOT / name for name in ("src", "tests", "docs", "benchmarks", "scripts")]
    found = [
        path for folder in folders for path in folder.rglob("*") if path.suffix in kinds or path.name in files
    ]
    assert [path for path in found if path.parent.name != "weights"] == []


def test_files_keep_to_400_lines_and_functions_to_40():
    long_files = [path.name for path in SOURCES if len(path.read_text().splitlines()) > LONGEST_FILE]
    long_functions = [
        f"{path.name}:{node.name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of(node) > LONGEST_FUNCTION
    ]
    assert long_files == []
    assert long_functions == []


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Its length without its signature, which a command's options make long, and its docstring."""
    body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
    return body[-1].end_lineno - body[0].lineno + 1
