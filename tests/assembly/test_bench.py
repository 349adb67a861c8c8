"""What the bench is made of; the measuring itself is `make bench`."""

from __future__ import annotations

from pathlib import Path

import pytest

from vedette.assembly.bench import Bench
from vedette.config.readiness import load_taught
from vedette.config.schema import Config
from vedette.pixels.picture import decode_picture


@pytest.fixture(scope="module")
def bench(tmp_path_factory, lite0_int8, finch_clip) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


def test_its_appliance_is_a_configuration_whose_classifiers_are_taught(bench):
    path: Path = bench._appliance_file()
    config = load_taught(path, bench.home / "classifiers").config
    assert config.cameras["finch"].source.loop


def test_its_http_service_is_a_configuration(bench):
    config = Config.model_validate(bench.http_configuration(8080))
    assert config.service.port == 8080
    assert (bench.home / "classifiers" / config.service.classifier).is_dir()


def test_decoding_alone_decodes_every_frame_that_the_source_gives(bench):
    assert bench._decode() == sum(1 for _ in bench._source().frames())


def test_its_posted_picture_has_the_size_that_was_asked_for(bench):
    assert decode_picture(bench.jpeg((640, 480))).shape[:2] == (480, 640)
