from __future__ import annotations

import threading

import pytest

from parts.taught_pictures import ColourEmbedder, jpeg, noon
from vedette.assembly.teaching_desk import How, TeachingDesk
from vedette.assembly.workbench import Users
from vedette.errors import BackendError, PictureError, StaleClassifierError, TeachingError, UsageError
from vedette.teaching.manifest import Origin
from vedette.teaching.session import Adding
from vedette.teaching.taught import TaughtClassifier
from vedette.values.geometry import Box


class CountingEmbedder(ColourEmbedder):
    embedded = 0

    def embed(self, rgb):
        type(self).embedded += 1
        return super().embed(rgb)


@pytest.fixture
def taught():
    return []


@pytest.fixture
def desk(tmp_path, taught):
    CountingEmbedder.embedded = 0
    return TeachingDesk(tmp_path, lambda _: CountingEmbedder(), taught.append, noon)


def fill(desk: TeachingDesk, classes: str = "cat mouse", count: int = 3, name: str = "door") -> list[str]:
    return [
        desk.add(name, jpeg(label, seed), label, f"{label} {seed}").example.digest
        for label in classes.split()
        for seed in range(count)
    ]


def labels(desk: TeachingDesk, name: str = "door") -> list[str]:
    return [each.label for each in desk.describe(name).examples.values()]


def test_what_was_added_outlives_the_process_and_counts_once_taught(desk, tmp_path, taught):
    desk.create("door")
    fill(desk)
    later = TeachingDesk(tmp_path, lambda _: ColourEmbedder(), taught.append, noon)
    assert later.names == ("door",)
    outcome = later.teach("door")
    assert outcome.report.classes == ("cat", "mouse")
    assert taught == ["door"]
    classifier = TaughtClassifier.open(tmp_path, "door", ColourEmbedder())
    assert classifier.classify_bytes(jpeg("mouse", 9)).classification.best == "mouse"
    assert not list((tmp_path / "door" / "draft").iterdir())


def test_no_picture_is_embedded_twice_on_its_way_to_being_taught(desk):
    desk.create("door")
    fill(desk)
    assert CountingEmbedder.embedded == 6
    desk.teach("door")
    assert CountingEmbedder.embedded == 6


def test_a_teaching_that_was_cut_off_before_the_draft_was_cleared_is_done_again_without_harm(desk, tmp_path):
    desk.create("door")
    first, second, *_ = fill(desk)
    desk.relabel("door", [first], "mouse")
    desk.remove("door", [second])
    draft = tmp_path / "door" / "draft"
    kept = {path.name: path.read_bytes() for path in draft.iterdir()}
    desk.teach("door")
    once = desk.describe("door")
    for name, data in kept.items():
        (draft / name).write_bytes(data)
    desk.teach("door")
    assert desk.describe("door").examples == once.examples


def test_a_picture_that_was_removed_may_be_added_again(desk):
    desk.create("door")
    digest = fill(desk)[0]
    desk.relabel("door", [digest], "mouse")
    desk.remove("door", [digest])
    added = desk.add("door", jpeg("cat", 0), "cat", "again")
    assert (added.became, added.example.digest) == (Adding.ADDED, digest)
    assert desk.describe("door").examples[digest].label == "cat"
    desk.teach("door")
    desk.remove("door", [digest])
    desk.add("door", jpeg("cat", 0), "mouse", "again")
    desk.teach("door")
    assert desk.describe("door").manifest.current.scores["mouse"].pictures == 4


def test_a_region_is_what_is_looked_at(desk, tmp_path):
    desk.create("door", Box(0, 0, 0.5, 1))
    fill(desk)
    desk.teach("door")
    assert TaughtClassifier.open(tmp_path, "door", ColourEmbedder()).region == Box(0, 0, 0.5, 1)
    assert desk.describe("door").region == Box(0, 0, 0.5, 1)


def test_how_far_pictures_are_looked_at_again_is_told(tmp_path, taught):
    told: list[tuple[str, int, int]] = []
    users = Users(taught.append, told=lambda *how_far: told.append(how_far))
    desk = TeachingDesk(tmp_path, lambda _: ColourEmbedder(), users, noon)
    desk.create("door")
    fill(desk)
    desk.teach("door")
    assert told == []
    desk.look_at("door", Box(0, 0, 0.5, 1), How(is_taught=True))
    assert told == [("door", done, 6) for done in range(1, 7)]


