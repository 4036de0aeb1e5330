"""The client's handle on one zygote: starting it, asking it to fork, knowing what it died of."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
from typing import Any

from labs.grading import channel
from labs.grading.manifest import Preload
from labs.grading.verdict import JudgeFault, Machine

WARM_SECONDS = 180.0
"""How long a cold machine may take to import what a zygote holds."""

_ENVIRONMENT = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TORCHINDUCTOR_CACHE_DIR": "/tmp",  # noqa: S108  (a folder that is there, or importing torch's compiler fails)
    "PYTHONHASHSEED": "0",  # the order of a set must not change a verdict
}
_PASSED_ON = ("CUDA_VISIBLE_DEVICES",)
"""Which GPUs are ours is for the user to say."""


class WarmProcess:
    """A zygote with `preload` in memory. It starts at once and is warm some seconds later. Thread-safe."""

    def __init__(self, preload: Preload) -> None:
        self._machine: Machine | None = None
        self._warming = threading.Lock()
        self._sending = threading.Lock()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (kept open as long as the zygote lives)
        self._control, inherited = socket.socketpair()
        with inherited:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-B", "-m", "labs.grading.zygote", str(inherited.fileno()), preload],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=[inherited.fileno()],
                env=_ENVIRONMENT | {name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                start_new_session=True,  # an interrupt typed at the terminal is for the app
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_warm(self) -> bool:
        return self._machine is not None

    @property
    def has_ended(self) -> bool:
        """Whether it was warm once and is no more. One that never got warm has said why to `machine`."""
        return self.is_warm and self._process.poll() is not None

    def machine(self) -> Machine:
        """What the zygote found here. Waits until it is warm. Raises JudgeFault."""
        with self._warming:
            if self._machine is None:
                try:
                    self._control.settimeout(WARM_SECONDS)
                    self._machine = Machine.model_validate(channel.receive(self._control)[0])
                    self._control.settimeout(None)
                except (OSError, ValueError) as error:
                    raise JudgeFault(
                        f"the judge did not start ({self.last_error()}); run `ropes doctor` to see what is missing"
                    ) from error
            return self._machine

    def ask(self, request: dict[str, Any], fds: list[int]) -> None:
        """Have the zygote fork. Raises JudgeFault where it has ended."""
        try:
            with self._sending:
                channel.send(self._control, request, fds)
        except OSError as error:
            raise JudgeFault(f"the judge has ended ({self.last_error()}); start it again") from error

    def close(self) -> None:
        """End the zygote, busy or not, and wait until it has gone; what it started ends with it. Twice does no harm."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        self._errors.close()

    def last_error(self) -> str:
        """The last line that the zygote and its forks wrote to stderr."""
        if self._errors.closed:
            return "it was closed"
        self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - 4096))
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing"
