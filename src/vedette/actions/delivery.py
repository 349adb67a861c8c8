"""Takes events from the cameras' threads and has actions carried out on a loop of its own."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from vedette.actions.backlog import CAPACITY, Backlog
from vedette.actions.clerk import Clerk
from vedette.actions.clocks import Clocks
from vedette.actions.conditions import Conditions
from vedette.actions.daemon_threads import DaemonThreads
from vedette.actions.lane import Desk, Lane, ReadSnapshot
from vedette.actions.protocol import Action, ActionStatus, Letter, Outbox
from vedette.actions.settings import ActionSettings, RetrySettings
from vedette.errors import ActionError
from vedette.values.event import Event, Phase
from vedette.values.outbox import OutboxEntry, outbox_key

_LEEWAY_SECONDS = 2.0
"""For cancelling and for closing connections, beyond what `close` was given."""

_RESTART_SECONDS = 1.0
"""A worker that died is begun again after so long."""

_ONCE = RetrySettings(maximum_attempts=1)
_log = logging.getLogger(__name__)

Route = tuple[str, str]
"""Camera and rule."""


@dataclass(frozen=True, slots=True)
class Duty:
    """An action, and the settings that say when it is carried out and how it is tried again."""

    action: Action
    settings: ActionSettings


def no_snapshot(event: Event) -> bytes | None:  # noqa: ARG001 - see `ReadSnapshot`
    """There is no picture."""
    return None


class Delivery:
    """Carries actions out beside the pipeline: in order for each event, and no action waits for another.

    It is a `vedette.events.protocol.Dispatcher`. `routes` names the actions of a camera's rule. What
    a durable action has to do is taken from the outbox, also what a former run left there; what is
    not durable is carried out at once when it is addressed, and put into no outbox. It owns its
    actions and closes them. Any thread may use it. `restarts` counts its loop and the workers in it.
    """

    def __init__(
        self,
        duties: Sequence[Duty],
        routes: Mapping[Route, Sequence[str]],
        outbox: Outbox,
        read_snapshot: ReadSnapshot = no_snapshot,
        clocks: Clocks | None = None,
    ) -> None:
        self._outbox = outbox
        self._clocks = clocks or Clocks()
        self._clerk = Clerk(outbox, self._clocks)
        durable = Desk(outbox, self._clerk, read_snapshot, self._clocks)
        passing = Desk(None, None, read_snapshot, self._clocks)
        self._lanes = {
            duty.action.name: _lane(duty, durable if duty.action.is_durable else passing) for duty in duties
        }
        self._conditions = {duty.action.name: Conditions(duty.settings, self._clocks.zone) for duty in duties}
        self._routes = {route: tuple(dict.fromkeys(names)) for route, names in routes.items()}
        self._judging, self._turn = threading.Lock(), threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="actions", daemon=True)
        self._is_closing = False
        self.restarts = 0
        self._closing = asyncio.Event()
        self._patience_seconds = 0.0

    @property
    def status(self) -> dict[str, ActionStatus]:
        """Every action's counts by its name."""
        return {name: lane.status for name, lane in self._lanes.items()}

    @property
    def is_alive(self) -> bool:
        """Its thread is there."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to carry out; what was put down before is not lost."""
        self._thread.start()

    def address(self, phase: Phase, event: Event) -> Sequence[OutboxEntry]:
        """See `Dispatcher`."""
        now = self._clocks.now()
        with self._judging:
            names = [name for name in self._routes.get((event.camera, event.rule), ()) if name in self._lanes]
            told = [name for name in names if self._conditions[name].allows(phase, event, now)]
        chosen = [self._lanes[name] for name in told if phase in self._lanes[name].action.phases]
        passing = [lane for lane in chosen if not lane.action.is_durable]
        self._put([_entry(lane, phase, event, now) for lane in passing], is_recorded=False)
        return [_entry(lane, phase, event, now) for lane in chosen if lane.action.is_durable]

    def posted(self, entries: Sequence[OutboxEntry]) -> None:
        """See `Dispatcher`."""
        self._put(entries, is_recorded=True)

    def post_unrecorded(self, entries: Sequence[OutboxEntry]) -> None:
        """See `Dispatcher`; they are tried again as the others are, but do not survive this process."""
        self._put(entries, is_recorded=False)

    def revive(self, key: str) -> bool:
        """Try a dead letter again; false if there is none of that key. May block for the disk.

        Raises:
            StoreError: the disk does not serve.
        """
        if not self._outbox.revive(key, self._clocks.now()):
            return False
        lane = self._lanes.get(key.rpartition(":")[2])
        if lane is not None:
            lane.backlog.forget(key)
            self._in_loop(lane.wake)
        return True

    def send_test(self, action: str) -> None:
        """Carry an action out at once with an event that says that it is a test; waits for its end.

        Raises:
            ActionError: it was not done, or there is no such action.
        """
        lane = self._lanes.get(action)
        with self._turn:
            loop = self._loop
        if lane is None or loop is None:
            raise ActionError(
                f"there is no action {action}." if lane is None else "the actions are stopped.",
                "It must be described under actions in the configuration.",
            )
        letter = test_letter(action, self._clocks.now())
        waiting = asyncio.run_coroutine_threadsafe(lane.carry_out(letter), loop)
        try:
            waiting.result(lane.action.timeout_seconds + 3 * _LEEWAY_SECONDS)
        except (TimeoutError, concurrent.futures.CancelledError):
            waiting.cancel()
            raise ActionError(f"the test of {action} did not end.") from None

    def close(self, timeout_seconds: float = 5.0) -> None:
        """Carry out what is due, for so long. The rest stays in the outbox. Twice is once."""
        self._patience_seconds = timeout_seconds
        self._is_closing = True
        self._in_loop(self._closing.set)
        if self._thread.ident is not None:
            self._thread.join(timeout_seconds + 2 * _LEEWAY_SECONDS)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _put(self, entries: Iterable[OutboxEntry], *, is_recorded: bool) -> None:
        for entry in entries:
            lane = self._lanes.get(entry.action)
            if lane is None:
                continue
            if lane.put(entry, is_recorded=is_recorded):
                self._in_loop(lane.wake)
            elif is_recorded:
                # Done from memory while the disk took nothing; now it is on disk, as if it were not.
                self._in_loop(lane.note_again, entry.key)

    def _in_loop(self, callback: Callable[..., None], *given: Any) -> None:
        with self._turn:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(callback, *given)

    def _run(self) -> None:
        while True:
            try:
                self._run_loop()
            except BaseException as error:  # noqa: BLE001 - whatever ended it, events must still be told
                _log.error("the actions' loop ended (%s) and is begun again", type(error).__name__)
            if self._is_closing:
                return
            self.restarts += 1
            threading.Event().wait(_RESTART_SECONDS)

    def _run_loop(self) -> None:
        with asyncio.Runner() as runner:
            loop = runner.get_loop()
            loop.set_default_executor(DaemonThreads())
            with self._turn:
                self._loop = loop
            try:
                runner.run(self._work())
            finally:
                with self._turn:
                    self._loop = None

    async def _work(self) -> None:
        lanes = self._lanes.values()
        self._closing = asyncio.Event()
        self._clerk.begin()
        for lane in lanes:
            lane.begin()
            await _in_peace(lane.action.open())
        workers = [asyncio.create_task(self._kept_up(name, lane.work)) for name, lane in self._lanes.items()]
        clerk = asyncio.create_task(self._kept_up("outbox", self._clerk.work))
        if not self._is_closing:  # `close` may come before this loop has begun
            await self._closing.wait()
        for lane in lanes:
            lane.finish()
        await _ended(workers, self._patience_seconds)
        self._clerk.finish()
        await _ended([clerk], _LEEWAY_SECONDS / 2)
        closing = [asyncio.create_task(_in_peace(lane.action.close())) for lane in lanes]
        await _ended(closing, _LEEWAY_SECONDS)

    async def _kept_up(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Have the work done to its end, beginning again whenever it dies."""
        while True:
            try:
                return await work()
            except Exception as error:  # noqa: BLE001 - the others' events must still be told
                _log.error("the worker of action %s died (%s) and is begun again", name, type(error).__name__)
            self.restarts += 1
            await asyncio.sleep(_RESTART_SECONDS)


async def _in_peace(work: Awaitable[None]) -> None:
    try:
        await work
    except Exception as error:  # noqa: BLE001 - one action must not keep the others
        _log.error("an action could not be opened or closed (%s)", type(error).__name__)


async def _ended(tasks: Sequence[asyncio.Task[None]], patience_seconds: float) -> None:
    """Wait for so long, then stop what still runs."""
    if tasks:
        _, running = await asyncio.wait(tasks, timeout=patience_seconds)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=_LEEWAY_SECONDS)


def _lane(duty: Duty, desk: Desk) -> Lane:
    retry = duty.settings.retry if duty.action.is_durable else _ONCE
    return Lane(duty.action, Backlog(retry, desk.clocks, CAPACITY), desk)


def _entry(lane: Lane, phase: Phase, event: Event, now: datetime) -> OutboxEntry:
    name = lane.action.name
    return OutboxEntry(outbox_key(name, phase, event), name, phase, event, now, now)


def test_letter(action: str, now: datetime) -> Letter:
    """A letter that says of itself that it is a test."""
    event = Event(
        id=f"test-{int(now.timestamp() * 1000)}",
        camera="test",
        rule="test",
        label="test",
        opened_at=now,
        updated_at=now,
        score=1.0,
    )
    return Letter(outbox_key(action, Phase.OPEN, event), Phase.OPEN, event, is_test=True)
