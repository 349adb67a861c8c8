"""A broker that is killed, slow and refusing, beside the real process: nothing is lost, states are right."""

from __future__ import annotations

import json
import signal

from parts.broken_streams import Wire
from parts.house import House
from parts.mosquitto import Mosquitto
from parts.sentry import Sentry, eventually
from parts.stubborn import SECONDS_TO_END, again, inflicted
from parts.vedette_process import TRACEBACK
from vedette.values.outbox import OutboxState

SOAK_SHARE = 0.04
SENTRY, LISTENER, STRANGER = ("sentry", "its password"), ("listener", "another"), ("sentry", "a wrong one")
STATUS, STATE = "home/status", "home/lawn/on the lawn/state"
BROKER = "broker"


def action(port):
    return {
        "kind": "mqtt",
        "host": "127.0.0.1",
        "port": port,
        "topic_prefix": "home",
        "username": SENTRY[0],
        "password": SENTRY[1],
        "timeout_seconds": 1.5,
        "has_snapshot": False,
        "phases": ["open", "close"],
        "retry": {"first_seconds": 0.2, "maximum_seconds": 0.5},
    }


def waiting(sentry):
    """How many letters are to be told."""
    return sentry.get("/api/v1/system").json()["storage"]["pending"]


def piles_up(sentry):
    """Wait until events happen that cannot be told."""
    before = waiting(sentry)
    eventually(lambda: waiting(sentry) >= before + 4, "letters that wait")


def flows(listener):
    """Wait for letters that are new."""
    before = keys(listener)
    eventually(lambda: len(keys(listener) - before) >= 4, "letters that come")


def keys(listener):
    return {
        json.loads(payload)["key"] for topic, payload, _ in list(listener.heard) if topic == "home/events"
    }


class Broker:
    """A broker to which the sentry has a wire of its own: it comes back when the listener is back.

    What the broker has confirmed it may still lose; who listens again in time shows what the sentry loses.
    """

    def __init__(self, mosquitto, wire, listener):
        self.mosquitto, self.wire, self.listener = mosquitto, wire, listener

    def gone(self, sentry):
        self.mosquitto.kill()
        piles_up(sentry)
        self._back(SENTRY)

    def silent(self, sentry):
        self.mosquitto.stop()
        piles_up(sentry)
        self.mosquitto.go_on()

    def refusing(self, sentry):
        self.mosquitto.kill()
        self._back(STRANGER)
        piles_up(sentry)
        self.mosquitto.kill()
        self._back(SENTRY)

    def _back(self, credential):
        self.wire.cut()
        self.mosquitto.admit(credential, LISTENER)
        self.listener.is_subscribed.clear()
        self.mosquitto.start()
        assert self.listener.is_subscribed.wait(20)
        self.wire.mend()


def test_a_broker_that_fails_in_every_way_hears_everything_and_knows_what_is_so(
    at_home, tmp_path, restless, ledger, soak_seconds
):
    house = House(tmp_path, storage={"clips": {"enabled": False}})
    mosquitto = Mosquitto(tmp_path / "broker")
    mosquitto.admit(SENTRY, LISTENER)
    with (
        mosquitto.serving(),
        mosquitto.listening(credential=LISTENER) as listener,
        Wire(mosquitto.port) as wire,
    ):
        house.actions[BROKER] = action(wire.port)
        house.restless("lawn", restless, BROKER)
        broker = Broker(mosquitto, wire, listener)
        with Sentry(house.write()) as sentry:
            flows(listener)
            for _ in again(soak_seconds, SOAK_SHARE):
                for fault, suffer in (
                    ("broker killed and back", broker.gone),
                    ("broker slow", broker.silent),
                    ("broker refusing the password", broker.refusing),
                ):
                    with inflicted(ledger, fault):
                        suffer(sentry)
                        flows(listener)
            house.restless("lawn", restless, BROKER, loop=False)
            house.write()
            sentry.tell(signal.SIGHUP)
            eventually(lambda: "was read again" in sentry.text, "the last film")
            eventually(lambda: sentry.camera()["state"] == "ended", "its end")
            eventually(lambda: waiting(sentry) == 0, "everything told")
            with inflicted(ledger, "broker that forgot what it retained"):
                mosquitto.kill()
                broker._back(SENTRY)
                with mosquitto.listening(credential=LISTENER) as newcomer:
                    eventually(lambda: newcomer.last(STATUS) == b"online", "that it is there")
                    eventually(lambda: newcomer.last(STATE) == b"OFF", "the state of the lawn")
            with inflicted(ledger, "kill -9, for the last will"):
                assert sentry.ends(signal.SIGKILL, SECONDS_TO_END) == -signal.SIGKILL
                eventually(lambda: listener.last(STATUS) == b"offline", "the last will")
        told = keys(listener)
    assert TRACEBACK not in sentry.text
    entries = house.outbox()
    missing = [
        each.key for each in entries if each.key not in told or each.state is not OutboxState.DELIVERED
    ]
    ledger.note("broker killed and back", injected=0, lost=len(missing))
    ledger.say(f"broker: {len(entries)} letters")
    assert missing == []
