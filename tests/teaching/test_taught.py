from __future__ import annotations

import threading

import pytest

from parts.taught_pictures import ColourEmbedder, jpeg, noon, picture
from vedette.errors import PictureError, StaleClassifierError, TeachingError
from vedette.inference.protocol import Classifier
from vedette.pixels.planes import RgbPlanes
from vedette.teaching.classifier_folder import ClassifierFolder
from vedette.teaching.manifest import Origin
from vedette.teaching.session import TeachingSession
from vedette.teaching.taught import TaughtClassifier
from vedette.values.frame import Frame
from vedette.values.geometry import Box

REGION = Box(0.25, 0.0, 1.0, 1.0)


@pytest.fixture
def root(tmp_path):
    with TeachingSession(
        ClassifierFolder(tmp_path, "door"), ColourEmbedder(), Origin(), noon, REGION
    ) as session:
        for label in ("background", "cat", "dog"):
            for seed in range(12):
                session.add(jpeg(label, seed), f"{label}/{seed}.jpg", label)
        session.teach()
        session.save()
    return tmp_path


def _frame(pixels):
    return Frame("yard", 0, noon(), 0.0, pixels.shape[1], pixels.shape[0], RgbPlanes(pixels))


def test_it_names_frames_that_it_was_not_taught_with(root):
    classifier: Classifier = TaughtClassifier.open(root, "door", ColourEmbedder())
    assert classifier.name == "door"
    assert classifier.classes == ("background", "cat", "dog")
    for label in classifier.classes:
        answers = [classifier.classify(_frame(picture(label, seed))) for seed in range(100, 120)]
        assert sum(answer.label == label for answer in answers) >= 16
        assert all(sum(answer.confidences.values()) == pytest.approx(1, abs=1e-5) for answer in answers)


def test_a_picture_like_no_class_is_unknown_but_its_best_guess_is_told(root):
    classifier = TaughtClassifier.open(root, "door", ColourEmbedder())
    answers = [classifier.classify(_frame(picture("mouse", seed))) for seed in range(20)]
    unknown = [answer for answer in answers if answer.is_unknown]
    assert len(unknown) >= 12
    for answer in unknown:
        assert answer.best in classifier.classes
        assert answer.distance > answer.distance_limit


def test_only_the_region_is_looked_at(root):
    classifier = TaughtClassifier.open(root, "door", ColourEmbedder())
    assert classifier.region == REGION
    pixels = picture("cat", 200)
    other = pixels.copy()
    other[:, :10] = 255
    assert classifier.classify(_frame(pixels)) == classifier.classify(_frame(other))


def test_frame_pixels_embedding_and_bytes_give_the_same_answer(root):
    classifier = TaughtClassifier.open(root, "door", ColourEmbedder())
    timed = classifier.classify_bytes(jpeg("dog", 3))
    assert list(timed.seconds) == ["read", "resize", "embed", "head"]
    assert timed.classification.label == "dog"
    pixels = _frame(picture("dog", 3)).rgb((16, 16), REGION)
    answer = classifier.classify_rgb(pixels)
    assert answer == classifier.classify_embedding(ColourEmbedder().embed(pixels))
    assert answer == classifier.classify(_frame(picture("dog", 3)))


def test_another_embedder_is_refused(root):
    with pytest.raises(StaleClassifierError, match="vedette teach door --embed-again"):
        TaughtClassifier.open(root, "door", ColourEmbedder(identity="colours | 2"))


def test_what_is_not_there_or_no_picture_is_a_sentence(root):
    with pytest.raises(TeachingError, match="no classifier `gate`"):
        TaughtClassifier.open(root, "gate", ColourEmbedder())
    with pytest.raises(PictureError, match=r"nonsense\.jpg: not a picture"):
        TaughtClassifier.open(root, "door", ColourEmbedder()).classify_bytes(b"text", "nonsense.jpg")


class _OneAtATime(ColourEmbedder):
    """Fails if two threads are in it at once."""

    turn = threading.Lock()

    def embed(self, rgb):
        assert self.turn.acquire(blocking=False), "two threads in one embedder"
        try:
            return super().embed(rgb)
        finally:
            self.turn.release()


def test_threads_take_turns(root):
    classifier = TaughtClassifier.open(root, "door", _OneAtATime())
    frame = _frame(picture("cat", 5))
    answers = []

    def work():
        answers.extend(classifier.classify(frame).label for _ in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["cat"] * 200
