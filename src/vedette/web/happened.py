"""What is no frame in a stretch of time: events, what actions told of them, actuators, remarks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from vedette.events.identity import event_id
from vedette.pipeline.explain_row import Remark
from vedette.pipeline.explain_window import Window
from vedette.store.event_filter import EventFilter
from vedette.values.event import Event
from vedette.values.outbox import OutboxEntry, OutboxState
from vedette.web.protocol import Appliance

_MOST = 500
_BEFORE = timedelta(hours=1)
"""An event that was opened this long before the window is told if it was open in it; an open one always."""
_MARKED = ("event", "action", "actuator")


@dataclass(frozen=True, slots=True)
class EventMark:
    """An event that was open at some time of it."""

    id: str
    rule: str
    label: str
    opened_at: datetime
    closed_at: datetime | None
    score: float
    has_snapshot: bool


@dataclass(frozen=True, slots=True)
class DeliveryMark:
    """An action told of a phase of an event, failed to, gave up, or waits; repetitions are counted."""

    at: datetime
    action: str
    outcome: str
    event_id: str | None
    phase: str | None
    text: str
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class StateMark:
    """An actuator's state from then on."""

    at: datetime
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class ActuatorMarks:
    """One actuator: the state that it came in with, and every change."""

    name: str
    states: tuple[StateMark, ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """All of it, each kind oldest first."""

    events: tuple[EventMark, ...]
    deliveries: tuple[DeliveryMark, ...]
    actuators: tuple[ActuatorMarks, ...]
    remarks: tuple[Remark, ...]


def happened(appliance: Appliance, camera: str, window: Window, *, is_store_asked: bool = True) -> Happened:
    """Of one camera; blocks for the disk.

    Raises:
        StoreError: the disk does not serve; without it there are remarks at least.
    """
    remarks = appliance.explain.remarks(camera)
    inside = [each for each in remarks if window.touches(each.at, each.last_at)]
    events = _events(appliance, camera, window) if is_store_asked else ()
    entries = _entries(appliance, window, {each.id for each in events}) if is_store_asked else ()
    return Happened(
        tuple(_event_mark(each) for each in events),
        tuple(sorted(_deliveries(inside, entries, window), key=_at)),
        tuple(_actuators(appliance, camera, remarks, window)),
        tuple(each for each in inside if each.mention is None or each.stage not in _MARKED),
    )


def _events(appliance: Appliance, camera: str, window: Window) -> Sequence[Event]:
    recent = EventFilter(camera=camera, since=window.since - _BEFORE, until=window.until)
    found = {each.id: each for each in appliance.events.list(recent, _MOST)}
    still_open = EventFilter(camera=camera, until=window.until, is_open=True)
    found |= {each.id: each for each in appliance.events.list(still_open, _MOST)}
    open_then = (each for each in found.values() if each.closed_at is None or each.closed_at >= window.since)
    return sorted(open_then, key=_opened_at)


def _entries(appliance: Appliance, window: Window, events: set[str]) -> Sequence[OutboxEntry]:
    """The outbox' entries of these events. A key begins with its event's id, and that with its time."""
    if not events:
        return ()
    after = min(*events, event_id(window.since, bytes))
    found: list[OutboxEntry] = []
    before: str | None = event_id(window.until + timedelta(seconds=1), bytes)
    while before is not None and len(found) < _MOST:
        page = appliance.outbox.list(None, None, _MOST, before=before)
        found += [each for each in page if each.event.id in events]
        before = page[-1].key if len(page) == _MOST and page[-1].key > after else None
    return found


def _event_mark(event: Event) -> EventMark:
    return EventMark(
        event.id,
        event.rule,
        event.label,
        event.opened_at,
        event.closed_at,
        event.score,
        event.snapshot is not None,
    )


def _deliveries(
    remarks: Sequence[Remark], entries: Sequence[OutboxEntry], window: Window
) -> Iterator[DeliveryMark]:
    """What this run remarked; and of what it did not, what the outbox says."""
    dead = {_identity(each): each for each in entries if each.state is OutboxState.DEAD}
    last_failures: dict[tuple[str, str | None, str | None], DeliveryMark] = {}
    remarked = set()
    for each in remarks:
        if each.stage == "action" and each.mention is not None:
            mention = each.mention
            who = (mention.name, mention.event_id, mention.phase)
            remarked.add(who)
            mark = DeliveryMark(
                each.at, mention.name, mention.outcome, *who[1:], each.text, each.times, each.last_at
            )
            if who not in dead or mention.outcome != "failed":
                yield mark
                continue
            if who in last_failures:
                yield last_failures[who]
            last_failures[who] = mark
    yield from (replace(each, outcome="given up") for each in last_failures.values())
    for entry in entries:
        at = entry.finished_at or entry.created_at
        if _identity(entry) not in remarked and window.touches(at, at):
            yield _of_entry(entry, at)


def _of_entry(entry: OutboxEntry, at: datetime) -> DeliveryMark:
    outcomes = {OutboxState.DELIVERED: "told", OutboxState.DEAD: "given up", OutboxState.PENDING: "waiting"}
    why = f": {entry.last_error}" if entry.last_error else ""
    outcome = outcomes[entry.state]
    text = f"{entry.action}, {entry.phase.value} of {entry.event.label}, {outcome}{why}"
    return DeliveryMark(at, entry.action, outcome, entry.event.id, entry.phase.value, text, 1, at)


def _identity(entry: OutboxEntry) -> tuple[str, str | None, str | None]:
    return entry.action, entry.event.id, entry.phase.value


def _actuators(
    appliance: Appliance, camera: str, remarks: Sequence[Remark], window: Window
) -> Iterator[ActuatorMarks]:
    plan = appliance.plans.get(camera)
    status = appliance.actuators
    for name in plan.actuators if plan else ():
        states = [
            StateMark(each.at, each.mention.outcome, each.text)
            for each in remarks
            if each.stage == "actuator" and each.mention is not None and each.mention.name == name
        ]
        before = [each for each in states if each.at < window.since][-1:]
        inside = [each for each in states if window.touches(each.at, each.at)]
        if not states and name in status:
            now = status[name]
            before = [StateMark(datetime.fromtimestamp(0, UTC), now.state, now.reason)]
        yield ActuatorMarks(name, (*before, *inside))


def _at(mark: DeliveryMark) -> datetime:
    return mark.at


def _opened_at(event: Event) -> datetime:
    return event.opened_at
