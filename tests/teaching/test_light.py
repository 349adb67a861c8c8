from __future__ import annotations

import numpy as np
import pytest

from vedette.pixels.picture import encode_jpeg
from vedette.teaching.light import Light, LightNotes, light_of


def plain(*colour, size=(90, 160)):
    return np.full((*size, 3), colour, np.uint8)


@pytest.mark.parametrize(
    ("colour", "conditions"),
    [
        ((200, 60, 40), ("bright", "colour")),
        ((40, 12, 8), ("dark", "colour")),
        ((20, 20, 20), ("dark", "infrared")),
        ((180, 180, 181), ("bright", "infrared")),
    ],
)
def test_dark_and_colourless_pictures_are_told(colour, conditions):
    assert light_of(plain(*colour)).conditions == conditions
    assert light_of(plain(*colour, size=(3, 2))).conditions == conditions


def test_each_picture_is_read_once_and_never_again(tmp_path):
    reads = []

    def read(name):
        reads.append(name)
        return encode_jpeg(plain(30, 30, 30))

    notes = LightNotes(tmp_path)
    for _ in range(2):
        lights = notes.of({name: lambda name=name: read(name) for name in ("a", "b")})
    assert lights["a"].luma == pytest.approx(30, abs=1)
    notes.keep(["a"])
    assert LightNotes(tmp_path).of({"a": lambda: read("a")})["a"] == Light(30.0, 0.0)
    assert reads == ["a", "b"]


@pytest.mark.parametrize("notes", [b"", b"[]", b'{"a": 1}', b'{"a": ["x", 2]}', b"\xff"])
def test_damaged_notes_and_pictures_harm_nothing(tmp_path, notes):
    (tmp_path / "light.json").write_bytes(notes)
    assert LightNotes(tmp_path).of({"a": lambda: b"no picture"}) == {}


def test_where_nothing_may_be_written_nobody_complains(tmp_path):
    notes = LightNotes(tmp_path / "gone")
    assert notes.of({"a": lambda: encode_jpeg(plain(9, 9, 9))})
    notes.keep(["a"])
