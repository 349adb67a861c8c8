import gc
import json
import logging
from functools import partial

import pytest
from pydantic import ValidationError

from parts.duties import QUICK, Post, until
from parts.fault_ledger import FaultLedger
from parts.happenings import event
from parts.mosquitto import Mosquitto
from vedette.actions import mqtt
from vedette.actions.mqtt import MqttAction, MqttSettings
from vedette.errors import ActionError
from vedette.values.event import Phase

OPEN, UPDATE, CLOSE = Phase
CREDENTIAL = ("sentry", "s3cr3t")


@pytest.fixture
def broker(tmp_path):
    broker = Mosquitto(tmp_path / "broker")
    yield broker
    broker.kill()


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch):
    monkeypatch.setattr(mqtt, "_RECONNECT", QUICK)


@pytest.fixture
def ledger(request):
    return FaultLedger(request.node.user_properties)


def post(broker, read_snapshot=lambda told: b"jpeg", **settings):
    chosen = MqttSettings(port=broker.port, retry=QUICK, **({"timeout_seconds": 5} | settings))
    return Post(MqttAction("phone", chosen), settings=chosen, read_snapshot=read_snapshot)


def told(listener):
    """Which phases of which events were heard, each once, in order."""
    records = [json.loads(payload) for topic, payload, _ in listener.heard if topic == "vedette/events"]
    return list(dict.fromkeys(f"{each['id']} {each['phase']}" for each in records))


def test_events_states_and_pictures_are_published_and_status_and_states_retained(broker):
    with broker.serving(), broker.listening() as listener, post(broker).running() as sender:
        for phase in Phase:
            sender.tell(phase, event())
        sender.tell(OPEN, event("02", camera="yard"))
        until(lambda: len(told(listener)) == 4)
        assert [(topic, payload) for topic, payload, _ in listener.heard if topic != "vedette/events"] == [
            ("vedette/status", b"online"),
            ("vedette/door/snapshot", b"jpeg"),
            ("vedette/door/prey/state", b"ON"),
            ("vedette/door/prey/state", b"OFF"),
            ("vedette/yard/snapshot", b"jpeg"),
            ("vedette/yard/prey/state", b"ON"),
        ]
        with broker.listening() as late:
            until(lambda: len(late.heard) == 5)
        assert all(is_retained for _, _, is_retained in late.heard)
        assert late.last("vedette/door/prey/state") == b"OFF"
        assert "vedette/events" not in {topic for topic, _, _ in late.heard}
    assert told(listener) == ["01 open", "01 update", "01 close", "02 open"]
    record = json.loads(listener.last("vedette/events"))
    assert (record["key"], record["camera"]) == ("02:open:phone", "yard")


def test_an_end_says_offline_and_a_crash_leaves_it_to_the_last_will(broker):
    with broker.serving(), broker.listening() as listener:
        with post(broker).running():
            until(lambda: listener.last("vedette/status") == b"online")
        until(lambda: listener.last("vedette/status") == b"offline")
        sender = post(broker)
        with sender.running():
            until(lambda: listener.last("vedette/status") == b"online")
            connection = sender.delivery._lanes["phone"].action._connection
            socket = connection._client._client.socket()
            socket.shutdown(2)  # as a cable that is pulled
            until(
                lambda: (
                    [payload for topic, payload, _ in listener.heard][2:]
                    == [b"online", b"offline", b"online"]
                )
            )


def test_nothing_is_lost_while_the_broker_is_down_and_states_come_back_with_it(broker, ledger, caplog):
    with broker.serving(), post(broker, timeout_seconds=0.5).running() as sender:
        with broker.listening() as listener:
            sender.tell(OPEN, event("01"))
            until(lambda: told(listener))
        broker.kill()
        for number in range(2, 12):
            sender.tell(OPEN, event(f"{number:02}", camera="yard"))
            sender.tell(CLOSE, event(f"{number:02}", camera="yard"))
        until(lambda: sender.status().failed > 1)
        assert not sender.status().is_reachable
        broker.start()
        until(lambda: sender.outbox.states() == ["delivered"] * 21)
        # The broker has forgotten everything; what it retains was published again.
        with broker.listening() as late:
            until(lambda: late.last("vedette/status") == b"online" and late.last("vedette/yard/prey/state"))
            assert late.last("vedette/door/prey/state") == b"ON"
            assert late.last("vedette/yard/prey/state") == b"OFF"
    assert "cannot be used" in caplog.text
    ledger.note("MQTT broker down", injected=1, survived=1)


