import asyncio
import logging
import threading
from dataclasses import replace

import pytest

from parts.happenings import event
from parts.webhook_peer import WebhookPeer
from vedette.actions.delivery import Delivery
from vedette.actions.webhook import WebhookAction, WebhookSettings
from vedette.errors import ActionError
from vedette.values.event import Phase

EVERY = frozenset(Phase)


class Remembers:
    def __init__(self, name="log", phases=EVERY):
        self.name, self.phases = name, phases
        self.done = []
        self.closed = 0
        self.threads = set()

    async def carry_out(self, phase, event, snapshot_jpeg):
        self.threads.add(threading.current_thread())
        self.done.append((phase, event.id))

    async def close(self):
        self.closed += 1


class Waits(Remembers):
    """Holds its first job until it is released."""

    def __init__(self, name="slow"):
        super().__init__(name)
        self.began, self.may_go_on = threading.Event(), threading.Event()

    async def carry_out(self, phase, event, snapshot_jpeg):
        self.began.set()
        while not self.may_go_on.is_set():  # noqa: ASYNC110 - another thread sets it
            await asyncio.sleep(0.005)
        await super().carry_out(phase, event, snapshot_jpeg)


class Fails(Remembers):
    def __init__(self, error):
        super().__init__("phone")
        self.error = error

    async def carry_out(self, phase, event, snapshot_jpeg):
        await super().carry_out(phase, event, snapshot_jpeg)
        raise self.error


def routes(*actions):
    return {("door", "prey"): actions}


def test_actions_are_carried_out_in_order_in_another_thread_and_closed_once():
    action = Remembers()
    with Delivery(routes(action)) as delivery:
        for phase in Phase:
            delivery(phase, event(), b"jpeg")
    delivery.close()
    assert action.done == [(phase, "01") for phase in Phase]
    assert action.threads.isdisjoint({threading.current_thread()})
    assert action.closed == 1
    assert delivery.status["log"].done == 3


def test_only_the_phases_and_rules_that_were_asked_for_are_carried_out():
    action = Remembers(phases=frozenset({Phase.OPEN}))
    with Delivery(routes(action)) as delivery:
        for phase in Phase:
            delivery(phase, event(), None)
        delivery(Phase.OPEN, event(camera="yard"), None)
        delivery(Phase.OPEN, event(rule="visitor"), None)
    assert action.done == [(Phase.OPEN, "01")]


def test_a_slow_action_does_not_delay_another():
    slow, quick = Waits(), Remembers("quick")
    with Delivery(routes(slow, quick)) as delivery:
        delivery(Phase.OPEN, event(), None)
        assert slow.began.wait(10)
        delivery(Phase.CLOSE, event(), None)
        while len(quick.done) < 2:
            assert slow.done == []
        slow.may_go_on.set()
    assert slow.done == quick.done == [(Phase.OPEN, "01"), (Phase.CLOSE, "01")]


def test_a_full_queue_drops_the_oldest_and_says_so(caplog):
    slow = Waits()
    with Delivery(routes(slow), capacity=2) as delivery:
        delivery(Phase.OPEN, event("first"), None)
        assert slow.began.wait(10)
        for number in range(4):
            delivery(Phase.OPEN, event(f"{number}"), None)
        assert delivery.status["slow"].dropped == 2
        slow.may_go_on.set()
    assert [identity for _, identity in slow.done] == ["first", "2", "3"]
    assert "action slow is too slow: 1 dropped so far" in caplog.text


def test_what_waits_at_the_end_is_counted_and_said(caplog):
    slow = Waits()
    delivery = Delivery(routes(slow))
    delivery.start()
    for number in range(3):
        delivery(Phase.OPEN, event(f"{number}"), None)
    assert slow.began.wait(10)
    delivery.close(timeout_seconds=0.05)
    status = delivery.status["slow"]
    assert (status.done, status.failed, status.dropped, status.waiting) == (0, 1, 2, 0)
    assert "action slow: 2 not carried out before the end" in caplog.text
    assert slow.closed == 1


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        pytest.param(
            ActionError("the bell is broken.", "Mend it."), "the bell is broken. Mend it.", id="known"
        ),
        pytest.param(
            RuntimeError("http://geheim@host"),
            "failed in a way that should not happen (RuntimeError).",
            id="bug",
        ),
    ],
)
def test_a_failure_is_logged_and_the_next_event_is_carried_out(caplog, error, sentence):
    action = Fails(error)
    with Delivery(routes(action)) as delivery:
        delivery(Phase.OPEN, event(), None)
        delivery(Phase.CLOSE, event(), None)
    assert len(action.done) == 2
    assert f"action phone, open of event 01: {sentence}" in caplog.text
    assert "geheim" not in caplog.text
    assert delivery.status["phone"].failed == 2
    assert delivery.status["phone"].last_error == sentence


def test_what_comes_before_the_start_is_carried_out_and_after_the_end_is_not():
    action = Remembers()
    delivery = Delivery(routes(action))
    delivery(Phase.OPEN, event("early"), None)
    delivery.start()
    delivery.close()
    delivery(Phase.OPEN, event("late"), None)
    assert action.done == [(Phase.OPEN, "early")]


def test_closing_right_after_the_start_ends_at_once():
    for _ in range(20):
        delivery = Delivery(routes(Remembers()))
        delivery.start()
        delivery.close(timeout_seconds=60)
        assert not delivery._thread.is_alive()
    Delivery({}).close()


def test_many_threads_may_tell_at_once():
    action = Remembers()
    with Delivery(routes(action), capacity=1000) as delivery:

        def tell(camera):
            for number in range(50):
                delivery(Phase.OPEN, replace(event(), id=f"{camera}-{number}"), None)

        threads = [threading.Thread(target=tell, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(action.done) == 200
    assert delivery.status["log"].done == 200


def test_a_webhook_is_posted_from_the_cameras_thread_without_waiting(caplog):
    caplog.set_level(logging.DEBUG)
    with WebhookPeer().serving() as peer:
        phone = WebhookAction("phone", WebhookSettings(url=peer.url()))
        with Delivery(routes(phone)) as delivery:
            for phase in Phase:
                delivery(phase, event(), None)
            peer.wait(2)
    assert [body["phase"] for _, _, body in peer.requests] == ["open", "close"]
