from __future__ import annotations

from datetime import UTC, datetime

import pytest

from parts.taught_pictures import ColourEmbedder, jpeg
from parts.written_configuration import ENVIRONMENT, HOUSE, written
from vedette.config.problems import InvalidConfigurationError
from vedette.config.readiness import load_ready, load_taught
from vedette.teaching.classifier_folder import ClassifierFolder
from vedette.teaching.manifest import Origin
from vedette.teaching.session import TeachingSession


def taught(root, name, labels):
    now = datetime(2026, 11, 21, tzinfo=UTC)
    with TeachingSession(ClassifierFolder(root, name), ColourEmbedder(), Origin(), lambda: now) as session:
        for label in labels:
            for seed in range(3):
                session.add(jpeg(label, seed), f"{seed}.jpg", label)
        session.teach()
        session.save()


def sentences(path, root):
    with pytest.raises(InvalidConfigurationError) as caught:
        load_taught(path, root, ENVIRONMENT)
    return [f"{each.line} {each.dotted}: {each.sentence}" for each in caught.value.problems]


def test_a_classifier_that_nobody_taught_is_told_once_with_what_to_do(tmp_path):
    (told,) = sentences(written(tmp_path, HOUSE), tmp_path / "classifiers")
    assert told.startswith("10 cameras.door.classifiers.0: There is no classifier `cat-door`")
    assert told.endswith("Teach it: vedette teach cat-door FOLDER.")


def test_the_service_s_own_classifier_must_be_taught_too(tmp_path):
    (told,) = sentences(written(tmp_path, "service: {classifier: cat-door}"), tmp_path)
    assert told.startswith("1 service.classifier: There is no classifier `cat-door`")


def test_a_label_that_was_never_taught_names_the_nearest(tmp_path):
    taught(tmp_path / "classifiers", "cat-door", ["cat", "background"])
    house = HOUSE.replace("label: 'cat'", "label: 'cats'").replace("label: prey", "label: background")
    (told,) = sentences(written(tmp_path, house), tmp_path / "classifiers")
    assert told == (
        "16 cameras.door.rules.1.label: cat-door has no class cats; the nearest known one is cat."
    )


def test_a_damaged_classifier_is_told(tmp_path):
    (tmp_path / "cat-door").mkdir()
    (tmp_path / "cat-door" / "manifest.json").write_text("{}")
    (told,) = sentences(written(tmp_path, HOUSE), tmp_path)
    assert "manifest.json: cannot be read" in told


def test_what_env_gave_is_not_shown_here_either(tmp_path):
    path = written(tmp_path, "service: {classifier: !env S}")
    with pytest.raises(InvalidConfigurationError) as caught:
        load_taught(path, tmp_path, {"S": "hunter2xyz"})
    assert "hunter2xyz" not in str(caught.value)


def test_a_house_that_is_taught_is_loaded(tmp_path):
    taught(tmp_path / "classifiers", "cat-door", ["cat", "mouse", "background"])
    path = written(tmp_path, HOUSE.replace("label: prey", "label: mouse"))
    loaded = load_taught(path, tmp_path / "classifiers", ENVIRONMENT)
    assert list(loaded.config.cameras) == ["door"]


def test_a_classifier_that_nobody_taught_yet_keeps_nothing_from_starting(tmp_path):
    path = written(tmp_path, HOUSE)
    assert list(load_ready(path, tmp_path / "classifiers", ENVIRONMENT).config.cameras) == ["door"]


def test_a_label_that_a_taught_classifier_does_not_know_is_refused_before_the_start(tmp_path):
    taught(tmp_path / "classifiers", "cat-door", ["cat", "background"])
    with pytest.raises(InvalidConfigurationError, match="cat-door has no class prey"):
        load_ready(written(tmp_path, HOUSE), tmp_path / "classifiers", ENVIRONMENT)
