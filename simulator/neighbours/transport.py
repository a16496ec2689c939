"""Answers that go wrong on the wire: dripping, cut in the middle, never coming, not JSON, not even the right kind.

Works on any WSGI server that closes the connection when the body iterator raises `ConnectionResetError` (werkzeug and
cheroot do).
"""

import errno
import json
import threading
import time
from collections.abc import Iterator

from flask import Response

_SLICES = 20


def drip(body: bytes, total_s: float) -> Iterator[bytes]:
    """The body in about twenty slices, spread evenly over the time."""
    size = max(1, -(-len(body) // _SLICES))
    slices = [body[start : start + size] for start in range(0, len(body), size)] or [b""]
    for part in slices:
        time.sleep(total_s / len(slices))
        yield part


def drip_response(response: Response, total_s: float) -> Response:
    """The same answer, its body dripping."""
    return Response(drip(response.get_data(), total_s), response.status_code, response.headers, direct_passthrough=True)


def cut_response(response: Response) -> Response:
    """The same answer, cut half way through the body although the length was promised."""
    body = response.get_data()

    def half() -> Iterator[bytes]:
        yield body[: len(body) // 2]
        raise _reset()

    headers = dict(response.headers) | {"Content-Length": str(len(body))}
    return Response(half(), response.status_code, headers, direct_passthrough=True)


def hang_response(hang_s: float, released: threading.Event) -> Response:
    """Not one byte until the time is over or `released` is set; then the connection closes without an answer."""

    def nothing() -> Iterator[bytes]:
        released.wait(hang_s)
        raise _reset()
        yield b""  # pragma: no cover - makes this a generator

    return Response(nothing(), 200, direct_passthrough=True)


def broken_json_response(response: Response) -> Response:
    """The same answer, its JSON broken off before the end but delivered whole."""
    body = response.get_data()
    return Response(body[: max(1, len(body) * 2 // 3)], response.status_code, content_type="application/json")


def wrong_types_response(response: Response) -> Response:
    """The same answer as valid JSON, each value of a type that nobody expects there: text for numbers, lists for text, text for objects' lists."""
    return Response(json.dumps(_mistyped(response.get_json())), response.status_code, content_type="application/json")


def html_response() -> Response:
    """A 200 that is a web page, as a proxy or a log-in wall would send."""
    page = "<!doctype html><html><head><title>Sign in</title></head><body><h1>Please sign in to continue</h1></body></html>"
    return Response(page, 200, content_type="text/html; charset=utf-8")


def down_response(call_number: int) -> Response:
    """By turns a bare 503 and a 500 with an HTML page: a front door and an application that fail."""
    if call_number % 2:
        return Response("Service Unavailable", 503, {"Retry-After": "2"}, content_type="text/plain")
    return Response("<html><body><h1>500 Internal Server Error</h1></body></html>", 500, content_type="text/html")


def _mistyped(value: object) -> object:
    if isinstance(value, dict):
        return {name: _mistyped(child) for name, child in value.items()}
    if isinstance(value, list):
        return "list"
    if isinstance(value, bool | int | float):
        return f"number {value}"
    return [value]


def _reset() -> ConnectionResetError:
    return ConnectionResetError(errno.ECONNRESET, "the stand-in cut the connection on purpose")
