"""The ledger of injected faults, and the film of a lawn that is never at rest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from parts.demonstrated import taught
from parts.fault_ledger import FaultLedger
from parts.restless import restless_film
from vedette.assembly.demonstration import PERSON


@pytest.fixture
def ledger(request) -> FaultLedger:
    """Where this test notes what it injected and what came of it."""
    return FaultLedger(request.node.user_properties)


@pytest.fixture(scope="session")
def soak_seconds() -> float:
    """How long the long form lasts; 0 in the short one."""
    return float(os.environ.get("VEDETTE_SOAK_SECONDS", "0"))


@pytest.fixture(scope="session")
def taught_home(tmp_path_factory, lite0_int8, person_clip) -> Path:
    """A home that knows the lawn."""
    return taught(PERSON, person_clip, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def restless(tmp_path_factory, person_clip) -> Path:
    """Somebody comes and goes three times a second."""
    return restless_film(person_clip, tmp_path_factory.mktemp("films") / "restless.mp4")


@pytest.fixture
def at_home(taught_home, monkeypatch) -> Path:
    """Processes that are started in this test know the lawn."""
    monkeypatch.setenv("VEDETTE_HOME", str(taught_home))
    return taught_home
