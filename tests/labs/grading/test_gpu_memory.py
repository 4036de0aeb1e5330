"""Watching what an answer on a GPU holds. The GPU is faked (NVML, and that CUDA starts); the processes are real."""

# ruff: noqa: N802  (NVML's own names)

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from labs.grading import candidate, gpu_memory, warden
from labs.grading.catalogue import Lab
from labs.grading.frames import FrameFault, Wire
from labs.grading.gpu_memory import GpuMemory, MemoryWatch, Unwatchable, host_memory
from labs.grading.manifest import Limits
from labs.grading.sandbox.plan import Plan
from labs.grading.verdict import Fault

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

MIB = 2**20


class FakeError(Exception):
    pass


@dataclass
class FakeNvml:
    """Stands for the module `pynvml`: two GPUs, of which the first is used."""

    NVMLError = FakeError
    used: list[int] = field(default_factory=lambda: [100 * MIB])
    """Bytes, at each time of asking; the last for good."""
    processes: dict[int, int | None] = field(default_factory=dict)
    """Bytes by pid."""
    lists_processes: bool = True

    def nvmlInit(self) -> None: ...

    def nvmlDeviceGetCount(self) -> int:
        return 2

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        return index

    def nvmlDeviceGetMemoryInfo(self, device: int) -> Any:
        if device:
            return SimpleNamespace(used=7 * MIB)
        return SimpleNamespace(used=self.used.pop(0) if len(self.used) > 1 else self.used[0])

    def nvmlDeviceGetComputeRunningProcesses(self, device: int) -> list[Any]:
        if not self.lists_processes:
            raise FakeError("Not Supported")
        listed = self.processes.items() if device == 0 else ()
        return [SimpleNamespace(pid=pid, usedGpuMemory=used) for pid, used in listed]


@pytest.fixture
def nvml(monkeypatch: pytest.MonkeyPatch) -> FakeNvml:
    fake = FakeNvml()
    monkeypatch.setitem(sys.modules, "pynvml", fake)
    return fake


def test_what_nvml_says_of_the_process_counts(nvml: FakeNvml):
    memory = GpuMemory()
    nvml.processes = {42: 300 * MIB, 43: 5000 * MIB}
    nvml.used = [9000 * MIB]  # most of it is somebody else's
    assert memory.held_by(42) == 300 * MIB


@pytest.mark.parametrize("listed", [{}, {42: None}, {1042: 300 * MIB}], ids=["nobody", "no amount", "other pids"])
def test_where_nvml_does_not_know_the_process_what_has_grown_counts(nvml: FakeNvml, listed: dict[int, int | None]):
    memory = GpuMemory()
    nvml.processes = listed
    nvml.used = [400 * MIB]
    assert memory.held_by(42) == 300 * MIB


def test_a_pid_that_was_there_before_is_somebody_elses(nvml: FakeNvml):
    """In a container, where NVML says the pids of the host."""
    nvml.processes = {42: 5000 * MIB}
    memory = GpuMemory()
    assert memory.held_by(42) == 0


def test_what_others_give_back_is_no_debt(nvml: FakeNvml):
    memory = GpuMemory()
    nvml.used = [0]
    assert memory.held_by(42) == 0


def test_a_gpu_that_lists_no_processes(nvml: FakeNvml):
    nvml.lists_processes = False
    memory = GpuMemory()
    nvml.used = [150 * MIB]
    assert memory.held_by(42) == 50 * MIB


def test_without_nvml_a_ceiling_cannot_be_kept(monkeypatch: pytest.MonkeyPatch, nvml: FakeNvml):
    def fail() -> None:
        raise FakeError("Driver Not Loaded")

    monkeypatch.setattr(nvml, "nvmlInit", fail)
    with pytest.raises(Unwatchable, match="Driver Not Loaded"):
        MemoryWatch(os.getpid(), Limits(gpu_memory_mib=1024))
    monkeypatch.setitem(sys.modules, "pynvml", None)
    with pytest.raises(Unwatchable, match="pip install"):
        MemoryWatch(os.getpid(), Limits(gpu_memory_mib=1024))
    MemoryWatch(os.getpid(), Limits())  # nobody asked for it


