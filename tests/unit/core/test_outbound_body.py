"""Bodies are unpacked piece by piece, wherever the pieces break, and never beyond their limit."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.outbound_body import DEFLATE, GZIP, BodyRefused, unpack


def bare(body: bytes) -> bytes:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return squeezer.compress(body) + squeezer.flush()


WAYS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "plain": ("", bytes),
    "gzip": (GZIP, gzip.compress),
    "deflate": (DEFLATE, zlib.compress),
    "bare": (DEFLATE, bare),
}


def later() -> float:
    return time.monotonic() + 60


@given(st.sampled_from(sorted(WAYS)), st.binary(max_size=5000), st.integers(2, 200))
def test_body_comes_out_as_it_went_in_wherever_the_pieces_break(way: str, body: bytes, size: int) -> None:
    encoding, pack = WAYS[way]
    packed = pack(body)
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert unpack(pieces, encoding, 10_000, later()) == body


@given(st.sampled_from(sorted(WAYS)), st.integers(0, 3000), st.integers(0, 3000))
def test_limit_is_the_last_size_that_passes(way: str, size: int, limit: int) -> None:
    encoding, pack = WAYS[way]
    packed = pack(b"a" * size)
    if max(size, len(packed)) <= limit:
        assert len(unpack([packed], encoding, limit, later())) == size
    else:
        with pytest.raises(BodyRefused) as refused:
            unpack([packed], encoding, limit, later())
        assert refused.value.reason == "too_large"


@given(st.sampled_from([GZIP, DEFLATE]), st.lists(st.binary(max_size=300), max_size=5))
def test_any_bytes_are_a_body_or_a_refusal(encoding: str, pieces: list[bytes]) -> None:
    try:
        unpack(pieces, encoding, 10_000, later())
    except BodyRefused as refused:
        assert refused.reason in ("too_large", "bad_encoding")


def test_body_that_arrives_too_late_is_too_slow() -> None:
    with pytest.raises(BodyRefused) as refused:
        unpack([b"x"], "", 10, time.monotonic() - 1)
    assert refused.value.reason == "too_slow"
