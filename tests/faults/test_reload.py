"""The configuration changes under the real process: who is not concerned does not notice."""

from __future__ import annotations

import signal

import httpx
import pytest

from parts.faultable import QUICK_RETRY, SHORT_CLIPS, Witness
from parts.house import House
from parts.restless import restless_rule
from parts.rtsp_server import RtspServer, why_not
from parts.sentry import Sentry, eventually
from parts.stubborn import SECONDS_TO_END, again, frames_go_on, inflicted, lost, of, rtsp, visits
from parts.unruly_peer import UnrulyPeer
from parts.vedette_process import TRACEBACK
from parts.webhook_peer import WebhookPeer

SOAK_SHARE = 0.03
OLD, NEW = "hook", "phone"

pytestmark = pytest.mark.skipif(why_not() is not None, reason=why_not() or "the RTSP server runs")


@pytest.fixture(scope="module")
def camera(tmp_path_factory, person_clip):
    folder = tmp_path_factory.mktemp("camera")
    with RtspServer(visits(person_clip, folder / "film.mp4", taken_seconds=1.0), folder) as server:
        yield server


def webhook(peer):
    url = peer.url if isinstance(peer, UnrulyPeer) else peer.url()
    return {"kind": "webhook", "url": url, "retry": QUICK_RETRY}


def hang_up(sentry):
    """A reload by signal; ends when the log says what became of it."""
    said = len(sentry.said)
    sentry.tell(signal.SIGHUP)

    def answers():
        return [line for line in sentry.said[said:] if "was read again" in line or "not taken over" in line]

    eventually(answers, "the end of the reload")
    return answers()[0]


def ask(sentry):
    """A reload over HTTP."""
    return httpx.post(f"{sentry.address}/api/v1/system/reload", timeout=20)


def pending(sentry):
    return sentry.get("/api/v1/outbox?state=pending").json()["entries"]


def test_only_cameras_whose_words_have_changed_notice_a_reload(
    at_home, tmp_path, camera, ledger, soak_seconds
):
    house = House(tmp_path, storage={"clips": SHORT_CLIPS})
    with WebhookPeer().serving() as peer:
        witness = Witness(peer)
        house.actions[OLD] = webhook(peer)
        for name in ("same", "changed", "removed"):
            rtsp(house, name, camera.url(), OLD)
        with Sentry(house.write()) as sentry:
            frames_go_on(sentry, "same", "changed", "removed")
            for _ in again(soak_seconds, SOAK_SHARE):
                with inflicted(ledger, "reload: changed, removed and added"):
                    change_cameras(house, sentry, camera)
                with inflicted(ledger, "reload of a broken file"):
                    break_file(house, sentry)
            witness.hears_more(2, "events after the reloads")
            assert (of(sentry, "same")["connects"], of(sentry, "same")["reconnects"]) == (1, 0)
            assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0
        missing = lost(house, witness)
    assert TRACEBACK not in sentry.text
    ledger.note("reload: changed, removed and added", injected=0, lost=len(missing))
    assert missing == []


def change_cameras(house, sentry, camera):
    """One camera goes, one comes, one has another rule; and back to where it was."""
    before = dict(house.cameras)
    frames = of(sentry, "same")["frames"]
    del house.cameras["removed"]
    rtsp(house, "added", camera.url(), OLD)
    rtsp(house, "changed", camera.url(), rules=[restless_rule(OLD, name="another question")])
    house.write()
    assert "was read again" in hang_up(sentry)
    eventually(
        lambda: not sentry.get("/api/v1/events?camera=removed&open=true").json()["events"], "its events' end"
    )
    frames_go_on(sentry, "same", "changed", "added")
    shown = {each["name"]: each for each in sentry.get("/api/v1/cameras").json()}
    assert shown.keys() == {"same", "changed", "added"}
    eventually(lambda: of(sentry, "changed")["rules"], "a judged frame")
    assert [rule["name"] for rule in of(sentry, "changed")["rules"]] == ["another question"]
    assert shown["same"]["frames"] > frames
    assert shown["same"]["connects"] == 1
    house.cameras = before
    house.write()
    reply = ask(sentry)
    assert reply.status_code == 200, reply.text
    frames_go_on(sentry, "same", "changed", "removed")
    assert of(sentry, "same")["connects"] == 1


def break_file(house, sentry):
    """Neither a file that is no YAML nor one with a wrong word is taken over; both times it is said why."""
    whole = house.configuration.read_text()
    before = sentry.get("/api/v1/cameras").json()
    house.configuration.write_text(whole + "\ncameras: [")
    assert "not taken over, all goes on as it was" in hang_up(sentry)
    house.configuration.write_text(whole.replace("half_life_seconds", "half_live_seconds"))
    assert "not taken over" in hang_up(sentry)
    eventually(lambda: "half_live_seconds" in sentry.text, "the reason")
    reply = ask(sentry)
    assert reply.status_code in {409, 422}, reply.text
    assert "half_live_seconds" in reply.text
    frames_go_on(sentry, *(each["name"] for each in before))
    assert {each["name"]: each["connects"] for each in before} == {
        each["name"]: each["connects"] for each in sentry.get("/api/v1/cameras").json()
    }
    house.configuration.write_text(whole)


def test_actions_are_exchanged_and_no_letter_is_lost(at_home, tmp_path, restless, ledger, soak_seconds):
    house = House(tmp_path, storage={"clips": {"enabled": False}})
    with UnrulyPeer() as old, UnrulyPeer() as new:
        old.mood = "failing"
        old.serve()
        new.serve()
        house.actions[OLD] = webhook(old)
        house.restless("lawn", restless, OLD)
        with Sentry(house.write()) as sentry:
            for number in again(soak_seconds, SOAK_SHARE):
                with inflicted(ledger, "actions exchanged"):
                    peers = (old, new) if number % 2 == 0 else (new, old)
                    exchange(house, sentry, *peers)
            house.restless("lawn", restless, OLD, loop=False)
            house.write()
            assert "was read again" in hang_up(sentry)
            eventually(lambda: sentry.camera()["state"] == "ended", "the end of the last film")
            eventually(lambda: not pending(sentry), "everything told")
            assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0
        told = {letter["key"] for peer in (old, new) for letter in peer.taken}
    entries = house.outbox()
    missing = [each.key for each in entries if each.key not in told]
    missing += [event.id for event in house.events() if f"{event.id}:close:{OLD}" not in told]
    ledger.note("actions exchanged", injected=0, lost=len(missing))
    assert entries
    assert missing == []


def exchange(house, sentry, old, new):
    """What the old peer does not take is told to the new one; events go on meanwhile."""
    old.mood, new.mood = "failing", "well"
    eventually(lambda: len(pending(sentry)) > 3, "letters that wait")
    waiting = {entry["key"] for entry in pending(sentry)}
    house.actions[OLD] = webhook(new)
    house.write()
    assert "was read again" in hang_up(sentry)
    eventually(lambda: waiting <= {letter["key"] for letter in new.taken + old.taken}, "what had waited")
