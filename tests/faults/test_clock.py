"""The wall clock jumps, forth by years and back by hours; the monotonic one goes on."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from parts.faultable import HOOK, at_rest, faultable, losses, wait_until_quiet
from parts.rtsp_server import RtspServer, why_not
from parts.sentry import Sentry, eventually

_LIBRARIES = ("/usr/lib", "/usr/local/lib", "/lib")
JUMPS = ("+3300d", "-2h", "+0", "-20000d", "+1d")


class MovableClock:
    """Processes with its `variables` take the wall clock to be as much off as it says."""

    def __init__(self, folder: Path) -> None:
        found = sorted(path for each in _LIBRARIES for path in Path(each).glob("**/libfaketimeMT.so.1"))
        if not found:
            pytest.skip("libfaketime is not installed: apt-get install faketime")
        self._file = folder / "clock"
        self.move("+0")
        self.variables = {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    def move(self, offset: str) -> None:
        """For example `+3300d` or `-2h`, from the true time; at once for everybody."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{offset}\n")
        new.replace(self._file)


@pytest.fixture
def clock(tmp_path):
    return MovableClock(tmp_path)


@pytest.fixture
def house_and_witness(tmp_path, restless, at_home):
    with faultable(tmp_path, restless) as both:
        yield both


def test_a_clock_that_jumps_costs_no_event_and_delays_no_letter(
    house_and_witness, clock, ledger, restless, tmp_path
):
    if reason := why_not():
        pytest.skip(reason)
    house, witness = house_and_witness
    with RtspServer(restless, tmp_path) as camera:
        house.restless_camera("lawn", {"kind": "rtsp", "url": camera.url()}, HOOK)
        with Sentry(house.write(), **clock.variables) as sentry:
            witness.hears_more(2, "the first events")
            for jump in JUMPS:
                witness.peer.status = 500
                clock.move(jump)
                witness.hears_more(1, "events after a jump")
                witness.peer.status = 200
                witness.hears_more(2, "events after a jump")
            clock.move("+0")
            witness.hears_more(1, "events when the clock is right")
            house.restless("lawn", restless, HOOK)
            at_rest(sentry, house)
            assert sentry.ends(signal.SIGTERM, 10) == 0
    lost = losses(house, witness)
    ledger.note("clock jumps", injected=len(JUMPS), survived=0 if lost else len(JUMPS), lost=len(lost))
    years = sorted({event.opened_at.year for event in house.events()})
    ledger.say(f"clock: events of the years {', '.join(map(str, years))}, none runs backwards")
    assert lost == []
    assert len(years) > 1


def test_what_could_not_be_told_in_another_year_is_told_when_the_clock_is_right_again(
    house_and_witness, clock, ledger, soak_seconds
):
    house, witness = house_and_witness
    witness.peer.status = 500
    jumps = ("+3300d", "-20000d") if soak_seconds else ("+3300d",)
    for jump in jumps:
        clock.move(jump)
        with Sentry(house.write(), **clock.variables) as sentry:
            witness.hears_more(3, "events in another year")
            assert sentry.ends(signal.SIGTERM, 10) == 0
    clock.move("+0")
    witness.peer.status = 200
    house.restless("lawn", Path(house.cameras["lawn"]["source"]["path"]), HOOK, loop=False)
    with Sentry(house.write(), **clock.variables) as sentry:
        eventually(lambda: sentry.camera()["state"] == "ended", "the end of the film")
        wait_until_quiet(sentry, house)
        assert sentry.ends(signal.SIGTERM, 10) == 0
    lost = losses(house, witness)
    ledger.note(
        "started in another year", injected=len(jumps), survived=0 if lost else len(jumps), lost=len(lost)
    )
    assert lost == []
