"""An action that is not configured yet is tried: carried out once, for an event that says it is a test."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from vedette.actions.delivery import test_letter
from vedette.assembly.build import build_action
from vedette.config.schema import AnyTellingAction
from vedette.errors import ActionError


def try_action(name: str, settings: AnyTellingAction) -> None:
    """Carry it out once; nothing is tried again. Blocks until its end.

    Raises:
        ActionError: it was not done, and why.
    """
    asyncio.run(_tried(name, settings))


async def _tried(name: str, settings: AnyTellingAction) -> None:
    action = build_action(name, settings)
    try:
        async with asyncio.timeout(action.timeout_seconds + 1):
            await action.open()
            await action.carry_out(test_letter(name, datetime.now(UTC)))
    except TimeoutError:
        raise ActionError(f"the test of {name} did not end.") from None
    finally:
        await action.close()
