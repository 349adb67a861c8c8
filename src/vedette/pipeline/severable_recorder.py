"""A recorder that can be taken away from a loop that nobody trusts any more."""

from __future__ import annotations

import logging
import threading

from vedette.events.protocol import Recorder
from vedette.values.frame import Frame
from vedette.values.observation import RuleVerdict

_log = logging.getLogger(__name__)


class SeverableRecorder:
    """See `Recorder`; passes everything on until it is severed, and nothing after."""

    def __init__(self, recorder: Recorder, patience_seconds: float = 1.0) -> None:
        self._recorder = recorder
        self._patience_seconds = patience_seconds
        self._turn = threading.Lock()
        self._is_severed = False

    def observe(self, frame: Frame, verdict: RuleVerdict, label: str) -> None:
        """See `Recorder`."""
        with self._turn:
            if not self._is_severed:
                self._recorder.observe(frame, verdict, label)

    def finish(self, reason: str) -> None:
        """See `Recorder`."""
        with self._turn:
            if not self._is_severed:
                self._recorder.finish(reason)

    def sever(self, reason: str) -> bool:
        """Close what is open, for this reason; whatever comes later is lost. From any thread, twice is once.

        False if the loop hangs inside the recorder itself, for `patience_seconds` more: then nobody can
        close what is open there.
        """
        is_free = self._turn.acquire(timeout=self._patience_seconds)
        was_severed, self._is_severed = self._is_severed, True
        if not is_free:
            _log.error("a recorder hangs: its open events stay open until the next start")
            return False
        try:
            if not was_severed:
                self._recorder.finish(reason)
        finally:
            self._turn.release()
        return True
