"""What is different between the configuration that runs and the one that is to run."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.config.agreement import bindings, routes
from vedette.config.schema import Config


@dataclass(frozen=True, slots=True)
class Changes:
    """Cameras by what is to become of them, and what a reload cannot do.

    `needs_restart` names sections that only a new start takes over; they stay as they were.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    altered: tuple[str, ...]
    kept: tuple[str, ...]
    has_other_actions: bool
    needs_restart: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        """Nothing would be different."""
        return not (
            self.added or self.removed or self.altered or self.has_other_actions or self.needs_restart
        )

    def sentence(self) -> str:
        """What a person is told."""
        if self.is_nothing:
            return "nothing has changed"
        named = [
            ("new", self.added),
            ("changed", self.altered),
            ("gone", self.removed),
            ("undisturbed", self.kept),
        ]
        said = [f"{word}: {', '.join(names)}" for word, names in named if names]
        said += ["actions taken over"] * self.has_other_actions
        if self.needs_restart:
            said.append(f"only a new start takes over: {', '.join(self.needs_restart)}")
        return "; ".join(said)


def changes(running: Config, wanted: Config) -> Changes:
    """From the one to the other. A camera is kept when every word about it is the same."""
    before, after = running.cameras, wanted.cameras
    return Changes(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        altered=tuple(name for name in after if name in before and after[name] != before[name]),
        kept=tuple(name for name in after if name in before and after[name] == before[name]),
        has_other_actions=(
            running.actions != wanted.actions
            or routes(running) != routes(wanted)
            or bindings(running) != bindings(wanted)
        ),
        needs_restart=tuple(
            name
            for name in ("storage", "inference", "service")
            if getattr(running, name) != getattr(wanted, name)
        ),
    )
