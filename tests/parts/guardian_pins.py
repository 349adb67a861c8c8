"""Mock pins that write every level down: a test sees them whatever becomes of the process."""

from __future__ import annotations

import time
from pathlib import Path

FACTORY = """
import os, time
from gpiozero.pins.mock import MockFactory, MockPWMPin


class WatchedPin(MockPWMPin):
    def _change_state(self, value):
        is_change = super()._change_state(value)
        self._write()
        return is_change

    def _set_function(self, value):
        super()._set_function(value)
        self._write()

    def _write(self):
        stuck = os.path.join(os.environ["WATCHED_PINS"], "stuck")
        if os.path.exists(stuck):
            self._state = float(open(stuck).read())
        line = f"{time.monotonic()} {self._function} {float(self._state)}\\n"
        with open(os.path.join(os.environ["WATCHED_PINS"], self.info.name), "a") as file:
            file.write(line)


class WatchedFactory(MockFactory):
    def __init__(self):
        super().__init__(pin_class=WatchedPin)
"""


class WatchedPins:
    """Pins of any process that runs in this environment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "pins"
        module = folder / "watched"
        (module / "watched_pins-1.dist-info").mkdir(parents=True)
        self._folder.mkdir()
        (module / "watched_pins.py").write_text(FACTORY)
        (module / "watched_pins-1.dist-info" / "METADATA").write_text("Name: watched_pins\nVersion: 1\n")
        entry = "[gpiozero_pin_factories]\nwatched = watched_pins:WatchedFactory\n"
        (module / "watched_pins-1.dist-info" / "entry_points.txt").write_text(entry)
        self.environment = {
            "PYTHONPATH": str(module),
            "WATCHED_PINS": str(self._folder),
            "GPIOZERO_PIN_FACTORY": "watched",
        }

    def history(self, pin: int = 17) -> list[tuple[float, str, float]]:
        """Every change: monotonic seconds, `input` or `output`, and the level."""
        file = self._folder / f"GPIO{pin}"
        lines = file.read_text().splitlines() if file.exists() else []
        return [
            (float(at), function, float(level)) for at, function, level in (line.split() for line in lines)
        ]

    def level(self, pin: int = 17) -> float | None:
        """The last level that was driven; None while it is no output."""
        history = self.history(pin)
        return history[-1][2] if history and history[-1][1] == "output" else None

    def stick(self, level: float) -> None:
        """From now on every pin keeps this level, whatever is written to it."""
        (self._folder / "stuck").write_text(str(level))

    def unstick(self) -> None:
        """They obey again."""
        (self._folder / "stuck").unlink()

    def comes_to(self, level: float | None, pin: int = 17, within: float = 20.0) -> bool:
        """Wait until the pin is at that level."""
        return until(lambda: self.level(pin) == level, within)


def until(condition, within: float = 60.0) -> bool:
    """Wait for a condition."""
    end = time.monotonic() + within
    while not (is_met := condition()) and time.monotonic() < end:
        time.sleep(0.005)
    return bool(is_met)
