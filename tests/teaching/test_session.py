from __future__ import annotations

import numpy as np
import pytest

from parts.taught_pictures import ColourEmbedder, jpeg, noon
from vedette.errors import PictureError, StaleClassifierError, TeachingError, UsageError
from vedette.teaching.classifier_folder import ClassifierFolder
from vedette.teaching.examples import digest_of
from vedette.teaching.manifest import Origin
from vedette.teaching.session import Adding, TeachingSession
from vedette.values.geometry import Box


class CountingEmbedder(ColourEmbedder):
    calls = 0

    def embed(self, rgb):
        CountingEmbedder.calls += 1
        return super().embed(rgb)


@pytest.fixture
def folder(tmp_path):
    return ClassifierFolder(tmp_path, "door")


def _session(folder, embedder=None, region=None):
    return TeachingSession(folder, embedder or ColourEmbedder(), Origin(), noon, region)


def _add(session, label, count, first=0):
    return [
        session.add(jpeg(label, seed), f"{label}/{seed}.jpg", label) for seed in range(first, first + count)
    ]


def _taught(folder, counts, head="auto"):
    with _session(folder) as session:
        for label, count in counts.items():
            _add(session, label, count)
        report = session.teach(head)
        session.save()
    return report


def _head_bytes(folder):
    return (folder.path / "heads" / folder.read().current.head_file).read_bytes()


def test_the_report_tells_what_was_done_and_how_well(folder):
    report = _taught(folder, {"cat": 8, "dog": 6})
    assert report.change == "added 8 of `cat`; added 6 of `dog`"
    assert (report.pictures, report.embedded) == (14, 14)
    assert report.scores["cat"].recall == 1
    assert report.balanced_accuracy == 1
    assert folder.read().current.balanced_accuracy == 1
    assert report.reason.startswith(report.head)


def test_a_picture_with_the_wrong_label_is_the_worst(folder):
    with _session(folder) as session:
        _add(session, "cat", 10)
        _add(session, "dog", 10)
        session.add(jpeg("dog", 77), "cat/wrong.jpg", "cat")
        worst = session.teach().worst[0]
    assert (worst.name, worst.label, worst.looks_like) == ("cat/wrong.jpg", "cat", "dog")
    assert worst.confidence < 0.5


def test_only_what_is_new_is_embedded_again(folder):
    _taught(folder, {"cat": 4, "dog": 4})
    CountingEmbedder.calls = 0
    with _session(folder, CountingEmbedder()) as session:
        assert _add(session, "cat", 6) == [Adding.ALREADY_THERE] * 4 + [Adding.ADDED] * 2
        report = session.teach()
    assert CountingEmbedder.calls == 2
    assert report.embedded == 2


@pytest.mark.parametrize("head", ["imprint", "ridge", "proxies", "auto"])
def test_adding_step_by_step_gives_the_head_that_teaching_at_once_gives(tmp_path, head):
    once, steps = ClassifierFolder(tmp_path, "once"), ClassifierFolder(tmp_path, "steps")
    with _session(once) as session:
        for first in (0, 5, 10):
            _add(session, "cat", 5, first)
            _add(session, "dog", 5, first)
        session.teach(head)
        session.save()
    for first in (0, 5, 10):
        with _session(steps) as session:
            _add(session, "cat", 5, first)
            _add(session, "dog", 5, first)
            session.teach(head)
            session.save()
    one, other = (each.judge(each.read().current) for each in (once, steps))
    if head == "imprint":
        assert one.head.weights.tobytes() == other.head.weights.tobytes()
    np.testing.assert_allclose(one.head.weights, other.head.weights, atol=1e-5)
    np.testing.assert_allclose(one.temperature, other.temperature, rtol=1e-3)


