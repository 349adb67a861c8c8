"""Webhook peers that fail in every way, beside the real process: each key is told, in order, signed."""

from __future__ import annotations

import signal
from collections import Counter
from contextlib import ExitStack

import httpx

from parts.house import House
from parts.restless import restless_rule
from parts.sentry import Sentry, eventually
from parts.stubborn import SECONDS_TO_END, again, inflicted
from parts.unruly_peer import UnrulyPeer
from parts.vedette_process import TRACEBACK
from vedette.values.outbox import OutboxState

SOAK_SHARE = 0.04
SECRET = "a secret of the hook's"
MOODS = {
    "failing": "webhook peer answering 500",
    "hanging": "webhook peer hanging",
    "closing": "webhook peer closing",
    "breaking off": "webhook peer breaking its answer off",
    "refusing it": "webhook peer answering 400",
}
ABSENT = "absent"


def webhook(peer):
    return {
        "kind": "webhook",
        "url": peer.url,
        "secret": SECRET,
        "timeout_seconds": 1.0,
        "retry": {"first_seconds": 0.2, "maximum_seconds": 0.5},
    }


def name(mood):
    return mood.replace(" ", "-")


def outbox(sentry, **wanted):
    """Every entry, page after page."""
    entries, cursor = [], None
    while True:
        asked = {"limit": 100, **wanted, **({"cursor": cursor} if cursor else {})}
        page = httpx.get(f"{sentry.address}/api/v1/outbox", params=asked, timeout=20).json()
        entries += page["entries"]
        cursor = page["next_cursor"]
        if cursor is None:
            return entries


def revived(sentry, action):
    """Every dead letter of the action is shown with its reason, and tried again."""
    dead = outbox(sentry, state="dead", action=action)
    for entry in dead:
        assert "400" in entry["last_error"]
        reply = httpx.post(f"{sentry.address}/api/v1/outbox/{entry['key']}/retry", timeout=20)
        assert reply.status_code == 200, reply.text
    return {entry["key"] for entry in dead}


def wrong(house, peers, revived):
    """What is missing, out of order or not signed, a sentence each. What was revived comes when it comes."""
    found = [
        f"{entry.key} is {entry.state}"
        for entry in house.outbox()
        if entry.state is not OutboxState.DELIVERED
    ]
    for mood, peer in peers.items():
        order = [letter["key"] for letter in peer.taken]
        told = set(order)
        for event in house.events():
            opening, closing = (f"{event.id}:{phase}:{name(mood)}" for phase in ("open", "close"))
            found += [f"{key} was not told" for key in (opening, closing) if key not in told]
            in_order = {opening, closing} - revived
            if in_order == {opening, closing} <= told and order.index(opening) > order.index(closing):
                found.append(f"{closing} was told before its opening")
        found += [f"{mood}: not signed" for each in peer.received if not each.is_signed_by(SECRET)]
        found += [
            f"{mood}: another key stands in the header"
            for each in peer.received
            if each.headers["Idempotency-Key"] != each.letter["key"]
        ]
    return found


def test_peers_that_fail_in_every_way_are_told_everything_once_they_are_well(
    at_home, tmp_path, restless, ledger, soak_seconds
):
    house = House(tmp_path, storage={"clips": {"enabled": False}})
    with ExitStack() as around:
        peers = {mood: around.enter_context(UnrulyPeer()) for mood in (*MOODS, ABSENT)}
        for mood, peer in peers.items():
            house.actions[name(mood)] = webhook(peer)
            if mood != ABSENT:
                peer.serve()
        house.restless("lawn", restless, *house.actions)
        house.cameras["lawn"]["rules"] = [restless_rule(*house.actions)]
        with Sentry(house.write()) as sentry:
            revived_keys = set()
            for _ in again(soak_seconds, SOAK_SHARE):
                revived_keys |= endure(sentry, peers, ledger)
            house.restless("lawn", restless, *house.actions, loop=False)
            house.write()
            sentry.tell(signal.SIGHUP)
            eventually(lambda: "was read again" in sentry.text, "the last film")
            eventually(lambda: sentry.camera()["state"] == "ended", "its end")
            eventually(lambda: not outbox(sentry, state="pending"), "everything told")
            assert outbox(sentry, state="dead") == []
            assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0
        missing = wrong(house, peers, revived_keys)
    assert TRACEBACK not in sentry.text
    ledger.note(MOODS["failing"], injected=0, lost=len(missing))
    repeats = sum(sum(Counter(each["key"] for each in peer.taken).values()) for peer in peers.values())
    kept = sum(len({each["key"] for each in peer.taken}) for peer in peers.values())
    ledger.say(f"webhooks: {kept} letters to {len(peers)} peers, {repeats - kept} told twice")
    assert missing == []


def endure(sentry, peers, ledger):
    """Every peer fails in its own way until it failed twice; then all are well. Gives what was revived."""
    with ExitStack() as faults:
        for fault in (*MOODS.values(), "webhook peer refusing connections"):
            faults.enter_context(inflicted(ledger, fault))
        peers[ABSENT].leave()
        for mood in MOODS:
            peers[mood].mood = mood
        for mood, peer in peers.items():
            if mood != ABSENT:
                attempts = peer.attempts
                eventually(lambda peer=peer, n=attempts: peer.attempts >= n + 2, f"{mood} twice")
        eventually(
            lambda: [each for each in outbox(sentry, action=ABSENT, state="pending") if each["attempts"] > 1],
            "two attempts where nobody listens",
        )
        eventually(lambda: outbox(sentry, action="refusing-it", state="dead"), "a dead letter")
        for mood, peer in peers.items():
            peer.mood = "well"
            if mood == ABSENT:
                peer.serve()
        keys = set()
        # Letters that were under way when the mood changed may still die.
        while dead := revived(sentry, "refusing-it"):
            keys |= dead
            eventually(lambda: not outbox(sentry, action="refusing-it", state="dead"), "the dead revived")
        refused = peers["refusing it"]
        eventually(lambda: keys <= {each["key"] for each in refused.taken}, "the revived letters")
        for mood, peer in peers.items():
            before = len(peer.taken)
            eventually(lambda peer=peer, n=before: len(peer.taken) > n, f"{mood} well again")
    return keys
