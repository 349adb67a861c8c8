"""Times in a query."""

from __future__ import annotations

from datetime import UTC, datetime

from vedette.web.refusal import Refusal


def in_utc(time: datetime | None) -> datetime | None:
    """The time in UTC; one without a zone is meant so.

    Raises:
        Refusal: 422, there is no such time in UTC.
    """
    if time is None:
        return None
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise Refusal(422, "there is no such time.", "Say it as 2026-05-01T14:32:00Z.") from error