def test_a_new_class_leaves_the_imprint_of_the_others_as_it_was(folder):
    _taught(folder, {"cat": 4, "dog": 4}, "imprint")
    before = folder.judge(folder.read().current).head.weights
    with _session(folder) as session:
        _add(session, "mouse", 5)
        session.teach("imprint")
        session.save()
    after = folder.judge(folder.read().current).head.weights
    assert before.tobytes() == after[:2].tobytes()
    with _session(folder) as session:
        session.remove_class("mouse")
        session.teach("imprint")
        session.save()
    assert folder.judge(folder.read().current).head.weights.tobytes() == before.tobytes()


def test_undo_and_redo_give_back_the_head_byte_for_byte_over_several_steps(folder):
    heads, counts = [], []
    for step in range(4):
        with _session(folder) as session:
            _add(session, "cat", 3, 10 * step)
            _add(session, "dog", 3, 10 * step)
            session.teach()
            session.save()
        heads.append(_head_bytes(folder))
        counts.append(len(folder.read().current.examples))
    with _session(folder) as session:
        for step in (2, 1, 0):
            session.undo()
            assert (_head_bytes(folder), len(session.examples)) == (heads[step], counts[step])
        with pytest.raises(TeachingError, match="no change to undo"):
            session.undo()
        for step in (1, 2, 3):
            session.redo()
            assert (_head_bytes(folder), len(session.examples)) == (heads[step], counts[step])
        assert not session.can_redo


def test_a_change_after_undo_ends_redo_and_undone_pictures_are_not_embedded_again(folder):
    _taught(folder, {"cat": 3, "dog": 3})
    with _session(folder) as session:
        _add(session, "mouse", 3)
        session.teach()
        session.save()
        session.undo()
    CountingEmbedder.calls = 0
    with _session(folder, CountingEmbedder()) as session:
        _add(session, "cat", 1, 50)
        session.teach()
        session.save()
        assert not session.can_redo
    assert CountingEmbedder.calls == 1


def test_removing_and_relabelling_are_told_and_count(folder):
    _taught(folder, {"cat": 4, "dog": 4})
    with _session(folder) as session:
        session.remove(session.find("cat/1.jpg").digest)
        session.relabel(session.find("cat/2.jpg").digest, "dog")
        report = session.teach()
        session.save()
    assert report.change == "removed cat/1.jpg of `cat`; relabelled cat/2.jpg from `cat` to `dog`"
    assert {label: score.pictures for label, score in report.scores.items()} == {"cat": 2, "dog": 5}


def test_a_picture_is_found_by_name_by_its_bytes_and_never_by_guess(folder, tmp_path):
    _taught(folder, {"cat": 3, "dog": 3})
    file = tmp_path / "somewhere.jpg"
    file.write_bytes(jpeg("dog", 1))
    with _session(folder) as session:
        assert session.find(str(file)).digest == digest_of(jpeg("dog", 1))
        with pytest.raises(UsageError, match=r"2 pictures.*cat/1.jpg, dog/1.jpg"):
            session.find("1.jpg")
        with pytest.raises(UsageError, match=r"no picture cat/9\.jpg"):
            session.find("cat/9.jpg")
        with pytest.raises(UsageError, match="no picture"):
            session.remove("0" * 64)
        with pytest.raises(UsageError, match="no class `owl`"):
            session.remove_class("owl")


def test_one_class_is_refused_with_what_to_add(folder):
    with _session(folder) as session:
        with pytest.raises(TeachingError, match="No class has pictures"):
            session.teach()
        _add(session, "cat", 3)
        with pytest.raises(TeachingError, match=r"Only the class `cat`.*background"):
            session.teach()
        with pytest.raises(TeachingError, match="nothing to save"):
            session.save()
    assert not folder.exists()


@pytest.mark.parametrize("label", ["unknown", " Unknown ", "", "a/b", "..", "a\nb", "x" * 65, " cat"])
def test_a_label_that_cannot_be_a_class_is_refused(folder, label):
    with _session(folder) as session, pytest.raises(UsageError):
        session.add(jpeg("cat", 0), "cat/0.jpg", label)


