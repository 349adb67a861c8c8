"""A program of one's own, with arguments that only the configuration decides."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from vedette.actions.protocol import Letter
from vedette.actions.record import record_json
from vedette.actions.settings import ActionSettings
from vedette.errors import ActionError

OUTPUT_BYTES = 4096
"""So much of what a program says is kept; the rest is read and forgotten."""

_SEARCHED = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_LEFT_OPEN_SECONDS = 1.0
_OUTPUT = 1
_log = logging.getLogger(__name__)


def _runnable(arguments: tuple[str, ...]) -> tuple[str, ...]:
    program = arguments[0]
    if not program or ("/" in program and not program.startswith("/")):
        raise ValueError("the program is named by its absolute path, or by a name that is looked up in PATH")
    if any("\0" in argument for argument in arguments):
        raise ValueError("an argument has no NUL")
    return arguments


class CommandSettings(ActionSettings):
    """A program that is run."""

    kind: Literal["command"] = Field(default="command", description="Run a program.")
    arguments: Annotated[tuple[str, ...], AfterValidator(_runnable)] = Field(
        min_length=1,
        description="The program and its arguments, as they are: no shell, and nothing of an event in them.",
    )
    timeout_seconds: float = Field(
        default=30.0, gt=0, le=3600, description="Kill it, and what it started, after this long."
    )


class CommandAction:
    """Runs the program once for each letter, in a process group of its own, at `/`.

    The event is JSON on its standard input and, for shell scripts, in `VEDETTE_*` variables of an
    otherwise small environment (PATH, HOME, LANG). An exit status of 0 is success. Its output is
    logged at debug.
    """

    is_durable = True
    wants_snapshot = False

    def __init__(self, name: str, settings: CommandSettings) -> None:
        self.name = name
        self.phases = frozenset(settings.phases)
        self.timeout_seconds = settings.timeout_seconds
        self._shown, *self._rest = settings.arguments
        self._program = shutil.which(self._shown)

    async def open(self) -> None:
        """See `Action`; says if the program is not there."""
        if self._program is None:
            _log.warning("action %s: there is no program %s that may be run", self.name, self._shown)

    async def carry_out(self, letter: Letter) -> None:
        """See `Action`."""
        program = await self._begun(letter)
        try:
            async with asyncio.timeout(self.timeout_seconds):
                program.hear(record_json(letter).encode() + b"\n")
                # Awaited by itself, it would be cancelled by the time-out.
                await asyncio.wait({program.ended})
                # It may leave a child behind that holds its output open.
                await asyncio.wait({program.silent}, timeout=_LEFT_OPEN_SECONDS)
        except TimeoutError:
            raise ActionError(
                f"{self._shown} did not end within {self.timeout_seconds:g} s and was killed.",
                "Raise timeout_seconds if it is only slow.",
            ) from None
        finally:
            await program.end()
        _log.debug("action %s said: %s", self.name, program.said.decode(errors="replace"))
        if status := program.ended.result():
            raise ActionError(f"{self._shown} {_ending(status)}.", "Its output is in the debug log.")

    async def close(self) -> None:
        """See `Action`."""

    async def _begun(self, letter: Letter) -> _Program:
        self._program = self._program or shutil.which(self._shown)
        if self._program is None:
            raise ActionError(f"there is no program {self._shown}.", "Is it installed, and executable?")
        try:
            _, program = await asyncio.get_running_loop().subprocess_exec(
                _Program,
                self._program,
                *self._rest,
                stderr=subprocess.STDOUT,
                env=environment(letter),
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise ActionError(
                f"{self._shown} cannot be run: {error.strerror}.",
                "Is it a program, and may this user run it?",
            ) from None
        return program


class _Program(asyncio.SubprocessProtocol):
    """A program that runs. `ended` gives its exit status, `silent` is done when its output is closed.

    A protocol, as asyncio's own `Process.wait` waits for the output, too.
    """

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.said = bytearray()
        self.ended: asyncio.Future[int] = loop.create_future()
        self.silent: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:  # noqa: ARG002 - asyncio's
        """See asyncio."""
        self.said += data[: max(0, OUTPUT_BYTES - len(self.said))]

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        """See asyncio; its input may be closed early by a program that does not care for it."""
        if fd == _OUTPUT and not self.silent.done():
            self.silent.set_result(None)

    def process_exited(self) -> None:
        """See asyncio."""
        if not self.ended.done():
            self.ended.set_result(self._transport.get_returncode() or 0)

    def hear(self, record: bytes) -> None:
        """Hand it its input."""
        pipe = self._transport.get_pipe_transport(0)
        assert isinstance(pipe, asyncio.WriteTransport)
        pipe.write(record)
        pipe.close()

    async def end(self) -> None:
        """Kill its group if it still runs, and let go of it."""
        if self._transport.get_returncode() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._transport.get_pid(), signal.SIGKILL)
            await asyncio.wait({self.ended}, timeout=_LEFT_OPEN_SECONDS)
        self._transport.close()


def environment(letter: Letter) -> dict[str, str]:
    """What a program is told in its environment; no variable of Vedette's own goes along."""
    event = letter.event
    told = {
        "KEY": letter.key,
        "PHASE": letter.phase.value,
        "EVENT": event.id,
        "CAMERA": event.camera,
        "RULE": event.rule,
        "LABEL": event.label,
        "SCORE": f"{event.score:.4f}",
        "OPENED_AT": event.opened_at.isoformat(timespec="milliseconds"),
        "CLOSED_AT": event.closed_at.isoformat(timespec="milliseconds") if event.closed_at else "",
        "CLOSE_REASON": event.close_reason or "",
        "SNAPSHOT": event.snapshot or "",
        "IS_TEST": "1" if letter.is_test else "",
    }
    small = {
        "PATH": os.environ.get("PATH", _SEARCHED),
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
    }
    return small | {f"VEDETTE_{name}": value.replace("\0", "") for name, value in told.items()}


def _ending(status: int) -> str:
    if status > 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
