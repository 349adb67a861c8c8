"""`vedette run` as a service manager runs it: started, asked over HTTP, told to stop, or killed."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import httpx

from parts.vedette_process import COMMAND, environment

PATIENCE_SECONDS = 90


def eventually(claim: Callable[[], object], what: str) -> None:
    """Wait until the claim holds; generous, because the machine may be busy."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not claim():
        assert time.monotonic() < deadline, f"in vain: {what}"
        time.sleep(0.05)


class Sentry:
    """The process of `vedette run CONFIG`; `said` is every line that it has written so far."""

    def __init__(self, configuration: Path | None, *options: str, **variables: str) -> None:
        self._process = subprocess.Popen(
            [str(COMMAND), "run", *([str(configuration)] if configuration else []), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(**variables),
            stdin=subprocess.DEVNULL,
        )
        self.said: list[str] = []
        self._listener = threading.Thread(target=self._listen, name="what the sentry says")
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def text(self) -> str:
        return "".join(self.said)

    @property
    def address(self) -> str:
        """Where it answers, as it says itself."""
        eventually(lambda: "answers on" in self.text or self.has_ended, "the service's address")
        found = re.search(r"answers on (https?://\S+)", self.text)
        assert found, self.text
        return found[1]

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.address}{path}", timeout=PATIENCE_SECONDS)

    def camera(self) -> dict[str, object]:
        """The only camera, as the API shows it."""
        (only,) = self.get("/api/v1/cameras").json()
        return only

    def tell(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def ends(self, number: signal.Signals, seconds: float) -> int:
        """The exit code after that signal, within that time."""
        self._process.send_signal(number)
        code = self._process.wait(seconds)
        self._listener.join()
        return code

    def wait(self, seconds: float = PATIENCE_SECONDS) -> int:
        code = self._process.wait(seconds)
        self._listener.join()
        return code

    def __enter__(self) -> Self:
        return self

    def close(self) -> None:
        """Killed, if it still runs."""
        if not self.has_ended:
            self._process.kill()
        self._process.wait()
        self._listener.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def __exit__(self, failure: object, *_: object) -> None:
        self.close()
        if failure is not None:  # pytest shows it with the test that failed
            sys.stdout.write(self.text)
