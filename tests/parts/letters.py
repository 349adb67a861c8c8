"""Outbox entries to deliver."""

from datetime import timedelta

from parts.happenings import START
from vedette.values.event import Phase
from vedette.values.outbox import OutboxEntry, outbox_key


def entry(event, action="phone", phase=Phase.OPEN, seconds=0, **changes):
    at = START + timedelta(seconds=seconds)
    given = {"created_at": at, "next_attempt_at": at} | changes
    return OutboxEntry(outbox_key(action, phase, event), action, phase, event, **given)
