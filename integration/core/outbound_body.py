"""The body of an answer, unpacked under a limit: neither the bytes on the wire nor those inside may pass it, nor may the clock.

It unpacks by itself because a library's decoder turns each piece that arrives into all it holds at once: 64 kB of a bomb into 64 MB.
Limit: one layer of gzip or deflate; whatever else a site claims (brotli, zstd, a gzip inside a gzip) was not asked for and is refused.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable
from typing import Final

import httpx2

GZIP: Final = "gzip"
DEFLATE: Final = "deflate"
_NAMES: Final = {"": "", "identity": "", "gzip": GZIP, "x-gzip": GZIP, "deflate": DEFLATE}
_RECEIVE_BYTES: Final = 64 * 1024


class BodyRefused(Exception):
    """`reason`: too_large, too_slow or bad_encoding."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


def read_body(response: httpx2.Response, max_bytes: int, limit_at: float) -> bytes:
    """The unpacked body. Raises BodyRefused beyond `max_bytes` or the monotonic moment `limit_at`, or when it is not in its encoding."""
    encoding = _NAMES.get(response.headers.get("content-encoding", "").strip().lower())
    if encoding is None:
        raise BodyRefused("the body is in an encoding that was not asked for", "bad_encoding")
    return unpack(response.iter_raw(_RECEIVE_BYTES), encoding, max_bytes, limit_at)


def unpack(pieces: Iterable[bytes], encoding: str, max_bytes: int, limit_at: float) -> bytes:
    """The pieces joined and unpacked from `encoding` (GZIP, DEFLATE, or "" for none); the first piece has two bytes or is all there is.

    Raises BodyRefused as `read_body`.
    """
    parts: list[bytes] = []
    received = size = 0
    opened: zlib._Decompress | None = None
    for piece in pieces:
        received += len(piece)
        if encoding and opened is None and piece:
            opened = zlib.decompressobj(_window(encoding, piece))
        part = _unpacked(opened, piece, max_bytes + 1 - size) if opened else piece
        size += len(part)
        if max(received, size) > max_bytes:
            raise BodyRefused(f"the page is larger than {max_bytes} bytes", "too_large")
        if time.monotonic() > limit_at:
            raise BodyRefused("the page took longer than it may in all", "too_slow")
        parts.append(part)
    return b"".join(parts)


def _unpacked(opened: zlib._Decompress, piece: bytes, most: int) -> bytes:
    try:
        return opened.decompress(piece, most)
    except zlib.error as error:
        raise BodyRefused("the body is not in the encoding it claims", "bad_encoding") from error


def _window(encoding: str, piece: bytes) -> int:
    """zlib's word for the wrapping. What is called deflate comes with the header of zlib, or, from some servers, bare."""
    if encoding == GZIP:
        return 31
    has_header = len(piece) > 1 and piece[0] & 15 == 8 and (piece[0] << 8 | piece[1]) % 31 == 0
    return 15 if has_header else -15
