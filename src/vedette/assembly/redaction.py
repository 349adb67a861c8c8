"""Takes what may be a credential out of a line of the log: a net below messages that should hold none."""

from __future__ import annotations

import re
from collections.abc import Callable

HIDDEN = "***"

_NAMES = (
    r"pass(?:word|wd|phrase|code)?|pwd|secret|token|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|key"
    r"|auth|authorization|proxy-authorization|credentials?|signature|sig|set-cookie|cookie|csrf|session|code"
)
_OPEN_SCHEMES = frozenset({"http", "https", "rtsp", "rtsps", "ws", "wss", "mqtt", "mqtts", "file", "ftp"})
"""Of other addresses (those of messengers) every part may be the key."""

_WORDS = frozenset({"authentication", "authorization", "realm", "token", "tokens", "scheme", "auth"})

_URL = re.compile(r"\b([a-z][a-z0-9+.-]*)://([^\s'\"<>]*)", re.IGNORECASE)
_PRIVATE = re.compile(r"-----BEGIN [^-]*PRIVATE KEY-----.*?(?:-----END [^-]*-----|\Z)", re.DOTALL)
_HEADER = re.compile(r"(?im)\b((?:proxy-)?authorization|set-cookie|cookie)(['\"]?\s*[:=]\s*)([^\r\n]+)")
_SCHEME = re.compile(r"\b(bearer|basic|digest)(\s+)([A-Za-z0-9._~+/=-]{4,})", re.IGNORECASE)
_PAIR = re.compile(
    rf"(?i)(?<![A-Za-z0-9])((?:[A-Za-z0-9]+[-_])*(?:{_NAMES}))"
    r"(['\"]?\s*(?:=|:)\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&)}\]]+)"
)
_OPTION = re.compile(r"(?i)(--?(?:pass(?:word|wd)?|token|secret|api-?key))(\s+|=)(\S+)")
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?")
_HASHED = re.compile(r"\$(?:argon2\w*|2[aby]|scrypt|pbkdf2\S*?)\$\S+")
_OWN = re.compile(r"\bvdt_[A-Za-z0-9_-]+")
_RANDOM = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{20,}(?![A-Za-z0-9_-])")


def redacted(text: str) -> str:
    """The text without passwords in addresses, tokens, keys, cookies and what looks like one of them."""
    for expression, instead in _STEPS:
        text = expression.sub(instead, text)
    return text


def _url(found: re.Match[str]) -> str:
    scheme, rest = found[1], found[2]
    if scheme.lower() not in _OPEN_SCHEMES:
        return f"{scheme}://{HIDDEN}"
    # A password may hold a slash or another @ though it should not: up to the last one.
    _, at, place = rest.rpartition("@")
    return f"{scheme}://{HIDDEN}@{place}" if at else found[0]


def _scheme(found: re.Match[str]) -> str:
    is_word = found[3].lower().rstrip(".") in _WORDS
    return found[0] if is_word else f"{found[1]}{found[2]}{HIDDEN}"


def _random(found: re.Match[str]) -> str:
    """Lower case, upper case and digits in one long word are a key; names and hashes are not."""
    word = found[0]
    kinds = (str.isupper, str.islower, str.isdigit)
    return HIDDEN if all(any(is_kind(letter) for letter in word) for is_kind in kinds) else word


def _valued(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}{HIDDEN}"


_STEPS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str] | str], ...] = (
    (_PRIVATE, HIDDEN),
    (_URL, _url),
    (_HEADER, _valued),
    (_SCHEME, _scheme),
    (_OPTION, _valued),
    (_PAIR, _valued),
    (_JWT, HIDDEN),
    (_HASHED, HIDDEN),
    (_OWN, HIDDEN),
    (_RANDOM, _random),
)
