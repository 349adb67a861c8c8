"""What `make wheel` builds, installed alone on a machine that has neither a cache nor a network."""

from __future__ import annotations

import email
import os
import re
import shutil
import site
import subprocess
import sys
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from parts.vedette_process import attempts, run_vedette, without_network
from vedette.catalog.library import Library

ROOT = Path(__file__).parents[2]
TREE = ("pyproject.toml", "constraints.txt", "Makefile", "hatch_build.py")
CARRIED = ("efficientnet-lite0", "person")
MAXIMUM_MEGABYTES = 12

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory, lite0_int8, person_clip, built) -> Path:
    """Built by the Makefile's own target, in a copy of the tree that has the page as it was built."""
    copy = tmp_path_factory.mktemp("tree")
    for name in (*TREE, "README.md", "LICENSE", ".gitignore"):
        shutil.copy2(ROOT / name, copy)
    unwanted = shutil.ignore_patterns("__pycache__", "weights", "static", "*.egg-info")
    shutil.copytree(ROOT / "src", copy / "src", ignore=unwanted)
    shutil.copytree(built, copy / "src" / "vedette" / "web" / "static")
    # The build tool of this environment if it is there, else one that pip fetches as `make wheel` does.
    flags = "ARGS=--no-build-isolation" if find_spec("hatchling") else "ARGS="
    environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    ready = f"{sys.prefix}/.dev"
    result = subprocess.run(
        ["make", "wheel", f"VENV={sys.prefix}", "-o", ready, flags],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    (built,) = (copy / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory) -> Path:
    """The command of a fresh environment: the wheel by pip, its dependencies lent by this one."""
    folder = tmp_path_factory.mktemp("fresh") / "environment"
    venv.create(folder, symlinks=True, with_pip=False)
    python = folder / "bin" / "python"
    flags = ("--quiet", "--no-deps", "--no-index", "--disable-pip-version-check")
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", *flags, str(wheel)], check=True
    )
    (packages,) = folder.glob("lib/python*/site-packages")
    # A path in a .pth file is added without reading the .pth files there: the editable checkout stays out.
    (packages / "lent.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    return folder / "bin" / "vedette"


def test_it_carries_the_default_network_the_clip_and_their_licences(wheel):
    manifests = [Library.default().manifest(name) for name in CARRIED]
    with zipfile.ZipFile(wheel) as archive:
        sizes = {each.filename: each.file_size for each in archive.infolist()}
        licences = archive.read("vedette/catalog/LICENCES.md").decode()
    for manifest in manifests:
        assert sizes[f"vedette/weights/{manifest.file}"] == manifest.size
    for name in Library.default().names:
        manifest = Library.default().manifest(name)
        (row,) = [line for line in licences.splitlines() if line.startswith(f"| {name} |")]
        assert (manifest.file in row, f"| {manifest.licence} |" in row) == (True, True)
        assert f"## {manifest.licence}" in licences
    assert any(name.endswith("/licenses/LICENSE") for name in sizes)
    assert wheel.stat().st_size < MAXIMUM_MEGABYTES * 1e6


def test_it_carries_nothing_but_the_package(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"vedette"}
    assert [name for name in names if "__pycache__" in name or "/." in name] == []
    assert "vedette/py.typed" in names


def test_it_carries_the_page_and_the_notices_of_those_whose_work_is_in_it(wheel):
    with zipfile.ZipFile(wheel) as archive:
        page = [name for name in archive.namelist() if name.startswith("vedette/web/static/")]
        shown = archive.read("vedette/web/static/index.html").decode()
        notices = archive.read("vedette/web/static/notices.txt").decode()
    asked = re.findall(r'(?:src|href)="/([^"]+)"', shown)
    assert len(asked) >= 4
    assert [each for each in asked if f"vedette/web/static/{each}" not in page] == []
    assert re.search(r"^svelte \S+ \(MIT\)$", notices, re.MULTILINE)
    assert "WITHOUT WARRANTY OF ANY KIND" in notices


def test_its_metadata_names_licence_command_and_pythons(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        (entries,) = [name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt")]
        said = email.message_from_bytes(archive.read(metadata))
        assert "vedette = vedette.cli.main:main" in archive.read(entries).decode()
    assert said["License-Expression"] == "Apache-2.0"
    assert said["Requires-Python"] == ">=3.11"


def test_installed_alone_it_demonstrates_without_a_network(installed, tmp_path):
    given = without_network(tmp_path)
    hook = str(tmp_path / "no-network")
    given = {
        **given,
        "PYTHONPATH": hook,
        "HOME": str(tmp_path),
        "VEDETTE_HOME": str(tmp_path / "home"),
        "VEDETTE_CACHE": str(tmp_path / "cache"),
    }
    listed = run_vedette("models", "list", given=given, command=installed)
    assert listed.stdout.count("in the package") == len(CARRIED)
    result = run_vedette("demo", "--once", given=given, command=installed)
    assert (result.returncode, result.stderr) == (0, "")
    assert "on the lawn" in result.stdout
    assert attempts(tmp_path) == ""
    assert not list((tmp_path / "cache").rglob("*.tflite"))
    where = [str(installed.with_name("python")), "-c", "import vedette; print(vedette.__file__)"]
    found = subprocess.run(where, env=given, capture_output=True, text=True, check=True).stdout
    assert Path(found.strip()).is_relative_to(installed.parents[1])
