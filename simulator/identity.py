"""Who is calling: set by the request pipeline from the bearer token, read by the families."""

from dataclasses import dataclass

from flask import g


@dataclass(frozen=True)
class Caller:
    """The app, account and rights behind one request; `user_id` is the person who installed the app."""

    app_id: int
    portal_id: int
    scopes: frozenset[str]
    user_id: int


def current_caller() -> Caller:
    """The caller of the current request. Only inside routes that need a token."""
    caller: Caller = g.caller
    return caller