def test_everything_is_heard_by_who_listens_through_an_outage(broker, ledger):
    broker.start()
    # A broker that is killed while it is greeted is noticed by the time-out only.
    with broker.listening() as listener, post(broker, timeout_seconds=1).running() as sender:
        expected = []
        for number in range(30):
            for phase in (OPEN, CLOSE):
                sender.tell(phase, event(f"{number:02}"))
                expected.append(f"{number:02} {phase}")
            if number in {9, 19}:
                broker.kill()
                listener.is_subscribed.clear()
                broker.start()
                assert listener.is_subscribed.wait(20)
        until(lambda: sender.outbox.states() == ["delivered"] * 60)
    assert set(told(listener)) <= set(expected)
    ledger.note("MQTT broker down", injected=2, survived=2)


def test_a_broker_that_stands_still_is_waited_for_and_told_all(broker, ledger):
    broker.start()
    with broker.listening() as listener, post(broker, timeout_seconds=0.3).running() as sender:
        sender.tell(OPEN, event("01"))
        until(lambda: sender.status().done == 1)
        broker.stop()
        sender.tell(CLOSE, event("01"))
        sender.tell(OPEN, event("02"))
        until(lambda: sender.status().failed >= 1)
        assert sender.status().done == 1
        broker.go_on()
        until(lambda: sender.status().done == 3)
        until(lambda: len(told(listener)) == 3)
        until(lambda: listener.last("vedette/status") == b"online")
    assert sorted(told(listener)) == ["01 close", "01 open", "02 open"]
    ledger.note("MQTT broker stands still", injected=1, survived=1)


def test_a_broker_that_refuses_is_told_when_it_admits_and_no_password_is_shown(tmp_path, ledger, caplog):
    caplog.set_level(logging.DEBUG)
    broker = Mosquitto(tmp_path / "broker", ("sentry", "another"))
    try:
        broker.start()
        sender = post(broker, username="sentry", password="s3cr3t", timeout_seconds=0.5)
        with sender.running():
            sender.tell(OPEN, event())
            until(lambda: sender.status().failed)
            assert "it refuses the name or password" in sender.status().last_error
            broker.kill()
            broker.admit(CREDENTIAL)
            broker.start()
            until(lambda: sender.status().done)
            with broker.listening(credential=CREDENTIAL) as late:
                until(lambda: late.last("vedette/door/prey/state") == b"ON")
    finally:
        broker.kill()
    assert "s3cr3t" not in caplog.text
    ledger.note("MQTT broker refuses", injected=1, survived=1)


# Paho leaves the socket of a handshake that failed to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_that_speaks_tls_is_told_only_if_its_certificate_is_trusted(broker):
    certificate = broker.speak_tls()
    broker.start()
    with post(broker, tls=True, timeout_seconds=0.5).running() as stranger:
        stranger.tell(OPEN, event())
        until(lambda: stranger.status().failed)
        assert "cannot be used" in stranger.status().last_error
    with post(broker, tls=True, ca_file=certificate).running() as sender:
        sender.tell(OPEN, event())
        until(lambda: sender.status().done == 1)
    nowhere = certificate.with_name("nowhere.pem")
    with post(broker, tls=True, ca_file=nowhere, timeout_seconds=0.5).running() as lost:
        lost.tell(OPEN, event())
        until(lambda: lost.status().failed)
        assert "nowhere.pem cannot be read: No such file" in lost.status().last_error
    gc.collect()


def test_a_late_close_of_one_event_does_not_end_the_state_of_the_next(broker):
    with broker.serving(), broker.listening() as listener, post(broker).running() as sender:
        for phase, identity in ((OPEN, "01"), (OPEN, "02"), (CLOSE, "01")):
            sender.tell(phase, event(identity))
        until(lambda: len(told(listener)) == 3)
        assert listener.last("vedette/door/prey/state") == b"ON"
        sender.tell(CLOSE, event("02"))
        until(lambda: listener.last("vedette/door/prey/state") == b"OFF")


def test_a_test_changes_no_state(broker):
    with broker.serving(), broker.listening() as listener, post(broker).running() as sender:
        until(lambda: listener.last("vedette/status"))
        sender.delivery.send_test("phone")
        until(lambda: listener.last("vedette/events"))
        assert json.loads(listener.last("vedette/events"))["is_test"]
        assert len(listener.heard) == 2
    with post(broker, timeout_seconds=0.2).running() as sender:
        until(partial(getattr, sender.delivery, "is_alive"))
        until(lambda: sender.delivery._loop is not None)
        with pytest.raises(ActionError, match="cannot be used"):
            sender.delivery.send_test("phone")


@pytest.mark.parametrize("topic_prefix", ["", "/vedette", "vedette/", "a//b", "a/#", "+", "$SYS"])
def test_a_prefix_that_is_no_topic_is_refused(topic_prefix):
    with pytest.raises(ValidationError, match="prefix"):
        MqttSettings(topic_prefix=topic_prefix)


def test_settings_never_show_the_password():
    settings = MqttSettings(username="sentry", password="s3cr3t")
    assert "s3cr3t" not in f"{settings!r} {settings} {settings.model_dump_json()}"
