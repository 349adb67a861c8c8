"""The real network and the real clips, and a home that is not the user's."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

from parts.built_page import CannotBuildError, built_page
from parts.fault_ledger import table
from vedette.catalog.fetch import obtain
from vedette.catalog.library import Library

# The user's real cache, taken before any test points elsewhere: files are fetched into it once, by hash.
LIBRARY = Library.default()


# A shell that starts tests in the background has them ignore Ctrl+C, and their children with them.
# What is tested is a process of a person who can press it.
if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    and threading.current_thread() is threading.main_thread()
):
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of injected faults, and what else tests have to tell: figures, folders of pictures."""
    reports = [each for listed in terminalreporter.stats.values() for each in listed]
    # A test's properties come with each of its reports.
    properties = [pair for report in reports if _is_call(report) for pair in report.user_properties]
    if lines := table(properties):
        terminalreporter.section("faults")
        terminalreporter.write_line("\n".join(lines))
    for title, wanted in {"figures": "figure", "pictures to look at": "pictures"}.items():
        if said := sorted({str(value) for name, value in properties if name == wanted}):
            terminalreporter.section(title)
            terminalreporter.write_line("\n".join(said))


def _is_call(report: object) -> bool:
    return isinstance(report, pytest.TestReport) and report.when == "call"


@pytest.fixture(autouse=True)
def _home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEDETTE_HOME", str(tmp_path / "vedette-home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg-data"))


@pytest.fixture(scope="session")
def built(tmp_path_factory, worker_id) -> Path:
    """The folder of the page as its sources are."""
    base = tmp_path_factory.getbasetemp()
    try:
        return built_page(base if worker_id == "master" else base.parent)
    except CannotBuildError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def lite0_int8() -> Path:
    """EfficientNet-Lite0, int8."""
    return obtain("efficientnet-lite0", LIBRARY)


@pytest.fixture(scope="session")
def lite0_fp32() -> Path:
    """EfficientNet-Lite0, float32."""
    return obtain("efficientnet-lite0-fp32", LIBRARY)


@pytest.fixture(scope="session")
def person_clip() -> Path:
    """A person walks in, crosses and leaves; leaves in the wind."""
    return obtain("person", LIBRARY)


@pytest.fixture(scope="session")
def finch_clip() -> Path:
    """A finch hops between its perch and the feeder."""
    return obtain("finch", LIBRARY)
