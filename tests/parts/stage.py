"""A real appliance to look at in a browser: real cameras, taught classifiers, a home that is thrown away.

python tests/parts/stage.py --port 8740 --page /tmp/page     until Ctrl+C
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from parts.demonstrated import as_cameras_send, taught
from parts.house import House
from parts.rtsp_server import RtspServer
from parts.sentry import Sentry, eventually
from vedette.assembly.demonstration import FINCH, PERSON
from vedette.catalog.fetch import obtain

RULES = {"person": PERSON, "finch": FINCH}
FILM = "lawn.mp4"


class Stage:
    """The process, its home and the camera server; a test may stop and start each, on the same port."""

    def __init__(self, house: House, lawn: RtspServer, variables: dict[str, str]) -> None:
        self.house = house
        self.lawn = lawn
        self._variables = variables
        self.sentry = self._started()

    @property
    def address(self) -> str:
        return self.sentry.address

    def stop(self) -> None:
        """As a service manager does."""
        self.sentry.ends(signal.SIGTERM, 60)
        self.sentry.close()

    def start(self) -> None:
        """Again, with the configuration as it is by now."""
        self.sentry = self._started()
        eventually(lambda: self.sentry.address, "the service's address")

    def close(self) -> None:
        """The process is killed, if it still runs."""
        self.sentry.close()

    @property
    def welcome(self) -> str:
        """The link by which the first one sets a password."""
        eventually(lambda: "/#/welcome?code=" in self.sentry.text, "the link for the first password")
        return re.search(r"http\S+/#/welcome\?code=\S+", self.sentry.text)[0]

    def wait_for_events(self, count: int = 1) -> None:
        """Until so many have been closed."""
        eventually(lambda: len(self._closed()) >= count, f"{count} closed events")

    def _closed(self) -> list[object]:
        listed = self.sentry.get("/api/v1/events").json()["events"]
        return [event for event in listed if event["closed_at"]]

    def _started(self) -> Sentry:
        return Sentry(self.house.configuration, **self._variables)


def prepare(folder: Path) -> Path:
    """What takes seconds and serves many stages: the lawn as a film, and a home that knows both clips."""
    folder.mkdir(exist_ok=True)
    as_cameras_send(obtain("person"), folder / FILM)
    for name, demonstration in RULES.items():
        taught(demonstration, obtain(name), folder / "home")
    return folder


@contextmanager
def stage(
    folder: Path, port: int = 0, page: Path | None = None, prepared: Path | None = None, **service: object
) -> Iterator[Stage]:
    """Two cameras: `lawn` is a real RTSP camera, 1280x720 H.264, `perch` a file; both go on for ever."""
    prepared = prepared or prepare(folder / "prepared")
    home = folder / "home"
    shutil.copytree(prepared / "home", home)
    with _house(folder, prepared / FILM, port or _free_port(), service) as (house, lawn):
        house.camera("lawn", {"kind": "rtsp", "url": lawn.url()}, classifiers=["lawn"])
        (perch,) = FINCH.configuration(obtain("finch"), folder, is_paced=True)["cameras"].values()
        house.cameras["perch"] = {**perch, "source": {**perch["source"], "loop": True}}
        with _playing(house, lawn, home, page) as shown:
            yield shown


@contextmanager
def bare_stage(folder: Path, page: Path, prepared: Path, **service: object) -> Iterator[Stage]:
    """A first start: nobody has a password, no camera is configured, nothing is taught. A camera waits."""
    with (
        _house(folder, prepared / FILM, _free_port(), {"access": "people", **service}) as (house, lawn),
        _playing(house, lawn, folder / "home", page) as shown,
    ):
        yield shown


@contextmanager
def _house(
    folder: Path, film: Path, port: int, service: dict[str, object]
) -> Iterator[tuple[House, RtspServer]]:
    with RtspServer(film, folder) as lawn:
        yield (
            House(
                folder,
                storage={"folder": str(folder / "home" / "storage")},
                service={"port": port, "access": "anyone", **service},
            ),
            lawn,
        )


@contextmanager
def _playing(house: House, lawn: RtspServer, home: Path, page: Path | None) -> Iterator[Stage]:
    house.write()
    variables = {"VEDETTE_HOME": str(home), **({"VEDETTE_PAGE": str(page)} if page else {})}
    with ExitStack() as ending:
        shown = Stage(house, lawn, variables)
        ending.callback(shown.close)
        assert shown.address
        yield shown


def _free_port() -> int:
    """One that nobody has at this moment; the service keeps it when it is started again."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--page", type=Path, default=None, help="The folder of a built page.")
    asked = parser.parse_args()
    os.environ["VEDETTE_HOME"] = tempfile.mkdtemp()
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder), asked.port, asked.page) as shown:
        sys.stdout.write(f"{shown.address}  {shown.house.configuration}\n")
        sys.stdout.flush()
        # Whoever ends this ends what it has started.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with suppress(KeyboardInterrupt):
            shown.sentry.wait(86400)


if __name__ == "__main__":
    main()
