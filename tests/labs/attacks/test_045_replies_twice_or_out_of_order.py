"""045: reply before the question, twice, or late. One request has one reply, and none is sent before the last came."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import WRONG, fails
from tests.labs.toy import FIND_SOCKET

HOSTILE = (
    FIND_SOCKET
    + """
import sys, torch
def reply(y):
    body = y.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
    table = [{"dtype": str(y.dtype)[6:], "shape": list(y.shape), "device": "cpu"}]
    return frame({"used": [], "tree": {"$tensor": 0}, "tensors": table}, body)
def take():
    # One request of the judge, past the harness.
    os.set_blocking(sock, True)
    def read(count):
        data = b""
        while len(data) < count:
            data += os.read(sock, count - len(data)) or os._exit(0)
        return data
    header, body = struct.unpack(">II", read(8))
    entry, body = json.loads(read(header))["tensors"][0], bytearray(read(body))
    return torch.frombuffer(body, dtype=getattr(torch, entry["dtype"])).reshape(entry["shape"])
"""
)


def test_replies_sent_ahead_answer_nothing(attack):
    """All that the suite will ask for, guessed: the shapes are no secret, the values are."""
    guesses = "[reply(torch.zeros(s)) for s in ((3,), (2, 5), (7,), (4,))]"
    ahead = f"os.write(sock, frame({{'loaded': True}}) + b''.join({guesses}) * 20)\n"
    fails(attack(HOSTILE, ahead + WRONG))


def test_two_replies_to_one_request_shift_the_others(attack):
    """Right twice, but the second is taken for the reply to the next request."""
    verdict = attack(HOSTILE, "def double(x):\n    os.write(sock, reply(x + x))\n    return x + x\n")
    fails(verdict)


def test_a_request_does_not_come_before_the_last_reply(attack):
    """Waits to see two inputs before it says a word. Were it right then, it would be too late."""
    wait = "def double(x):\n    later = take()\n    os.write(sock, reply(x + x))\n    return later + later\n"
    fails(attack(HOSTILE, wait), Fault.TIMEOUT)


@pytest.mark.parametrize("factor", [3, 2])
def test_one_reply_late(attack, factor):
    """Each reply is the one to the request before."""
    late = f"last = torch.zeros(3)\ndef double(x):\n    global last\n    y, last = last, {factor} * x\n    return y\n"
    fails(attack(HOSTILE, late))


def test_a_wrong_answer_that_holds_the_conversation_itself_fails(attack):
    alone = "os.write(sock, frame({'loaded': True}))\nwhile True:\n    os.write(sock, reply(3 * take()))\n"
    fails(attack(HOSTILE, alone))
