from __future__ import annotations

import threading

import pytest

from parts.stored_events import event
from parts.web_server import trail
from vedette.assembly.live_feed import LiveFeed
from vedette.values.event import Phase


def numbers(feed: LiveFeed, after: int) -> tuple[list[int], bool]:
    newer, is_gap = feed.after(after)
    return [each.number for each in newer], is_gap


@pytest.mark.parametrize(
    ("published", "after", "found"),
    [
        (0, 0, ([], False)),
        (3, 0, ([1, 2, 3], False)),
        (3, 2, ([3], False)),
        (3, 3, ([], False)),
        (6, 0, ([3, 4, 5, 6], True)),
        (6, 1, ([3, 4, 5, 6], True)),
        (6, 2, ([3, 4, 5, 6], False)),
    ],
)
def test_one_reads_on_where_one_stopped_and_is_told_of_a_gap(published, after, found):
    feed = LiveFeed("r", capacity=4)
    for number in range(published):
        feed.publish("event", {"n": number})
    assert numbers(feed, after) == found


def test_onlookers_are_woken_until_they_leave():
    feed, woken = LiveFeed("r"), []
    leave = feed.subscribe(lambda: woken.append(1))
    other = feed.subscribe(lambda: woken.append(2))
    feed.publish("event", {})
    leave()
    leave()
    feed.publish("event", {})
    other()
    feed.publish("event", {})
    assert woken == [1, 2, 2]


def test_an_onlooker_whose_loop_has_ended_disturbs_nobody():
    def ended() -> None:
        raise RuntimeError("Event loop is closed")

    feed, woken = LiveFeed("r"), []
    feed.subscribe(ended)
    feed.subscribe(lambda: woken.append(1))
    feed.publish("event", {})
    assert woken == [1]


def test_many_threads_publish_without_losing_a_number():
    feed = LiveFeed("r", capacity=10_000)
    threads = [
        threading.Thread(target=lambda: [feed.publish("event", {}) for _ in range(500)]) for _ in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert numbers(feed, 0) == (list(range(1, 2001)), False)


def test_only_rules_that_have_changed_are_told():
    feed = LiveFeed("r")
    feed.watch(trail("garden", state="inactive"))
    feed.watch(trail("garden", state="active"))
    (told,) = feed.after(0)[0]
    assert (told.kind, told.data["camera"], told.data["rule"], told.data["state"]) == (
        "rule",
        "garden",
        "visitor",
        "active",
    )


def test_an_event_is_told_without_its_picture_and_without_a_path():
    feed = LiveFeed("r")
    feed.on_event(Phase.CLOSE, event(1, snapshot="snapshots/x.jpg"), b"jpeg")
    (told,) = feed.after(0)[0]
    assert (told.kind, told.data["phase"], told.data["id"]) == ("event", "close", event(1).id)
    assert "snapshots" not in str(told)


@pytest.mark.parametrize("total", [1, 7, 100, 101, 5000])
def test_whoever_looks_on_hears_how_far_pictures_are_looked_at_again_and_the_end_but_not_of_each(total):
    feed = LiveFeed("r")
    for done in range(1, total + 1):
        feed.on_embedded("door", done, total)
    told = [each.data for each in feed.after(0)[0]]
    assert told[-1] == {"classifier": "door", "done": total, "total": total}
    assert len(told) == len({each["done"] for each in told}) <= 101
    assert {each.kind for each in feed.after(0)[0]} == {"teaching"}
