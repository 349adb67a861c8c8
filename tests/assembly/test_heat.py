from __future__ import annotations

import pytest

from vedette.assembly.finding import State
from vedette.assembly.heat import inspect_heat


def zones(root, *temperatures):
    for number, temperature in enumerate(temperatures):
        zone = root / "sys/class/thermal" / f"thermal_zone{number}"
        zone.mkdir(parents=True)
        (zone / "temp").write_text(f"{temperature}\n")


def firmware(root, answer):
    folder = root / "sys/devices/platform/soc/soc:firmware"
    folder.mkdir(parents=True)
    (folder / "get_throttled").write_text(answer)


def throttling(root):
    return next((each for each in inspect_heat(root) if each.topic == "throttling"), None)


@pytest.mark.parametrize(
    ("temperatures", "state", "detail"),
    [
        pytest.param((), State.MISSING, "the kernel tells none", id="no zones"),
        pytest.param(("nonsense", ""), State.MISSING, "the kernel tells none", id="nonsense"),
        pytest.param((41000, 52300), State.OK, "52 °C at the hottest of 2", id="cool"),
        pytest.param((-5000,), State.OK, "-5 °C at the hottest of 1", id="frost"),
        pytest.param((41000, 80000), State.WARN, "80 °C at the hottest of 2", id="hot"),
    ],
)
def test_the_hottest_zone_counts(tmp_path, temperatures, state, detail):
    zones(tmp_path, *temperatures)
    temperature = inspect_heat(tmp_path)[0]
    assert (temperature.state, temperature.detail) == (state, detail)
    assert bool(temperature.remedy) == (state is not State.OK)


@pytest.mark.parametrize(
    ("bits", "reasons", "remedies"),
    [
        pytest.param("1", ["too little voltage now"], ["power supply"], id="under-voltage"),
        pytest.param("0x40004", ["throttled now", "was throttled"], ["heat sink"], id="heat"),
        pytest.param("50000", ["voltage since", "was throttled"], ["power supply", "heat sink"], id="both"),
    ],
)
def test_the_firmwares_bits_are_told_in_words(tmp_path, bits, reasons, remedies):
    firmware(tmp_path, f"{bits}\n")
    found = throttling(tmp_path)
    assert found.state is State.WARN
    assert all(reason in found.detail for reason in reasons)
    assert all(remedy in found.remedy for remedy in remedies)


def test_no_bits_mean_that_all_is_well(tmp_path):
    firmware(tmp_path, "0\n")
    assert throttling(tmp_path).state is State.OK


def test_vcgencmd_is_asked_where_the_kernel_has_no_file(tmp_path):
    command = tmp_path / "usr/bin/vcgencmd"
    command.parent.mkdir(parents=True)
    command.write_text("#!/bin/sh\necho throttled=0x50000\n")
    command.chmod(0o755)
    assert throttling(tmp_path).state is State.WARN


@pytest.mark.parametrize("content", ["exit 1", "echo nonsense", "printf '\\377'"])
def test_a_vcgencmd_that_fails_tells_nothing(tmp_path, content):
    command = tmp_path / "usr/bin/vcgencmd"
    command.parent.mkdir(parents=True)
    command.write_text(f"#!/bin/sh\n{content}\n")
    command.chmod(0o755)
    assert throttling(tmp_path) is None


@pytest.mark.parametrize(("counts", "state"), [((0, 0), State.OK), ((0, 3), State.WARN)])
def test_a_processor_that_counts_its_throttling_is_read(tmp_path, counts, state):
    for number, count in enumerate(counts):
        folder = tmp_path / f"sys/devices/system/cpu/cpu{number}/thermal_throttle"
        folder.mkdir(parents=True)
        (folder / "core_throttle_count").write_text(f"{count}\n")
    assert throttling(tmp_path).state is state
