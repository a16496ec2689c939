"""Renders the operator's pages and the headers that keep them safe: no scripts, no framing, nothing cached, no address passed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, make_response, render_template

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    # The pages carry sealed links in their addresses.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True)
class Problem:
    """A page about something that went wrong: what happened, and what the reader can do now."""

    title: str
    happened: str
    to_do: tuple[str, ...]
    http_status: int = 400
    forward: str = ""
    """Text to send to somebody who may approve the install; empty when there is nobody to ask."""
    details: tuple[str, ...] = ()


def secure(response: Response, *, is_https: bool) -> Response:
    """The same headers on a response of the console. Its addresses carry no secrets, and its forms need an origin to be checked by."""
    response.headers.update({**_HEADERS, "Referrer-Policy": "same-origin"})
    if is_https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def new_blueprint(name: str, import_name: str) -> Blueprint:
    """A blueprint whose templates and style sheet are this package's."""
    return Blueprint(name, import_name, template_folder="templates", static_folder="static", static_url_path=f"/{name}/static")


def render_page(template: str, *, http_status: int = 200, **values: Any) -> Response:
    name = template if "/" in template else f"leadlight/{template}"
    response = make_response(render_template(name, **values), http_status)
    response.headers.update(_HEADERS)
    return response


def render_problem(problem: Problem) -> Response:
    return render_page("problem.html", http_status=problem.http_status, problem=problem)
