from __future__ import annotations

import http.client
import json
from contextlib import ExitStack, contextmanager

import pytest

from parts.stored_events import event
from parts.web_server import serving, stored_appliance, trail
from vedette.sources.protocol import SourceStatus
from vedette.values.event import Phase
from vedette.web.limits import Limits
from vedette.web.state_changes import StateChanges


@pytest.fixture
def live(tmp_path):
    with (
        stored_appliance(tmp_path) as appliance,
        serving(appliance, Limits(listeners=2, heartbeat_seconds=0.05)) as port,
    ):
        yield appliance, port


@contextmanager
def listening(port: int, last: str | None = None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/api/v1/live", headers={} if last is None else {"Last-Event-ID": last})
        yield connection.getresponse()
    finally:
        connection.close()


def heard(reply) -> tuple[str, str, dict]:
    """The next event: its id, its name, its data."""
    fields = {}
    while True:
        line = reply.readline().decode().rstrip("\n")
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "event" in fields:
            return fields["id"], fields["event"], json.loads(fields["data"])


def test_what_happens_is_told_as_it_happens(live):
    appliance, port = live
    with listening(port) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        assert heard(reply)[1] == "hello"
        appliance.live.on_event(Phase.OPEN, event(1, closed_at=None), b"jpeg")
        _, kind, data = heard(reply)
        assert (kind, data["phase"], data["id"], data["closed_at"]) == ("event", "open", event(1).id, None)
        appliance.show("garden", trail("garden", 1, state="active"))
        _, kind, data = heard(reply)
        assert (kind, data["camera"], data["rule"], data["state"]) == ("rule", "garden", "visitor", "active")


def test_a_listener_hears_that_the_line_is_not_dead(live):
    _, port = live
    with listening(port) as reply:
        heard(reply)
        assert reply.readline() == b": nothing happened\n"


def test_one_who_was_away_hears_what_he_missed(live):
    appliance, port = live
    with listening(port) as reply:
        heard(reply)
        appliance.live.publish("event", {"n": 1})
        last = heard(reply)[0]
    for number in (2, 3):
        appliance.live.publish("event", {"n": number})
    with listening(port, last) as reply:
        assert [heard(reply)[1:] for _ in range(3)] == [
            ("hello", {}),
            ("event", {"n": 2}),
            ("event", {"n": 3}),
        ]


@pytest.mark.parametrize("last", ["r0-1", "r1-999", "r1-x", "nonsense", "-", "r1-" + "9" * 50])
def test_one_who_comes_from_another_run_is_told_that_he_lost_something(live, last):
    _, port = live
    with listening(port, last) as reply:
        assert heard(reply)[1] == "lost"


def test_one_who_was_away_for_too_long_is_told_so(live):
    appliance, port = live
    appliance.live.publish("event", {"n": 0})
    for number in range(600):
        appliance.live.publish("event", {"n": number})
    with listening(port, "r1-1") as reply:
        assert [heard(reply)[1] for _ in range(3)] == ["hello", "lost", "event"]


def test_there_is_room_for_so_many_listeners(live):
    _, port = live
    with listening(port) as one, listening(port) as other:
        heard(one), heard(other)
        with listening(port) as third:
            assert third.status == 503
            assert set(json.loads(third.read())) == {"error", "remedy"}


def test_listeners_are_sent_away_when_the_service_ends(tmp_path):
    with stored_appliance(tmp_path) as appliance, ExitStack() as listener:
        with serving(appliance) as port:
            reply = listener.enter_context(listening(port))
            heard(reply)
        assert reply.read() == b""
        assert appliance.live._calls == {}


def test_changed_states_are_told_once(stored):
    changes = StateChanges(stored)
    changes.tell()
    assert stored.live.last == 0
    stored.cameras["garden"] = SourceStatus(state="waiting", last_error="no route to host.")
    changes.tell()
    changes.tell()
    del stored.cameras["shed"]
    changes.tell()
    told = [(each.kind, each.data["name"], each.data["state"]) for each in stored.live.after(0)[0]]
    assert told == [("camera", "garden", "waiting"), ("camera", "shed", "gone")]
