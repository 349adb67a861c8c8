from hypothesis import given
from hypothesis import strategies as st

from vedette.pipeline.explain_wording import Wordings


def back(wordings, sentence):
    return wordings.sentence(*wordings.code(sentence))


@given(st.text(max_size=200))
def test_any_sentence_comes_back_as_it_was(sentence):
    assert back(Wordings(), sentence) == sentence


@given(st.lists(st.floats(-99, 99), min_size=4, max_size=9))
def test_figures_come_back_with_the_decimals_that_they_had(figures):
    sentence = ", ".join(f"{figure:.{number % 3}f}" for number, figure in enumerate(figures))
    assert back(Wordings(), sentence) == sentence


def test_sentences_that_differ_in_their_figures_only_share_one_text():
    wordings = Wordings()
    said = [f"prey {each / 100:.2f}, evidence {each / 50:.1f} of 2.2 needed" for each in range(100)]
    codes = [wordings.code(sentence) for sentence in said]
    assert len({code for code, _ in codes}) == 1
    assert [wordings.sentence(*code) for code in codes] == said


def test_what_says_something_new_for_ever_takes_no_more_memory():
    wordings = Wordings(most=8)
    kept, rest = [f"{'x' * length} is why" for length in range(6)], "y is why"
    assert [back(wordings, sentence) for sentence in kept] == kept
    assert "too many kinds" in back(wordings, rest)
    assert [back(wordings, sentence) for sentence in kept] == kept


def test_a_sentence_without_end_is_cut():
    assert back(Wordings(), "x" * 10_000) == "x" * 200
