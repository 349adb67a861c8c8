"""All actuators of an appliance: decisions from the cameras' frames, carried to the guardian."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

from vedette.actuators.binding import Binding
from vedette.actuators.boot_clock import boot_seconds
from vedette.actuators.decision import Decision
from vedette.actuators.guardian_messages import Report
from vedette.actuators.guardian_post import GuardianPost, Hire, Patience
from vedette.actuators.guardian_process import GuardianProcess
from vedette.actuators.news import News, StatusListener
from vedette.actuators.plan import plan
from vedette.actuators.protocol import ActuatorStatus
from vedette.actuators.status_book import StatusBook
from vedette.errors import ActuatorError
from vedette.values.trail import Trail

_log = logging.getLogger(__name__)

_JOIN_SECONDS = 0.5
_ENDING = "the appliance is stopping"


class ActuatorBoard:
    """See `vedette.actuators.protocol.Actuators`.

    Cameras' threads put in what they saw; a thread of the board's own asks every decision ten times a
    second, and at once when one has changed, and writes to the guardian. That writing is the heartbeat: if
    this thread dies or hangs, the guardian goes safe. No disk, no log and no listener is on this way.
    """

    def __init__(
        self,
        bindings: Sequence[Binding],
        listeners: Sequence[StatusListener] = (),
        patience: Patience | None = None,
        hire: Hire = GuardianProcess,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience = patience or Patience()
        self._clock = clock
        self._decisions = {each.name: Decision(each, clock()) for each in bindings}
        self._by_camera = {
            camera: [each for each in self._decisions.values() if camera in each.cameras]
            for camera in {camera for each in bindings for camera in each.cameras}
        }
        self._owed_safe = set(self._decisions)
        self._news = News(listeners)
        self._book = StatusBook(tuple(self._decisions), clock(), self._news.put)
        intended = plan(bindings, self._patience.watchdog_seconds)
        self._post = GuardianPost(intended, self._hear, hire, self._patience, clock)
        self._turn = threading.Condition()
        self._sent: tuple[str, ...] = ()
        self._is_closing = False
        self._is_ready = False
        self._first_loss: ActuatorError | None = None
        self._thread = threading.Thread(target=self._run, name="actuators", daemon=True)

    @property
    def status(self) -> Mapping[str, ActuatorStatus]:
        """See `Actuators`."""
        with self._turn:
            return {
                name: self._book.status(name, decision.choice.reason)
                for name, decision in self._decisions.items()
            }

    @property
    def restarts(self) -> int:
        """How often another guardian took the place of one that was lost."""
        return self._post.successors

    @property
    def is_running(self) -> bool:
        """The thread that writes the heartbeat lives; if it does not, everything is safe and stays so."""
        return not self._decisions or (self._thread.is_alive() and not self._is_closing)

    def start(self) -> None:
        """Take the pins, in their safe states. Returns once the guardian has them and obeys.

        Raises:
            ActuatorError: they are not to be had. Nothing runs then.
        """
        if not self._decisions:
            return
        self._news.start()
        self._thread.start()
        with self._turn:
            self._turn.wait_for(lambda: self._is_ready or self._first_loss, self._patience.start_seconds + 1)
            loss = self._first_loss
        if not self._is_ready:
            self.close()
            raise loss or ActuatorError("the guardian of the pins does not begin to report.")

    def close(self, timeout_seconds: float = 2.5) -> None:
        """Enter every safe state, and wait for the guardian to say so. Twice is once."""
        with self._turn:
            is_first, self._is_closing = not self._is_closing, True
            self._distrust(None, _ENDING)
        if not is_first or self._thread.ident is None:
            return
        self._thread.join(_JOIN_SECONDS)
        # Also if that thread is stuck: the end of the pipe is an order of its own.
        is_well = self._post.close(timeout_seconds)
        if not is_well and self._is_ready:
            self._book.lost("the guardian of the pins did not confirm the safe states", self._clock())
            _log.error("the guardian of the pins did not confirm the safe states at the end")
        self._news.close(_JOIN_SECONDS)

    def observe(self, trail: Trail) -> None:
        """See `Actuators`."""
        concerned = self._by_camera.get(trail.frame.camera)
        if not concerned:
            return
        now = self._clock()
        with self._turn:
            before = [each.choice.is_acting for each in concerned]
            try:
                after = [each.observe(trail, now).is_acting for each in concerned]
            except Exception as error:  # noqa: BLE001 - a camera must go on
                self._distrust(trail.frame.camera, f"an error that should not happen: {error!r}")
                return
            if after != before:
                self._turn.notify_all()

    def fault(self, camera: str | None, reason: str) -> None:
        """See `Actuators`."""
        with self._turn:
            self._distrust(camera, reason)

    def wants_looks(self, camera: str) -> bool:
        """See `Actuators`."""
        with self._turn:
            return any(each.wants_looks(camera) for each in self._by_camera.get(camera, ()))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _distrust(self, camera: str | None, reason: str) -> None:
        """With the turn. The guardian is told `safe` at least once, whatever is decided meanwhile."""
        now = self._clock()
        for name, decision in self._decisions.items():
            if camera is None or camera in decision.cameras:
                decision.fault(camera, reason, now)
                self._owed_safe.add(name)
        self._turn.notify_all()

    def _run(self) -> None:
        while not self._is_closing:
            try:
                self._beat()
            except Exception:  # noqa: BLE001 - faulty is safe; dead would be deaf
                _log.exception("an error that should not happen, in the thread of the actuators")
                self.fault(None, "an error that should not happen")
            with self._turn:
                if not self._is_closing and not self._is_news():
                    self._turn.wait(self._patience.heartbeat_seconds)

    def _beat(self) -> None:
        loss = self._post.look_after()
        if loss is not None:
            with self._turn:
                self._lose(loss)
        if not self._post.is_ready:
            return
        with self._turn:
            now = self._clock()
            chosen = {name for name, each in self._decisions.items() if each.evaluate(now).is_acting}
            acting = () if self._is_closing else tuple(sorted(chosen - self._owed_safe))
            self._owed_safe.clear()
            self._sent = acting
        self._post.send(acting, boot_seconds())

    def _is_news(self) -> bool:
        """A choice has changed since the last heartbeat, before this thread began to wait."""
        return self._post.is_ready and (bool(self._owed_safe) or self._chosen() != self._sent)

    def _chosen(self) -> tuple[str, ...]:
        return tuple(sorted(name for name, each in self._decisions.items() if each.choice.is_acting))

    def _lose(self, loss: ActuatorError) -> None:
        """With the turn."""
        self._first_loss = self._first_loss or loss
        self._book.lost(str(loss), self._clock())
        self._owed_safe.update(self._decisions)
        self._distrust(None, loss.message.rstrip("."))

    def _hear(self, report: Report) -> None:
        """In the guardian's thread: what it says is what is so."""
        with self._turn:
            # It begins to obey once it has heard of this board.
            is_news = not self._is_ready and report.sequence > 0
            self._is_ready = self._is_ready or is_news
            reasons = {name: each.choice.reason for name, each in self._decisions.items()}
            for name, why in self._book.heard(report, reasons, self._clock()):
                is_news = True
                for each in self._decisions if name is None else (name,):
                    self._decisions[each].fault(None, why, self._clock())
                    self._owed_safe.add(each)
            if is_news:
                self._turn.notify_all()
