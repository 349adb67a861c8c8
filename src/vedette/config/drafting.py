"""From what a person typed into a form to what is written into the file, and what beside it."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from vedette.config.destination import SHOWN, destination
from vedette.config.editing import Change, Put, TakeOut
from vedette.config.masking import MARK, Secret, has_harmless_query, secrets_of, value_at, with_value
from vedette.config.mending import Reference
from vedette.config.mistakes import mistakes_of_part
from vedette.config.problems import DottedPath, Problem
from vedette.config.schema import AnyAction, AnyGate, AnyRule, AnySource
from vedette.sources.url import StreamUrl

SECRETS = "secrets"
"""The folder, beside the file, of what `!file` reads."""

_PASSWORD = ("password",)

SOURCE: TypeAdapter[Any] = TypeAdapter(AnySource)
GATE: TypeAdapter[Any] = TypeAdapter(AnyGate)
RULE: TypeAdapter[Any] = TypeAdapter(AnyRule)
ACTION: TypeAdapter[Any] = TypeAdapter(AnyAction)


class DraftError(Exception):
    """What was typed cannot be used: `problems` say where, from the top of the part that was typed."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(problem.sentence for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Before:
    """A part of the configuration as it is: its settings, and how the file writes them."""

    settings: BaseModel | None = None
    written: Any = None


@dataclass(frozen=True, slots=True)
class Drafted:
    """A part of the configuration as it is to be: its settings; what is written; secrets by file name."""

    settings: Any
    written: dict[str, Any] = field(repr=False)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)


def drafted(adapter: TypeAdapter[Any], at: DottedPath, sent: AnyMapping[str, Any], before: Before) -> Drafted:
    """A part as a form sent it: what is left out stays, null is its default again, a mark keeps its secret.

    Another kind begins anew. What a form shows and nobody changed is not written down.

    Raises:
        DraftError: what cannot be used.
    """
    old = before if sent.get("kind") == getattr(before.settings, "kind", None) else Before()
    wanted = _kept(dict(sent), old)
    _refuse_marks(wanted, at)
    try:
        settings = adapter.validate_python(_real(wanted, old))
    except ValidationError as error:
        raise DraftError(mistakes_of_part(error, at)) from None
    _refuse_other_host(settings, wanted, old, at)
    new = Before(settings, _slim(wanted, settings, old))
    return _without_secrets(new, old, f"{str(at[0]).removesuffix('s')}-{at[1]}")


def changes_to(path: DottedPath, before: Any, after: Any) -> Iterator[Change]:
    """What has to be written for a value to become another; what is the same is not touched."""
    if isinstance(before, AnyMapping) and isinstance(after, AnyMapping) and before:
        for key, value in after.items():
            yield from changes_to((*path, key), before.get(key), value)
        yield from (TakeOut((*path, key)) for key in before if key not in after)
    elif before is None or before != after:
        yield Put(path, after)


def _kept(sent: dict[str, Any], old: Before) -> dict[str, Any]:
    """With what the file has in the place of every mark, and of what was not sent."""
    for secret in _secrets(old):
        own = value_at(old.written, secret.path)
        if isinstance(secret.path[-1], int) and isinstance(among := value_at(sent, secret.path[:-1]), list):
            # It may have moved, for another has gone.
            kept = [own if each == secret.shown else each for each in among]
            sent = with_value(sent, secret.path[:-1], kept)
        elif value_at(sent, secret.path) == secret.shown:
            sent = with_value(sent, secret.path, own)
    known = old.written if isinstance(old.written, AnyMapping) else {}
    return {key: value for key, value in {**known, **sent}.items() if value is not None}


def _secrets(part: Before) -> list[Secret]:
    return [] if part.settings is None else list(secrets_of(part.settings, part.written))


def _real(wanted: Any, old: Before) -> Any:
    """With the secrets themselves, for those who use them."""
    real = {value_at(old.written, each.path): each.real for each in _secrets(old)}
    return _resolved(wanted, real)


def _resolved(value: Any, real: AnyMapping[Any, str]) -> Any:
    if isinstance(value, Reference):
        return real.get(value, value.text)
    if isinstance(value, AnyMapping):
        return {key: _resolved(each, real) for key, each in value.items()}
    return [_resolved(each, real) for each in value] if isinstance(value, list) else value


def _refuse_marks(wanted: Any, at: DottedPath, path: DottedPath = ()) -> None:
    if isinstance(wanted, str) and MARK in wanted:
        raise DraftError([Problem(None, (*at, *path), "is hidden in part: type the whole of it anew.")])
    inner = (
        wanted.items()
        if isinstance(wanted, AnyMapping)
        else enumerate(wanted if isinstance(wanted, list) else ())
    )
    for key, value in inner:
        _refuse_marks(value, at, (*path, key))


def _refuse_other_host(settings: Any, wanted: Any, old: Before, at: DottedPath) -> None:
    """A secret that is kept unseen goes to the host that it was given for, and to no other."""
    if old.settings is None or destination(settings) == destination(old.settings):
        return
    for name in SHOWN:
        known = getattr(old.settings, name, None)
        is_kept = wanted.get(name) == value_at(old.written, (name,))
        if known is not None and known.get_secret_value() and is_kept:
            sentence = f"type the {name} anew: the address leads to another place."
            raise DraftError([Problem(None, (*at, name), sentence)])


def _slim(wanted: dict[str, Any], settings: BaseModel, old: Before) -> dict[str, Any]:
    """Without what is so by default and the file does not say."""
    known = old.written if isinstance(old.written, AnyMapping) else {}
    usual = {
        name: field.get_default(call_default_factory=True)
        for name, field in type(settings).model_fields.items()
        if not field.is_required()
    }
    return {
        key: value
        for key, value in wanted.items()
        if key == "kind" or key in known or key not in usual or getattr(settings, key) != usual[key]
    }


def _without_secrets(new: Before, old: Before, name: str) -> Drafted:
    """With references in the place of new secrets; what the file has already stays as it is there."""
    settings, written = new.settings, new.written
    secrets: dict[str, str] = {}
    known = [value_at(old.written, secret.path) for secret in _secrets(old)]
    fresh = [each for each in _secrets(new) if value_at(written, each.path) not in known]
    for secret in (_password_of(settings, each) for each in fresh):
        url = getattr(settings, "url", None)
        if secret.path == _PASSWORD and isinstance(url, StreamUrl) and url.password:
            written = {**written, "url": url.bare(), "username": url.username, "password": secret.real}
        if isinstance(value_at(written, secret.path), str) and secret.shown != secret.real:
            file = _unused(f"{name}-{'-'.join(map(str, secret.path))}", written)
            secrets[file] = secret.real
            written = with_value(written, secret.path, Reference("!file", f"{SECRETS}/{file}"))
    return Drafted(settings, written, secrets)


def _unused(name: str, written: Any) -> str:
    """A file's name that nothing beside it refers to."""
    told = str(written)
    names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return next(each for each in names if f"'{SECRETS}/{each}'" not in told)


def _password_of(settings: Any, secret: Secret) -> Secret:
    """Of an address that holds a password, and nothing else that is secret, the password."""
    url = getattr(settings, "url", None)
    is_split = (
        secret.is_address and isinstance(url, StreamUrl) and bool(url.password) and has_harmless_query(url)
    )
    return Secret(_PASSWORD, MARK, url.password) if is_split and isinstance(url, StreamUrl) else secret
