"""Actuators that are exchanged, and reloads that fail half way."""

from __future__ import annotations

import pytest

from vedette.assembly.actuation import Actuation
from vedette.assembly.reloading import Reloading, Said
from vedette.config.schema import Config
from vedette.errors import ActuatorError, UsageError


class Board:
    """A board that notes down what is done to it."""

    is_running = True
    restarts = 0

    def __init__(self, log, name, error=None):
        self._log, self._name, self._error = log, name, error
        self.status = {}

    def start(self):
        self._log.append(f"{self._name} starts")
        if self._error:
            raise self._error

    def close(self):
        self._log.append(f"{self._name} closes")

    def fault(self, camera, reason):
        self._log.append(f"{self._name} fault {camera}")

    def wants_looks(self, camera):
        return True


def test_the_old_board_is_closed_before_the_new_one_starts():
    log = []
    actuation = Actuation(Board(log, "old"))
    actuation.exchange(Board(log, "new"))
    assert log == ["old closes", "new starts"]
    assert actuation.is_running
    assert actuation.wants_looks("door")


def test_restarts_are_counted_beyond_an_exchange():
    old, new = Board([], "old"), Board([], "new")
    old.restarts, new.restarts = 2, 1
    actuation = Actuation(old)
    assert actuation.restarts == 2
    actuation.exchange(new)
    assert actuation.restarts == 3


def test_a_board_that_cannot_be_driven_is_seen_until_another_one_can():
    log = []
    actuation = Actuation(Board(log, "old"))
    with pytest.raises(ActuatorError):
        actuation.exchange(Board(log, "new", ActuatorError("pin 17 is busy.")))
    assert not actuation.is_running
    actuation.exchange(Board(log, "newer"))
    assert actuation.is_running


def test_nothing_is_driven_after_the_end():
    log = []
    actuation = Actuation(Board(log, "old"))
    actuation.close()
    actuation.exchange(Board(log, "late"))
    actuation.close()
    assert log == ["old fault None", "old closes"]


class Cameras:
    """Notes down what comes and goes."""

    def __init__(self, log):
        self._log = log

    def make(self, name, config):
        return name

    def put(self, made):
        self._log.append(f"put {made}")

    def remove(self, name, reason, *, is_gone):
        self._log.append(f"remove {name}{' for good' if is_gone else ''}")


PUSH = {"source": {"kind": "push"}}
FASTER = {"source": {"kind": "push", "frames_per_second": 5}}


def config(cameras, **more):
    return Config.model_validate({"storage": {"folder": "/nowhere"}, "cameras": cameras, **more})


def reloading(running, wanted, log, exchange=None, taught=()):
    def faulty(camera, reason):
        log.append(f"fault {camera}")

    note = exchange or (lambda config: log.append("exchange"))
    return Reloading(
        running, lambda: wanted, Cameras(log), note, Said(faulty, lambda said: None, lambda: taught)
    )


def test_what_goes_is_gone_before_the_actions_of_tomorrow_take_over():
    log = []
    running = config({"door": PUSH, "yard": PUSH, "shed": PUSH})
    wanted = config(
        {"door": PUSH, "yard": FASTER, "track": PUSH},
        actions={"hook": {"kind": "webhook", "url": "http://a/"}},
    )
    reloading(running, wanted, log)()
    assert log == [
        "fault shed", "remove shed for good", "fault shed",
        "fault yard", "remove yard", "fault yard",
        "exchange",
        "put yard", "put track",
    ]  # fmt: skip


def test_an_exchange_that_fails_leaves_everything_as_it_was():
    log = []
    running = config({"yard": PUSH})
    wanted = config({"yard": FASTER}, actions={"hook": {"kind": "webhook", "url": "http://a/"}})

    def exchange(given):
        log.append("exchange wanted" if given is wanted else "exchange running")
        if given is wanted:
            raise ActuatorError("pin 17 is busy.")

    again = reloading(running, wanted, log, exchange)
    for _ in range(2):
        log.clear()
        with pytest.raises(ActuatorError, match="busy"):
            again()
        assert log[-3:] == ["exchange wanted", "put yard", "exchange running"]


def test_nothing_is_reloaded_once_the_appliance_stops():
    again = reloading(config({}), config({"door": PUSH}), [])
    again.close()
    with pytest.raises(UsageError, match="stopping"):
        again()


def test_a_classifier_that_a_command_taught_is_taken_over_and_named():
    running = config({"door": PUSH})
    assert reloading(running, running, [], taught=("cat",))() == ("taught anew: cat",)
