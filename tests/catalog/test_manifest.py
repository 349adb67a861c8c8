from __future__ import annotations

from pathlib import Path

import pytest

from vedette.catalog.library import CATALOG
from vedette.catalog.manifest import read_catalog, read_manifest_beside
from vedette.errors import ConfigurationError

NETWORK = """
kind = "network"
licence = "MIT"
task = "classification"
input = { width = 96, height = 64, mean = 127.5, standard_deviation = 127.5 }
"""


def local(folder: Path, manifest: str) -> Path:
    (folder / "mynet.tflite").write_bytes(b"network")
    (folder / "mynet.toml").write_text(manifest)
    return folder / "mynet.tflite"


def test_every_entry_of_the_catalog_is_pinned_and_can_be_had():
    manifests = read_catalog(CATALOG)
    assert set(manifests) >= {"efficientnet-lite0", "efficientnet-lite0-fp32", "person", "finch"}
    for manifest in manifests.values():
        assert manifest.sha256
        assert manifest.size
        assert manifest.mirror or manifest.publisher
    assert len({manifest.file for manifest in manifests.values()}) == len(manifests)


def test_a_local_manifest_takes_name_and_file_from_the_network_beside_it(tmp_path):
    manifest = read_manifest_beside(local(tmp_path, NETWORK))
    assert (manifest.name, manifest.file, manifest.sha256) == ("mynet", "mynet.tflite", None)
    assert (manifest.input.width, manifest.input.height) == (96, 64)


def test_a_local_manifest_says_how_the_network_embeds(tmp_path):
    recipe = '[embedding]\ntaps = [{tensor = "a", pooling = "max", weight = 0.5}]\nbrightness = 0.4\n'
    embedding = read_manifest_beside(local(tmp_path, NETWORK + recipe)).embedding
    assert (embedding.taps[0].pooling, embedding.taps[0].weight) == ("max", 0.5)
    assert embedding.brightness == 0.4


@pytest.mark.parametrize(
    ("manifest", "key"),
    [
        pytest.param(NETWORK + "colour = 1", "`colour`", id="unknown key"),
        pytest.param(NETWORK.replace('"MIT"', "3"), "`licence`", id="wrong type"),
        pytest.param(NETWORK.replace("96", "0"), "`input.width`", id="out of range"),
        pytest.param(NETWORK + 'sha256 = "abc"', "`sha256`", id="not a hash"),
        pytest.param(NETWORK + 'publisher = "ftp://a/b"', "`publisher`", id="another scheme"),
        pytest.param(NETWORK + 'publisher = "https://me:secret@a/b"', "`publisher`", id="password"),
        pytest.param(
            NETWORK + '[embedding]\ntaps = [{tensor = "a", pooling = "median"}]', "pooling`", id="pooling"
        ),
        pytest.param('kind = "network"\nlicence = "MIT"', "`task`", id="network without a task"),
        pytest.param(NETWORK.replace("network", "clip"), "`task`", id="clip with a task"),
        pytest.param(
            NETWORK + 'mirror = {package = "--index-url=x", version = "1", member = "m"}',
            "`mirror.package`",
            id="an option as a package",
        ),
    ],
)
def test_a_bad_manifest_is_refused_with_its_file_and_key(tmp_path, manifest, key):
    with pytest.raises(ConfigurationError) as refusal:
        read_manifest_beside(local(tmp_path, manifest))
    assert str(tmp_path / "mynet.toml") in str(refusal.value)
    assert key in str(refusal.value)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"[a", "is not TOML", id="not TOML"),
        pytest.param(b"\xff\xfe", "is not TOML", id="not text"),
        pytest.param(b"a = 1", "'a' is not a table", id="no table"),
        pytest.param(b'[a]\nkind = "clip"\nfile = "a.mp4"\nlicence = "MIT"', "lacks `sha256`", id="no hash"),
        pytest.param(
            b'[a]\nkind = "clip"\nfile = "../a.mp4"\nlicence = "MIT"', "`file`", id="a path as file"
        ),
    ],
)
def test_a_bad_catalog_is_refused_with_a_sentence(tmp_path, content, said):
    path = tmp_path / "catalog.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=said):
        read_catalog(path)


def test_a_network_without_a_manifest_says_what_to_write(tmp_path):
    with pytest.raises(ConfigurationError, match=r"mynet\.toml"):
        read_manifest_beside(tmp_path / "mynet.tflite")
