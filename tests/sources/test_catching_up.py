from __future__ import annotations

from vedette.sources.catching_up import CatchingUp, Fate


def fates(*packets, patience=0.5):
    """Of (late, key frame, now)."""
    catching_up = CatchingUp(patience)
    return [
        catching_up.fate(is_late=late, is_keyframe=key, now=now).name.lower() for late, key, now in packets
    ]


def test_what_is_on_time_is_shown():
    assert fates((False, True, 0), (False, False, 1)) == ["show", "show"]


def test_a_short_backlog_is_decoded_so_that_nothing_after_it_is_lost():
    assert fates((True, False, 0), (True, False, 0.1), (False, False, 0.2)) == ["decode", "decode", "show"]


def test_what_decoding_does_not_catch_up_with_is_left_out_up_to_a_key_frame_on_time():
    packets = [(True, False, 0), (True, False, 0.6), (True, True, 0.7), (False, False, 0.8)]
    assert fates(*packets, (False, True, 0.9), (False, False, 1)) == [
        "decode",
        "skip",
        "skip",
        "skip",
        "show",
        "show",
    ]


def test_the_patience_is_there_again_after_every_catching_up():
    assert fates((True, False, 0), (False, False, 0.4), (True, False, 5), (True, False, 5.4)) == [
        "decode",
        "show",
        "decode",
        "decode",
    ]


def test_another_connection_begins_without_a_grudge():
    catching_up = CatchingUp(0.5)
    for now in (0, 1):
        catching_up.fate(is_late=True, is_keyframe=False, now=now)
    assert catching_up.is_skipping
    catching_up.restarted()
    assert catching_up.fate(is_late=False, is_keyframe=False, now=2) is Fate.SHOW
