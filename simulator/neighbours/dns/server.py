"""The sockets: one port, UDP and TCP. Each packet and each connection has a thread of its own, so a slow answer holds nobody up."""

import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from simulator.neighbours.dns.answering import Answerer
from simulator.neighbours.dns.zone import Zones
from simulator.neighbours.facts import FactBook
from simulator.neighbours.settings import NeighbourSettings

LARGEST_QUERY = 4096
IDLE_S = 10.0
_TRIES = 20


class Answer(Protocol):
    """What is answered to the bytes of a query; None is silence."""

    def __call__(self, wire: bytes, *, is_tcp: bool) -> bytes | None: ...


@dataclass
class RunningDns:
    """A server that is answering. `asked` counts the questions by name."""

    base_url: str
    host: str
    port: int
    asked: Counter[str]
    _packets: socket.socket = field(repr=False)
    _listener: socket.socket = field(repr=False)
    _threads: list[threading.Thread] = field(default_factory=list, repr=False)

    def stop(self) -> None:
        """The port is free; answers still being slept on are left to their daemon threads."""
        for one in (self._packets, self._listener):
            with suppress(OSError):  # a socket that was never connected says so, and is shut all the same
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(2.0)

    def __enter__(self) -> "RunningDns":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def serve_own(settings: NeighbourSettings, host: str = "127.0.0.1", port: int = 0) -> RunningDns:
    """The stand-in, running on UDP and TCP; port 0 takes one that is free for both."""
    asked: Counter[str] = Counter()
    lock = threading.Lock()

    def count(name: str) -> None:
        with lock:
            asked[name] += 1

    return serve_dns(Answerer(Zones(FactBook(settings.companies)), settings, count).answer, host, port, asked)


def serve_dns(answer: Answer, host: str = "127.0.0.1", port: int = 0, asked: Counter[str] | None = None) -> RunningDns:
    """A running server that gives these answers."""
    packets, listener = _bind_both(host, port)
    number: int = listener.getsockname()[1]
    running = RunningDns(f"dns://{host}:{number}", host, number, Counter() if asked is None else asked, packets, listener)
    for loop, own in ((_serve_packets, packets), (_serve_connections, listener)):
        thread = threading.Thread(target=loop, args=(own, answer), daemon=True, name=f"dns-{number}")
        thread.start()
        running._threads.append(thread)
    return running


def _bind_both(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    for attempt in range(_TRIES):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        packets = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            listener.bind((host, port))
            packets.bind((host, listener.getsockname()[1]))
        except OSError:
            listener.close()
            packets.close()
            if port or attempt == _TRIES - 1:
                raise
        else:
            listener.listen(128)
            return packets, listener
    raise AssertionError("the last try raises")  # pragma: no cover


def _serve_packets(packets: socket.socket, answer: Answer) -> None:
    def reply(wire: bytes, peer: tuple[str, int]) -> None:
        found = answer(wire, is_tcp=False)
        if found is not None:
            with suppress(OSError):  # the asker or this server is gone
                packets.sendto(found, peer)

    while True:
        try:
            wire, peer = packets.recvfrom(LARGEST_QUERY)
        except OSError:
            return  # the socket was closed
        if not wire:
            return  # shut down
        _start(reply, wire, peer)


def _serve_connections(listener: socket.socket, answer: Answer) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return  # the listener was closed
        _start(_serve_connection, connection, answer)


def _serve_connection(connection: socket.socket, answer: Answer) -> None:
    connection.settimeout(IDLE_S)
    with connection, suppress(OSError):  # the peer left, or says nothing for too long
        while head := _exactly(connection, 2):
            found = answer(_exactly(connection, struct.unpack("!H", head)[0]), is_tcp=True)
            if found is None:
                return
            connection.sendall(struct.pack("!H", len(found)) + found)


def _exactly(connection: socket.socket, size: int) -> bytes:
    """So many bytes, fewer when the peer ends the connection."""
    found = b""
    while len(found) < size:
        part = connection.recv(size - len(found))
        if not part:
            return b""
        found += part
    return found


def _start(run: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=run, args=arguments, daemon=True).start()
