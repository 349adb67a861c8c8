from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from vedette.assembly.demonstration import DEMONSTRATIONS
from vedette.config.agreement import disagreements
from vedette.config.landscape import every_model, known_at, known_kinds
from vedette.config.schema import Config
from vedette.sources.reconnection import ReconnectionSettings
from vedette.sources.rtsp import RtspSettings

MODELS = list(every_model())


def test_the_walk_reaches_what_lies_deepest():
    assert Config in MODELS
    assert ReconnectionSettings in MODELS
    assert len(MODELS) >= 17


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_setting_says_what_it_is(model):
    for name, field in model.model_fields.items():
        assert field.description, f"{model.__name__}.{name} has no description"
        assert field.description.endswith("."), f"{model.__name__}.{name}: a description is a sentence"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_part_is_frozen_and_refuses_what_it_does_not_know(model):
    assert model.model_config.get("frozen") is True
    assert model.model_config.get("extra") == "forbid"


def test_kinds_are_told_apart_by_their_names():
    kinds = [kind for model in MODELS for kind in known_kinds(model)]
    assert {"video", "folder", "rtsp", "mjpeg", "v4l2", "push"} <= set(kinds)
    assert {"background", "none", "presence", "absence", "log", "webhook"} <= set(kinds)
    assert len(kinds) == len(set(kinds))


def test_what_is_known_at_a_place_follows_its_kind():
    assert known_at(("cameras", "door", "source", "rtsp")) == (RtspSettings,)
    assert len(known_at(("cameras", "rtsp", "source"))) == 6
    assert known_at(("cameras", "door", "nowhere")) == ()


@pytest.mark.parametrize("name", DEMONSTRATIONS)
def test_the_demonstrations_are_configurations(name, tmp_path):
    described = DEMONSTRATIONS[name].configuration(Path("clip.mp4"), tmp_path, is_paced=False)
    config = Config.model_validate(described)
    assert list(config.cameras) == [DEMONSTRATIONS[name].camera]
    assert config.storage.folder == tmp_path
    assert list(disagreements(config)) == []


def test_settings_cannot_be_changed_afterwards():
    config = Config()
    with pytest.raises(ValidationError):
        config.service.port = 80
