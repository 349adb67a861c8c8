"""A real PostgreSQL server in a folder of its own, on a free port of loopback; killed and started at will."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PASSWORD = "pa55-of-the-test"
_PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt")


def binaries() -> Path | None:
    """The folder of the server's own programs, which is seldom on the path."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    found = sorted(path for place in _PLACES for path in Path(place).glob("*/bin/initdb"))
    return found[-1].parent if found else None


class PostgresqlServer:
    """Made by `postgresql_server`; `url` says how to reach it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.folder = folder
        self._programs = programs
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def url(self, database: str = "postgres", password: str = PASSWORD) -> str:
        return f"postgresql://vedette:{password}@127.0.0.1:{self.port}/{database}"

    def make(self) -> None:
        """`initdb` refuses to run as root, so the folder is somebody else's then."""
        self.folder.mkdir()
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        if os.geteuid() == 0:
            user = _unprivileged()
            for path in (self.folder, secret):
                os.chown(path, user.pw_uid, user.pw_gid)
        arguments = ["-D", self.folder / "data", "-U", "vedette", f"--pwfile={secret}", "-A", "scram-sha-256"]
        self._run("initdb", *arguments, "-N", "-E", "UTF8", "--locale=C")

    def start(self) -> None:
        """Returns once it answers."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "max_connections": "30",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = self._command("postgres", "-D", self.folder / "data", "-p", self.port, *options)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, start_new_session=True
            )
        deadline = time.monotonic() + 60
        while self._asked("SELECT 1").returncode != 0:
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.05)

    def kill(self) -> None:
        """As a power cut would: no connection is told."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def sql(self, statement: str, database: str = "postgres") -> str:
        result = self._asked(statement, database)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def _asked(self, statement: str, database: str = "postgres") -> subprocess.CompletedProcess[str]:
        command = [str(self._programs / "psql"), self.url(database), "-qAtc", statement]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def _run(self, program: str, *arguments: object) -> None:
        subprocess.run(self._command(program, *arguments), check=True, capture_output=True, cwd=self.folder)

    def _command(self, program: str, *arguments: object) -> list[str]:
        command = [str(self._programs / program), *map(str, arguments)]
        if os.geteuid() == 0:
            user = _unprivileged()
            command = [
                "setpriv",
                f"--reuid={user.pw_uid}",
                f"--regid={user.pw_gid}",
                "--clear-groups",
                *command,
            ]
        return command


@contextmanager
def postgresql_server(folder: Path) -> Iterator[PostgresqlServer]:
    """A server below `folder`, which everybody may enter; the test is skipped where none is installed."""
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL's server is not installed")
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("PostgreSQL does not run as root, and setpriv is not installed")
    server = PostgresqlServer(programs, folder)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.kill()


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("PostgreSQL does not run as root, and there is no user for it")
