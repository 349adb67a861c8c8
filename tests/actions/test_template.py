from dataclasses import replace

import pytest

from parts.happenings import START, event
from vedette.actions.protocol import Letter
from vedette.actions.template import FIELDS, filled, template
from vedette.values.event import Phase

LETTER = Letter(
    "key", Phase.CLOSE, event(closed_at=START, close_reason="gone", measures={"dwell_seconds": 3.25})
)


def test_places_are_filled_with_what_is_known():
    text = "{camera}|{label}|{told}|{score}|{seconds}|{reason}|{phase}|{id}|{rule}"
    assert filled(text, LETTER) == "door|prey|ended|50%|3.2|gone|close|01|prey"
    assert "prey" in filled("{sentence}", LETTER)


def test_every_place_can_be_filled_in_every_phase():
    for phase in Phase:
        assert "{" not in filled("".join(f"{{{name}}}" for name in FIELDS), replace(LETTER, phase=phase))


def test_what_an_event_holds_is_never_looked_at_for_places():
    told = replace(LETTER, event=event(label="{reason} {0.__class__}"))
    assert filled("{label}!", told) == "{reason} {0.__class__}!"


@pytest.mark.parametrize("text", ["{}", "{0}", "{url}", "{camera.__class__}", "{score:>10}", "{label!r}"])
def test_other_places_are_refused(text):
    with pytest.raises(ValueError, match=r"is one of \{camera\}"):
        template(text)
