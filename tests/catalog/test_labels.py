from __future__ import annotations

import zipfile

import pytest

from vedette.catalog.labels import read_labels
from vedette.errors import CatalogError


def test_the_default_network_carries_the_thousand_labels_of_imagenet(lite0_int8):
    labels = read_labels(lite0_int8)
    assert len(labels) == 1000
    assert labels[285] == "Egyptian cat"


def test_a_network_without_labels_says_so(tmp_path):
    network = tmp_path / "bare.tflite"
    network.write_bytes(b"no zip in here")
    with pytest.raises(CatalogError, match="no readable labels"):
        read_labels(network)


def test_two_label_files_are_one_too_many(tmp_path):
    network = tmp_path / "two.tflite"
    with zipfile.ZipFile(network, "w") as inside:
        inside.writestr("a.txt", "cat")
        inside.writestr("b.txt", "dog")
    with pytest.raises(CatalogError, match="2 label files"):
        read_labels(network)
