"""Asked why, the running appliance answers: by command and by address."""

from __future__ import annotations

import re
import signal
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from parts.demonstrated import taught
from parts.house import House
from parts.sentry import Sentry, eventually
from parts.vedette_process import TRACEBACK, run_vedette
from vedette.assembly.demonstration import PERSON

pytestmark = pytest.mark.timeout(150)


@pytest.fixture(scope="session")
def home(tmp_path_factory, lite0_int8, person_clip) -> Path:
    return taught(PERSON, person_clip, tmp_path_factory.mktemp("home"))


@pytest.fixture
def house(home, tmp_path, person_clip, monkeypatch) -> House:
    monkeypatch.setenv("VEDETTE_HOME", str(home))
    house = House(tmp_path)
    house.film("lawn", person_clip, paced=True, loop=False)
    house.write()
    return house


def asked(house, sentry, camera="lawn"):
    """`vedette explain` of the last minute, whichever port was free."""
    text = house.configuration.read_text()
    port = urlsplit(sentry.address).port
    house.configuration.write_text(re.sub(r"port: \d+", f"port: {port}", text))
    at = datetime.now().astimezone().strftime("%H:%M:%S")
    return run_vedette("explain", house.configuration, "--camera", camera, "--at", at, "--around", 60)


def test_the_command_says_what_each_stage_made_of_the_last_minute(house):
    with Sentry(house.configuration) as sentry:
        eventually(lambda: sentry.get("/api/v1/events").json()["events"], "the event of the clip")
        eventually(lambda: sentry.camera()["state"] == "ended", "the end of the clip")
        told = asked(house, sentry)
        nobody = asked(house, sentry, camera="lawm")
        sentry.ends(signal.SIGTERM, 5)
    assert told.returncode == 0, told.stderr
    assert "Nothing stopped it: `on the lawn` became active" in told.stdout
    for stage in ("gate", "network", "rule", "event", "action"):
        assert re.search(rf"^{stage} ", told.stdout, re.MULTILINE), told.stdout
    assert nobody.returncode != 0
    assert "lawn" in nobody.stderr
    assert TRACEBACK not in told.stderr + nobody.stderr + sentry.text


def test_the_command_says_that_the_service_does_not_run(house):
    text = house.configuration.read_text().replace("port: 0", "port: 9")
    house.configuration.write_text(text)
    told = run_vedette("explain", house.configuration, "--camera", "lawn", "--at", "14:32")
    assert told.returncode == 1
    assert "vedette run" in told.stderr
    assert TRACEBACK not in told.stderr
