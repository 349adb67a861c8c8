"""The configuration's JSON Schema, for editors that check and complete while one types."""

from __future__ import annotations

from typing import Any

from vedette.config.schema import Config

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def configuration_schema() -> dict[str, Any]:
    """A JSON Schema (draft 2020-12). `!env` and `!file` count as text there, whatever the value must be."""
    schema = Config.model_json_schema(mode="validation")
    return {"$schema": DIALECT, "title": "Vedette's configuration", **_without_titles(schema)}


def _without_titles(part: Any) -> Any:
    """Without the titles that pydantic makes of the keys: they say nothing that the keys do not."""
    if isinstance(part, list):
        return [_without_titles(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _without_titles(value)
        for key, value in part.items()
        if key != "title" or not isinstance(value, str)
    }
