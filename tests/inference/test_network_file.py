from __future__ import annotations

import hashlib

import pytest

from vedette.errors import BackendError
from vedette.inference.network_file import read_network


def test_the_hash_is_that_of_the_file_also_when_it_is_tapped(lite0_int8):
    expected = hashlib.sha256(lite0_int8.read_bytes()).hexdigest()
    network = read_network(lite0_int8)
    assert network.sha256 == expected
    assert not network.is_edited
    tapped = network.tapped(["head/Squeeze1"])
    assert tapped.sha256 == expected
    assert tapped.is_edited


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("empty.tflite", b"", "empty.tflite: the file is empty", id="empty"),
        pytest.param("text.tflite", b"# how to train a network\n", "not a network that a runtime", id="text"),
        pytest.param("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(64), "not a network", id="picture"),
        pytest.param("alone.xml", b"<net/>", "alone.bin: No such file", id="IR without weights"),
    ],
)
def test_what_is_no_network_is_refused_in_a_sentence(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BackendError, match=message) as caught:
        read_network(tmp_path / name)
    assert caught.value.remedy


def test_a_missing_file_and_a_folder_are_refused_in_a_sentence(tmp_path):
    with pytest.raises(
        BackendError, match=r"gone.tflite: No such file or directory. Check the network's path"
    ):
        read_network(tmp_path / "gone.tflite")
    with pytest.raises(BackendError, match="Is a directory"):
        read_network(tmp_path)


def test_an_irs_hash_covers_its_weights(tmp_path):
    hashes = set()
    for weights in (b"one", b"two"):
        (tmp_path / "net.xml").write_bytes(b"<net/>")
        (tmp_path / "net.bin").write_bytes(weights)
        network = read_network(tmp_path / "net.xml")
        assert network.format == "ir"
        hashes.add(network.sha256)
    assert len(hashes) == 2


def test_an_error_of_a_tap_names_the_file(lite0_int8):
    with pytest.raises(BackendError, match=f"{lite0_int8.name}: the network has no tensor nowhere"):
        read_network(lite0_int8).tapped(["nowhere"])
