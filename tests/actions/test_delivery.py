import asyncio
import logging
import threading
import time
from dataclasses import replace

import pytest

from parts.duties import QUICK, Post, Remembers, Waits, until
from parts.happenings import event
from parts.memory_outbox import MemoryOutbox
from parts.webhook_peer import WebhookPeer
from vedette.actions import delivery, lane
from vedette.actions.settings import ActionSettings, RetrySettings
from vedette.actions.webhook import WebhookAction, WebhookSettings
from vedette.errors import ActionError, StoreError
from vedette.store.store import Store
from vedette.values.event import Phase
from vedette.values.outbox import OutboxState

OPEN, UPDATE, CLOSE = Phase
BROKEN = ActionError("the bell is broken.", "Mend it.")


class Sometimes:
    """Fails for the first so many letters of each key."""

    def __init__(self, times, error=BROKEN):
        self.times, self.error, self.asked = times, error, {}

    def __call__(self, letter):
        self.asked[letter.key] = self.asked.get(letter.key, 0) + 1
        return self.error if self.asked[letter.key] <= self.times else None


class Passing(Remembers):
    is_durable = False


def test_actions_are_carried_out_in_order_in_another_thread_and_closed_once():
    action = Remembers()
    post = Post(action)
    with post.running():
        for phase in Phase:
            post.tell(phase, event())
    post.delivery.close()
    assert action.done == ["01 open", "01 update", "01 close"]
    assert action.threads.isdisjoint({threading.current_thread()})
    assert (action.opened, action.closed) == (1, 1)
    assert post.status().done == 3
    assert post.status().is_reachable
    assert post.outbox.states() == ["delivered"] * 3


def test_only_the_phases_and_rules_that_were_asked_for_are_carried_out():
    action = Remembers(phases=frozenset({OPEN}))
    post = Post(action, settings=ActionSettings(minimum_score=0.4))
    with post.running():
        for phase in Phase:
            post.tell(phase, event())
        post.tell(OPEN, event("02", camera="attic"))
        post.tell(OPEN, event("03", rule="visitor"))
        post.tell(OPEN, event("04", score=0.3))
    assert action.done == ["01 open"]
    assert list(post.outbox.rows) == ["01:open:phone"]


def test_a_slow_action_does_not_delay_another():
    slow, quick = Waits(), Remembers("quick")
    post = Post(slow, quick)
    with post.running():
        post.tell(OPEN, event())
        assert slow.began.wait(10)
        post.tell(CLOSE, event())
        until(lambda: len(quick.done) == 2)
        assert slow.done == []
        slow.may_go_on.set()
    assert slow.done == quick.done == ["01 open", "01 close"]


def test_what_fails_is_tried_again_until_it_is_done_with_the_same_key():
    action = Remembers(fails=Sometimes(3))
    post = Post(action)
    with post.running():
        post.tell(OPEN, event())
        post.tell(CLOSE, event())
        until(lambda: len(action.done) == 2)
    assert action.tried == ["01 open"] * 4 + ["01 close"] * 4
    assert {letter.key for letter in action.letters} == {"01:open:phone", "01:close:phone"}
    assert post.status().failed == 6
    assert [row.attempts for row in post.outbox.rows.values()] == [4, 4]


def test_a_restart_takes_up_what_the_former_run_left():
    outbox = MemoryOutbox()
    down = Remembers(fails=lambda letter: BROKEN)
    former = Post(down, outbox=outbox)
    with former.running(timeout_seconds=0.2):
        for phase in Phase:
            former.tell(phase, event())
        until(lambda: down.tried)
    assert outbox.states() == ["pending"] * 3
    action = Remembers()
    with Post(action, outbox=outbox).running():
        until(lambda: len(action.done) == 3)
    assert action.done == ["01 open", "01 update", "01 close"]
    assert outbox.states() == ["delivered"] * 3


def test_what_is_not_carried_out_at_the_end_stays_in_the_outbox():
    slow = Waits()
    post = Post(slow)
    with post.running(timeout_seconds=0.05):
        for number in range(3):
            post.tell(OPEN, event(f"{number}"))
        assert slow.began.wait(10)
    status = post.status("slow")
    assert (status.done, status.failed, status.dropped, status.waiting) == (0, 0, 0, 3)
    assert post.outbox.states() == ["pending"] * 3
    assert slow.closed == 1


