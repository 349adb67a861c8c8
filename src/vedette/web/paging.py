"""Lists in pages: each names the cursor of the next, and a page stays what it is when newer things come."""

from __future__ import annotations

from typing import Any

from pydantic import Field

CURSOR = "Where the page begins, as `next_cursor` of the page before says."
NEXT = "The cursor of the next page; null on the last."
LIMIT: Any = Field(default=100, ge=1, le=500, description="How many at most.")
"""The field of a query that says how long a page is."""