def test_undo_takes_back_what_was_not_taught_yet_and_then_teachings(desk):
    desk.create("door")
    fill(desk)
    desk.teach("door")
    fill(desk, "dog")
    desk.teach("door")
    fill(desk, "background", 2)
    later = ["added 1 of `background`"] * 2
    assert [desk.undo("door").change for _ in range(3)] == [*later, "added 3 of `dog`"]
    assert labels(desk) == ["cat"] * 3 + ["mouse"] * 3
    assert [desk.redo("door").change for _ in range(3)] == ["added 3 of `dog`", *later]
    assert labels(desk).count("background") == 2
    with pytest.raises(TeachingError, match="no change to redo"):
        desk.redo("door")


def test_near_duplicates_are_told_among_new_and_taught_pictures(desk):
    desk.create("door")
    digest = fill(desk)[0]
    comment = b"\xff\xfe\x00\x04%db\xff\xd9"
    for number in (1, 2):
        near = desk.add("door", jpeg("cat", 0)[:-2] + comment % number, "cat", "copy").near_duplicates
        assert digest in [each.example.digest for each in near]
        desk.teach("door")
    assert desk.add("door", jpeg("dog", 5), "dog", "new").near_duplicates == ()


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda desk: desk.create("door"), UsageError),
        (lambda desk: desk.create("../roof"), UsageError),
        (lambda desk: desk.add("roof", jpeg("cat", 0), "cat", "x"), UsageError),
        (lambda desk: desk.add("door", jpeg("cat", 0), "unknown", "x"), UsageError),
        (lambda desk: desk.add("door", b"GIF89a", "cat", "x"), PictureError),
        (lambda desk: desk.relabel("door", ["0" * 64], "cat"), UsageError),
        (lambda desk: desk.remove("door", ["0" * 64]), UsageError),
        (lambda desk: desk.teach("roof"), UsageError),
        (lambda desk: desk.teach("door"), TeachingError),
        (lambda desk: desk.undo("door"), TeachingError),
        (lambda desk: desk.redo("roof"), UsageError),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(desk, act, error):
    desk.create("door")
    with pytest.raises(error):
        act(desk)
    assert desk.names == ("door",)
    assert desk.describe("door").examples == {}


def test_a_network_that_has_changed_is_told_when_a_picture_is_added(desk, tmp_path, taught):
    desk.create("door")
    fill(desk)
    desk.teach("door")
    other = TeachingDesk(tmp_path, lambda _: ColourEmbedder(identity="colours | 2"), taught.append, noon)
    with pytest.raises(StaleClassifierError):
        other.add("door", jpeg("cat", 9), "cat", "x")


def test_cameras_that_stay_with_the_old_one_are_told_of(tmp_path):
    def broken(_name):
        raise BackendError("the device is gone.")

    desk = TeachingDesk(tmp_path, lambda _: ColourEmbedder(), broken, noon)
    desk.create("door")
    fill(desk)
    assert "the device is gone" in desk.teach("door").trouble


def test_a_classifiers_own_network_is_asked_for(tmp_path):
    asked = []

    def load(origin: Origin) -> ColourEmbedder:
        asked.append(origin)
        return ColourEmbedder()

    desk = TeachingDesk(tmp_path, load, lambda _: None, noon, Origin(engine="onnxruntime"))
    desk.create("door")
    desk.create("roof", origin=Origin(engine="openvino"))
    fill(desk, "cat", 1)
    fill(desk, "cat", 1, name="roof")
    assert [origin.engine for origin in asked] == ["onnxruntime", "openvino"]


def test_many_who_add_at_once_lose_nothing(desk):
    desk.create("door")
    adding = [
        threading.Thread(target=lambda label=label: fill(desk, label, 4)) for label in ("cat", "dog", "mouse")
    ]
    for each in adding:
        each.start()
    for each in adding:
        each.join()
    assert len(desk.describe("door").examples) == 12
