"""What pydantic refused, as problems: the place in the file and a sentence, never the value."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from vedette.config.landscape import known_at, known_kinds
from vedette.config.nodes import Listing, Mapping, Node
from vedette.config.problems import DottedPath, Problem, lies_within, shown
from vedette.config.reading import Reading

_SENTENCES = {
    "model_type": "must hold keys with values",
    "model_attributes_type": "must hold keys with values",
    "dict_type": "must hold keys with values",
    "mapping_type": "must hold keys with values",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "string_type": "must be text; put it in quotes",
    "path_type": "must be a path; put it in quotes",
}


def mistakes(error: ValidationError, root: Node | None, reading: Reading) -> list[Problem]:
    """A problem for each of pydantic's errors, except those that come of what could not be read."""
    words = {word for secret in reading.secrets for word in re.findall(r"\w{3,}", secret.casefold())}
    problems = []
    for each in error.errors(include_url=False, include_context=True, include_input=False):
        problem = _problem(each, root, words)
        if not any(_comes_of(each["type"], problem.path, unread) for unread in reading.unread):
            problems.append(problem)
    return problems


def mistakes_of_part(error: ValidationError, at: DottedPath) -> list[Problem]:
    """The same for a part by itself, one whose `kind` decides what it is; `at` is where it would stand."""
    return [
        Problem(None, (*at, *each["loc"][1:]), f"{_sentence(each, (*at, *each['loc']), set()).rstrip('.')}.")
        for each in error.errors(include_url=False, include_context=True, include_input=False)
    ]


def _comes_of(kind: str, path: DottedPath, unread: DottedPath) -> bool:
    """Whether an error at `path` only says again that `unread` could not be read.

    A kind is wrong whatever else stands beside it.
    """
    if kind.startswith("union_tag"):
        return unread == (*path, "kind") or lies_within(path, unread)
    return lies_within(path, unread) or lies_within(unread, path)


def located(
    root: Node | None, location: Sequence[str | int], *, is_missing: bool = False
) -> tuple[DottedPath, int | None]:
    """Path and line of pydantic's location, which also names the kinds that it went through.

    `is_missing`: the last part is a key that is not there.
    """
    path: DottedPath = ()
    node, line = root, root.place.line if root else None
    for part in location[:-1] if is_missing else location:
        step = _step(node, part)
        if step is not None:
            node, line = step
            path = (*path, part)
    return ((*path, location[-1]) if is_missing else path), line


def nearest(word: str, known: Collection[str]) -> str:
    """What somebody may have meant, as the second half of a sentence."""
    close = get_close_matches(word, known, n=1)
    if close:
        return f"the nearest known one is {close[0]}"
    return f"known are {', '.join(known)}" if known else "none is known"


def _step(node: Node | None, part: str | int) -> tuple[Node, int] | None:
    if isinstance(node, Listing) and isinstance(part, int) and part < len(node.items):
        return node.items[part], node.items[part].place.line
    pair = node.pair(part) if isinstance(node, Mapping) else None
    return None if pair is None else (pair[1], pair[0].place.line)


def _problem(error: Any, root: Node | None, secret_words: set[str]) -> Problem:
    location, kind = error["loc"], error["type"]
    path, line = located(root, location, is_missing=kind == "missing")
    return Problem(line, path, f"{_sentence(error, location, secret_words).rstrip('.')}.")


def _sentence(error: Any, location: Sequence[str | int], secret_words: set[str]) -> str:
    match error["type"]:
        case "extra_forbidden":
            known = dict.fromkeys(name for model in known_at(location[:-1]) for name in model.model_fields)
            return f"unknown key; {nearest(str(location[-1]), known)}"
        case "missing":
            model = known_at(location[:-1])[0]
            return f"is missing: {model.model_fields[str(location[-1])].description}"
        case "union_tag_not_found":
            return f"needs a kind: {', '.join(_kinds(location))}"
        case "union_tag_invalid":
            return _unknown_kind(error["ctx"]["tag"], _kinds(location), secret_words)
        case kind if kind in _SENTENCES:
            return _SENTENCES[kind]
    return _own_words(error["msg"], secret_words)


def _kinds(location: Sequence[str | int]) -> list[str]:
    return [kind for model in known_at(location) for kind in known_kinds(model)]


def _unknown_kind(kind: str, known: list[str], secret_words: set[str]) -> str:
    name = "this" if _holds(kind, secret_words) else shown(kind)
    return f"no kind is called {name}; {nearest(kind, known)}"


def _own_words(message: str, secret_words: set[str]) -> str:
    """The validator's sentence, unless a part of a secret stands in it."""
    if _holds(message, secret_words):
        return "this value cannot be used"
    message = re.sub(r"^(Value error|Assertion failed), ", "", message)
    return re.sub(r"^Input should( not)? be", r"must\1 be", message)


def _holds(text: str, secret_words: set[str]) -> bool:
    return not secret_words.isdisjoint(re.findall(r"\w{3,}", text.casefold()))
