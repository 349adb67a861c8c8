"""A service over an appliance with a real store and a real teaching desk."""

from __future__ import annotations

import pytest

from parts.web_server import DirectClient, stored_appliance
from vedette.web.app import create_app


@pytest.fixture
def stored(tmp_path):
    with stored_appliance(tmp_path) as appliance:
        yield appliance


@pytest.fixture
def asking(stored):
    """A client of that service."""
    with DirectClient(create_app(stored)) as client:
        yield client
