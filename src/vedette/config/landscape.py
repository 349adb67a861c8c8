"""Which keys the schema knows at a place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from vedette.config.schema import Config

Model = type[BaseModel]


def models(annotation: Any) -> Iterator[Model]:
    """The settings classes that a value of this annotation may be made of, without those inside them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Annotated, Union, UnionType):
        for argument in get_args(annotation):
            yield from models(argument)
    elif _is_container(annotation):
        yield from models(get_args(annotation)[-1 if get_args(annotation)[-1] is not Ellipsis else 0])


def every_model(root: Model = Config) -> dict[Model, None]:
    """All settings classes that can be reached from `root`, each once, outermost first."""
    found: dict[Model, None] = {}
    pending = [root]
    while pending:
        model = pending.pop(0)
        if model not in found:
            found[model] = None
            pending += [inner for field in model.model_fields.values() for inner in models(field.annotation)]
    return found


def known_kinds(model: Model) -> tuple[str, ...]:
    """The values of `kind` that mean this class; empty if it has none."""
    kind = model.model_fields.get("kind")
    return () if kind is None else tuple(get_args(kind.annotation))


def known_at(location: Sequence[str | int]) -> tuple[Model, ...]:
    """The classes that a value at pydantic's location may be made of: several where `kind` decides."""
    candidates: tuple[Model, ...] = (Config,)
    is_member = False
    for part in location:
        tagged = tuple(model for model in candidates if part in known_kinds(model))
        if is_member:  # a camera's name, or a position in a list
            is_member = False
        elif len(candidates) > 1 and tagged:
            candidates = tagged
        else:
            fields = [model.model_fields[part] for model in candidates if part in model.model_fields]
            annotations = [field.annotation for field in fields]
            candidates = tuple(model for each in annotations for model in models(each))
            is_member = any(_is_container(each) for each in annotations)
    return candidates


def _is_container(annotation: Any) -> bool:
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, (Mapping, tuple, list))
