import logging
import threading

from vedette.actuators.news import News
from vedette.actuators.protocol import ActuatorStatus


def status(number):
    return ActuatorStatus("safe", f"reason {number}", 0.0)


def test_news_are_told_in_order_and_what_is_left_at_the_end_too(caplog):
    caplog.set_level(logging.INFO)
    told = []
    news = News([lambda name, status: told.append((name, status.reason))])
    news.put("flap", status(0))
    news.start()
    for number in range(1, 50):
        news.put("flap", status(number))
    news.close(20)
    assert told == [("flap", f"reason {number}") for number in range(50)]
    assert "actuator flap is safe: reason 49" in caplog.messages


def test_a_listener_that_is_stuck_holds_nobody_up_and_fills_no_memory():
    gate, told = threading.Event(), []

    def waits(name, status):
        gate.wait(20)
        told.append(name)

    news = News([waits])
    news.start()
    for number in range(5000):
        news.put("flap", status(number))
    news.close(0.01)
    gate.set()
    news.close(20)
    assert 1 <= len(told) <= 1001


def test_what_was_never_started_can_be_closed():
    News([]).close(1)
