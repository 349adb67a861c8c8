"""Every error that Vedette raises on purpose.

    VedetteError
    ├── UsageError             the person asked for something that cannot be (exit code 2)
    │   ├── ConfigurationError     a configuration file or one of its values
    │   ├── PictureError           bytes that are not a picture, or not one that may be opened
    │   └── PeopleError            people and tokens as they cannot be
    │       └── WeakPasswordError      a password that would be guessed
    ├── CatalogError           a network or clip that is not to be had, or has the wrong hash
    ├── BackendError           a runtime or device that cannot load or run a network
    ├── SourceError            a camera that does not deliver
    ├── TeachingError          examples that cannot be taught from
    │   └── StaleClassifierError   taught with another network or engine: embed again
    ├── StoreError             the database or the media beside it
    ├── ActionError            an action that was not carried out
    └── ActuatorError          a pin or device that cannot be driven

A message is for the person who reads it: what happened, where, and what to do. It never holds
a credential. `remedy` is the part that says what to do, on a line of its own on a terminal.
"""

from __future__ import annotations


class VedetteError(Exception):
    """What happened and where; `remedy` says what to do."""

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()


class UsageError(VedetteError):
    """The person asked for something that cannot be."""

    exit_code = 2


class ConfigurationError(UsageError):
    """A configuration file, or a value in it, that cannot be used."""


class PictureError(UsageError):
    """Bytes that are not a picture, or not one that may be opened."""


class PeopleError(UsageError):
    """People and tokens as they cannot be: a name twice, no admin."""


class WeakPasswordError(PeopleError):
    """A password that would be guessed."""


class CatalogError(VedetteError):
    """A network or clip that is not to be had, or whose bytes have the wrong hash."""


class BackendError(VedetteError):
    """A runtime or device that cannot load or run a network."""


class SourceError(VedetteError):
    """A camera that does not deliver."""


class TeachingError(VedetteError):
    """Examples that cannot be taught from."""


class StaleClassifierError(TeachingError):
    """A classifier taught with another network or engine than the one that is running."""


class StoreError(VedetteError):
    """The database or the media beside it cannot be used."""


class ActionError(VedetteError):
    """An action that was not carried out. `is_permanent`: trying again would not help."""

    def __init__(self, message: str, remedy: str = "", *, is_permanent: bool = False) -> None:
        super().__init__(message, remedy)
        self.is_permanent = is_permanent


class ActuatorError(VedetteError):
    """An actuator that cannot be driven; it is in its safe state as far as anybody can tell."""
