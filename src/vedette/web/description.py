"""The OpenAPI description: what FastAPI does not know of what stands before and beside its routes."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from vedette.web.access import Access
from vedette.web.cookies import NAME
from vedette.web.permissions import READING, need_of
from vedette.web.refusal import REFUSAL, RefusalBody
from vedette.web.routes import image

_COOKIE = {
    "type": "apiKey",
    "in": "cookie",
    "name": NAME,
    "description": "A session: POST /api/v1/session begins one. Changes carry X-CSRF-Token besides. "
    "Over TLS the cookie's name begins with `__Host-`.",
}
_TOKEN = {"type": "http", "scheme": "bearer", "description": "A token, or `service.token`."}


def describe(app: FastAPI, access: Access) -> None:
    """Have `app` describe the route that is no FastAPI's, the one shape of refusals, and who may do what."""
    describe_others = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = describe_others()
            components = schema["components"]
            components["schemas"].setdefault("RefusalBody", RefusalBody.model_json_schema())
            schema["paths"][image.PATH] = image.describe(REFUSAL)
            _without_fastapis_errors(schema)
            if not access.is_open:
                _with_security(schema, has_people=access.register is not None)
        return app.openapi_schema or {}

    app.openapi = described  # type: ignore[method-assign]


def _with_security(schema: dict[str, Any], *, has_people: bool) -> None:
    schemes = {"session": _COOKIE, "token": _TOKEN} if has_people else {"token": _TOKEN}
    schema["components"]["securitySchemes"] = schemes
    schema["security"] = [{name: []} for name in schemes]
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            need = need_of(method.upper(), path)
            if need.gate == "anybody":
                operation["security"] = []
            elif need.gate == "here":
                operation["security"] = [{name: []} for name in schemes] + [{}]
            elif need.gate == "scope":
                operation["x-scopes"] = sorted(need.scopes | {"admin"})
            if method.upper() not in READING and has_people and need.gate != "anybody":
                operation.setdefault("parameters", []).append(_PROOF)


_PROOF = {
    "name": "X-CSRF-Token",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "With a session's cookie: what GET /api/v1/session says. Not needed with a token.",
}


def _without_fastapis_errors(schema: dict[str, Any]) -> None:
    """Refusals have one shape here; FastAPI describes another where a route says nothing of 422."""
    for name in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(name, None)
    for methods in schema["paths"].values():
        for operation in methods.values():
            refused = operation["responses"].get("422")
            if refused is not None:
                refused["content"] = {"application/json": {"schema": REFUSAL}}
