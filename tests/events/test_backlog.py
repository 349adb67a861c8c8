from dataclasses import replace

from parts.happenings import START, event, frame
from vedette.events.backlog import Backlog, Room
from vedette.events.happening import Happening
from vedette.values.event import Importance, Phase

FRAME = frame(0)
FRAME_BYTES = 64 * 48 * 3


def opened(identity="01", importance=Importance.NORMAL, shown=FRAME):
    return Happening(Phase.OPEN, event(identity, importance=importance), shown)


def updated(identity="01", number=1):
    return Happening(Phase.UPDATE, event(identity, updates=number))


def closed(identity="01", importance=Importance.NORMAL):
    return Happening(Phase.CLOSE, event(identity, importance=importance, closed_at=START))


def illustrated(backlog, size=10):
    """Encode every frame that waits."""
    while found := backlog.next_frame():
        backlog.illustrate(found[0], bytes(size))


def test_an_update_that_waits_gives_way_to_the_next_but_not_the_one_that_is_next_to_be_written():
    backlog = Backlog(Room())
    for number in (1, 2, 3):
        backlog.add(updated(number=number))
    backlog.add(closed())
    (life,) = backlog.lives()
    assert [word.event.updates for word in life.words] == [1, 3, 0]
    assert backlog.waiting == 3


def test_frames_over_their_room_are_dropped_and_counted_but_one_is_always_taken():
    backlog = Backlog(Room(frame_bytes=FRAME_BYTES * 2 - 1))
    for identity in ("01", "02"):
        backlog.add(opened(identity))
    assert backlog.pictures_dropped == 1
    assert backlog.next_frame()[0].id == "01"
    assert backlog.next_frame() is None
    backlog.add(opened("03", shown=replace(frame(0), width=10_000, height=10_000)))
    assert backlog.next_frame()[0].id == "03"
    assert len(backlog.lives()) == 3


def test_pictures_go_before_events_the_least_important_first_and_of_these_the_oldest():
    backlog = Backlog(Room(jpeg_bytes=20))
    backlog.add(opened("01", Importance.HIGH))
    for identity in ("02", "03", "04"):
        backlog.add(opened(identity, Importance.LOW))
    illustrated(backlog)
    lives = backlog.lives()
    assert [life.id for life in lives if life.jpeg] == ["01", "04"]
    assert len(lives) == 4
    assert backlog.pictures_dropped == 2


def test_a_picture_on_disk_is_forgotten_before_one_that_is_not_and_not_counted():
    backlog = Backlog(Room(jpeg_bytes=20))
    for identity in ("01", "02"):
        backlog.add(opened(identity, Importance.HIGH))
    illustrated(backlog)
    backlog.keep_picture(backlog.lives()[1], "02.jpg")
    backlog.add(opened("03", Importance.LOW))
    illustrated(backlog)
    assert [life.id for life in backlog.lives() if life.jpeg] == ["01", "03"]
    assert backlog.pictures_dropped == 0


def test_when_there_is_too_much_updates_go_first():
    backlog = Backlog(Room(happenings=30))
    for number in range(10):
        backlog.add(opened(f"{number:02}"))
        backlog.add(updated(f"{number:02}"))
        backlog.add(closed(f"{number:02}"))
    assert backlog.lost == 0
    backlog.add(opened("99"))
    assert backlog.lost == 0
    assert {word.phase for life in backlog.lives() for word in life.words} == {Phase.OPEN, Phase.CLOSE}
    assert backlog.waiting == 21


def test_when_there_is_still_too_much_the_least_important_events_are_lost_and_counted():
    backlog = Backlog(Room(happenings=20))
    for number in range(11):
        importance = Importance.HIGH if number % 2 else Importance.LOW
        backlog.add(opened(f"{number:02}", importance))
        backlog.add(closed(f"{number:02}", importance))
    left = {life.id for life in backlog.lives()}
    assert backlog.lost == 2
    assert left == {f"{number:02}" for number in range(11)} - {"00", "02"}
    assert backlog.waiting == 18
    assert {backlog.next_frame()[0].id for _ in left} == left


def test_an_event_that_is_written_and_closed_is_not_remembered():
    backlog = Backlog(Room())
    backlog.add(opened())
    backlog.add(closed())
    illustrated(backlog)
    (life,) = backlog.lives()
    assert backlog.picture("01") == bytes(10)
    backlog.keep_picture(life, "01.jpg")
    backlog.done(life, life.words[0])
    assert backlog.holds("01")
    assert not backlog.wait_until_empty(0)
    backlog.done(life, life.words[0])
    assert not backlog.holds("01")
    assert backlog.picture("01") is None
    assert backlog.wait_until_empty(0)


def test_an_open_event_is_no_work_but_its_picture_is_remembered():
    backlog = Backlog(Room())
    backlog.add(opened())
    illustrated(backlog)
    (life,) = backlog.lives()
    backlog.keep_picture(life, "01.jpg")
    backlog.done(life, life.words[0])
    assert backlog.lives() == []
    assert backlog.picture("01") == bytes(10)
