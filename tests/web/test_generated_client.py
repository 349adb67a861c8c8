"""A client that is generated from the description gets what is promised, and nothing it sends does harm."""

from __future__ import annotations

from itertools import count

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from parts.stored_events import event
from parts.taught_pictures import jpeg
from parts.web_server import FakeAppliance, serving, stored_appliance
from vedette.values.event import Phase
from vedette.values.outbox import OutboxEntry
from vedette.web.app import create_app

ENDLESS = ("/live", "/preview")
OPERATIONS = [
    (method.upper(), path)
    for path, methods in create_app(FakeAppliance()).openapi()["paths"].items()
    for method in methods
    if not path.endswith(ENDLESS)
]
NAMES = {"configuration": "garden", "cameras": "garden", "classifiers": "door", "actions": "phone"}
FEW = settings(
    max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
# A posted picture may be of any bytes by the description; those that are no picture are refused.
PICTURES = ("/api/image", "/frames", "/examples", "/proposals", "/import")
# Left of what is to the right: no schema says that of four numbers.
REGIONS = ("PATCH/api/v1/classifiers/{name}",)


@pytest.fixture(scope="module")
def appliance(tmp_path_factory):
    with stored_appliance(tmp_path_factory.mktemp("appliance")) as appliance:
        appliance.teaching.create("door")
        for label in ("cat", "mouse"):
            for seed in range(3):
                appliance.teaching.add("door", jpeg(label, seed), label, f"{label} {seed}")
        for suffix in ("jpg", "mp4"):
            (appliance.media_folder / f"{event(1).id}.{suffix}").write_bytes(jpeg("cat", 1))
        told = event(1, snapshot=f"{event(1).id}.jpg", clip=f"{event(1).id}.mp4")
        letter = OutboxEntry("k:open:phone", "phone", Phase.OPEN, told, told.opened_at, told.opened_at)
        appliance.events.record(told, [letter])
        appliance.outbox.failed(letter.key, "nobody there.", None)
        yield appliance


@pytest.fixture(scope="module")
def described(appliance):
    with serving(appliance) as port:
        yield schemathesis.openapi.from_url(f"http://127.0.0.1:{port}/openapi.json")


def known(appliance, path: str) -> dict[str, str]:
    """Path parameters that lead to something."""
    return {
        "name": NAMES.get(path.split("/")[3] if path.count("/") > 3 else "", ""),
        "event_id": event(1).id,
        "digest": next(iter(appliance.teaching.describe("door").examples), "0" * 64),
        "key": "k:open:phone",
        "person_id": "0123456789abcdef",
        "rule": "visitor",
    }


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_what_is_described_is_what_is_answered(described, method, path):
    @FEW
    @given(case=described[path][method].as_strategy())
    def ask(case):
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    ask()


@pytest.mark.parametrize(
    ("method", "path"), [each for each in OPERATIONS if "{" in each[1] and each[0] != "DELETE"]
)
def test_what_is_described_is_what_is_answered_of_things_that_are_there(appliance, described, method, path):
    parameters, number = known(appliance, path), count()
    prefix = f"{method}{path}".translate(str.maketrans("/{}", "---"))

    @FEW
    @given(case=described[path][method].as_strategy())
    def ask(case):
        if "Idempotency-Key" in (case.headers or {}):
            case.headers["Idempotency-Key"] = f"{prefix}{next(number)}"
        case.path_parameters = {name: parameters[name] for name in case.path_parameters}
        is_picky = path.endswith(PICTURES) or f"{method}{path}" in REGIONS
        excluded = [positive_data_acceptance] if is_picky else []
        case.call_and_validate(excluded_checks=excluded)

    ask()
