"""A process some of whose real parts die, hang and fail when a test says so."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

from parts.sentry import eventually

_HOOK = Path(__file__).with_name("unruly_hook.py")
STUCK_SECONDS = 2.0
"""The appliance's own patience is ten."""


class Unruly:
    """Orders: `gate of CAMERA`, `network`, `worker` (of an action) or `actuators`, with ` dies` or ` hangs`.

    `worker ends` ends the actions' whole loop, and `network fails` lasts until it is called back.
    """

    def __init__(self, folder: Path) -> None:
        self._orders = folder / "orders"
        self._module = folder / "unruly"
        self._orders.mkdir()
        self._module.mkdir()
        shutil.copy(_HOOK, self._module / "sitecustomize.py")

    def environment(self, **others: str) -> dict[str, str]:
        """What the process needs, beside other variables; paths for Python are joined."""
        paths = filter(None, (str(self._module), others.get("PYTHONPATH"), os.environ.get("PYTHONPATH")))
        return {
            **others,
            "PYTHONPATH": os.pathsep.join(paths),
            "UNRULY_ORDERS": str(self._orders),
            "UNRULY_STUCK_SECONDS": str(STUCK_SECONDS),
        }

    def tell(self, order: str) -> None:
        (self._orders / order).touch()

    def call_back(self, order: str) -> None:
        (self._orders / order).unlink()

    def has_done(self, order: str) -> bool:
        return (self._orders / f"{order}, done").exists()

    def order(self, order: str) -> None:
        """Tell, and wait until somebody has obeyed; it may be told again then."""
        self.tell(order)
        eventually(lambda: self.has_done(order), order)
        self.call_back(f"{order}, done")

    def release(self) -> None:
        """Whoever hangs goes on."""
        self.tell("release")
        threading.Event().wait(0.2)
        self.call_back("release")
