from __future__ import annotations

import logging

import pytest

from parts.vedette_process import TRACEBACK
from vedette.cli.logs import log_to_terminal


@pytest.fixture
def log_as():
    """Sets the log up as the command does, in place of pytest's own handlers."""
    root, own = logging.getLogger(), logging.getLogger("vedette")
    before = root.level, own.level
    handlers = list(root.handlers)

    def set_up(*, is_verbose: bool) -> None:
        handlers[:] = root.handlers
        root.handlers.clear()
        log_to_terminal(is_verbose=is_verbose)

    yield set_up
    root.handlers[:] = handlers
    root.level, own.level = before


def fail(logger: str) -> None:
    try:
        int("with hunter2 in it")
    except ValueError:
        logging.getLogger(logger).exception("camera %s: it broke", "door")


@pytest.mark.parametrize("logger", ["vedette.pipeline", "uvicorn.error"])
def test_an_unexpected_error_is_one_line_without_its_text(logger, log_as, capsys):
    log_as(is_verbose=False)
    fail(logger)
    line = capsys.readouterr().err
    assert line.endswith("ERROR   camera door: it broke (ValueError; --verbose shows where)\n")
    assert line.count("\n") == 1


def test_verbose_shows_where(log_as, capsys):
    log_as(is_verbose=True)
    fail("vedette.pipeline")
    assert TRACEBACK in capsys.readouterr().err


def test_libraries_speak_from_warnings_on(log_as, capsys):
    log_as(is_verbose=False)
    logging.getLogger("httpx").info("GET http://hunter2@somewhere")
    logging.getLogger("vedette").info("the service answers")
    assert capsys.readouterr().err.endswith("INFO    the service answers\n")
