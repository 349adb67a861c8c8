"""Whether an action is to be carried out for an event: filters, quiet hours, days, cooldown."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, tzinfo
from typing import TypeVar

from vedette.actions.quiet_hours import QuietHours
from vedette.actions.settings import ActionSettings
from vedette.values.event import Event, Phase

REMEMBERED = 10_000
"""So many open events are remembered, and as many cooldowns. More are never open at once."""

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Conditions:
    """One action's conditions. What is not told of an event's opening is not told of it at all.

    An event whose opening was told gets its close whatever the hour. An event that is not
    remembered began before a restart: then the hour of its opening decides, and the cooldown, which
    nobody knows any more, does not count.

    `zone` is where the hours are local; the machine's own zone if None. Not for several threads at once.
    """

    def __init__(self, settings: ActionSettings, zone: tzinfo | None = None) -> None:
        self._settings = settings
        self._quiet = tuple(QuietHours.parse(text) for text in settings.quiet_hours)
        self._zone = zone
        self._told: OrderedDict[str, bool] = OrderedDict()
        self._last_told: OrderedDict[tuple[str, str], datetime] = OrderedDict()

    def allows(self, phase: Phase, event: Event, now: datetime) -> bool:
        """To be asked once for each phase, in order. `now` has a zone."""
        if phase is Phase.OPEN:
            is_told = self._admits(event, now) and not self._cools_down(event, now)
            _remember(self._told, event.id, is_told)
            if is_told:
                _remember(self._last_told, (event.camera, event.rule), now)
            return is_told
        known = self._told.get(event.id)
        is_told = self._admits(event, event.opened_at) if known is None else known
        if phase is Phase.CLOSE:
            self._told.pop(event.id, None)
            return is_told
        return is_told and not self._is_quiet(now)

    def _admits(self, event: Event, at: datetime) -> bool:
        chosen = self._settings
        return (
            event.score >= chosen.minimum_score
            and (not chosen.cameras or event.camera in chosen.cameras)
            and (not chosen.rules or event.rule in chosen.rules)
            and (not chosen.labels or event.label in chosen.labels)
            and (not chosen.days or _DAYS[at.astimezone(self._zone).weekday()] in chosen.days)
            and not self._is_quiet(at)
        )

    def _is_quiet(self, at: datetime) -> bool:
        moment = at.astimezone(self._zone).time()
        return any(hours.include(moment) for hours in self._quiet)

    def _cools_down(self, event: Event, now: datetime) -> bool:
        last = self._last_told.get((event.camera, event.rule))
        if last is None:
            return False
        # Below zero the clock was set back: nobody knows how long ago it was, and silence is worse.
        return 0 <= (now - last).total_seconds() < self._settings.cooldown_seconds


def _remember(memory: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)
