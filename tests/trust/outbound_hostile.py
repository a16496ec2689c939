"""Everything a stranger's address or answer may try, each with the reason it must be refused with; shared by whoever fetches such addresses.

`HostileAddresses` and `HostileAnswers` are inherited by a test class for each way into the network; the class says how its way is walked.
"""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Final

import pytest

PRIVATE: Final = "private_address"
BAD: Final = "bad_address"
SCHEME: Final = "bad_scheme"
PORT: Final = "bad_port"
CREDENTIALS: Final = "credentials_in_address"
LONGEST_S: Final = 2.5
"""What one hostile answer may cost where the fetch is given half a second."""


@dataclass(frozen=True)
class HostileAddress:
    name: str
    url: str
    reason: str


def _cases(reason: str, **urls: str) -> tuple[HostileAddress, ...]:
    return tuple(HostileAddress(name.replace("_", " "), url, reason) for name, url in urls.items())


ADDRESSES: Final = (
    *_cases(
        PRIVATE,
        loopback="http://127.0.0.1/",
        loopback_elsewhere="http://127.8.8.8/",
        ten="http://10.0.0.1/",
        one_seven_two="http://172.16.0.1/",
        one_nine_two="http://192.168.1.1/",
        carrier_grade_nat="http://100.64.0.1/",
        this_network="http://0.0.0.0/",
        zero="http://0/",
        multicast="http://224.0.0.1/",
        broadcast="http://255.255.255.255/",
        reserved="http://240.0.0.1/",
        measuring="http://198.18.0.1/",
        documentation="http://192.0.2.1/",
        metadata="http://169.254.169.254/latest/meta-data/",
        metadata_with_dot="http://169.254.169.254./",
        metadata_of_aws_over_ipv6="http://[fd00:ec2::254]/",
        metadata_by_name="http://metadata.google.internal/",
        decimal="http://2130706433/",
        hex="http://0x7f000001/",
        hex_in_parts="http://0x7f.1/",
        hex_in_four_parts="http://0x7f.0x0.0x0.0x1/",
        octal="http://017700000001/",
        octal_in_parts="http://0177.0.0.1/",
        two_parts="http://127.1/",
        three_parts="http://127.0.1/",
        five_parts="http://1.2.3.4.5/",
        numbers_too_large="http://256.256.256.256/",
        trailing_dot="http://127.0.0.1./",
        circled_digits="http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/",
        fullwidth_digits="http://\uff11\uff12\uff17.\uff10.\uff10.\uff11/",
        ideographic_dots="http://127\u30020\u30020\u30021/",
        ipv6_loopback="http://[::1]/",
        ipv6_loopback_in_full="http://[0:0:0:0:0:0:0:1]/",
        ipv6_unspecified="http://[::]/",
        ipv6_mapped="http://[::ffff:127.0.0.1]/",
        ipv6_mapped_in_hex="http://[::ffff:7f00:1]/",
        ipv6_compatible="http://[::127.0.0.1]/",
        six_to_four="http://[2002:7f00:1::]/",
        teredo="http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
        nat64="http://[64:ff9b::7f00:1]/",
        nat64_local="http://[64:ff9b:1::7f00:1]/",
        link_local="http://[fe80::1]/",
        link_local_with_zone="http://[fe80::1%25eth0]/",
        unique_local="http://[fc00::1]/",
        ipv6_multicast="http://[ff02::1]/",
        ipv6_documentation="http://[2001:db8::1]/",
        localhost="http://localhost/",
        localhost_in_capitals="http://LOCALHOST/",
        localhost_with_dot="http://localhost./",
        below_localhost="http://app.localhost/",
        localhost_with_soft_hyphen="http://loc\u00adalhost/",
        localhost_with_circled_letter="http://\u24dbocalhost/",
        bare_name="http://intranet/",
        local_name="http://printer.local/",
        inner_name="http://host.docker.internal/",
        home_name="http://router.home.arpa/",
        scheme_in_capitals="HTTP://127.0.0.1/",
    ),
    *_cases(
        CREDENTIALS,
        name_and_password="http://user:secret@public.example/",
        public_name_before_private="http://public@127.0.0.1/",
        public_host_before_private="http://public.example:80@127.0.0.1/",
        private_before_public="http://127.0.0.1@public.example/",
        backslash_before_at="http://public.example\\@127.0.0.1/",
        backslash_after_private="http://127.0.0.1\\@public.example/",
        encoded_slash="http://127.0.0.1%2f@public.example/",
    ),
    *_cases(
        SCHEME,
        file="file:///etc/passwd",
        gopher="gopher://public.example/_x",
        ftp="ftp://public.example/",
        data="data:text/html,x",
        script="javascript:alert(1)",
        dict="dict://127.0.0.1:11211/stats",
        web_socket="ws://public.example/",
        jar="jar:http://public.example!/",
    ),
    *_cases(
        PORT,
        ssh="http://public.example:22/",
        mail="http://public.example:25/",
        postgres="http://public.example:5432/",
        redis="http://127.0.0.1:6379/",
        alternative="http://public.example:8080/",
        port_zero="http://public.example:0/",
        port_with_leading_zero="http://public.example:08080/",
    ),
    *_cases(
        BAD,
        no_host="http:///etc",
        port_too_large="http://public.example:99999/",
        port_with_letters="http://public.example:80x/",
        negative_port="http://public.example:-80/",
        empty_label="http://public..example/",
        first_label_empty="http://.example/",
        label_too_long=f"http://{'a' * 64}.example/",
        name_too_long=f"http://{'a.' * 140}example/",
        very_long=f"http://public.example/{'x' * 100_000}",
        encoded_host="http://%31%32%37.0.0.1/",
        open_bracket="http://[::1/",
        future_address="http://[v1.x]/",
        line_break_in_path="http://public.example/\r\nX-Injected: yes",
        line_break_in_host="http://public.example\n.private.example/",
        tab_in_host="http://pub\tlic.example/",
        nul="http://public.example/\x00",
        space_in_host="http://pub lic.example/",
    ),
)

