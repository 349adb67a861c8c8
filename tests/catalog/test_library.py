from __future__ import annotations

import hashlib

import pytest

from vedette.catalog.library import Library, State
from vedette.catalog.manifest import Manifest
from vedette.errors import CatalogError

RIGHT = b"the right bytes"
CLIP = Manifest(
    name="clip",
    kind="clip",
    file="clip.mp4",
    licence="MIT",
    sha256=hashlib.sha256(RIGHT).hexdigest(),
    size=len(RIGHT),
)
LOCAL = """
kind = "network"
licence = "MIT"
task = "classification"
input = { width = 8, height = 8 }
"""


@pytest.fixture
def library(tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "cache").mkdir()
    return Library(tmp_path / "package", tmp_path / "cache", {"clip": CLIP})


@pytest.mark.parametrize(
    ("package", "cache", "state", "found"),
    [
        pytest.param(None, None, State.NOT_FETCHED, None, id="nowhere"),
        pytest.param(RIGHT, None, State.IN_PACKAGE, "package", id="in the package"),
        pytest.param(None, RIGHT, State.IN_CACHE, "cache", id="in the cache"),
        pytest.param(RIGHT, RIGHT, State.IN_PACKAGE, "package", id="package first"),
        pytest.param(b"the wrong bytes", RIGHT, State.IN_CACHE, "cache", id="wrong in the package"),
        pytest.param(None, b"the wrong bytes", State.WRONG_HASH, None, id="same size, wrong hash"),
        pytest.param(None, b"short", State.WRONG_HASH, None, id="cut short"),
    ],
)
def test_only_the_right_bytes_are_found(library, package, cache, state, found):
    tmp_path = library.cache.parent
    for folder, content in (("package", package), ("cache", cache)):
        if content is not None:
            (tmp_path / folder / "clip.mp4").write_bytes(content)
    assert library.holding("clip").state is state
    assert library.find("clip") == (tmp_path / found / "clip.mp4" if found else None)
    assert [each.state for each in library.holdings()] == [state]


def test_a_local_file_with_a_manifest_is_a_model_too(tmp_path, library):
    network = tmp_path / "mynet.tflite"
    network.write_bytes(RIGHT)
    network.with_suffix(".toml").write_text(LOCAL)
    holding = library.holding(str(network))
    assert (holding.state, holding.path, holding.manifest.name) == (State.LOCAL, network, "mynet")


def test_a_local_file_with_another_hash_than_its_manifest_is_not_found(tmp_path, library):
    network = tmp_path / "mynet.tflite"
    network.write_bytes(b"changed")
    network.with_suffix(".toml").write_text(LOCAL + f'sha256 = "{CLIP.sha256}"')
    assert library.holding(str(network)).state is State.WRONG_HASH
    assert library.find(str(network)) is None


def test_an_unknown_name_is_told_the_nearest_and_all(library):
    with pytest.raises(CatalogError) as refusal:
        library.find("clib")
    assert "no 'clib'" in refusal.value.message
    assert "Did you mean 'clip'?" in refusal.value.remedy


def test_a_path_without_a_file_says_so(tmp_path, library):
    with pytest.raises(CatalogError, match="no file"):
        library.find(str(tmp_path / "absent.tflite"))


def test_the_default_library_looks_into_the_cache_that_the_environment_names(tmp_path, monkeypatch):
    monkeypatch.setenv("VEDETTE_CACHE", str(tmp_path))
    assert Library.default().cache == tmp_path / "files"


def test_a_file_that_cannot_be_read_says_so(tmp_path):
    library = Library(tmp_path / ("x" * 300), tmp_path, {"clip": CLIP})  # the kernel refuses to look
    with pytest.raises(CatalogError, match="cannot be read"):
        library.find("clip")
