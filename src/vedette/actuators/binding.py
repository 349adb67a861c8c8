"""Which rules an actuator listens to, found out from the configuration before anything runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vedette.actuators.settings import GpioSettings
from vedette.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class RuleReference:
    """A rule of a camera, and the classifier whose looks it judges."""

    camera: str
    rule: str
    classifier: str

    def __str__(self) -> str:
        return f"{self.camera}/{self.rule}"


@dataclass(frozen=True, slots=True)
class NamingRule:
    """A rule and the names of all actions that it names; whichever of them are actuators."""

    reference: RuleReference
    actions: Sequence[str]


@dataclass(frozen=True, slots=True)
class Binding:
    """An actuator, the rules that name it, and those that must be inactive."""

    name: str
    settings: GpioSettings
    rules: tuple[RuleReference, ...]
    interlocks: tuple[RuleReference, ...] = ()

    @property
    def cameras(self) -> tuple[str, ...]:
        """Every camera that it depends on, each once."""
        return tuple(dict.fromkeys(each.camera for each in (*self.rules, *self.interlocks)))


def bind(actuators: Mapping[str, GpioSettings], rules: Sequence[NamingRule]) -> tuple[Binding, ...]:
    """Every actuator with its rules; one that no rule names is held in its safe state.

    Raises:
        ConfigurationError: an interlock that is no rule, or two actuators on one pin.
    """
    pins = Counter(settings.device.pin for settings in actuators.values())
    for pin, count in pins.items():
        if count > 1:
            sharing = sorted(name for name, each in actuators.items() if each.device.pin == pin)
            raise ConfigurationError(
                f"pin {pin} is given to {' and '.join(sharing)}.", "Give each actuator a pin of its own."
            )
    return tuple(_bound(name, settings, rules) for name, settings in actuators.items())


def _bound(name: str, settings: GpioSettings, rules: Sequence[NamingRule]) -> Binding:
    own = tuple(each.reference for each in rules if name in each.actions)
    cameras = {each.camera for each in own}
    interlocks: list[RuleReference] = []
    for wanted in settings.interlocks:
        found = [each.reference for each in rules if _is_meant(wanted, each.reference, cameras)]
        if not found:
            known = ", ".join(str(each.reference) for each in rules) or "none"
            raise ConfigurationError(
                f"actuator {name}: the interlock '{wanted}' is no rule of its cameras; known are {known}.",
                "Name a rule of a camera whose rules name this actuator, or say camera/rule.",
            )
        interlocks += found
    return Binding(name, settings, own, tuple(dict.fromkeys(interlocks)))


def _is_meant(wanted: str, reference: RuleReference, cameras: set[str]) -> bool:
    camera, slash, rule = wanted.rpartition("/")
    if slash:
        return (reference.camera, reference.rule) == (camera, rule)
    return reference.rule == wanted and reference.camera in cameras
