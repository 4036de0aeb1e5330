"""054: take all the memory there is. The address space is limited beyond what the warm process holds."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import WRONG, fails

AT_ONCE = {
    "bytes": "bytearray(2**34)",
    "text": "'x' * 2**34",
    "list": "[None] * 2**31",
    "torch": "torch.ones(2**32)",
    "made whole": "torch.zeros(1).expand(2**40).contiguous()",
    "shared map": "mmap.mmap(-1, 2**34)",
    "private map": "mmap.mmap(-1, 2**34, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)",  # not reserved
    "number": "1 << 2**37",
}
BIT_BY_BIT = {
    "blocks": "hog.append(bytearray(2**20))",
    "tensors": "hog.append(torch.ones(2**18))",
    "text": "hog.append('x' * len(hog) * 100)",
    "maps": "hog.append(mmap.mmap(-1, 2**22))",
    "doubling": "hog.extend(hog or [0])",
}
HOSTILE = "import gc, mmap, torch\nhog = []\n"


@pytest.mark.parametrize("hog", AT_ONCE.values(), ids=AT_ONCE)
def test_too_much_at_once(attack, hog):
    fails(attack(HOSTILE, f"def double(x):\n    hog.append({hog})\n    return x + x\n"), Fault.MEMORY)


@pytest.mark.parametrize("more", BIT_BY_BIT.values(), ids=BIT_BY_BIT)
def test_too_much_bit_by_bit(attack, more):
    fails(attack(HOSTILE, f"def double(x):\n    while True:\n        {more}\n"), Fault.MEMORY)


def test_at_import(attack):
    fails(attack(HOSTILE + f"while True:\n    {BIT_BY_BIT['blocks']}\n"), Fault.MEMORY)


def test_living_at_the_limit_makes_nothing_right(attack):
    """All there is, to the last small object: the reply must be made with nothing left."""
    fill = """
for size in (2**24, 2**20, 2**16, 2**12, 64):
    try:
        while True: hog.append(bytearray(size))
    except MemoryError: pass
"""
    assert not attack(HOSTILE + fill, WRONG).passed


def test_the_limit_cannot_be_lifted(attack):
    lift = """
import contextlib, resource
for limit in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
    with contextlib.suppress(ValueError, OSError): resource.setrlimit(limit, (-1, -1))
    with contextlib.suppress(ValueError, OSError): resource.prlimit(0, limit, (-1, -1))
"""
    fails(attack(HOSTILE + lift, "def double(x):\n    hog.append(bytearray(2**29))\n    return x + x\n"), Fault.MEMORY)
