"""What the tables need of a database, whichever it is."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection


class Transactions(Protocol):
    """Gives connections; any thread may ask. Every failure is a StoreError in a sentence."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection to read with; writers do not wait for it."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """The one connection to write with; committed at the end, rolled back on an error."""
        ...


class OpenDatabase(Transactions, Protocol):
    """A database that is held open by this process alone."""

    @property
    def name(self) -> str:
        """What a person knows it by; never a credential."""
        ...

    @property
    def made_at(self) -> datetime:
        """Since when it knows what happened, UTC."""
        ...

    def knows_since(self, at: datetime) -> None:
        """It knows what happened only since this time: its `made_at` from now on.

        Raises:
            StoreError: it does not serve.
        """
        ...

    def prove(self) -> None:
        """Write something, and look whether all can be read.

        Raises:
            StoreError: it does not serve.
        """
        ...

    def close(self) -> None:
        """Let go of it. Twice is once."""
        ...
