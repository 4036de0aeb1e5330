"""The warm process: torch, pytest and what a lab preloads are imported once, and every grading starts as a fork of it.

It never opens a hidden file, never sees a seed, never starts CUDA: what an answer inherits from it is clean.
Its command line names the descriptor of a channel and the set of libraries to hold. Requests:

- `{"op": "candidate", "task": {...}}` with the descriptors that `warden.run_and_exit` takes;
- `{"op": "server", "lab": folder, "track": name, "suite": name}` with the socket of the new judge server;
- `{"op": "explore", "lab": folder, "track": name, "device": name}` with the descriptors of `smallest.run_and_exit`.

It ends, and with it everything it started, when that channel closes.
"""

from __future__ import annotations

import gc
import os
import platform
import signal
import socket
import sys
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

from labs.grading import channel, huge_pages
from labs.grading.sandbox import cuda, layers, plan
from labs.grading.verdict import Device, Machine
from labs.grading.warming import warm_up


def main() -> None:
    control, preload = socket.socket(fileno=int(sys.argv[1])), sys.argv[2]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where whoever started us ignores it
    decoy = Path(__file__).with_name("manifest.py")
    possible = plan.probe(decoy)
    warm_up(preload)
    on_gpu = cuda.strongest_plan(possible)
    _seed_generators()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks: the kernel reaps them
    gc.collect()
    gc.freeze()
    huge_pages.collapse()
    machine = Machine(isolation=possible.isolation, cuda=on_gpu and on_gpu.isolation, versions=_versions(preload))
    channel.send(control, machine.model_dump())
    _Zygote(control, {"cpu": possible, "cuda": on_gpu or possible}).serve()


class _Zygote:
    def __init__(self, control: socket.socket, plans: dict[Device, plan.Plan]) -> None:
        self._control = control
        self._plans = plans
        self._rulesets: dict[tuple[str, ...], int | None] = {}

    def serve(self) -> None:
        while True:
            try:
                request, fds = channel.receive(self._control, max_fds=8)
            except (channel.ChannelClosed, OSError):
                return
            if request["op"] == "candidate":
                ruleset = self._ruleset(request["task"])
                if os.fork() == 0:
                    self._become_warden(request["task"], fds, ruleset)
            elif os.fork() == 0:
                self._become_trusted(request, fds)
            for fd in fds:
                os.close(fd)

    def _ruleset(self, task: dict[str, Any]) -> int | None:
        """Landlock rulesets are built once for each set of libraries; a fork only has to step behind one.

        On a GPU each answer has one of its own, made by its warden: it adds to that what only it may do.
        """
        if task["device"] == "cuda" or not self._plans["cpu"].landlock:
            return None
        key = tuple(task["libraries"])
        if key not in self._rulesets:
            self._rulesets[key] = plan.ruleset_for(task["libraries"])
        return self._rulesets[key]

    def _become_warden(self, task: dict[str, Any], fds: list[int], ruleset: int | None) -> NoReturn:
        from labs.grading import warden

        self._leave_zygote()
        layers_here = self._plans[task["device"]]
        if task["device"] == "cuda" and layers_here.landlock:
            ruleset = plan.ruleset_for(task["libraries"], cuda=True)
        warden.run_and_exit(task, fds, layers_here, ruleset)

    def _become_trusted(self, request: dict[str, Any], fds: list[int]) -> NoReturn:
        self._leave_zygote()
        # Only answers compute on a GPU. Here a backward would start CUDA's threads, which no further fork could use.
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
        for ruleset in self._rulesets.values():
            if ruleset is not None:
                os.close(ruleset)
        if request["op"] == "explore":
            from labs.grading import smallest

            smallest.run_and_exit(request, fds)
        from labs.grading import server

        server.run_and_exit(request, fds[0])

    def _leave_zygote(self) -> None:
        layers.restore_signals()
        layers.die_with_parent()
        self._control.close()


def _seed_generators() -> None:
    """Every fork starts from the same state, so that an answer that draws numbers is judged the same way again.

    Python's own generator is no part of it: it is seeded anew at every fork, and by `candidate` once more.
    """
    import numpy
    import torch

    numpy.random.seed(0)
    torch.manual_seed(0)


def _versions(preload: str) -> dict[str, str]:
    """What a verdict depends on beside the lab, the answer, the seed and the device."""
    libraries = ["torch", "numpy", *(["deepspeed"] if preload == "deepspeed" else [])]
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in libraries}}


if __name__ == "__main__":
    main()
