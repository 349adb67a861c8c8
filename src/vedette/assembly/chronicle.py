"""What is remembered of events as they are recorded: remarks for the explain log, times for the metrics."""

from __future__ import annotations

from vedette.events.journal import Journal
from vedette.pipeline.explain_log import ExplainLog
from vedette.pipeline.explain_row import Mention
from vedette.pipeline.metrics import Metrics
from vedette.values.event import Event, Phase


class Chronicle:
    """See `EventListener`. `journal` is whose writing is timed."""

    def __init__(self, explain: ExplainLog, metrics: Metrics) -> None:
        self._explain = explain
        self._metrics = metrics
        self.journal: Journal | None = None

    def __call__(self, phase: Phase, event: Event, snapshot_jpeg: bytes | None) -> None:  # noqa: ARG002 - a listener's signature
        """Take note of a phase that is on disk."""
        if phase is not Phase.UPDATE:
            told = "opened" if phase is Phase.OPEN else f"closed ({event.close_reason})"
            self._explain.remark(
                event.camera,
                "event",
                f"{event.label} ({event.rule}) {told}",
                mention=Mention(event.rule, told.partition(" ")[0], event.id, phase.value),
            )
        # The writing before this one: the present one has not ended.
        seconds = None if self.journal is None else self.journal.status.last_write_seconds
        if seconds is not None:
            self._metrics.store_seconds.observe(seconds)
