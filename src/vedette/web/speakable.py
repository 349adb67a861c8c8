"""JSON that can be read and said again: no surrogates alone, no endless nesting (RFC 8259, 8.2 and 9)."""

from __future__ import annotations

import json
import re

from vedette.web.refusal import Refusal

DEEPEST = 32
"""How deep a body is nested at most; ours go to six."""

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


def refuse_unspeakable(body: bytes) -> None:
    """Nothing, if it is JSON that everybody here can work with; what is no JSON at all is said elsewhere.

    Raises:
        Refusal: 422.
    """
    if body.count(b"[") + body.count(b"{") > DEEPEST and _depth(body) > DEEPEST:
        raise Refusal(422, "the request is nested too deep.", f"{DEEPEST} levels are enough for anything.")
    if _SURROGATE.search(body) and not _can_be_said(body):
        raise Refusal(422, "the request holds half a letter (a surrogate alone).", "Send it as UTF-8.")


def _depth(body: bytes) -> int:
    depth = deepest = 0
    for each in _TEXT.sub(b"", body):
        if each in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif each in b"]}":
            depth -= 1
    return deepest


def _can_be_said(body: bytes) -> bool:
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    except ValueError:
        pass
    return True