def test_the_same_picture_is_not_taken_into_a_second_class(folder):
    with _session(folder) as session:
        _add(session, "cat", 1)
        assert session.add(jpeg("cat", 0), "dog/0.jpg", "dog") is Adding.OTHER_CLASS
        assert session.classes == ("cat",)


def test_bytes_that_are_no_picture_change_nothing(folder):
    with _session(folder) as session:
        with pytest.raises(PictureError, match=r"cat/0.jpg: not a picture"):
            session.add(b"nonsense", "cat/0.jpg", "cat")
        assert session.examples == ()


def test_another_embedder_is_refused_until_asked_to_embed_again(folder):
    _taught(folder, {"cat": 4, "dog": 4})
    other = CountingEmbedder(identity="colours | 2")
    with _session(folder, other) as session:
        with pytest.raises(StaleClassifierError, match=r"colours \| 1.*colours \| 2.*--embed-again"):
            session.teach()
        with pytest.raises(StaleClassifierError):
            _add(session, "cat", 1, 50)
        CountingEmbedder.calls = 0
        session.embed_again()
        report = session.teach()
        session.save()
    assert CountingEmbedder.calls == 8
    assert report.change == "embedded again"
    assert folder.read().current.embedder == "colours | 2"


def test_undo_goes_back_behind_embedding_again(folder):
    _taught(folder, {"cat": 4, "dog": 4})
    before = _head_bytes(folder)
    with _session(folder, CountingEmbedder(identity="colours | 2")) as session:
        session.embed_again()
        session.teach()
        session.save()
        session.undo()
        assert _head_bytes(folder) == before
        with pytest.raises(StaleClassifierError):
            session.teach()
    with _session(folder, CountingEmbedder()) as session:
        session.teach()


def test_another_region_embeds_everything_again_and_stays(folder):
    _taught(folder, {"cat": 3, "dog": 3})
    CountingEmbedder.calls = 0
    with _session(folder, CountingEmbedder(), Box(0.0, 0.0, 0.5, 1.0)) as session:
        report = session.teach()
        session.save()
    assert CountingEmbedder.calls == 6
    assert report.change == "changed the region"
    with _session(folder, CountingEmbedder()) as session:
        assert session.region == Box(0.0, 0.0, 0.5, 1.0)
        session.teach()
    assert CountingEmbedder.calls == 6


def test_starting_anew_keeps_nothing_and_can_be_undone(folder):
    _taught(folder, {"cat": 3, "dog": 3})
    with _session(folder) as session:
        session.start_anew()
        _add(session, "mouse", 3)
        _add(session, "dog", 2)
        report = session.teach()
        session.save()
        assert set(report.scores) == {"dog", "mouse"}
        session.undo()
        assert session.classes == ("cat", "dog")


def test_the_numbers_are_there_once_taught(folder):
    with _session(folder) as session:
        with pytest.raises(TeachingError, match="Teach first"):
            _ = session.taught
        _add(session, "cat", 4)
        _add(session, "dog", 3)
        session.teach()
        assert len(session.taught.lesson.labels) == 7


def test_a_session_that_is_entered_again_knows_its_pictures_and_sees_what_others_did(folder):
    CountingEmbedder.calls = 0
    session = _session(folder, CountingEmbedder())
    for label in ("cat", "mouse"):
        with session:
            _add(session, label, 2)
            _add(session, "dog", 2)
            session.teach()
            session.save()
    assert CountingEmbedder.calls == 6
    _taught(folder, {"background": 2})
    with session:
        assert session.classes == ("background", "cat", "dog", "mouse")
        assert session.teach().scores == folder.read().current.scores
    assert CountingEmbedder.calls == 6


def test_nothing_of_a_teaching_that_was_not_saved_is_left_when_entered_again(folder):
    _taught(folder, {"cat": 3, "dog": 3})
    session = _session(folder)
    with session:
        _add(session, "mouse", 2)
        session.teach()
    with session:
        assert session.classes == ("cat", "dog")
        assert session.teach().change == "taught again"
