from __future__ import annotations

import pytest

from vedette.teaching.changes import in_short


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([], []),
        (["removed a", "removed a", "relabelled b"], ["removed a", "removed a", "relabelled b"]),
        (["removed a"] * 3, ["removed a"] * 3),
        (["removed a"] * 4, ["removed 4 pictures"]),
        (
            ["started anew", *["relabelled b"] * 9, "removed a"],
            ["started anew", "removed a", "relabelled 9 pictures"],
        ),
    ],
    ids=["none", "few", "just", "many", "mixed"],
)
def test_changes_are_told_one_by_one_until_they_are_too_many(changes, told):
    assert in_short(changes) == told
