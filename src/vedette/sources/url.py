"""Addresses of cameras: only the schemes that are allowed, and nothing secret on display."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Self
from urllib.parse import quote, unquote

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.%a-z]{2,60}\]")
_ENCODE = "In a name or password write %40 for @, %2F for /, %3F for ?, %23 for #."


class StreamUrl:
    """An address with its credential; text of it shows scheme, host and port, and nothing else.

    Path and query may be a token (`?token=...`, or a path that nobody can guess), so they are as
    secret as the password.
    """

    schemes: ClassVar[tuple[str, ...]] = ()

    __slots__ = ("_host", "_password", "_target", "_username", "scheme")

    def __init__(self, text: str) -> None:
        """Take an address apart.

        Raises:
            ValueError: another scheme, or an address that cannot be told from its password. The
                message holds no part of the address.
        """
        scheme, separator, rest = text.strip().partition("://")
        self.scheme = scheme.lower()
        if not separator or self.scheme not in self.schemes:
            raise ValueError(f"the address must begin with {' or '.join(f'{s}://' for s in self.schemes)}")
        authority, target = _split(rest)
        credential, _, self._host = authority.rpartition("@")
        username, _, password = credential.partition(":")
        self._username, self._password = unquote(username), unquote(password)
        self._target = target
        self._check(rest)

    def _check(self, rest: str) -> None:
        host, _, port = self._host.rpartition(":") if self._has_port else (self._host, "", "554")
        if re.search(r"[\s\x00-\x1f\x7f\\]", rest):
            raise ValueError("the address holds a space, a backslash or a control character")
        if not _HOST.fullmatch(host) or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(f"the address has no valid host and port. {_ENCODE}")

    @property
    def _has_port(self) -> bool:
        return ":" in self._host.rpartition("]")[2]

    @property
    def username(self) -> str:
        """The name in the address, decoded; empty if there is none."""
        return self._username

    @property
    def password(self) -> str:
        """The password in the address, decoded. Secret."""
        return self._password

    @property
    def target(self) -> str:
        """Path and query. Secret."""
        return self._target

    def revealed(self, username: str = "", password: str = "") -> str:
        """The whole address, with this credential or its own. Secret."""
        username, password = username or self._username, password or self._password
        credential = f"{quote(username, safe='')}:{quote(password, safe='')}@" if username or password else ""
        return f"{self.scheme}://{credential}{self._host}{self._target}"

    def bare(self) -> str:
        """The address without name and password. Secret, because of path and query."""
        return f"{self.scheme}://{self._host}{self._target}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self._host}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}('{self}/...')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StreamUrl) and self.revealed() == other.revealed()

    def __hash__(self) -> int:
        return hash(self.revealed())

    @classmethod
    def _from(cls, value: object) -> Self:
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            raise ValueError("the address must be text")  # noqa: TRY004 - pydantic reports a ValueError
        return cls(value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate from text; written out, it is redacted."""
        return core_schema.no_info_plain_validator_function(
            cls._from,
            json_schema_input_schema=core_schema.str_schema(
                pattern=f"^({'|'.join(cls.schemes)})://", strict=True
            ),
            serialization=core_schema.plain_serializer_function_ser_schema(
                str, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )


class RtspUrl(StreamUrl):
    """`rtsp://name:password@host:554/path`, or `rtsps` for TLS."""

    schemes = ("rtsp", "rtsps")
    __slots__ = ()


class HttpUrl(StreamUrl):
    """`http://name:password@host/path?query`, or `https`."""

    schemes = ("http", "https")
    __slots__ = ()


def _split(rest: str) -> tuple[str, str]:
    """Authority, and path with query. The fragment is the client's own and is left off."""
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    target = rest[len(authority) :]
    if "@" in target and (":" in authority or "@" in authority):
        raise ValueError(f"the address has an @ behind a /, ? or #: is that its password? {_ENCODE}")
    return authority, target.partition("#")[0]
