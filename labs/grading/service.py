"""The judge service: one process a user, in which the dispatcher lives; it ends with its last client.

Its command line names the descriptor of the socket that it listens on, and that socket's path. Every connection is
one client's; requests on it follow each other:

- `{"op": "machine", "preload": name}`: `{"warming": true}` first if it will take a while, then a `Machine`;
- `{"op": "grade", "lab": {...}, "answer": base64, "device": ..., ...}`: `{"verdict": {...}}`;
- `{"op": "run", "lab": {...}, "answer": base64, "device": ..., "snippet": text}`: `{"output": {...}}`;
- `{"op": "evaluate", "source": base64, "snippet": text, "preload": name}`: `{"output": {...}}`;
- `{"op": "compare", "lab": {...}, "answer": base64, "device": ...}`: `{"difference": {...}}`, or null in its place.

Where the judge fails, the reply is `{"fault": text}`.
"""

from __future__ import annotations

import base64
import contextlib
import os
import select
import socket
import sys
import threading
from pathlib import Path
from typing import Any, get_args

from labs.grading import channel, endpoint
from labs.grading.catalogue import Lab
from labs.grading.content import Track
from labs.grading.dispatcher import Dispatcher
from labs.grading.manifest import Preload
from labs.grading.verdict import JudgeFault

FIRST_CLIENT_SECONDS = 10.0
"""How long a service waits for the client that started it."""
NICENESS = 5
"""The app and whatever else its user does go first."""
_HANG_UP = getattr(select, "POLLRDHUP", 0)  # elsewhere than on Linux, POLLHUP says it, which is always heard


class Service:
    """Knows which clients are there, and answers each in a thread."""

    def __init__(self, dispatcher: Dispatcher, listener: socket.socket, path: Path) -> None:
        self._dispatcher = dispatcher
        self._listener = listener
        self._path = path
        self._clients: dict[int, socket.socket] = {}
        self._labs_lock = threading.Lock()
        self._labs: dict[tuple[str, str], Lab] = {}

    def serve(self) -> None:
        """Answer clients until the last has gone, whether or not it is still owed an answer."""
        events = select.poll()
        events.register(self._listener, select.POLLIN)
        patience: float | None = FIRST_CLIENT_SECONDS
        while True:
            ready = events.poll(patience and patience * 1000)
            for fd, _ in ready:
                if fd == self._listener.fileno():
                    events.register(self._welcome(), _HANG_UP)
                else:
                    events.unregister(fd)
                    self._clients.pop(fd).close()
            if not self._clients and self._may_leave():
                return
            patience = None

    def _welcome(self) -> int:
        """Accept a client. This thread watches whether it is there; another, with a copy of its socket, answers it."""
        client, _ = self._listener.accept()
        self._clients[client.fileno()] = client
        threading.Thread(target=self._attend, args=[client.dup()], daemon=True).start()
        return client.fileno()

    def _attend(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, ValueError):
            try:
                while True:
                    request, _ = channel.receive(client)
                    channel.send(client, self._answer(client, request))
            finally:
                client.shutdown(socket.SHUT_RDWR)

    def _answer(self, client: socket.socket, request: dict[str, Any]) -> dict[str, Any]:
        try:
            match request.pop("op"):
                case "machine" if request["preload"] not in get_args(Preload):
                    return {"fault": f"the judge holds no {request['preload']!r} warm; restart what you run"}
                case "machine":
                    if not self._dispatcher.is_warm(request["preload"]):
                        channel.send(client, {"warming": True})
                    return self._dispatcher.machine(request["preload"]).model_dump()
                case "grade":
                    verdict = self._dispatcher.grade(*self._subject(request), **request)
                    return {"verdict": verdict.model_dump(mode="json")}
                case "run":
                    output = self._dispatcher.run(*self._subject(request), **request)
                    return {"output": output.model_dump(mode="json")}
                case "evaluate":
                    request["source"] = base64.b64decode(request["source"])
                    return {"output": self._dispatcher.evaluate(**request).model_dump(mode="json")}
                case "compare":
                    found = self._dispatcher.smallest_difference(*self._subject(request), **request)
                    return {"difference": found and found.model_dump(mode="json")}
                case unknown:
                    return {"fault": f"the judge knows no {unknown!r}; restart what you run"}
        except JudgeFault as fault:
            return {"fault": str(fault)}
        except Exception as error:
            return {"fault": f"the judge failed: {type(error).__name__}: {error}; please report it"}

    def _subject(self, request: dict[str, Any]) -> tuple[Lab, bytes]:
        """The lab of a request, read anew where its files have changed, and the answer to it."""
        named = request.pop("lab")
        lab = Lab(Track(named["track"]), Path(named["folder"]))
        with self._labs_lock:
            lab = self._labs.setdefault((named["folder"], lab.version), lab)
        return lab, base64.b64decode(request.pop("answer"))

    def _may_leave(self) -> bool:
        """Take the socket away, unless somebody is just coming."""
        try:
            with endpoint.locked(self._path, wait=False):
                if select.select([self._listener], [], [], 0)[0]:
                    return False
                self._path.unlink(missing_ok=True)
                self._path.with_suffix(".log").unlink(missing_ok=True)
                return True
        except BlockingIOError:  # somebody is: the listener will say so
            return False


def main() -> None:
    listener, path = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])
    os.nice(NICENESS)
    with Dispatcher() as dispatcher:
        Service(dispatcher, listener, path).serve()
    os._exit(0)  # threads may still wait for a grading that nobody asks for any more


if __name__ == "__main__":
    main()
