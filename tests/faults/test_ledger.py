"""The table that the fault suite prints."""

from __future__ import annotations

from parts.fault_ledger import FaultLedger, table


def test_counts_of_many_tests_become_one_table():
    properties: list[tuple[str, object]] = [("other", 1)]
    ledger = FaultLedger(properties)
    ledger.note("broker down", survived=1)
    ledger.note("broker down", injected=2, survived=1, lost=1)
    ledger.note("kill -9", injected=100, survived=100)
    ledger.say("reconnect: median 1.0 s")
    assert table(properties) == [
        "fault        injected  survived  lost",
        "broker down         3         2     1",
        "kill -9           100       100     0",
        "in all            103       102     1",
        "reconnect: median 1.0 s",
    ]
    assert table([]) == []
