"""Two classes, collected frame by frame from a clip as the page collects them, answer right on others."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from vedette.assembly.build import build_clip, build_embedder
from vedette.assembly.demonstration import FINCH, PERSON
from vedette.assembly.teaching_desk import How, TeachingDesk
from vedette.teaching.session import Adding

HELD = How(drops_near_duplicates=True, is_taught=True)
EVERY_SECONDS = 0.25

CLIPS = {
    "person": (PERSON, PERSON.lessons[0].region, {"background": (0.2, 1.5), "person": (2.6, 6.6)}),
    "finch": (FINCH, FINCH.lessons[1].region, {"background": (0.5, 5.5), "perch": (7.0, 13.0)}),
}


@pytest.fixture(scope="module")
def embedder(lite0_int8):
    assert lite0_int8.is_file()
    embedder = build_embedder(threads=1)
    yield embedder
    embedder.close()


@pytest.fixture(params=CLIPS)
def film(request, person_clip, finch_clip):
    """The region, and the clip's frames a quarter of a second apart by class, in their order."""
    demonstration, region, windows = CLIPS[request.param]
    clip = {"person": person_clip, "finch": finch_clip}[request.param]
    frames = {label: [] for label in windows}
    for frame in build_clip(demonstration.clip, clip).frames():
        for label, (start, end) in windows.items():
            last = frames[label][-1].monotonic_seconds if frames[label] else start - EVERY_SECONDS
            if start <= frame.monotonic_seconds <= end and frame.monotonic_seconds >= last + EVERY_SECONDS:
                frames[label].append(frame)
        if frame.monotonic_seconds > max(end for _, end in windows.values()):
            break
    return region, frames


def test_what_was_collected_answers_right_on_other_frames(film, embedder, tmp_path):
    region, frames = film
    desk = TeachingDesk(tmp_path, lambda _: embedder, lambda _: None, lambda: datetime.now(UTC))
    desk.create("taught", region)
    for label, seen in frames.items():
        for frame in seen[::2]:
            desk.add("taught", frame, label, f"{frame.monotonic_seconds:.2f}", HELD)
    others = [(label, frame) for label, seen in frames.items() for frame in seen[1::2]]
    right = [desk.insight.answer("taught", frame).classification.best == label for label, frame in others]
    assert len(right) >= 8
    assert sum(right) >= 0.9 * len(right)
    described = desk.describe("taught")
    assert described.changes == 0
    assert set(described.manifest.current.classes) == set(frames)


def test_a_frame_that_was_kept_is_not_kept_again(film, embedder, tmp_path):
    region, frames = film
    desk = TeachingDesk(tmp_path, lambda _: embedder, lambda _: None, lambda: datetime.now(UTC))
    desk.create("taught", region)
    label, seen = next(iter(frames.items()))
    became = [desk.add("taught", frame, label, "x", HELD).became for frame in (seen[0], seen[0], seen[0])]
    assert became == [Adding.ADDED, Adding.NEAR_DUPLICATE, Adding.NEAR_DUPLICATE]
    assert len(desk.describe("taught").examples) == 1
