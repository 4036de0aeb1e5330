"""What a large tensor costs between the judge and an answer: by the arena, and by the socket alone.

Run as a module it prints both as JSON, in seconds.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import time

import torch

from bench.stopwatch import repeated
from labs.grading.frames import Arena, FrameFault, Wire, make_arena
from labs.grading.tensors import pack, unpack

MIB = 16
ROUNDS = 20
PATIENCE = 60.0


def transfer(fds: list[int]) -> float:
    """Median seconds until a tensor has been packed, sent, unpacked in another process and acknowledged."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        _receive(Wire(theirs, Arena.of(fds)))
    theirs.close()
    wire = Wire(ours, Arena.of(fds))
    tensor = torch.randn(MIB * 2**18)  # float32

    def once() -> None:
        header, body = pack(tensor)
        wire.send(header, body, deadline=time.monotonic() + PATIENCE)
        wire.receive(deadline=time.monotonic() + PATIENCE)

    try:
        once()  # the first use touches the pages
        return statistics.median(repeated(once, ROUNDS))
    finally:
        wire.close()
        os.wait()


def _receive(wire: Wire) -> None:
    try:
        while True:
            unpack(*wire.receive(deadline=time.monotonic() + PATIENCE))
            wire.send({}, deadline=time.monotonic() + PATIENCE)
    except FrameFault:  # it hung up
        os._exit(0)


def main() -> None:
    torch.set_num_threads(1)  # a pool of threads would not survive the fork
    print(json.dumps({"arena": transfer(make_arena()), "socket": transfer([])}))


if __name__ == "__main__":
    main()
