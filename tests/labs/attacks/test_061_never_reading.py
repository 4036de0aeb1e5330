"""061: leave the judge's requests unread, until it can write no more. Its sending has a deadline, too."""

import pytest

from labs.grading.catalogue import Lab
from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails
from tests.labs.toy import FIND_SOCKET, HIDDEN, MANIFEST, RIGHT

SILENT = (
    FIND_SOCKET
    + """
import time, torch
def double(x):
    body = (x + x).numpy().tobytes()
    table = [{"dtype": "float32", "shape": list(x.shape), "device": "cpu"}]
    os.write(sock, frame({"used": [], "tree": {"$tensor": 0}, "tensors": table}, body))  # right, so there comes more
    while True: time.sleep(99)
"""
)


@pytest.fixture(scope="module", params=["4_000", "60_000", "1_000_000"])
def bulky(make_lab, request) -> Lab:
    """A lab with an input that is larger than a socket's buffer, and one that goes by the arena."""
    limits = "seconds: 1, call_seconds: 1, memory_mib: 256"
    return make_lab(
        manifest=MANIFEST.replace("seconds: 30, call_seconds: 10, memory_mib: 256", limits),
        hidden=HIDDEN.replace("(2, 5)]", f"({request.param},)]"),
    )


def test_it_is_out_of_time(attack, bulky):
    fails(attack(SILENT, lab=bulky), Fault.TIMEOUT)


def test_a_right_answer_gets_through(attack, bulky):
    assert attack("", RIGHT, lab=bulky).passed
