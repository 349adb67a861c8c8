"""From one configuration to the next."""

from __future__ import annotations

import pytest

from vedette.assembly.changes import changes
from vedette.config.schema import Config

DOOR = {"source": {"kind": "push"}, "classifiers": ["cat"]}
RULE = {"kind": "presence", "name": "prey", "classifier": "cat", "label": "prey"}


def config(**parts):
    return Config.model_validate({"storage": {"folder": "/nowhere"}, **parts})


def test_the_same_text_changes_nothing():
    one = config(cameras={"door": DOOR})
    difference = changes(one, config(cameras={"door": DOOR}))
    assert difference.is_nothing
    assert (difference.kept, difference.sentence()) == (("door",), "nothing has changed")


def test_cameras_are_added_removed_altered_and_kept():
    before = config(cameras={"door": DOOR, "yard": DOOR, "shed": DOOR})
    after = config(cameras={"door": DOOR, "yard": {**DOOR, "rules": [RULE]}, "track": DOOR})
    difference = changes(before, after)
    assert (difference.added, difference.removed) == (("track",), ("shed",))
    assert (difference.altered, difference.kept) == (("yard",), ("door",))
    assert difference.has_other_actions
    assert difference.sentence() == (
        "new: track; changed: yard; gone: shed; undisturbed: door; actions taken over"
    )


@pytest.mark.parametrize(
    ("section", "value"),
    [("service", {"port": 1}), ("inference", {"threads": 1}), ("storage", {"folder": "/elsewhere"})],
)
def test_some_sections_wait_for_a_new_start(section, value):
    difference = changes(config(), config(**{section: value}))
    assert difference.needs_restart == (section,)
    assert section in difference.sentence()


def test_another_address_of_an_action_is_taken_over():
    before = config(actions={"phone": {"kind": "webhook", "url": "http://one/"}})
    after = config(actions={"phone": {"kind": "webhook", "url": "http://two/"}})
    assert changes(before, after).has_other_actions