def test_a_final_refusal_is_a_dead_letter_at_once_and_can_be_revived():
    refused = Sometimes(1, ActionError("it knows no such path.", is_permanent=True))
    action = Remembers(fails=refused)
    post = Post(action)
    with post.running():
        post.tell(OPEN, event())
        post.tell(CLOSE, event())
        until(lambda: post.outbox.states() == ["dead", "dead"])
        assert post.status().dead == 2
        assert post.status().last_error == "it knows no such path."
        assert not post.delivery.revive("99:open:phone")
        assert post.delivery.revive("01:open:phone")
        until(lambda: post.outbox.states() == ["delivered", "dead"])
    assert action.done == ["01 open"]


def test_nobody_is_busy_while_a_peer_is_down_and_much_waits_on_disk(monkeypatch):
    monkeypatch.setattr(delivery, "CAPACITY", 10)
    slow = RetrySettings(first_seconds=1000, maximum_seconds=1000)
    post = Post(Remembers(fails=lambda letter: BROKEN), settings=ActionSettings(retry=slow))
    backlog, asked = post.delivery._lanes["phone"].backlog, []
    next_due = backlog.next_due
    monkeypatch.setattr(backlog, "next_due", lambda: asked.append(1) or next_due())
    for number in range(40):
        post.tell(OPEN, event(f"{number:02}"))
    with post.running(timeout_seconds=0.1):
        until(lambda: post.status().failed == 2)
        time.sleep(0.1)  # for whoever would be busy
        assert len(asked) < 20
        assert post.status().waiting == 40


def test_what_waits_on_disk_beyond_memory_is_carried_out_too(monkeypatch):
    monkeypatch.setattr(delivery, "CAPACITY", 10)
    action = Remembers(fails=Sometimes(1))
    post = Post(action)
    with post.running():
        for number in range(40):
            for phase in (OPEN, CLOSE):
                post.tell(phase, event(f"{number:02}"))
        until(lambda: post.outbox.states() == ["delivered"] * 80)
    assert sorted(set(action.done)) == sorted(action.done)
    for number in range(40):
        assert action.done.index(f"{number:02} open") < action.done.index(f"{number:02} close")


def test_a_poisoned_entry_does_not_keep_others_waiting():
    action = Remembers(fails=lambda letter: BROKEN if letter.event.id == "00" else None)
    post = Post(action)
    with post.running(timeout_seconds=0.2):
        post.tell(OPEN, event("00"))
        for number in range(1, 30):
            post.tell(OPEN, event(f"{number:02}"))
        until(lambda: len(action.done) == 29)
    assert post.outbox.rows["00:open:phone"].state.value == "pending"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        pytest.param(BROKEN, "the bell is broken. Mend it.", id="known"),
        pytest.param(
            RuntimeError("http://geheim@host"),
            "failed in a way that should not happen (RuntimeError).",
            id="bug",
        ),
        pytest.param(
            asyncio.CancelledError(),
            "it did not end within 10 s and was stopped.",
            id="cancelled from within",
        ),
    ],
)
def test_a_failure_is_said_and_the_next_event_is_carried_out(caplog, error, sentence):
    action = Remembers(fails=Sometimes(1, error))
    post = Post(action)
    with post.running():
        post.tell(OPEN, event())
        until(lambda: post.status().done)
    assert f"action phone, open of event 01: {sentence}" in caplog.text
    assert "geheim" not in caplog.text
    assert post.status().failed == 1
    assert post.status().last_error == sentence


def test_an_action_that_never_ends_is_stopped_and_tried_again(monkeypatch):
    monkeypatch.setattr(lane, "_LEEWAY_SECONDS", 0.05)

    class Hangs(Remembers):
        timeout_seconds = 0.05

        async def carry_out(self, letter):
            if not self.tried:
                self.tried.append("hang")
                while True:
                    try:
                        await asyncio.sleep(60)
                    except asyncio.CancelledError:  # an action must not, but one may
                        if len(self.tried) > 1:
                            raise
            await super().carry_out(letter)

    action = Hangs()
    post = Post(action)
    with post.running():
        post.tell(OPEN, event())
        until(lambda: post.status().done)
    assert action.tried == ["hang", "01 open"]
    assert "did not end within 0.05 s" in post.status().last_error


