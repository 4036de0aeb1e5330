"""The warm process: torch and pytest are imported once, and every grading starts as a fork of it.

It never opens a hidden file, never sees a seed, never starts CUDA: what an answer inherits from it is clean.
Requests come over a channel on the descriptor that its command line names:

- `{"op": "candidate", "task": {...}}` with the answer's socket, the answer's file and a lifeline;
- `{"op": "server", "lab": folder, "track": name, "suite": name}` with the socket of the new judge server.

It ends, and with it everything it started, when that channel closes.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from labs.grading import channel
from labs.grading.sandbox import layers, plan


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    decoy = Path(__file__).with_name("manifest.py")
    possible = plan.probe(decoy)
    cuda = _cuda_is_there()
    _warm_up(cuda=cuda)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks: the kernel reaps them
    gc.collect()
    gc.freeze()
    channel.send(control, {"isolation": possible.isolation.model_dump(), "cuda": cuda})
    _Zygote(control, possible).serve()


class _Zygote:
    def __init__(self, control: socket.socket, possible: plan.Plan) -> None:
        self._control = control
        self._plan = possible
        self._rulesets: dict[tuple[str, ...], int | None] = {}

    def serve(self) -> None:
        while True:
            try:
                request, fds = channel.receive(self._control, max_fds=3)
            except (channel.ChannelClosed, OSError):
                return
            if request["op"] == "candidate":
                ruleset = self._ruleset(request["task"])
                if os.fork() == 0:
                    self._become_warden(request["task"], fds, ruleset)
            elif os.fork() == 0:
                self._become_server(request, fds)
            for fd in fds:
                os.close(fd)

    def _ruleset(self, task: dict[str, Any]) -> int | None:
        """Landlock rulesets are built once for each set of libraries; a fork only has to step behind one."""
        if not self._plan.landlock:
            return None
        key = (*task["libraries"], task["device"])
        if key not in self._rulesets:
            cuda = task["device"] == "cuda"
            self._rulesets[key] = plan.ruleset_for(task["libraries"], cuda=cuda)
        return self._rulesets[key]

    def _become_warden(self, task: dict[str, Any], fds: list[int], ruleset: int | None) -> NoReturn:
        from labs.grading import warden

        self._leave_zygote()
        warden.run_and_exit(task, fds, self._plan, ruleset)

    def _become_server(self, request: dict[str, Any], fds: list[int]) -> NoReturn:
        self._leave_zygote()
        for ruleset in self._rulesets.values():
            if ruleset is not None:
                os.close(ruleset)
        from labs.grading import server

        server.run_and_exit(request, fds[0])

    def _leave_zygote(self) -> None:
        plan.restore_signals()
        layers.die_with_parent()
        self._control.close()


def _warm_up(*, cuda: bool) -> None:
    """Touch everything that torch and pytest import late: a child must not pay for it, or be refused it."""
    import pytest
    import torch

    from labs.grading import candidate, server, warden  # noqa: F401

    torch.set_num_threads(1)  # a second thread would hang after the fork
    torch.set_num_interop_threads(1)
    pytest.version_tuple  # noqa: B018
    if not cuda:  # where there is a GPU, the first backward would start CUDA's threads in here
        _touch_autograd()


def _touch_autograd() -> None:
    import torch

    for dtype in (torch.float32, torch.bfloat16, torch.float16, torch.float64):
        layer = torch.nn.Linear(4, 4).to(dtype)
        x = torch.ones(2, 4, dtype=dtype, requires_grad=True)
        layer(x).softmax(-1).backward(torch.ones(2, 4, dtype=dtype))
        torch.autograd.grad(layer(x).pow(2).sum(), [x, *layer.parameters()])
    repr(torch.ones(2, requires_grad=True))
    torch.randn(2, generator=torch.Generator().manual_seed(0))
    torch.frombuffer(bytearray(4), dtype=torch.uint8).view(torch.float32).numpy()


def _cuda_is_there() -> bool:
    """Whether a GPU can be used, asked in a child: this process must never start CUDA."""
    if not Path("/dev/nvidiactl").exists():
        return False
    pid = os.fork()
    if pid == 0:
        import torch

        os._exit(0 if torch.cuda.is_available() else 1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


if __name__ == "__main__":
    main()
