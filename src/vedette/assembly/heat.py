"""Temperature and throttling, where the kernel or the firmware tells."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from vedette.assembly.finding import Finding, State, listing, read

HOT_CELSIUS = 80.0  # a Raspberry Pi slows down from here on, at 85 at the latest

# Bits of the firmware's answer (raspberrypi.com/documentation, `vcgencmd get_throttled`).
THROTTLING = {
    0: "too little voltage now",
    1: "clock capped now",
    2: "throttled now",
    3: "near the temperature limit now",
    16: "too little voltage since the start",
    17: "clock was capped since the start",
    18: "was throttled since the start",
    19: "was near the temperature limit since the start",
}


def inspect_heat(root: Path) -> list[Finding]:
    """The hottest zone; and throttling, where anybody tells."""
    return [_temperature(root), *_throttling(root)]


def _temperature(root: Path) -> Finding:
    zones = [read(zone / "temp") for zone in listing(root / "sys/class/thermal", "thermal_zone*")]
    degrees = [int(zone) / 1000 for zone in zones if re.fullmatch(r"-?\d{1,6}", zone)]
    if not degrees:
        return Finding(
            "temperature", State.MISSING, "the kernel tells none", "Nothing: usual in virtual machines."
        )
    detail = f"{max(degrees):.0f} °C at the hottest of {len(degrees)}"
    if max(degrees) >= HOT_CELSIUS:
        return Finding(
            "temperature", State.WARN, detail, "Give it a heat sink, a fan or shade: it will slow down."
        )
    return Finding("temperature", State.OK, detail)


def _throttling(root: Path) -> list[Finding]:
    """One finding where the firmware or the processor tells, none elsewhere."""
    told = _firmware_bits(root)
    if told is not None:
        reasons = [text for bit, text in THROTTLING.items() if told >> bit & 1]
        voltage = "Use the board's own power supply and a short cable." if told & 0x10001 else ""
        heat = "Cool it: a heat sink or a fan." if told & 0xE000E else ""
        return [_throttle_finding(", ".join(reasons), f"{voltage} {heat}".strip())]
    paths = listing(root / "sys/devices/system/cpu", "cpu*/thermal_throttle/core_throttle_count")
    counts = [count for count in map(read, paths) if re.fullmatch(r"\d{1,15}", count)]
    if not counts:
        return []
    total = sum(map(int, counts))
    return [
        _throttle_finding(
            f"{total} times for heat since the start" if total else "", "Cool it, or clean its fan."
        )
    ]


def _throttle_finding(reasons: str, remedy: str) -> Finding:
    if not reasons:
        return Finding("throttling", State.OK, "never since the start")
    return Finding("throttling", State.WARN, reasons, remedy)


def _firmware_bits(root: Path) -> int | None:
    answer = read(root / "sys/devices/platform/soc/soc:firmware/get_throttled")
    command = root / "usr/bin/vcgencmd"
    if not answer and command.is_file():
        try:
            asked = subprocess.run(  # noqa: S603 - fixed words
                [command, "get_throttled"], capture_output=True, text=True, timeout=5, check=True
            )
        except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
            return None
        answer = asked.stdout.strip().removeprefix("throttled=")
    try:
        return int(answer, 16)
    except ValueError:
        return None
