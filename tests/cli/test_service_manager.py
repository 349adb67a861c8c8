import os
import socket
from contextlib import suppress

import pytest

from parts.supervised import until
from vedette.cli.service_manager import Notifier


class Manager:
    """A service manager's socket."""

    def __init__(self, address):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._socket.settimeout(20)

    def hears(self):
        return self._socket.recv(4096).decode()

    def forgets(self):
        """How much was said that nobody has heard."""
        count = 0
        self._socket.setblocking(False)
        with suppress(BlockingIOError):
            while self._socket.recv(4096):
                count += 1
        self._socket.settimeout(20)
        return count

    def close(self):
        self._socket.close()


@pytest.fixture
def manager(tmp_path, monkeypatch):
    # A socket's path may have 107 bytes; a test's folder may be longer.
    monkeypatch.chdir(tmp_path)
    manager = Manager("notify")
    yield manager
    manager.close()


def test_it_tells_what_the_process_does(manager):
    notifier = Notifier("notify")
    notifier.ready("2 cameras")
    assert manager.hears() == "READY=1\nSTATUS=2 cameras"
    notifier.ready()
    assert manager.hears() == "READY=1"
    notifier.status("door is lost:\nno picture")
    assert manager.hears() == "STATUS=door is lost: no picture"
    notifier.stopping()
    assert manager.hears() == "STOPPING=1"


def test_a_reload_tells_its_time(manager):
    Notifier("notify").reloading()
    state, time = manager.hears().splitlines()
    assert state == "RELOADING=1"
    assert int(time.removeprefix("MONOTONIC_USEC=")) > 0


def test_an_abstract_address_is_reached():
    name = f"vedette-test-{os.getpid()}"
    manager = Manager(f"\0{name}")
    assert Notifier(f"@{name}").notify("READY=1")
    assert manager.hears() == "READY=1"
    manager.close()


class Answers:
    """Is well or not, as it was told, and counts how often it was asked since."""

    def __init__(self, answer):
        self.answer, self.asked = answer, 0

    def become(self, answer):
        self.answer, self.asked = answer, 0

    def __call__(self):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize("ill", [False, RuntimeError("who knows")], ids=["not well", "does not know"])
def test_pings_come_while_it_is_well_and_stop_when_it_is_not(manager, caplog, ill):
    answers = Answers(True)
    notifier = Notifier("notify", watchdog_seconds=0.03)
    notifier.watch(answers)
    assert [manager.hears() for _ in range(3)] == ["WATCHDOG=1"] * 3
    answers.become(ill)
    # The second question comes after whatever the answer before the change led to.
    until(lambda: answers.asked >= 2)
    manager.forgets()
    until(lambda: answers.asked >= 5)
    assert manager.forgets() == 0
    answers.become(True)
    assert manager.hears() == "WATCHDOG=1"
    notifier.close()
    assert len(caplog.records) == 1


def test_where_there_is_no_manager_nothing_is_told():
    notifier = Notifier.from_environment({})
    assert not notifier.has_manager
    assert not notifier.notify("READY=1")
    notifier.watch(lambda: True)
    assert notifier.ping_seconds is None


def test_a_manager_that_is_gone_is_said_once_and_holds_nobody_up(tmp_path, caplog):
    notifier = Notifier(str(tmp_path / "gone"))
    assert not notifier.notify("READY=1")
    assert not notifier.notify("STOPPING=1")
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 10.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 10.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
    ids=["for all", "for this process", "for another", "off", "no number", "none"],
)
def test_the_watchdog_is_as_the_environment_says(told, seconds):
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": "/run/x", **told}, process_id=7)
    assert notifier.ping_seconds == seconds