PRIVATE_ANSWERS: Final = (
    ("127.0.0.1",),
    ("::1",),
    ("10.1.2.3",),
    ("169.254.169.254",),
    ("100.64.0.1",),
    ("0.0.0.0",),  # noqa: S104 - an answer, nothing listens there
    ("fd00:ec2::254",),
    ("::ffff:10.0.0.1",),
    ("64:ff9b::a00:1",),
    ("93.184.215.14", "127.0.0.1"),
    ("10.1.2.3", "93.184.215.14"),
    ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::1"),
)
"""What a resolver may say of a harmless name: private, or public and private mixed."""

Speak = Callable[[socket.socket], None]


@dataclass(frozen=True)
class HostileAnswer:
    """What a server says once it has read a request. `reason` is that of the refusal, or of a failure worth another try."""

    name: str
    speak: Speak
    reason: str


def _head(*lines: str, status: str = "200 OK", kind: str = "text/html") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Type: {kind}", *lines, "", ""]).encode("latin-1")


def _say(*parts: bytes) -> Speak:
    return lambda wire: wire.sendall(b"".join(parts))


def _forever(part: bytes, *first: bytes, pause_s: float = 0.0) -> Speak:
    def speak(wire: socket.socket) -> None:
        wire.sendall(b"".join(first))
        until = time.monotonic() + 20
        while time.monotonic() < until:
            wire.sendall(part)
            time.sleep(pause_s)

    return speak


