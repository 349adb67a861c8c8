from __future__ import annotations

import numpy as np
import pytest

from parts.taught_pictures import ColourEmbedder, jpeg, noon
from vedette.assembly.teaching_desk import How, TeachingDesk
from vedette.assembly.workbench import Users
from vedette.errors import TeachingError
from vedette.teaching.classifier_folder import STEPS_KEPT, ClassifierFolder
from vedette.values.geometry import Box

AT_ONCE = How(is_taught=True)
LEFT = Box(0, 0, 0.5, 1)


def begin(root, users=None) -> TeachingDesk:
    return TeachingDesk(root, lambda _: ColourEmbedder(), users or (lambda _: None), noon)


@pytest.fixture
def desk(tmp_path):
    desk = begin(tmp_path)
    desk.create("door")
    for seed in range(3):
        for label in ("cat", "mouse"):
            add(desk, label, seed)
    return desk


def add(desk, label, seed, how=AT_ONCE):
    return desk.add("door", jpeg(label, seed), label, f"{label} {seed}", how)


def state(desk):
    """Everything that a person would miss: pictures, labels, region, and what the head says."""
    described = desk.describe("door")
    examples = {digest: each.label for digest, each in described.examples.items()}
    for digest in examples:
        assert desk.picture("door", digest)[1].is_file()
    if described.manifest is None:
        return examples, described.region, None
    judge = ClassifierFolder(desk.root, "door").judge(described.manifest.current)
    answers = judge.answers(np.eye(48, dtype=np.float32) + np.float32(0.3))
    return examples, described.region, described.manifest.current.region, answers.confidences.tolist()


CHANGES = {
    "add": lambda desk, digest: add(desk, "dog", 1),
    "relabel": lambda desk, digest: desk.relabel("door", [digest], "mouse", AT_ONCE),
    "relabel many": lambda desk, digest: desk.relabel(
        "door", list(desk.describe("door").examples)[1:4], "dog", AT_ONCE
    ),
    "remove": lambda desk, digest: desk.remove("door", [digest], AT_ONCE),
    "region": lambda desk, digest: desk.look_at("door", LEFT, AT_ONCE),
    "add, not taught": lambda desk, digest: add(desk, "dog", 1, How()),
    "remove, not taught": lambda desk, digest: desk.remove("door", [digest]),
    "region, not taught": lambda desk, digest: desk.look_at("door", LEFT),
}


@pytest.mark.parametrize("restarts", [False, True], ids=["in one go", "across restarts"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_undo_leaves_all_as_it_was_before_and_redo_as_it_was_after(desk, tmp_path, change, restarts):
    def going_on(desk):
        return begin(tmp_path) if restarts else desk

    before = state(desk)
    change(desk, next(iter(before[0])))
    after = state(desk)
    assert before != after
    for _ in range(2):
        desk = going_on(desk)
        desk.undo("door")
        assert state(desk) == before
        desk = going_on(desk)
        desk.redo("door")
        assert state(desk) == after
    with pytest.raises(TeachingError, match="no change to redo"):
        desk.redo("door")


def test_all_the_way_back_behind_the_first_teaching_and_forth_again(tmp_path):
    desk = begin(tmp_path)
    desk.create("door")
    states = [state(desk)]
    for label, seed in [("cat", 0), ("cat", 1), ("mouse", 0), ("mouse", 1), ("dog", 0)]:
        add(desk, label, seed)
        states.append(state(desk))
    assert [each[-1] is None for each in states] == [True, True, True, False, False, False]
    for expected in reversed(states[:-1]):
        desk = begin(tmp_path)
        assert desk.undo("door").change.startswith("added 1 of")
        assert state(desk) == expected
    with pytest.raises(TeachingError, match="no change to undo"):
        desk.undo("door")
    for expected in states[1:]:
        desk = begin(tmp_path)
        desk.redo("door")
        assert state(desk) == expected


def test_another_way_on_from_behind_the_first_teaching_forgets_the_old_one(tmp_path):
    desk = begin(tmp_path)
    desk.create("door")
    for label in ("cat", "mouse", "dog"):
        add(desk, label, 0)
    for _ in range(2):
        desk.undo("door")
    add(desk, "background", 0)
    assert desk.describe("door").manifest.current.classes == ("background", "cat")
    with pytest.raises(TeachingError, match="no change to redo"):
        desk.redo("door")
    desk.undo("door")
    assert [each.label for each in desk.describe("door").examples.values()] == ["cat"]


def test_a_change_that_is_not_taught_forgets_what_was_undone_too(desk):
    add(desk, "dog", 1)
    desk.undo("door")
    add(desk, "background", 1, How())
    assert desk.describe("door").redo_change is None
    assert desk.describe("door").undo_change == "added 1 of `background`"


def test_what_cameras_need_is_not_taken_back(tmp_path):
    desk = begin(tmp_path, Users(lambda _: None, of=lambda _: ["the camera lawn"]))
    desk.create("door")
    for label in ("cat", "mouse"):
        add(desk, label, 0)
    with pytest.raises(TeachingError, match="used by the camera lawn"):
        desk.undo("door")
    assert desk.describe("door").manifest is not None


def test_what_a_rule_asks_for_is_not_undone(tmp_path):
    wanted = set()

    def permit(name, classes):
        if not wanted <= set(classes):
            raise TeachingError("a rule asks for it.")

    desk = begin(tmp_path, Users(lambda _: None, permit))
    desk.create("door")
    for label in ("cat", "mouse", "dog"):
        add(desk, label, 0)
    wanted.add("dog")
    with pytest.raises(TeachingError, match="a rule asks"):
        desk.undo("door")
    kept = desk.remove("door", [list(desk.describe("door").examples)[-1]], AT_ONCE)
    assert kept.note == "Not taught: a rule asks for it."
    assert "dog" in desk.describe("door").manifest.current.classes
    assert "dog" not in desk.describe("door").labels


def test_history_has_an_end(tmp_path):
    desk = begin(tmp_path)
    desk.create("door")
    for seed in range(STEPS_KEPT + 10):
        add(desk, "cat", seed, How())
    draft = desk.describe("door").draft
    assert (len(draft.steps), len(draft.added)) == (STEPS_KEPT, STEPS_KEPT + 10)
    add(desk, "mouse", 0)
    digest = next(iter(desk.describe("door").examples))
    for number in range(STEPS_KEPT + 5):
        desk.relabel("door", [digest], "mouse" if number % 2 == 0 else "cat", AT_ONCE)
    folder = tmp_path / "door"
    assert len(desk.describe("door").manifest.undo) == STEPS_KEPT
    assert len(list((folder / "revisions").iterdir())) == STEPS_KEPT + 1
    assert len(list((folder / "pictures").iterdir())) == STEPS_KEPT + 11


def test_a_picture_that_nothing_leads_back_to_is_deleted(tmp_path):
    desk = begin(tmp_path)
    desk.create("door")
    for seed in range(3):
        add(desk, "cat", seed, How())
    for _ in range(2):
        desk.undo("door")
    assert len(list((tmp_path / "door" / "draft").glob("*.jpg"))) == 3
    add(desk, "cat", 7, How())
    assert len(list((tmp_path / "door" / "draft").glob("*.jpg"))) == 2
