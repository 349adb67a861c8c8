"""A certificate that this machine made for itself, as people at home do."""

from __future__ import annotations

import subprocess
from pathlib import Path

NAMES = "subjectAltName=IP:127.0.0.1,DNS:localhost"


def certificate(folder: Path, name: str = "own") -> tuple[Path, Path]:
    """Certificate and key, as PEM."""
    made, key = folder / f"{name}.pem", folder / f"{name}-key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", NAMES),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", key, "-out", made),
        ],
        check=True,
        capture_output=True,
    )
    return made, key
