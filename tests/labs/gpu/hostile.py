"""Answers for the toy lab on a GPU: right ones, misplaced ones, and the two attacks that need one. By what must come
of each: whether it passes, and the faults that are named.
"""

from __future__ import annotations

from labs.grading.verdict import Fault
from tests.labs.toy import MANIFEST, RIGHT

LIMITS = "seconds: 30, call_seconds: 10, memory_mib: 256"
FREE = MANIFEST
BOUNDED = MANIFEST.replace(LIMITS, "seconds: 60, call_seconds: 30, memory_mib: 256, gpu_memory_mib: 4096")
"""The toy lab's manifest with a ceiling for memory on the GPU."""
HASTY = MANIFEST.replace(LIMITS, "seconds: 30, call_seconds: 2, memory_mib: 256")

MADE_ON_THE_CPU = "import torch\ndef double(x):\n    return x + x * torch.ones(x.shape, dtype=x.dtype)\n"
"""The classic: a tensor without `device=x.device`."""
SENT_TO_THE_CPU = "def double(x):\n    return (x + x).cpu()\n"
"""Right values that come back from elsewhere."""

HOARD = """
import torch
kept = []

def double(x):
    while True:
        kept.append(torch.empty(256 * 2**20, dtype=torch.uint8, device=x.device))
"""
"""63: takes the GPU's memory, more and more of it."""
ENDLESS_KERNEL = """
import torch

def double(x):
    torch.cuda._sleep(2**62)
    return x + x
"""
"""64: a kernel that spins for decades; the copy to the CPU waits for it."""

Case = tuple[str, str, bool, list[Fault]]
CASES: dict[str, Case] = {
    "a right answer": (BOUNDED, RIGHT, True, []),
    "made on the CPU": (FREE, MADE_ON_THE_CPU, False, [Fault.RAISED]),
    "sent to the CPU": (FREE, SENT_TO_THE_CPU, False, []),
    "63 hoarding, below no ceiling": (FREE, HOARD, False, [Fault.MEMORY]),
    "63 hoarding, below a ceiling": (BOUNDED, HOARD, False, [Fault.MEMORY]),
    "64 an endless kernel": (HASTY, ENDLESS_KERNEL, False, [Fault.TIMEOUT]),
}
