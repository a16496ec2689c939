"""What every keyed provider stand-in does around a call: latency, the magic keys, rate windows, the ledger, control routes.

A provider gives a `Dialect` (how it writes its refusals) and its routes; this module gives the Flask app. The order is the
providers' own: key, then scope and plan, then rate, then allowance, then the request itself.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from flask import Flask, Response, g, jsonify, request

from simulator.neighbours.keys import Behaviour, Ledger, behaviour_of
from simulator.neighbours.settings import NeighbourSettings
from simulator.neighbours.transport import (
    broken_json_response,
    cut_response,
    down_response,
    drip_response,
    hang_response,
    html_response,
    wrong_types_response,
)
from simulator.neighbours.windows import Rule, Usage, Windows

CONTROL_PREFIX = "/_control/"
GATE = "neighbour-gate"


# What every stand-in can do without words of its own.
_SHARED_BEHAVIOURS = frozenset(
    {Behaviour.NORMAL, Behaviour.THROTTLED, Behaviour.SLOW, Behaviour.CUT, Behaviour.INVALID_JSON, Behaviour.HTML}
    | {Behaviour.DOWN, Behaviour.HANG, Behaviour.WRONG_TYPES}
)


@dataclass(frozen=True)
class Dialect:
    """How one provider reads keys, limits calls and words its refusals.

    `refusals` must have `Behaviour.BAD`; a magic key without an entry here is a bad key to this provider. `LEGAL` is the
    routes' own to use, because only they know whether a person is concerned.
    """

    read_key: Callable[[], str | None]
    rules: Callable[[str], Sequence[Rule]]
    throttled: Callable[[Sequence[Usage]], Response]
    rate_headers: Callable[[Sequence[Usage]], dict[str, str]]
    refusals: Mapping[Behaviour, Callable[[], Response]]
    open_operations: frozenset[str] = frozenset()

    def can(self, behaviour: Behaviour) -> bool:
        return behaviour in _SHARED_BEHAVIOURS or (behaviour is not Behaviour.BAD and behaviour in self.refusals)


@dataclass
class GateState:
    """Everything a stand-in remembers between calls."""

    ledger: Ledger = field(default_factory=Ledger)
    windows: Windows = field(default_factory=Windows)
    released: threading.Event = field(default_factory=threading.Event)

    def reset(self) -> None:
        """Forgets calls, credits and windows, and lets hung requests go."""
        self.ledger.reset()
        self.windows.reset()
        self.released.set()
        self.released = threading.Event()


@dataclass(frozen=True)
class Caller:
    """Who makes the current call, and how its key misbehaves."""

    key: str
    behaviour: Behaviour
    operation: str
    call_number: int
    usages: tuple[Usage, ...]


def current_caller() -> Caller:
    """The caller of the current request; only inside routes that need a key."""
    caller = g.caller
    if not isinstance(caller, Caller):
        raise TypeError("this operation is open: it has no caller")
    return caller


def mount_gate(app: Flask, dialect: Dialect, settings: NeighbourSettings, state: GateState) -> None:
    """Puts the gate before and behind every route of the app, and adds the control routes. Operation = endpoint name."""

    @app.before_request
    def enter() -> Response | None:
        g.caller = None
        if request.path.startswith(CONTROL_PREFIX) or request.endpoint is None:
            return None
        time.sleep(settings.latency_ms / 1000)
        operation = request.endpoint.rpartition(".")[2]
        if operation in dialect.open_operations:
            return None
        return _admit(dialect, settings, state, operation)

    @app.after_request
    def leave(response: Response) -> Response:
        caller = g.get("caller")
        if not isinstance(caller, Caller):
            return response
        response.headers.update(dialect.rate_headers(caller.usages))
        mangle = _MANGLES.get(caller.behaviour)
        return mangle(response, settings) if mangle else response

    _add_control(app, state)
    app.extensions[GATE] = state


def release_hung(app: Flask) -> None:
    """Lets every hung request of a stand-in go and forgets its calls, so that its server can stop at once."""
    state = app.extensions.get(GATE)
    if isinstance(state, GateState):
        state.reset()


def _admit(dialect: Dialect, settings: NeighbourSettings, state: GateState, operation: str) -> Response | None:
    """None lets the call through to its route, with `g.caller` set; anything else is the answer."""
    key = dialect.read_key()
    behaviour = behaviour_of(key) if key else Behaviour.BAD
    if key is None or not dialect.can(behaviour):
        return dialect.refusals[Behaviour.BAD]()
    call_number = state.ledger.count_call(key, operation)
    if behaviour in {Behaviour.SCOPE, Behaviour.PLAN}:
        return dialect.refusals[behaviour]()
    if behaviour in _OUTAGES:
        return _OUTAGES[behaviour](settings, state, call_number)
    usages = state.windows.take(key, operation, _rules_for(dialect, settings, behaviour, operation), settings.clock_s())
    if any(usage.exceeded for usage in usages):
        return dialect.throttled(usages)
    g.caller = Caller(key, behaviour, operation, call_number, usages)
    if behaviour is Behaviour.QUOTA and call_number > settings.quota_after:
        return dialect.refusals[behaviour]()
    return None


def _rules_for(dialect: Dialect, settings: NeighbourSettings, behaviour: Behaviour, operation: str) -> tuple[Rule, ...]:
    rules = tuple(dialect.rules(operation))
    if behaviour is Behaviour.THROTTLED:
        return (Rule(rules[0].name, settings.throttle_after, settings.throttle_window_s), *rules[1:])
    if not settings.rates_enforced:
        return tuple(Rule(rule.name, None, rule.seconds) for rule in rules)
    return rules


_OUTAGES: dict[Behaviour, Callable[[NeighbourSettings, GateState, int], Response]] = {
    Behaviour.DOWN: lambda _settings, _state, call_number: down_response(call_number),
    Behaviour.HANG: lambda settings, state, _: hang_response(settings.hang_s, state.released),
    Behaviour.HTML: lambda _settings, _state, _: html_response(),
}
_MANGLES: dict[Behaviour, Callable[[Response, NeighbourSettings], Response]] = {
    Behaviour.SLOW: lambda response, settings: drip_response(response, settings.slow_s),
    Behaviour.CUT: lambda response, _: cut_response(response),
    Behaviour.INVALID_JSON: lambda response, _: broken_json_response(response),
    Behaviour.WRONG_TYPES: lambda response, _: wrong_types_response(response),
}


def _add_control(app: Flask, state: GateState) -> None:
    @app.get("/_control/ledger")
    def control_ledger() -> Response:
        return jsonify(state.ledger.to_json())

    @app.get("/_control/charges")
    def control_charges() -> Response:
        """Every charged call of the key named in the query, by itself."""
        return jsonify(state.ledger.charges(request.args.get("key", "")))

    @app.post("/_control/reset")
    def control_reset() -> Response:
        state.reset()
        return jsonify({"reset": True})
