"""`kill -9` at random moments, also during the start: whoever was told of an event finds it on disk."""

from __future__ import annotations

import os
import random
import signal
import threading

from parts.faultable import faultable, losses, strays, wait_until_quiet
from parts.sentry import Sentry

KILLS = 6
SOAK_KILLS = 100
LONGEST_START_SECONDS = 1.5
LONGEST_SERVICE_SECONDS = 4.0


def _killed(house, witness, seconds: float, *, is_serving: bool) -> None:
    """One life of the appliance: killed so long after its beginning, or after it began to serve."""
    with Sentry(house.write()) as sentry:
        if is_serving:
            assert sentry.address
        fate = threading.Timer(seconds, os.kill, (sentry.pid, signal.SIGKILL))
        fate.start()
        while not sentry.has_ended:
            witness.look(sentry)
            fate.finished.wait(0.05)
        fate.join()
        assert sentry.wait() == -signal.SIGKILL, sentry.text


def test_whatever_was_acknowledged_before_a_kill_is_there_with_its_media(
    at_home, tmp_path, restless, ledger, soak_seconds
):
    kills = int(os.environ.get("VEDETTE_SOAK_KILLS", str(SOAK_KILLS if soak_seconds else KILLS)))
    seed = random.randrange(10_000)
    chance = random.Random(seed)
    with faultable(tmp_path, restless) as (house, witness):
        for number in range(kills):
            is_serving = number % 3 > 0
            longest = LONGEST_SERVICE_SECONDS if is_serving else LONGEST_START_SECONDS
            _killed(house, witness, chance.uniform(0, longest), is_serving=is_serving)
        left = strays(house)
        house.restless("lawn", restless, "hook", loop=False)
        with Sentry(house.write()) as sentry:
            wait_until_quiet(sentry, house)
            assert sentry.ends(signal.SIGTERM, 10) == 0
        lost = losses(house, witness)
    ledger.note("kill -9", injected=kills, survived=kills if not lost else 0, lost=len(lost))
    clips = sum(event.clip is not None for event in house.events())
    events = len(witness.acknowledged)
    ledger.say(
        f"kill -9: seed {seed}; a third of them at the start; {events} events, "
        f"{clips} with clips, {witness.repeats} letters repeated, {left} files left behind and taken care of"
    )
    assert lost == []
    assert witness.acknowledged
