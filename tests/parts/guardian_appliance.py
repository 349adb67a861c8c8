"""An appliance with one door, as a process that a test may kill: `python guardian_appliance.py`.

Its camera gives twenty frames a second. Each line on its standard input changes what happens:
`look active`, `look inactive`, `still`, `busy`, `silent`, `fault REASON`, `camera REASON`, `thread dies`,
`hold the lock`, `stop`. Its standard output tells the guardian's process number, then every state.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from parts.guardian_pins import until
from parts.guardian_scene import BUSY, LOOK, STILL, flap, says, trail
from vedette.actuators.board import ActuatorBoard
from vedette.actuators.guardian_process import GuardianProcess


class DoorProcess:
    """That process, as a test sees it."""

    def __init__(self, environment: dict[str, str]) -> None:
        tests = Path(__file__).parents[1]
        paths = os.pathsep.join([str(tests), environment["PYTHONPATH"]])
        self._said: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment, "PYTHONPATH": paths},
            text=True,
        )
        self.errors: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=each, daemon=True)
            for each in ((self.process.stdout, self._said), (self.process.stderr, self.errors))
        ]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _read(stream, lines):
        lines.extend(iter(stream.readline, ""))

    def tell(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    @property
    def guardians(self) -> list[int]:
        """The process numbers of all guardians so far."""
        return [int(line.split()[1]) for line in self._said if line.startswith("guardian ")]

    @property
    def states(self) -> list[str]:
        """Every state of the door, with its reason."""
        return [line.strip() for line in self._said if not line.startswith("guardian ")]

    @property
    def state(self) -> str:
        """The last of them."""
        return self.states[-1] if self.states else ""

    def opened(self, pins) -> DoorProcess:
        """The door is open."""
        self.tell("look active")
        assert until(lambda: pins.level() == 0.0 and self.state.startswith("acting")), self.errors
        return self

    def close(self) -> None:
        """Whatever the test left of it is ended."""
        self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join(20)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()


BINDING = flap(maximum_hold_seconds="unlimited", freshness_seconds=1.0, overload_seconds=0.5)


def main() -> None:
    scene = {"state": "inactive", "seen": STILL, "silent": False}

    def hire(plan, hears):
        guardian = GuardianProcess(plan, hears)
        say("guardian", guardian.pid)
        return guardian

    def tell(name, status):
        say(status.state, status.reason)

    board = ActuatorBoard([BINDING], [tell], hire=hire)

    def film():
        while True:
            if not scene["silent"]:
                board.observe(trail(time.monotonic(), says(scene["state"]), seen=scene["seen"]))
            time.sleep(0.05)

    board.start()
    threading.Thread(target=film, daemon=True).start()
    for line in sys.stdin:
        obey(board, scene, *line.split(maxsplit=1))
        if line == "stop\n":
            board.close()
            return


def say(*words):
    """A line at once, whole whichever thread says it."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def obey(board, scene, word, rest=""):
    if word == "look":
        scene.update(state=rest.strip(), seen=LOOK)
    elif word in {"still", "busy"}:
        scene.update(seen={"still": STILL, "busy": BUSY}[word])
    elif word == "silent":
        scene.update(silent=True)
    elif word == "fault":
        board.fault(None, rest.strip())
    elif word == "camera":
        board.fault("door", rest.strip())
    elif word == "thread":
        thread = board._thread.ident
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(SystemExit))
        assert until(lambda: not board.is_running)
    elif word == "hold":
        board._turn.acquire()


if __name__ == "__main__":
    main()
