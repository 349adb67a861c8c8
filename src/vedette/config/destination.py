"""Where a part of the configuration sends its secrets: one that is kept unseen goes nowhere else."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from vedette.sources.url import StreamUrl

SHOWN = ("password", "secret")
"""What is shown to the other side, or signs for it."""


def destination(settings: Any) -> tuple[object, ...]:
    """Equal for settings whose secrets meet the same other side, in the same way; empty if there is none."""
    url = getattr(settings, "url", None)
    if isinstance(url, StreamUrl):
        return (str(url),)
    if isinstance(url, SecretStr):
        parts = urlsplit(url.get_secret_value())
        return (parts.scheme, parts.hostname, parts.port)
    if hasattr(settings, "host"):
        return (settings.host, settings.port, settings.tls, settings.ca_file)
    return ()