def _packed(encoding: str, body: bytes) -> Speak:
    return _say(_head(f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}"), body)


def _moved(location: str, status: str = "302 Found") -> Speak:
    return _say(_head(f"Location: {location}", "Content-Length: 0", status=status))


_ZEROS: Final = bytes(48 << 20)
_RAW: Final = zlib.compressobj(9, zlib.DEFLATED, -15)
_BARE_BOMB: Final = _RAW.compress(_ZEROS) + _RAW.flush()
_BOMB: Final = gzip.compress(_ZEROS, 9)

ANSWERS: Final = (
    HostileAnswer("body larger than allowed", _say(_head("Content-Length: 3000000"), bytes(3_000_000)), "too_large"),
    HostileAnswer("body without end", _forever(b"x" * 65536, _head()), "too_large"),
    HostileAnswer(
        "chunks without end", _forever(b"8000\r\n" + b"x" * 0x8000 + b"\r\n", _head("Transfer-Encoding: chunked")), "too_large"
    ),
    HostileAnswer("headers without end", _forever(b"X-More: " + b"x" * 4000 + b"\r\n", b"HTTP/1.1 200 OK\r\n"), "too_large"),
    HostileAnswer("one header without end", _forever(b"x" * 4000, b"HTTP/1.1 200 OK\r\nX-More: "), "too_large"),
    HostileAnswer("gzip bomb", _packed("gzip", _BOMB), "too_large"),
    HostileAnswer("deflate bomb", _packed("deflate", zlib.compress(_ZEROS, 9)), "too_large"),
    HostileAnswer("bare deflate bomb", _packed("deflate", _BARE_BOMB), "too_large"),
    HostileAnswer("bomb in a bomb", _packed("gzip, gzip", gzip.compress(_BOMB)), "bad_encoding"),
    HostileAnswer(
        "empty blocks without end",
        _forever(b"\x00\x00\x00\xff\xff" * 8000, _head("Content-Encoding: deflate"), b"\x78\x9c"),
        "too_large",
    ),
    HostileAnswer("brotli claimed", _packed("br", b"\x0b\x02\x80hello\x03"), "bad_encoding"),
    HostileAnswer("unknown encoding", _packed("sample-9", b"hello"), "bad_encoding"),
    HostileAnswer("gzip claimed", _packed("gzip", b"<p>plain"), "bad_encoding"),
    HostileAnswer("dripping body", _forever(b"x", _head(), pause_s=0.05), "too_slow"),
    HostileAnswer("dripping header", _forever(b"x", b"HTTP/1.1 200 OK\r\nX-Slow: ", pause_s=0.05), "too_slow"),
    HostileAnswer("silence", lambda _: time.sleep(3), "too_slow"),
    HostileAnswer("pdf", _say(_head("Content-Length: 4", kind="application/pdf"), b"%PDF"), "bad_content_type"),
    HostileAnswer("no content type", _say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), "bad_content_type"),
    HostileAnswer("length too large", _say(_head("Content-Length: 100"), b"short"), "unreachable"),
    HostileAnswer("two lengths", _say(_head("Content-Length: 2", "Content-Length: 5"), b"hello"), "unreachable"),
    HostileAnswer("negative length", _say(_head("Content-Length: -1"), b"hello"), "unreachable"),
    HostileAnswer("cut in a chunk", _say(_head("Transfer-Encoding: chunked"), b"ff\r\nhalf"), "unreachable"),
    HostileAnswer("cut in the header", _say(b"HTTP/1.1 200 OK\r\nContent-"), "unreachable"),
    HostileAnswer("nothing said", _say(), "unreachable"),
    HostileAnswer("another protocol", _say(b"SSH-2.0-OpenSSH_9.9\r\n"), "unreachable"),
    HostileAnswer("control characters in the header", _say(_head("X-Bad: a\x00b", "Content-Length: 0")), "unreachable"),
    HostileAnswer("moved to itself", _moved("/"), "redirect_loop"),
    HostileAnswer("moved to metadata without a scheme", _moved("//169.254.169.254/latest/", "301 Moved"), PRIVATE),
    HostileAnswer("moved to backslashes", _moved("http:\\\\127.0.0.1\\"), BAD),
    HostileAnswer(
        "moved with a body without end", _forever(b"x" * 65536, _head("Location: http://10.0.0.1/", status="307 Moved")), PRIVATE
    ),
)


@contextmanager
def hostile_server(speak: Speak) -> Iterator[int]:
    """The port on loopback at which every request is answered by `speak`, over a plain socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        stopped = threading.Event()
        thread = threading.Thread(target=_serve, args=(listener, speak, stopped), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stopped.set()
            thread.join(5)


def _serve(listener: socket.socket, speak: Speak, stopped: threading.Event) -> None:
    while not stopped.is_set():
        with suppress(TimeoutError):
            wire, _ = listener.accept()
            with closing(wire), suppress(OSError):  # the visitor leaves in the middle: that is what the tests are about
                wire.settimeout(2.0)
                asked = b""
                while b"\r\n\r\n" not in asked and (more := wire.recv(65536)):
                    asked += more
                speak(wire)


class HostileAddresses:
    """Inherited by the test class of each way into the network that takes a stranger's address."""

    def refused_as(self, url: str) -> str:
        """The reason with which the address was refused; "" when it was fetched."""
        raise NotImplementedError

    @pytest.mark.parametrize("case", ADDRESSES, ids=lambda case: case.name)
    def test_hostile_address_is_refused_with_its_reason(self, case: HostileAddress) -> None:
        assert self.refused_as(case.url) == case.reason


class HostileAnswers:
    """Inherited by the test class of each way into the network that reads a stranger's answer."""

    def refused_as(self, port: int) -> str:
        """The reason with which the answer of the server at the port was refused, given half a second; "" when it was taken."""
        raise NotImplementedError

    @pytest.mark.parametrize("case", ANSWERS, ids=lambda case: case.name)
    def test_hostile_answer_is_refused_in_time_with_its_reason(self, case: HostileAnswer) -> None:
        with hostile_server(case.speak) as port:
            started = time.monotonic()
            reason = self.refused_as(port)
            taken = time.monotonic() - started
        assert reason == case.reason
        assert taken < LONGEST_S
