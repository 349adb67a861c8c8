import pytest
from pydantic import ValidationError

from vedette.rules.absence import AbsenceSettings
from vedette.rules.presence import PresenceSettings

QUESTION = {"name": "at the door", "classifier": "cats", "label": "cat"}


@pytest.mark.parametrize("kind", [PresenceSettings, AbsenceSettings])
def test_three_words_are_a_question_and_its_events_are_logged(kind):
    assert kind.model_validate(QUESTION).actions == ("log",)


@pytest.mark.parametrize("kind", [PresenceSettings, AbsenceSettings])
def test_every_setting_is_described(kind):
    assert all(field.description for field in kind.model_fields.values())


@pytest.mark.parametrize("missing", QUESTION)
def test_each_of_the_three_is_needed(missing):
    with pytest.raises(ValidationError, match=missing):
        PresenceSettings.model_validate({key: value for key, value in QUESTION.items() if key != missing})


def test_leaving_must_be_less_sure_than_entering():
    with pytest.raises(ValidationError, match=r"leave_probability 0\.9 must be below enter_probability 0\.8"):
        PresenceSettings.model_validate(QUESTION | {"enter_probability": 0.8, "leave_probability": 0.9})


@pytest.mark.parametrize("probability", [0.5, 0.96, 1.0])
def test_a_probability_that_evidence_never_reaches_is_refused(probability):
    with pytest.raises(ValidationError, match="enter_probability"):
        PresenceSettings.model_validate(QUESTION | {"enter_probability": probability})
