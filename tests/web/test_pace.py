"""Many requests at once: each waits its turn, and the cameras keep the processor."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from vedette.web.limits import Limits
from vedette.web.pace import Pace
from vedette.web.refusal import Refusal

HTTP = {"type": "http"}
LIMITS = replace(Limits(), requests_per_second=100.0, burst=5, pace_patience_seconds=0.1)


async def asked(pace, times):
    """What became of so many requests at once."""
    return await asyncio.gather(*(pace(HTTP, None, None) for _ in range(times)), return_exceptions=True)


def paced(limits=LIMITS):
    served = []

    async def app(scope, receive, send):
        served.append(scope)

    return Pace(app, limits), served


def test_a_burst_passes_and_what_comes_after_it_waits():
    pace, served = paced()

    async def run():
        loop = asyncio.get_running_loop()
        await asked(pace, 5)
        burst_at = loop.time()
        await asked(pace, 5)
        return loop.time() - burst_at

    waited = asyncio.run(run())
    assert len(served) == 10
    assert waited >= 0.04


def test_who_would_wait_for_too_long_is_refused_and_told_when_to_come_again():
    pace, served = paced()
    outcomes = asyncio.run(asked(pace, 40))
    refused = [each for each in outcomes if isinstance(each, Refusal)]
    assert len(refused) + len(served) == 40
    assert 15 <= len(served) <= 16
    assert {(each.status, each.headers["Retry-After"]) for each in refused} == {(503, "1")}


def test_what_is_no_request_is_not_paced():
    pace, served = paced()

    async def run():
        for _ in range(50):
            await pace({"type": "lifespan"}, None, None)

    asyncio.run(run())
    assert len(served) == 50


@pytest.mark.parametrize("rate", [1.0, 200.0])
def test_a_quiet_hour_saves_up_one_burst_and_no_more(rate):
    pace, served = paced(replace(LIMITS, requests_per_second=rate, pace_patience_seconds=0.0))
    outcomes = asyncio.run(asked(pace, 20))
    assert len(served) == 5
    assert sum(isinstance(each, Refusal) for each in outcomes) == 15
