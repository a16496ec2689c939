"""Tables that take long to build, built once although many threads need them at the same moment.

`functools.cache` lets every thread that comes before the first has finished build its own: ninety threads that start together then spend
half a minute where one would take a third of a second.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from functools import wraps
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def built_once(build: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """The function with its results kept for ever, by its positional arguments; whoever comes while one is built waits for it."""
    kept: dict[tuple[Hashable, ...], Result] = {}
    lock = threading.RLock()  # a table may be built from another

    @wraps(build)
    def get(*arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        key = (*arguments, *sorted(named.items()))
        if key not in kept:
            with lock:
                if key not in kept:
                    kept[key] = build(*arguments, **named)
        return kept[key]

    return get
