from __future__ import annotations

import threading

import numpy as np
import pytest

from parts.taught_pictures import COLOURS, ColourEmbedder, jpeg, noon, picture
from vedette.assembly.teaching_desk import How, TeachingDesk
from vedette.errors import TeachingError, UsageError
from vedette.pixels.planes import RgbPlanes
from vedette.teaching.session import Adding
from vedette.values.frame import Frame

AT_ONCE = How(is_taught=True)


class CountingEmbedder(ColourEmbedder):
    embedded = 0

    def embed(self, rgb):
        type(self).embedded += 1
        return super().embed(rgb)


@pytest.fixture
def desk(tmp_path):
    CountingEmbedder.embedded = 0
    desk = TeachingDesk(tmp_path, lambda _: CountingEmbedder(), lambda _: None, noon)
    desk.create("door")
    return desk


def frame(label, seed, noise=None):
    pixels = picture(label, seed)
    if noise is not None:
        grain = np.random.default_rng(noise).integers(-2, 3, pixels.shape)
        pixels = np.clip(pixels.astype(int) + grain, 0, 255).astype(np.uint8)
    return Frame("lawn", seed, noon(), float(seed), 48, 32, RgbPlanes(pixels))


def fill(desk, classes=("cat", "mouse"), count=4):
    for seed in range(count):
        for label in classes:
            desk.add("door", jpeg(label, seed), label, f"{label} {seed}", AT_ONCE)


def test_frames_are_collected_and_the_next_frame_is_answered(desk):
    for seed in range(5):
        for label in COLOURS:
            added = desk.add("door", frame(label, seed), label, f"lawn {seed}", AT_ONCE)
            assert added.became is Adding.ADDED
    for label in COLOURS:
        answer = desk.insight.answer("door", frame(label, 77))
        assert answer.classification.best == label
        assert answer.revision == desk.describe("door").manifest.current.number


def test_while_nothing_moves_a_frame_is_kept_once(desk):
    how = How(drops_near_duplicates=True, is_taught=True)
    fill(desk)
    became = [desk.add("door", frame("cat", 50, noise), "cat", "x", how).became for noise in range(5)]
    assert became == [Adding.ADDED] + [Adding.NEAR_DUPLICATE] * 4
    assert len(desk.describe("door").examples) == 9
    dropped = desk.add("door", frame("cat", 50, 9), "cat", "x", how)
    assert dropped.example.digest in desk.describe("door").examples
    assert dropped.near_duplicates[0].example == dropped.example
    assert desk.add("door", frame("cat", 50, 9), "mouse", "x", how).became is Adding.ADDED


def test_what_is_dropped_is_not_taught_unless_something_waits(desk):
    how = How(drops_near_duplicates=True, is_taught=True)
    fill(desk)
    desk.add("door", frame("cat", 50), "cat", "x", how)
    assert desk.add("door", frame("cat", 50, 1), "cat", "x", how).kept.outcome is None
    desk.add("door", jpeg("dog", 1), "dog", "x")
    assert "dog" in desk.add("door", frame("cat", 50, 2), "cat", "x", how).kept.outcome.report.classes


def test_one_class_is_kept_and_the_reason_told(desk):
    kept = desk.add("door", jpeg("cat", 1), "cat", "x", AT_ONCE).kept
    assert kept.outcome is None
    assert kept.note == "One more class is needed: only `cat` has pictures."
    with pytest.raises(TeachingError, match="has not been taught yet"):
        desk.insight.answer("door", frame("cat", 1))
    assert desk.insight.doubts("door").note == kept.note
    assert desk.insight.advice("door").classes[0].sentence == "7 more of `cat`."
    assert desk.insight.propose("door", jpeg("cat", 2)).classification is None


def test_a_change_costs_its_own_picture_and_no_other(desk):
    fill(desk, count=10)
    spent = CountingEmbedder.embedded
    assert spent == 20
    desk.relabel("door", [next(iter(desk.describe("door").examples))], "mouse", AT_ONCE)
    desk.insight.doubts("door")
    desk.undo("door")
    desk.insight.doubts("door")
    assert CountingEmbedder.embedded == spent
    desk.insight.propose("door", jpeg("dog", 3))
    desk.add("door", jpeg("dog", 3), "dog", "x", AT_ONCE)
    assert CountingEmbedder.embedded == spent + 1


def test_doubts_are_those_of_the_last_teaching_also_after_a_restart(desk, tmp_path):
    fill(desk, count=6)
    wrong = desk.add("door", jpeg("cat", 9), "mouse", "wrong one", AT_ONCE).example
    first = desk.insight.doubts("door").doubts
    assert (first[0].digest, first[0].looks_like, first[0].is_suspect) == (wrong.digest, "cat", True)
    later = TeachingDesk(tmp_path, lambda _: CountingEmbedder(), lambda _: None, noon)
    spent = CountingEmbedder.embedded
    again = later.insight.doubts("door").doubts
    assert [(each.digest, each.why) for each in again] == [(each.digest, each.why) for each in first]
    # Cosines that grew row by row differ in the last bit from those that were made in one go.
    assert [each.confidence for each in again] == pytest.approx([each.confidence for each in first], abs=1e-5)
    assert CountingEmbedder.embedded == spent
    outcome = later.relabel("door", [wrong.digest], "cat", AT_ONCE).outcome
    assert wrong.digest not in {each.digest for each in outcome.report.worst}


def test_another_revision_answers_at_once_after_undo_and_deletion(desk):
    fill(desk)
    desk.add("door", jpeg("dog", 1), "dog", "x", AT_ONCE)
    assert "dog" in desk.insight.answer("door", frame("dog", 1)).classification.confidences
    desk.undo("door")
    assert "dog" not in desk.insight.answer("door", frame("dog", 1)).classification.confidences
    desk.delete("door")
    assert desk.names == ()
    with pytest.raises(UsageError, match="no classifier"):
        desk.insight.answer("door", frame("dog", 1))
    desk.create("door")
    assert desk.describe("door").examples == {}


def test_a_proposal_keeps_nothing_and_names_what_is_there_already(desk):
    fill(desk)
    there = next(iter(desk.describe("door").examples.values()))
    proposal = desk.insight.propose("door", jpeg("cat", 0))
    assert (proposal.twin, proposal.digest) == (there, there.digest)
    assert proposal.classification.best == "cat"
    assert desk.insight.propose("door", jpeg("dog", 4)).twin is None
    assert len(desk.describe("door").examples) == 8


def test_nobody_waits_for_a_teaching_to_have_an_answer(tmp_path):
    begun, go_on = threading.Event(), threading.Event()

    class Slow(ColourEmbedder):
        def embed(self, rgb):
            begun.set()
            assert go_on.wait(30)
            return super().embed(rgb)

    slow = [ColourEmbedder()]
    desk = TeachingDesk(
        tmp_path, lambda _: slow[-1], lambda _: None, noon, looking=lambda _: ColourEmbedder()
    )
    desk.create("door")
    fill(desk)
    slow.append(Slow())
    teaching = threading.Thread(target=lambda: desk.add("door", jpeg("dog", 1), "dog", "x", AT_ONCE))
    teaching.start()
    try:
        assert begun.wait(30)
        assert desk.insight.answer("door", frame("cat", 9)).classification.best == "cat"
    finally:
        go_on.set()
        teaching.join()