def test_nothing_is_sent_twice_because_the_disk_does_not_note_it(caplog):
    action = Remembers()
    post = Post(action)
    with post.running():
        post.outbox.fails = True
        for number in range(5):
            post.outbox.fails = False
            entries = post.delivery.address(OPEN, event(f"{number}"))
            post.outbox.record(entries)
            post.outbox.fails = True
            post.delivery.posted(entries)
        until(lambda: len(action.done) == 5 and post.outbox.refused)
        post.outbox.fails = False
        until(lambda: post.outbox.states() == ["delivered"] * 5)
    assert len(action.done) == 5
    assert "the outbox cannot note what was done" in caplog.text


def test_what_no_disk_takes_is_carried_out_from_memory_and_once_when_it_is_recorded_late():
    action = Remembers(fails=Sometimes(2))
    post = Post(action)
    post.outbox.fails = True
    with post.running():
        entries = post.delivery.address(OPEN, event())
        post.delivery.post_unrecorded(entries)
        until(lambda: action.done)
        post.outbox.fails = False
        post.outbox.record(entries)
        post.delivery.posted(entries)
        until(lambda: post.outbox.states() == ["delivered"])
    assert action.done == ["01 open"]


def test_an_outbox_that_cannot_be_read_is_read_when_it_can(monkeypatch):
    monkeypatch.setattr(lane, "DISK", QUICK)
    outbox, action = MemoryOutbox(), Remembers()
    outbox.record(Post(Remembers()).delivery.address(OPEN, event()))
    outbox.fails = True
    post = Post(action, outbox=outbox)
    with post.running():
        until(lambda: outbox.refused > 2)
        assert action.done == []
        outbox.fails = False
        until(lambda: action.done)


def test_an_outbox_that_hangs_holds_nobody_up_who_is_in_memory(monkeypatch):
    monkeypatch.setattr(lane, "_READ_SECONDS", 0.05)
    monkeypatch.setattr(lane, "DISK", QUICK)
    outbox, action = MemoryOutbox(), Remembers()
    hangs, reads = threading.Event(), []

    def pending(name, limit):
        reads.append(name)
        assert hangs.wait(20)
        return MemoryOutbox.pending(outbox, name, limit)

    outbox.pending = pending
    post = Post(action, outbox=outbox)
    outbox.record(post.delivery.address(OPEN, event("00")))
    with post.running():
        until(lambda: reads)
        for number in range(1, 4):
            post.tell(OPEN, event(f"{number:02}"), is_recorded=False)
        until(lambda: len(action.done) == 3)
        assert len(reads) == 1
        hangs.set()
        until(lambda: len(action.done) == 4)


def test_an_outbox_with_a_bug_ends_no_worker_for_good(monkeypatch, caplog):
    monkeypatch.setattr(delivery, "_RESTART_SECONDS", 0.01)
    monkeypatch.setattr(lane, "DISK", QUICK)
    outbox, action = MemoryOutbox(), Remembers()
    reads = iter([TypeError("geheim"), TypeError("geheim")])

    def pending(name, limit):
        for error in reads:
            raise error
        return MemoryOutbox.pending(outbox, name, limit)

    outbox.pending = pending
    post = Post(action, outbox=outbox)
    outbox.record(post.delivery.address(OPEN, event()))
    with post.running():
        until(lambda: action.done)
    assert "the worker of action phone died (TypeError) and is begun again" in caplog.text
    assert post.delivery.restarts == 2
    assert "geheim" not in caplog.text


def test_a_loop_that_ends_is_begun_again(monkeypatch, caplog):
    monkeypatch.setattr(delivery, "_RESTART_SECONDS", 0.01)
    action = Remembers(fails=Sometimes(1, SystemExit(3)))
    post = Post(action)
    with post.running():
        post.tell(OPEN, event())
        until(lambda: action.done)
        post.tell(CLOSE, event())
        until(lambda: len(action.done) == 2)
        assert post.delivery.is_alive
    assert "the actions' loop ended (SystemExit) and is begun again" in caplog.text
    assert post.delivery.restarts >= 1


def test_what_is_not_durable_is_carried_out_once_and_put_into_no_outbox():
    log = Passing("log", fails=Sometimes(1))
    post = Post(log)
    with post.running():
        for phase in Phase:
            assert post.delivery.address(phase, event()) == []
    assert log.tried == ["01 open", "01 update", "01 close"]
    assert post.outbox.rows == {}
    assert (post.status("log").failed, post.status("log").done) == (3, 0)


