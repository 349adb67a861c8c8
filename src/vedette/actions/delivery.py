"""Takes events from the cameras' threads and has actions carried out on a loop of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Self

from vedette.actions.lane import Job, Lane, LaneStatus
from vedette.actions.protocol import Action
from vedette.values.event import Event, Phase

CAPACITY = 256
"""How many phases may wait for one action."""

_LEEWAY_SECONDS = 2.0
"""For cancelling and for closing connections, beyond what `close` was given."""

Route = tuple[str, str]
"""Camera and rule."""


class Delivery:
    """Carries actions out beside the pipeline: in order for each action, and none waits for another.

    `routes` says which actions an event of a camera's rule has. A `Delivery` is a
    `vedette.events.protocol.EventListener`; it owns its actions and closes them.
    """

    def __init__(self, routes: Mapping[Route, Sequence[Action]], capacity: int = CAPACITY) -> None:
        actions = {action.name: action for chosen in routes.values() for action in chosen}
        self._lanes = {name: Lane(action, capacity) for name, action in actions.items()}
        self._routes = {
            route: tuple(self._lanes[action.name] for action in chosen) for route, chosen in routes.items()
        }
        self._turn = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="actions", daemon=True)
        self._is_closing = False
        self._closing = asyncio.Event()
        self._patience_seconds = 0.0

    @property
    def status(self) -> dict[str, LaneStatus]:
        """Every action's counts by its name; may be read from any thread."""
        return {name: lane.status for name, lane in self._lanes.items()}

    def start(self) -> None:
        """Begin to carry out; what was put down before is not lost."""
        self._thread.start()

    def __call__(self, phase: Phase, event: Event, snapshot_jpeg: bytes | None) -> None:
        """See `EventListener`: puts down what is to be done and returns at once, from any thread."""
        lanes = self._routes.get((event.camera, event.rule), ())
        for lane in lanes:
            if phase in lane.action.phases:
                lane.put(Job(phase, event, snapshot_jpeg))
                self._in_loop(lane.wake)

    def close(self, timeout_seconds: float = 5.0) -> None:
        """Carry out what waits, for so long; count and log the rest as dropped. Twice is once."""
        self._patience_seconds = timeout_seconds
        self._is_closing = True
        self._in_loop(self._closing.set)
        if self._thread.ident is not None:
            self._thread.join(timeout_seconds + _LEEWAY_SECONDS)
        for lane in self._lanes.values():
            lane.give_up()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _in_loop(self, callback: Callable[[], None]) -> None:
        with self._turn:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(callback)

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            with self._turn:
                self._loop = runner.get_loop()
            try:
                runner.run(self._work())
            finally:
                with self._turn:
                    self._loop = None

    async def _work(self) -> None:
        lanes = self._lanes.values()
        workers = [asyncio.create_task(lane.work()) for lane in lanes]
        if not self._is_closing:  # `close` may come before this loop has begun
            await self._closing.wait()
        for lane in lanes:
            lane.finish()
        if workers:
            await asyncio.wait(workers, timeout=self._patience_seconds)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        await asyncio.gather(*(lane.action.close() for lane in lanes), return_exceptions=True)
