"""The service's certificate: whether it can be served with, and taken over when it has been renewed."""

from __future__ import annotations

import logging
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING

from vedette.errors import UsageError

if TYPE_CHECKING:
    from vedette.config.schema import TlsSettings

_log = logging.getLogger(__name__)


def check_certificate(tls: TlsSettings) -> None:
    """Nothing, if the service can be served with them.

    Raises:
        UsageError: one of the files cannot be read or is none, or they do not fit.
    """
    for path, what in ((tls.certificate, "certificate"), (tls.key, "key")):
        try:
            path.open("rb").close()
        except OSError as error:
            raise UsageError(
                f"service.tls.{what}: {path} cannot be read: {error.strerror}.",
                "Does it exist, and may whoever runs Vedette read it?",
            ) from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # Nobody is asked for a password on the terminal.
        context.load_cert_chain(tls.certificate, tls.key, password=lambda: b"")
    except (ssl.SSLError, ValueError) as error:
        reason = "the key is another certificate's" if "MISMATCH" in str(error) else "they are not understood"
        raise UsageError(
            f"service.tls: {reason}: {tls.certificate} and {tls.key}.",
            "Both are PEM files, the certificate first in its own; the key has no password.",
        ) from error


class Renewal:
    """Watches a certificate's files; one that lasts for ninety days is replaced under a running service."""

    def __init__(self, tls: TlsSettings) -> None:
        self._tls = tls
        self._stamp = self._look()

    def take_over(self, context: ssl.SSLContext) -> bool:
        """Have connections from now on meet new files, if they are good; false if nothing was taken over.

        Files that do not fit are told of once, and again when they change: their key may follow.
        """
        stamp = self._look()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            check_certificate(self._tls)
            context.load_cert_chain(self._tls.certificate, self._tls.key, password=lambda: b"")
        except (UsageError, OSError) as error:
            _log.error(
                "the new certificate is not taken over, the service goes on with the old one: %s", error
            )
            return False
        _log.info("the certificate was renewed: %s", self._tls.certificate)
        return True

    def _look(self) -> tuple[tuple[int, int, int], ...]:
        seen = []
        for path in (self._tls.certificate, self._tls.key):
            with suppress(OSError):
                found = path.stat()
                seen.append((found.st_ino, found.st_size, found.st_mtime_ns))
        return tuple(seen)
