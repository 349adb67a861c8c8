"""There is always a guardian, or a new one is on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from vedette.actuators.guardian_messages import Plan, Refusal, Report, Wanted
from vedette.actuators.guardian_process import Guardian, Hears
from vedette.errors import ActuatorError

Hire = Callable[[Plan, Hears], Guardian]
"""Starts a guardian; raises ActuatorError if that cannot be."""


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds: how often a heartbeat is sent, how long silence may last on either side, and so on."""

    heartbeat_seconds: float = 0.1
    watchdog_seconds: float = 1.0
    start_seconds: float = 10.0
    longest_delay_seconds: float = 30.0
    proven_after_seconds: float = 60.0


@dataclass(slots=True)
class _Service:
    """One guardian's time in the post."""

    guardian: Guardian
    since: float
    heard_at: float | None = None
    refusal: Refusal | None = None
    is_deaf: bool = False


class GuardianPost:
    """Starts a guardian, writes to it, notices that it is gone or stuck, and starts the next one.

    The first successor comes at once; those after it after longer and longer, until one has proven itself.
    `successors` counts them. One thread asks; `hears` is called in a guardian's own thread, and never by one
    that was dismissed.
    """

    def __init__(
        self,
        plan: Plan,
        hears: Callable[[Report], None],
        hire: Hire,
        patience: Patience,
        clock: Callable[[], float],
    ) -> None:
        self._plan = plan
        self._hears = hears
        self._hire = hire
        self._patience = patience
        self._clock = clock
        self._service: _Service | None = None
        self._sequence = 0
        self.successors = 0
        self._hired = 0
        self._delay = 0.0
        self._next_at = -inf
        self._looked_at = clock()

    @property
    def is_ready(self) -> bool:
        """There is a guardian, and it has reported."""
        return self._service is not None and self._service.heard_at is not None

    def look_after(self) -> ActuatorError | None:
        """See to it that there is one. Gives why there is none any more, once, if it was lost just now."""
        now, before = self._clock(), self._looked_at
        self._looked_at = now
        if self._service is None:
            return self._engage(now) if now >= self._next_at else None
        if now - before > self._patience.watchdog_seconds and self._service.heard_at is not None:
            # It was this process that slept: what the guardian said meanwhile is still to be heard.
            self._service.heard_at = now
        loss = self._loss(self._service, now)
        if loss is not None:
            self._dismiss(self._service, now)
        return loss

    def send(self, acting: tuple[str, ...], sent_at: float) -> None:
        """A heartbeat, to a guardian that is ready. One that does not take it is found lost by that."""
        if self._service is None:
            return
        self._sequence += 1
        try:
            self._service.guardian.send(Wanted(self._sequence, sent_at, acting))
        except ActuatorError:
            self._service.is_deaf = True

    def close(self, timeout_seconds: float) -> bool:
        """Let it go safe and end; true if it said so. Then there is none any more."""
        self._next_at = inf
        service = self._service
        is_well = service is not None and service.guardian.close(timeout_seconds)
        self._service = None
        return is_well

    def _engage(self, now: float) -> ActuatorError | None:
        holder: list[_Service] = []
        try:
            guardian = self._hire(self._plan, lambda message: self._listen(holder, message))
        except ActuatorError as error:
            self._put_off(now)
            return error
        self._service = _Service(guardian, now)
        self.successors, self._hired = self._hired, self._hired + 1
        holder.append(self._service)
        return None

    def _listen(self, holder: list[_Service], message: Report | Refusal) -> None:
        service = holder[0] if holder else None
        if service is None or service is not self._service:
            return
        if isinstance(message, Refusal):
            service.refusal = message
            return
        service.heard_at = self._clock()
        self._hears(message)

    def _loss(self, service: _Service, now: float) -> ActuatorError | None:
        """The cases, first match wins.

        1. it has ended, or is about to, having said why it cannot do it;
        2. it has ended and said nothing;
        3. it was started and does not report;
        4. it has fallen silent, or does not read what is written to it.
        """
        has_ended = not service.guardian.is_alive
        if has_ended:
            service.guardian.close(self._patience.watchdog_seconds)  # hears what it said last
        if service.refusal is not None:
            return ActuatorError(service.refusal.message, service.refusal.remedy)
        if has_ended:
            return ActuatorError("the guardian of the pins has ended; a new one is started.")
        if service.heard_at is None:
            is_late = now - service.since > self._patience.start_seconds
            return ActuatorError("the guardian of the pins does not begin to report.") if is_late else None
        if service.is_deaf or now - service.heard_at > self._patience.watchdog_seconds:
            return ActuatorError("the guardian of the pins does not answer; a new one is started.")
        return None

    def _dismiss(self, service: _Service, now: float) -> None:
        self._service = None
        service.guardian.kill()
        if now - service.since >= self._patience.proven_after_seconds:
            self._delay = 0.0
        self._put_off(now)

    def _put_off(self, now: float) -> None:
        self._next_at = now + self._delay
        self._delay = min(self._patience.longest_delay_seconds, max(0.5, self._delay * 2))
