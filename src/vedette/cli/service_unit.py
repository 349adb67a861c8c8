"""A systemd unit for the appliance: may do what it needs, and nothing else.

See systemd.unit(5), systemd.service(5), systemd.exec(5), systemd.resource-control(5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from vedette.errors import UsageError

MARK = "# Written by `vedette service install`; `vedette service uninstall` removes it."

STOP_SECONDS = 10
WATCHDOG_SECONDS = 30

GROUPS = ("video", "gpio", "render", "plugdev", "apex")
"""Who may use cameras, pins and accelerators, on the systems that have such groups."""

_DEVICES = ("char-video4linux", "char-gpiochip", "char-drm", "char-usb_device", "char-apex")

_TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - to be told from others, not to be used


@dataclass(frozen=True, slots=True)
class Unit:
    """What is run, by whom, and where it may write.

    `afterwards` is run at every end, however it came. `command` and `writable` hold absolute paths.
    `user` and `groups` are for the system's manager; a unit of a user's own manager (`user` is None)
    has fewer fences, because that manager may not build them.
    """

    command: tuple[str, ...]
    writable: tuple[Path, ...]
    environment: Mapping[str, str]
    environment_file: Path
    user: str | None = None
    groups: tuple[str, ...] = ()
    afterwards: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The unit file.

        Raises:
            UsageError: a path with a line break, which no unit can hold.
        """
        sections = (self._unit(), self._service(), self._install())
        return "\n".join([MARK, *("\n".join(section) + "\n" for section in sections)])

    def _unit(self) -> Iterator[str]:
        yield "[Unit]"
        yield "Description=Vedette, a camera sentry"
        if self.user is not None:
            yield "Wants=network-online.target"
            yield "After=network-online.target time-sync.target"
        # It is tried again for ever: a camera that guards a door is not given up.
        yield "StartLimitIntervalSec=0"

    def _service(self) -> Iterator[str]:
        yield "[Service]"
        yield from (
            "Type=notify",
            "NotifyAccess=main",
            f"ExecStart={' '.join(_words(self.command))}",
            "ExecReload=/bin/kill -HUP $MAINPID",
            f"WatchdogSec={WATCHDOG_SECONDS}",
            "TimeoutStartSec=300",
            f"TimeoutStopSec={STOP_SECONDS}",
            "Restart=always",
            # Later and later, up to a minute; systemd before 254 does not know steps and waits the first.
            "RestartSec=1",
            "RestartSteps=6",
            "RestartMaxDelaySec=60",
        )
        if self.afterwards:
            yield f"ExecStopPost={' '.join(_words(self.afterwards))}"
        yield from (f"Environment={_quoted(f'{key}={value}')}" for key, value in self.environment.items())
        yield f"EnvironmentFile=-{_escaped(str(self.environment_file))}"
        yield from _FENCES
        if self.user is not None:
            yield from self._system_fences(self.user)

    def _system_fences(self, user: str) -> Iterator[str]:
        yield f"User={user}"
        if self.groups:
            yield f"SupplementaryGroups={' '.join(self.groups)}"
        yield from _SYSTEM_FENCES
        is_temporary = any(path.is_relative_to(each) for path in self.writable for each in _TEMPORARY)
        if not is_temporary:
            yield "PrivateTmp=yes"
        yield from (f"ReadWritePaths={_quoted(str(path))}" for path in self.writable)
        yield from (f"DeviceAllow={device} rw" for device in _DEVICES)

    def _install(self) -> Iterator[str]:
        yield "[Install]"
        yield f"WantedBy={'default' if self.user is None else 'multi-user'}.target"


_FENCES = (
    "UMask=0077",
    "LimitCORE=0",
    "MemoryMax=75%",
    "TasksMax=512",
    "NoNewPrivileges=yes",
    "LockPersonality=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "SystemCallArchitectures=native",
)

_SYSTEM_FENCES = (
    "ProtectSystem=strict",
    "ProtectHome=read-only",
    "CapabilityBoundingSet=",
    "AmbientCapabilities=",
    "RestrictNamespaces=yes",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectProc=invisible",
    "RemoveIPC=yes",
    "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM",
    "DevicePolicy=closed",
)
# Not MemoryDenyWriteExecute: the engines write machine code for the networks that they run. Not
# PrivateDevices: cameras are devices.


def _words(command: tuple[str, ...]) -> Iterator[str]:
    program, *rest = command
    yield _quoted(program)
    # A dollar sign in an argument would be a variable.
    yield from (_quoted(each).replace("$", "$$") for each in rest)


def _quoted(text: str) -> str:
    """One word of a unit file, whatever is in it."""
    return '"' + _escaped(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _escaped(text: str) -> str:
    """A whole value: no per cent sign is a specifier.

    Raises:
        UsageError: a control character.
    """
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise UsageError(f"{text!r} holds a control character, and a unit cannot.", "Name it otherwise.")
    return text.replace("%", "%%")
