"""The configuration of somebody who has none yet."""

from __future__ import annotations

import logging
from pathlib import Path

from vedette.errors import ConfigurationError
from vedette.folders import configuration_folder
from vedette.writing import make_folder, write_whole

_log = logging.getLogger(__name__)

_TEXT = """\
# Vedette's configuration. The page changes it (Set-up), and so may you: it keeps your comments.
# What it may hold: `vedette check --schema`, and docs/reference/configuration.md.
# After a change by hand: `vedette check FILE`, then POST /api/v1/system/reload, or SIGHUP.

service:
  host: 127.0.0.1   # this machine only
  port: 8731

# The page adds cameras here, and what they are asked. Passwords go into secrets/, beside this file.
cameras: {}

# Who is told. `log` is there without being described.
actions: {}
"""


def first_configuration() -> Path:
    """The person's own configuration file; written, without a camera, if it is not there.

    Raises:
        ConfigurationError: it cannot be written.
    """
    path = configuration_folder() / "vedette.yaml"
    if path.exists():
        return path
    try:
        make_folder(path.parent)
        write_whole(path, _TEXT.encode())
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror}.", "Or name another: vedette run CONFIG"
        ) from error
    _log.info("a first configuration was written: %s", path)
    return path
