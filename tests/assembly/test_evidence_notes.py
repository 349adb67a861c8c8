import pytest

from parts.happenings import event
from vedette.assembly.evidence_notes import MOST_WAITING, EvidenceNotes
from vedette.errors import StoreError
from vedette.values.event import Phase
from vedette.values.evidence import Evidence

SEEN = Evidence(2.0, -2.0, (0.0,), (1.0,), (0.5,))


class Books:
    """A log and a store; both remember what they were asked."""

    def __init__(self):
        self.known, self.kept, self.read = {"1", "2"}, {}, []
        self.is_beside = self.is_down = False
        self.seen = SEEN
        self.notes = EvidenceNotes(self.look_up, self.keep, lambda: self.is_beside)

    def look_up(self, closed):
        self.read.append(closed.id)
        return self.seen

    def keep(self, identity, evidence):
        if self.is_down:
            raise StoreError("the disk is full.")
        if identity in self.known:
            self.kept[identity] = evidence
        return identity in self.known

    def close(self, identity):
        self.notes(Phase.CLOSE, event(identity), None)


@pytest.fixture
def books():
    return Books()


def test_the_evidence_of_a_closed_event_is_kept(books):
    for phase in Phase:
        books.notes(phase, event("1"), b"jpeg")
    books.notes.catch_up()
    books.notes.catch_up()
    assert (books.kept, books.read, books.notes.waiting) == ({"1": SEEN}, ["1"], 0)


def test_who_tells_of_a_close_waits_neither_for_the_log_nor_for_the_disk(books):
    books.is_down = True
    books.close("1")
    assert (books.read, books.kept, books.notes.waiting) == ([], {}, 1)


def test_what_the_disk_does_not_take_waits_and_the_log_is_not_asked_again(books):
    books.is_down = True
    books.close("1")
    for _ in range(2):
        with pytest.raises(StoreError):
            books.notes.catch_up()
    books.is_down = False
    books.notes.catch_up()
    assert (books.kept, books.read) == ({"1": SEEN}, ["1"])


def test_an_event_that_was_deleted_is_forgotten(books):
    books.close("gone")
    books.notes.catch_up()
    assert books.notes.waiting == 0


def test_beside_an_event_that_is_not_known_is_not_taken_for_deleted(books):
    books.is_beside = True
    books.close("3")
    books.notes.catch_up()
    assert books.notes.waiting == 1
    books.is_beside, books.known = False, {"3"}
    books.notes.catch_up()
    assert books.kept == {"3": SEEN}


def test_an_event_that_the_log_does_not_know_goes_without(books):
    books.seen = None
    books.close("1")
    books.notes.catch_up()
    assert (books.kept, books.notes.waiting) == ({}, 0)


def test_what_waits_is_bounded(books):
    for number in range(MOST_WAITING + 5):
        books.close(f"{number}")
    assert books.notes.waiting == MOST_WAITING