def test_the_host_memory_of_a_process(monkeypatch: pytest.MonkeyPatch):
    before = host_memory(os.getpid())
    taken = bytearray(64 * MIB)
    assert 60 * MIB < host_memory(os.getpid()) - before < 80 * MIB
    del taken
    assert host_memory(2**22 + 1) == 0  # no such process
    monkeypatch.setattr(gpu_memory, "HOST_MIB_FOR_CUDA", 0)
    watch = MemoryWatch(os.getpid(), Limits(memory_mib=64))
    assert not watch.is_exceeded()
    taken = bytearray(80 * MIB)
    assert watch.is_exceeded()
    del taken


# -- in the warden ------------------------------------------------------------------------------------------------

Conversation = tuple[list[dict[str, Any]], str]
"""What came by the candidate's socket, and the word to the judge."""
SLEEP = "import time\ntime.sleep(60)\n"


@pytest.fixture
def talk(toy: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Conversation]]:
    """Start a warden over an answer that is to run on a GPU, and hear what is said until the answer has ended."""
    monkeypatch.setattr(candidate, "_start_cuda", lambda: None)
    wardens: list[int] = []

    def talk(answer: str, **limits: int) -> Conversation:
        task = {
            "harness": str(toy.harness),
            "answer_name": "answer.py",
            "forbidden": [],
            "libraries": ["torch"],
            "decoy": str(toy.reference),
            "device": "cuda",  # on which nothing is ever computed here
            "limits": Limits(seconds=30, **limits).model_dump(),
        }
        path = tmp_path / "answer.py"
        path.write_text(answer)
        pairs = [socket.socketpair() for _ in range(3)]
        (sock, _), _, (obituary, _) = pairs
        fds = [pairs[0][1].fileno(), os.open(path, os.O_RDONLY), pairs[1][1].fileno(), pairs[2][1].fileno()]
        nothing = Plan(namespaces=False, landlock=False, seccomp=False, other_user=False)
        if (pid := os.fork()) == 0:
            for ours, _ in pairs:
                ours.close()
            warden.run_and_exit(task, fds, nothing, None)
        wardens.append(pid)
        os.close(fds[1])
        for _, theirs in pairs:
            theirs.close()
        frames, end = hear_out(Wire(sock))
        assert end is Fault.CRASHED, "it did not end in time"
        obituary.settimeout(30)
        said = obituary.recv(32).decode()
        for ours, _ in pairs:
            ours.close()
        return frames, said

    yield talk
    for pid in wardens:
        os.waitpid(pid, 0)


def hear_out(wire: Wire) -> tuple[list[dict[str, Any]], Fault]:
    """All that an answer says, and how it ends."""
    frames, deadline = [], time.monotonic() + 30
    while True:
        try:
            frames.append(wire.receive(deadline=deadline)[0])
        except FrameFault as end:
            return frames, end.fault


def test_an_answer_that_hoards_memory_on_the_gpu_is_ended(talk, nvml: FakeNvml):
    nvml.used = [100 * MIB, 100 * MIB, 900 * MIB]
    frames, said = talk(SLEEP, gpu_memory_mib=512)
    assert frames[0] == {"sandboxed": True}
    assert said == Fault.MEMORY


def test_an_answer_that_stays_below_runs(talk, nvml: FakeNvml):
    nvml.used = [100 * MIB, 600 * MIB]
    frames, said = talk("raise SystemExit", gpu_memory_mib=512)
    assert frames[-1]["loaded"] is False
    assert said == Fault.CRASHED  # of which nobody asks: it had its say


def test_an_answer_that_hoards_the_hosts_memory_is_ended(talk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gpu_memory, "HOST_MIB_FOR_CUDA", 0)
    frames, said = talk(f"taken = bytearray(300 * {MIB})\n{SLEEP}", memory_mib=128)
    assert frames[0] == {"sandboxed": True}
    assert said == Fault.MEMORY


def test_no_line_of_an_answer_runs_where_its_memory_cannot_be_watched(
    talk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    ran = tmp_path / "ran"
    frames, _ = talk(f"open({str(ran)!r}, 'w')", gpu_memory_mib=512)
    assert [(frame["sandboxed"], "pip install" in frame["problem"]) for frame in frames] == [(False, True)]
    assert not ran.exists()
