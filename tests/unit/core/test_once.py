"""A table that many threads need at once is built once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from integration.core.once import built_once


def test_threads_that_come_together_get_one_table_built_once() -> None:
    built: list[str] = []
    together = threading.Barrier(12)

    @built_once
    def table(name: str) -> list[str]:
        built.append(name)
        time.sleep(0.05)
        return [name]

    def ask(name: str) -> list[str]:
        together.wait()
        return table(name)

    with ThreadPoolExecutor(12) as pool:
        tables = list(pool.map(ask, ["a", "b"] * 6))
    assert sorted(built) == ["a", "b"]
    assert len({id(one) for one in tables}) == 2


def test_a_table_may_be_built_from_another_and_a_failure_is_not_kept() -> None:
    fails = [True]

    @built_once
    def small() -> int:
        if fails:
            fails.pop()
            raise ValueError("not yet")
        return 1

    @built_once
    def large() -> int:
        return small() + 1

    with pytest.raises(ValueError, match="not yet"):
        large()
    assert large() == 2
