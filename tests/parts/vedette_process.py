"""The command as a user runs it: a process with a terminal's width, and if asked, no way to a network."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

COMMAND = Path(sys.executable).with_name("vedette")
TRACEBACK = "Traceback (most recent call last)"
DEAD = "http://127.0.0.1:9"
REFUSED = "somebody asked for a network"

_NO_NETWORK = f"""
import os, sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        with open(os.environ["ASKED_FOR_A_NETWORK"], "a") as file:
            file.write(f"{REFUSED}: {{event}} {{arguments!r}}\\n")
        raise OSError("{REFUSED}")

sys.addaudithook(refuse)
"""


def environment(**more: str) -> dict[str, str]:
    """This test's environment, 200 columns wide."""
    return {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", **more}


def without_network(folder: Path) -> dict[str, str]:
    """An environment in which every Python process refuses and notes down each attempt to connect.

    `attempts` reads what was noted. Proxies and the package index lead to a dead port besides.
    """
    hook = folder / "no-network"
    hook.mkdir(parents=True)
    (hook / "sitecustomize.py").write_text(_NO_NETWORK)
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), DEAD)
    index = {"PIP_INDEX_URL": f"{DEAD}/simple", "PIP_NO_INDEX": "1", "PIP_RETRIES": "0"}
    return environment(
        **proxies,
        **index,
        PYTHONPATH=os.pathsep.join(filter(None, (str(hook), os.environ.get("PYTHONPATH")))),
        ASKED_FOR_A_NETWORK=str(folder / "attempts"),
    )


def attempts(folder: Path) -> str:
    """What was asked of the network that there was not."""
    noted = folder / "attempts"
    return noted.read_text() if noted.exists() else ""


def run_vedette(
    *arguments: object, given: Mapping[str, str] | None = None, command: Path = COMMAND, seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """One command to its end."""
    return subprocess.run(
        [str(command), *map(str, arguments)],
        capture_output=True,
        text=True,
        env=dict(given or environment()),
        stdin=subprocess.DEVNULL,
        timeout=seconds,
        check=False,
    )


def start_vedette(*arguments: object, given: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """A command that goes on until it is told to stop."""
    return subprocess.Popen(
        [str(COMMAND), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(given or environment()),
        stdin=subprocess.DEVNULL,
    )
