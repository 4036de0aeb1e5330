"""062: reply rightly, but slowly, so that something always comes. A whole frame has one deadline."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails
from tests.labs.toy import FIND_SOCKET

HOSTILE = (
    FIND_SOCKET
    + """
import time, torch
def double(x):
    body = (x + x).contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
    table = [{"dtype": str(x.dtype)[6:], "shape": list(x.shape), "device": "cpu"}]
    right = frame({"used": [], "tree": {"$tensor": 0}, "tensors": table}, body)
    for i in range(len(right)):
        os.write(sock, right[i : i + 1])
        time.sleep(SECONDS)
    while True: time.sleep(99)
"""
)


@pytest.mark.parametrize("seconds", [0.05, 0.4])
def test_it_is_out_of_time(attack, seconds):
    fails(attack(f"SECONDS = {seconds}\n" + HOSTILE), Fault.TIMEOUT)
