"""Networks and classifiers that are exchanged while cameras use them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from parts.taught_pictures import ColourEmbedder, jpeg, picture
from vedette.assembly.networks import Networks
from vedette.pipeline.inference_queue import QueueClosed
from vedette.pixels.planes import RgbPlanes
from vedette.teaching.classifier_folder import ClassifierFolder
from vedette.teaching.manifest import Origin
from vedette.teaching.session import TeachingSession
from vedette.values.frame import Frame


class ClosableEmbedder(ColourEmbedder):
    """Knows how often it was opened and closed."""

    opened: int = 0
    closed: int = 0

    def close(self):
        type(self).closed += 1


def opening(_origin):
    ClosableEmbedder.opened += 1
    return ClosableEmbedder()


def teach(root, name, labels):
    with TeachingSession(
        ClassifierFolder(root, name), ColourEmbedder(), Origin(), lambda: datetime.now(UTC)
    ) as session:
        for label in labels:
            for seed in range(10):
                session.add(jpeg(label, seed), f"{label}/{seed}.jpg", label)
        session.teach()
        session.save()


@pytest.fixture
def networks(tmp_path, monkeypatch):
    monkeypatch.setattr(ClosableEmbedder, "opened", 0)
    monkeypatch.setattr(ClosableEmbedder, "closed", 0)
    for name in ("door", "yard"):
        teach(tmp_path, name, ("background", "cat"))
    networks = Networks(tmp_path, opening)
    yield networks
    networks.close()


def frame(label):
    pixels = picture(label, 123)
    return Frame("yard", 0, datetime.now(UTC), 0.0, pixels.shape[1], pixels.shape[0], RgbPlanes(pixels))


def test_classifiers_of_one_network_share_it_and_its_queue(networks):
    door, yard = networks.classifier("door"), networks.classifier("yard")
    assert door[1] is yard[1]
    assert networks.classifier("door")[0] is door[0]
    assert (ClosableEmbedder.opened, list(networks.queues().values())) == (1, [door[1]])


def test_a_classifier_that_is_taught_anew_answers_so_with_the_next_picture(networks):
    door, _ = networks.classifier("door")
    assert door.classes == ("background", "cat")
    teach(networks.root, "door", ("dog",))
    assert door.classes == ("background", "cat")
    networks.taught_anew("door")
    assert door.classes == ("background", "cat", "dog")
    assert door.classify(frame("dog")).label == "dog"
    networks.taught_anew("nobody uses this one")


def test_a_network_is_replaced_without_being_closed_under_somebody(networks):
    door, queue = networks.classifier("door")
    networks.classifier("yard")
    assert set(networks.replace(queue)) == {"door", "yard"}
    assert (ClosableEmbedder.opened, ClosableEmbedder.closed) == (2, 0)
    with pytest.raises(QueueClosed):
        queue.run("camera", lambda: None)
    again, fresh = networks.classifier("door")
    assert again is not door
    assert fresh.run("camera", lambda: again.classify(frame("cat"))).label == "cat"


def test_what_another_process_taught_is_noticed_once(networks):
    networks.classifier("door")
    assert networks.taught_elsewhere() == ()
    teach(networks.root, "door", ("dog",))
    assert networks.taught_elsewhere() == ("door",)
    networks.taught_anew("door")
    assert networks.taught_elsewhere() == ()


def test_a_classifier_that_is_not_taught_yet_is_missing_until_it_is(networks):
    found, missing = networks.available(("door", "shed"))
    assert [classifier.name for classifier, _ in found] == ["door"]
    assert missing == networks.missing == {"shed": "`shed` is not taught yet: teach it in the page."}
    assert networks.taught_elsewhere() == ()
    teach(networks.root, "shed", ("background", "cat"))
    assert networks.taught_elsewhere() == ("shed",)
    # Whoever was refused must ask again.
    assert networks.taught_anew("shed")
    found, missing = networks.available(("shed",))
    assert [classifier.name for classifier, _ in found] == ["shed"]
    assert missing == networks.missing == {}


def test_a_damaged_classifier_keeps_the_others_company(networks):
    (networks.root / "shed").mkdir()
    (networks.root / "shed" / "manifest.json").write_text("{}")
    found, missing = networks.available(("shed", "yard"))
    assert [classifier.name for classifier, _ in found] == ["yard"]
    assert "manifest.json: cannot be read" in missing["shed"]
