"""A certificate that cannot be used, and one that is renewed under a running service."""

from __future__ import annotations

import shutil
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from parts.certificate import certificate
from vedette.cli.certificate import Renewal, check_certificate
from vedette.config.schema import TlsSettings
from vedette.errors import UsageError


@pytest.fixture
def pem(tmp_path):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    return certificate(tmp_path)


@pytest.fixture
def served(pem):
    """A real TLS server of the context; what it shows to whoever connects."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pem)
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with suppress(OSError), context.wrap_socket(connection, server_side=True):
                    pass

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield context, lambda: ssl.get_server_certificate(listener.getsockname(), timeout=30)
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(30)


def replace(path: Path, by: Path) -> None:
    """As those who renew certificates do it: another file under the same name."""
    shutil.copy(by, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def test_files_that_are_no_certificate_are_told_apart(pem, tmp_path):
    own, key = pem
    (tmp_path / "text").write_text("hello")
    for tls, said in (
        (TlsSettings(certificate=tmp_path / "none", key=key), r"tls.certificate: .*none cannot be read"),
        (TlsSettings(certificate=own, key=tmp_path / "none"), r"tls.key: .*none cannot be read"),
        (TlsSettings(certificate=tmp_path / "text", key=key), "not understood"),
        (TlsSettings(certificate=own, key=tmp_path / "text"), "not understood"),
    ):
        with pytest.raises(UsageError, match=said):
            check_certificate(tls)
    check_certificate(TlsSettings(certificate=own, key=key))


def test_a_renewed_certificate_is_met_by_the_next_connection(pem, served, tmp_path):
    own, key = pem
    context, shown = served
    renewal = Renewal(TlsSettings(certificate=own, key=key))
    first = shown()
    assert not renewal.take_over(context)
    other, other_key = certificate(tmp_path, "other")
    replace(own, other)
    replace(key, other_key)
    assert renewal.take_over(context)
    assert shown() == other.read_text() != first
    assert not renewal.take_over(context)


def test_files_that_do_not_fit_are_told_of_once_and_taken_over_when_they_do(pem, served, tmp_path, caplog):
    own, key = pem
    context, shown = served
    renewal = Renewal(TlsSettings(certificate=own, key=key))
    first = shown()
    other, other_key = certificate(tmp_path, "other")
    replace(own, other)
    assert not renewal.take_over(context)
    assert not renewal.take_over(context)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "the key is another certificate's" in caplog.text
    assert shown() == first
    replace(key, other_key)
    assert renewal.take_over(context)
    assert shown() == other.read_text()


def test_files_that_are_gone_for_a_moment_change_nothing(pem, served):
    own, key = pem
    context, shown = served
    renewal = Renewal(TlsSettings(certificate=own, key=key))
    first = shown()
    own.rename(own.with_suffix(".away"))
    assert not renewal.take_over(context)
    assert shown() == first
    own.with_suffix(".away").rename(own)
    renewal.take_over(context)
    assert shown() == first
