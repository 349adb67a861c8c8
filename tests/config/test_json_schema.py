from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from vedette.config.json_schema import configuration_schema


def _objects(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for each in part.values():
            yield from _objects(each)
    elif isinstance(part, list):
        for each in part:
            yield from _objects(each)


def test_an_editor_learns_every_key_with_its_description():
    schema = configuration_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    assert set(schema["properties"]) == {"storage", "inference", "service", "cameras", "actions"}
    with_properties = [each for each in _objects(schema) if isinstance(each.get("properties"), dict)]
    assert len(with_properties) > 15
    for each in with_properties:
        assert each["additionalProperties"] is False
        for name, value in each["properties"].items():
            told = value if "description" in value else schema["$defs"][value["$ref"].rpartition("/")[2]]
            assert told["description"], name


def test_every_reference_leads_somewhere():
    schema = configuration_schema()
    references = {each["$ref"] for each in _objects(schema) if "$ref" in each}
    assert references
    assert references <= {f"#/$defs/{name}" for name in schema["$defs"]}


def test_the_schema_is_the_same_wherever_it_is_made(monkeypatch):
    first = json.dumps(configuration_schema())
    monkeypatch.setenv("VEDETTE_HOME", "/somewhere/else")
    assert json.dumps(configuration_schema()) == first
    assert "/somewhere" not in first
