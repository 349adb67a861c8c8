"""The real network, read, and real pictures at its size."""

from __future__ import annotations

import numpy as np
import pytest

from vedette.inference.network_file import NetworkFile, read_network
from vedette.pixels.planes import resized


@pytest.fixture(scope="session")
def int8_network(lite0_int8) -> NetworkFile:
    return read_network(lite0_int8)


@pytest.fixture(scope="session")
def fp32_network(lite0_fp32) -> NetworkFile:
    return read_network(lite0_fp32)


@pytest.fixture(scope="session")
def pictures() -> dict[str, np.ndarray]:
    from skimage import data

    return {
        name: resized(getattr(data, name)()[..., :3], (224, 224))
        for name in ("chelsea", "astronaut", "coffee")
    }


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("VEDETTE_CACHE", str(tmp_path / "vedette-cache"))
