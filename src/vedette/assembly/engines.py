"""Which runtimes are installed, and which devices OpenVINO sees."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import metadata

from vedette.assembly.finding import Finding, State

ENGINES = (
    ("LiteRT", "ai-edge-litert", "pip install ai-edge-litert"),
    ("OpenVINO", "openvino", "Optional, faster on Intel and AMD: pip install 'vedette[openvino]'"),
    ("ONNX Runtime", "onnxruntime", "Optional, for ONNX networks: pip install 'vedette[onnx]'"),
)

ASK = (
    "import json, sys; sys.modules['openvino_telemetry'] = None; "
    "import openvino; print(json.dumps(openvino.Core().available_devices))"
)


def inspect_engines() -> list[Finding]:
    """One finding a runtime, and one for the devices of OpenVINO if that is installed."""
    return [*(_engine(*engine) for engine in ENGINES), *_openvino_devices()]


def _engine(name: str, package: str, remedy: str) -> Finding:
    try:
        return Finding(name, State.OK, metadata.version(package))
    except metadata.PackageNotFoundError:
        return Finding(name, State.MISSING, "not installed", remedy)


def _openvino_devices() -> list[Finding]:
    """Asked in a child process: a graphics driver that crashes shall not take the doctor with it."""
    topic = "OpenVINO devices"
    try:
        metadata.version("openvino")
    except metadata.PackageNotFoundError:
        return []
    try:
        answer = subprocess.run(  # noqa: S603 - fixed words
            [sys.executable, "-c", ASK], capture_output=True, text=True, timeout=30, check=True
        )
        return [Finding(topic, State.OK, ", ".join(json.loads(answer.stdout.splitlines()[-1])))]
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return [
            Finding(
                topic,
                State.WARN,
                "OpenVINO ended without an answer",
                f'Run `python -c "{ASK}"` and read what it says.',
            )
        ]