def test_the_picture_is_read_for_who_wants_it_and_a_message_goes_without_if_it_cannot_be():
    class Wants(Remembers):
        wants_snapshot = True

    def read(told):
        if told.id == "02":
            raise StoreError("no such file.")
        return b"jpeg of " + told.id.encode()

    wants, other = Wants(), Remembers("other")
    post = Post(wants, other, read_snapshot=read)
    with post.running():
        post.tell(OPEN, event("01"))
        post.tell(OPEN, event("02"))
    assert [letter.snapshot_jpeg for letter in wants.letters] == [b"jpeg of 01", None]
    assert [letter.snapshot_jpeg for letter in other.letters] == [None, None]


def test_a_test_is_carried_out_at_once_and_its_failure_is_raised():
    action = Remembers(fails=Sometimes(1))
    post = Post(action, Waits())
    with pytest.raises(ActionError, match="stopped"):
        post.delivery.send_test("phone")
    with post.running(timeout_seconds=0.1):
        until(lambda: post.delivery.is_alive and action.opened)
        with pytest.raises(ActionError, match="no action fax"):
            post.delivery.send_test("fax")
        with pytest.raises(ActionError, match="the bell is broken"):
            post.delivery.send_test("phone")
        action.fails = lambda letter: None
        post.delivery.send_test("phone")
    assert [letter.is_test for letter in action.letters] == [True]
    assert post.outbox.rows == {}


def test_what_comes_before_the_start_is_carried_out_and_after_the_end_stays():
    action = Remembers()
    post = Post(action)
    post.tell(OPEN, event("early"))
    with post.running():
        until(lambda: action.done)
    post.tell(OPEN, event("late"))
    assert action.done == ["early open"]
    assert post.outbox.states() == ["delivered", "pending"]


def test_closing_right_after_the_start_ends_at_once():
    for _ in range(20):
        post = Post(Remembers())
        post.delivery.start()
        post.delivery.close(timeout_seconds=60)
        assert not post.delivery.is_alive
    Post().delivery.close()


def test_many_threads_may_tell_at_once():
    action = Remembers()
    post = Post(action)
    with post.running(timeout_seconds=30):

        def tell(camera):
            for number in range(50):
                for phase in (OPEN, CLOSE):
                    post.tell(phase, replace(event(), id=f"{camera}-{number}"))

        threads = [threading.Thread(target=tell, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(action.done) == 400
    assert post.status().done == 400
    for camera in range(4):
        for number in range(50):
            of_event = [told for told in action.done if told.startswith(f"{camera}-{number} ")]
            assert of_event == [f"{camera}-{number} open", f"{camera}-{number} close"]


def test_a_real_database_keeps_what_is_to_be_told_over_a_restart(tmp_path):
    with WebhookPeer(503).serving() as peer:
        settings = WebhookSettings(url=peer.url(), retry=QUICK)
        with Store.open(tmp_path) as store:
            former = Post(WebhookAction("phone", settings), settings=settings, outbox=store.outbox)
            with former.running(timeout_seconds=0.2):
                for number in range(3):
                    for phase in (OPEN, CLOSE):
                        told = event(f"{number}")
                        entries = former.delivery.address(phase, told)
                        store.events.record(told, entries)
                        former.delivery.posted(entries)
                peer.wait(2)
        peer.status = 200
        with Store.open(tmp_path) as store:
            post = Post(WebhookAction("phone", settings), settings=settings, outbox=store.outbox)
            with post.running():
                until(lambda: post.status().done == 6)
        with Store.open(tmp_path) as store:
            assert store.outbox.counts() == {("phone", OutboxState.DELIVERED): 6}


def test_a_webhook_that_fails_for_a_while_is_told_everything_in_order(caplog):
    caplog.set_level(logging.DEBUG)
    with WebhookPeer(503).serving() as peer:
        settings = WebhookSettings(url=peer.url(), phases=list(Phase), retry=QUICK)
        post = Post(WebhookAction("phone", settings), settings=settings)
        with post.running():
            for number in range(5):
                for phase in Phase:
                    post.tell(phase, event(f"{number}"))
            peer.wait(8)
            peer.status = 200
            until(lambda: post.status().done == 15)
    taken = list(dict.fromkeys((body["id"], body["phase"]) for _, _, body in peer.requests))
    for number in range(5):
        assert [phase for told, phase in taken if told == f"{number}"] == ["open", "update", "close"]
    assert post.outbox.states() == ["delivered"] * 15
