"""Who may do what: one table, read from its top, for every route, picture, video and socket."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from vedette.people.book import Scope

READING = frozenset({"GET", "HEAD", "OPTIONS", "SOCKET"})
"""What changes nothing. `SOCKET` is what we call the opening of a WebSocket."""

Gate = Literal["anybody", "oneself", "here", "scope"]


@dataclass(frozen=True, slots=True)
class Need:
    """What it takes.

    `anybody`: nothing. `oneself`: to have logged in, whatever one's role. `here`: to be a program on this
    machine, or one of the scopes. `scope`: one of the scopes. The scope `admin` is as good as each.
    """

    gate: Gate
    scopes: frozenset[Scope] = frozenset()


def _scopes(*scopes: Scope) -> Need:
    return Need("scope", frozenset(scopes))


ANYBODY = Need("anybody")
ONESELF = Need("oneself")
VIEW = _scopes("view")
CLASSIFY = _scopes("classify")
CLASSIFY_OR_HERE = Need("here", frozenset({"classify"}))
TEACH = _scopes("teach")
LOOK_AT_TEACHING = _scopes("view", "teach")
ADMIN = _scopes("admin")

TABLE: tuple[tuple[str, str, Need], ...] = (
    # method   address, * is anything            who
    ("READ", "/healthz", ANYBODY),
    ("READ", "/api/v1/session", ANYBODY),
    ("POST", "/api/v1/session", ANYBODY),  # to log in
    ("DELETE", "/api/v1/session", ONESELF),  # to log out
    ("POST", "/api/v1/people/first", ANYBODY),  # the one-time link's code is asked for
    ("PUT", "/api/v1/people/me/password", ONESELF),  # the old password is asked for
    ("ANY", "/api/v1/people*", ADMIN),
    ("ANY", "/api/v1/tokens*", ADMIN),
    ("ANY", "/api/v1/configuration*", ADMIN),
    ("ANY", "/api/v1/system/logs*", ADMIN),
    ("POST", "/api/image", CLASSIFY_OR_HERE),
    ("POST", "/api/v1/cameras/*/frames", CLASSIFY),
    ("READ", "/api/v1/classifiers/*/export*", TEACH),  # others' pictures of a house, all at once
    ("SOCKET", "/api/v1/classifiers*", TEACH),
    ("READ", "/api/v1/classifiers*", LOOK_AT_TEACHING),
    ("ANY", "/api/v1/classifiers*", TEACH),
    ("READ", "*", VIEW),
    ("ANY", "*", ADMIN),
)
"""The first row that fits holds. The page's own files are beside it: anybody may read them."""


def need_of(method: str, path: str) -> Need:
    """What it takes to do that. `path` is decoded, as the routes see it; `SOCKET` is a method here."""
    return next(
        need for methods, pattern, need in TABLE if _fits(methods, method) and _matches(pattern, path)
    )


def _fits(methods: str, method: str) -> bool:
    return methods in {"ANY", method} or (methods == "READ" and method in READING)


def _matches(pattern: str, path: str) -> bool:
    return _expression(pattern).fullmatch(path) is not None


@lru_cache(maxsize=len(TABLE))
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)
