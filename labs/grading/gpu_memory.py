"""What an answer on a GPU holds: no limit of the kernel's bounds it, so its warden looks again and again.

The kernel does not count memory on a GPU, and a limit on the address space (what bounds answers on the CPU) breaks
CUDA, which reserves far more of it than it uses.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from labs.grading.manifest import Limits

HOST_MIB_FOR_CUDA = 4096
"""How much of the host's memory CUDA itself may take in an answer's process: generous, for no answer chooses it."""


class Unwatchable(Exception):
    """The memory that a lab bounds cannot be watched on this machine. The message says what to do."""


class MemoryWatch:
    """Watches one process, from before it first uses the GPU."""

    def __init__(self, pid: int, limits: Limits) -> None:
        """Raises Unwatchable where the lab bounds memory on the GPU and NVML cannot be asked."""
        self._pid = pid
        self._host_limit = host_memory(pid) + (limits.memory_mib + HOST_MIB_FOR_CUDA) * 2**20
        self._gpu_limit = limits.gpu_memory_mib
        self._gpu = None if limits.gpu_memory_mib is None else GpuMemory()

    def is_exceeded(self) -> bool:
        if host_memory(self._pid) > self._host_limit:
            return True
        return bool(self._gpu and self._gpu_limit and self._gpu.held_by(self._pid) > self._gpu_limit * 2**20)


class GpuMemory:
    """Memory on all GPUs together, as NVML tells it. Only ever made in a warden: no fork may inherit NVML."""

    def __init__(self) -> None:
        """Raises Unwatchable."""
        try:
            import pynvml
        except ImportError as error:
            problem = "this lab bounds memory on the GPU, which takes nvidia-ml-py: pip install 'ropes[gpu]'"
            raise Unwatchable(problem) from error
        self._nvml: Any = pynvml
        try:
            pynvml.nvmlInit()
            count = pynvml.nvmlDeviceGetCount()
            self._devices = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(count)]
            self._used_before = self._used()
        except pynvml.NVMLError as error:
            raise Unwatchable(f"this lab bounds memory on the GPU, but NVML fails: {error}") from error
        self._strangers = {process.pid for process in self._processes()}

    def held_by(self, pid: int) -> int:
        """Bytes that process `pid` holds on the GPUs, CUDA's own context included.

        In a container NVML may name no process, or by pids that are not ours. Then: how much more is in use than
        before, for one answer at a time has the GPU.
        """
        if pid not in self._strangers:
            held = [process.usedGpuMemory for process in self._processes() if process.pid == pid]
            if held and None not in held:
                return sum(held)
        return max(0, self._used() - self._used_before)

    def _used(self) -> int:
        return sum(self._nvml.nvmlDeviceGetMemoryInfo(device).used for device in self._devices)

    def _processes(self) -> list[Any]:
        try:
            return [p for device in self._devices for p in self._nvml.nvmlDeviceGetComputeRunningProcesses(device)]
        except self._nvml.NVMLError:  # not on every GPU, nor in every container
            return []


def host_memory(pid: int) -> int:
    """Bytes of the host's memory that process `pid` has in use, files that it has mapped aside; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("RssAnon:", "RssShmem:")))
