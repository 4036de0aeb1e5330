"""The judge servers that run: one a suite, those used least recently go."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from labs.grading import channel
from labs.grading.catalogue import Lab
from labs.grading.manifest import SuiteName
from labs.grading.verdict import JudgeFault
from labs.grading.warm_process import WARM_SECONDS, WarmProcess

MAX_SERVERS = 8
"""Each holds some 17 MiB of its own."""


class ServerLost(JudgeFault):
    """A judge server has ended, or its lab has changed: another one may be started in its place."""


@dataclass
class JudgeServer:
    """A process that has collected one suite, and forks a judge for each grading."""

    channel: socket.socket
    users: int = 0
    _sending: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, request: dict[str, Any], fds: list[int]) -> None:
        """Have it fork a judge. Raises OSError where it has ended."""
        with self._sending:
            channel.send(self.channel, request, fds)


_Key = tuple[str, SuiteName, str]


class JudgeServers:
    """Thread-safe. A server ends when its channel closes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._servers: OrderedDict[_Key, JudgeServer] = OrderedDict()
        self._starting: dict[_Key, threading.Lock] = {}

    @contextlib.contextmanager
    def using(self, process: WarmProcess, lab: Lab, suite: SuiteName) -> Iterator[JudgeServer]:
        """The server of a suite in the version that `lab` was read in, started where there is none.

        Raises JudgeFault; where it ends in the meantime, ServerLost from this block forgets it.
        """
        key = (str(lab.folder), suite, lab.version)
        with self._lock:
            starting = self._starting.setdefault(key, threading.Lock())
        with starting:  # others may use theirs meanwhile
            server = self._known(key) or self._keep(key, _start(process, lab, suite))
        try:
            yield server
        except ServerLost:
            self._forget(key, server)
            raise
        finally:
            with self._lock:
                server.users -= 1
                self._end_idle_ones()

    def close(self) -> None:
        for server in list(self._servers.values()):
            server.channel.close()

    def _known(self, key: _Key) -> JudgeServer | None:
        with self._lock:
            server = self._servers.get(key)
            if server:
                server.users += 1
                self._servers.move_to_end(key)
            return server

    def _keep(self, key: _Key, server: JudgeServer) -> JudgeServer:
        with self._lock:
            server.users += 1
            self._servers[key] = server
            return server

    def _forget(self, key: _Key, server: JudgeServer) -> None:
        with self._lock:
            if self._servers.get(key) is server:
                del self._servers[key]
        server.channel.close()

    def _end_idle_ones(self) -> None:
        idle = [key for key, server in self._servers.items() if not server.users]
        for key in idle[: max(0, len(self._servers) - MAX_SERVERS)]:
            self._servers.pop(key).channel.close()


def _start(process: WarmProcess, lab: Lab, suite: SuiteName) -> JudgeServer:
    ours, theirs = socket.socketpair()
    with theirs:
        request = {"op": "server", "lab": str(lab.folder), "track": lab.track.value, "suite": suite}
        process.ask(request, [theirs.fileno()])
    ours.settimeout(WARM_SECONDS)
    try:
        hello, _ = channel.receive(ours)
    except (OSError, ValueError) as error:
        ours.close()
        raise ServerLost(f"the judge of {lab.id} did not start ({process.last_error()}); try again") from error
    if not hello["ready"]:
        ours.close()
        raise JudgeFault(f"the {suite} suite of {lab.id} is broken: {hello['problem']}")
    if hello["version"] != lab.version:
        ours.close()
        raise ServerLost(f"the lab {lab.id} was changed while it was read; grade the answer again")
    ours.settimeout(None)
    return JudgeServer(ours)
