"""The page as its sources in `ui/` are, built at most once for all test processes."""

from __future__ import annotations

import fcntl
import os
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


class CannotBuildError(Exception):
    """There is no npm, or no way to what it needs."""


def built_page(shared: Path) -> Path:
    """The installation's if it is current; else one that is built below `shared`.

    Raises:
        CannotBuildError: it cannot be built here.
    """
    if own := os.environ.get("VEDETTE_PAGE"):
        return Path(own)
    building = _hatch_build()
    installed = ROOT / building.PAGE
    if building.is_current(ROOT / "ui", installed):
        return installed
    with (shared / "page.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            building.build_page(ROOT / "ui", shared / "page")
        except building.NoToolsError as error:
            raise CannotBuildError(str(error)) from error
    return shared / "page"


@cache
def _hatch_build() -> ModuleType:
    """The hook, which is no part of a package."""
    found = spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module
