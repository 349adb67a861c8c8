"""How every actuator is, by what its guardian said last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from vedette.actuators.guardian_messages import PinReport, Report
from vedette.actuators.protocol import ActuatorStatus

_UNHEARD = "the guardian of the pins has not reported yet"


@dataclass(slots=True)
class _Page:
    """One actuator's. `changes_before` are those under guardians that are gone."""

    status: ActuatorStatus
    is_own_reason: bool = False
    changes_before: int = 0
    changes: int = 0


class StatusBook:
    """Written and read by one thread at a time; tells every change of state to `changed`."""

    def __init__(
        self, names: Sequence[str], now: float, changed: Callable[[str, ActuatorStatus], None]
    ) -> None:
        self._pages = {name: _Page(ActuatorStatus("unknown", _UNHEARD, now)) for name in names}
        self._changed = changed
        self._trips = 0

    def status(self, name: str, decided: str) -> ActuatorStatus:
        """How it is; `decided` is the decision's reason, where the guardian has none of its own."""
        page = self._pages[name]
        return (
            page.status
            if page.is_own_reason or page.status.state == "unknown"
            else replace(page.status, reason=decided)
        )

    def heard(
        self, report: Report, decided: Mapping[str, str], now: float
    ) -> Iterator[tuple[str | None, str]]:
        """Write a report down; `decided` are the decisions' reasons by name.

        Gives whose decisions are void by it (None: everybody's), and why.
        """
        void: list[tuple[str | None, str]] = []
        if report.trips > self._trips:
            void.append((None, report.reason))
        self._trips = report.trips
        for each in report.pins:
            self._write(each, decided[each.name], now)
            if own := each.error or each.reason:
                void.append((each.name, own))
        return iter(void)

    def lost(self, why: str, now: float) -> None:
        """There is no guardian: nobody knows."""
        self._trips = 0
        for name, page in self._pages.items():
            page.changes_before += page.changes + (page.status.state == "acting")
            page.changes = 0
            since = page.status.since_monotonic_seconds if page.status.state == "unknown" else now
            status = ActuatorStatus("unknown", why, since, page.changes_before, why)
            self._put(name, page, status)

    def _write(self, pin: PinReport, decided: str, now: float) -> None:
        page = self._pages[pin.name]
        page.changes = pin.changes
        page.is_own_reason = bool(pin.reason) or pin.error is not None
        before = page.status
        status = ActuatorStatus(
            pin.state,
            pin.error or pin.reason or decided,
            before.since_monotonic_seconds if before.state == pin.state else now,
            page.changes_before + pin.changes,
            pin.error or before.last_error,
        )
        self._put(pin.name, page, status)

    def _put(self, name: str, page: _Page, status: ActuatorStatus) -> None:
        has_changed = status.state != page.status.state
        page.status = status
        if has_changed:
            self._changed(name, status)
