import threading

from parts.supervised import until
from vedette.pipeline.rounds import Rounds


def test_it_looks_again_and_again_until_it_is_closed():
    looks = []
    rounds = Rounds("watch", 0.001, lambda: looks.append(1))
    rounds.start()
    until(lambda: len(looks) >= 3)
    assert rounds.close(20)
    assert rounds.close(20)


def test_who_is_woken_looks_at_once():
    looks = []
    rounds = Rounds("watch", 1000, lambda: looks.append(1))
    rounds.start()
    until(lambda: len(looks) == 1)
    rounds.wake()
    until(lambda: len(looks) == 2)
    assert rounds.close(20)


def test_a_look_that_raises_is_logged_once_and_does_not_end_the_rounds(caplog):
    looks = []
    rounds = Rounds("watch", 0.001, lambda: looks.append(1) or 1 / 0)
    rounds.start()
    until(lambda: len(looks) >= 3)
    assert rounds.close(20)
    assert len(caplog.records) == 1


def test_a_look_that_never_ends_shows_and_is_not_waited_for():
    begun, go_on = threading.Event(), threading.Event()
    rounds = Rounds("watch", 0.001, lambda: begun.set() or go_on.wait(20))
    rounds.start()
    assert begun.wait(20)
    until(lambda: rounds.silent_seconds > 0.02)
    assert not rounds.close(0.01)
    go_on.set()
    assert rounds.close(20)


def test_what_was_never_started_is_closed():
    assert Rounds("watch", 1, lambda: None).close()
