"""042: write to the judge's socket what the harness never would. Every frame is checked before anything is believed."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails
from tests.labs.toy import FIND_SOCKET

HOSTILE = (
    FIND_SOCKET
    + """
import array, socket, torch
def one(tree={"$tensor": 0}, **changed):
    return {"tree": tree, "tensors": [{"dtype": "float32", "shape": [3], "device": "cpu", **changed}]}
"""
)
IN_CALL = "def double(x):\n    os.write(sock, {})\n    return 3 * x\n"

BROKEN = [
    "b'\\xff' * 4096",
    "bytes(8)",
    "frame(b'no json')",
    "frame(b'[' * 100_000)",
    "frame(b'{\"tree\": ' + b'9' * 200_000 + b'}')",
    "frame(b'\\xff\\xfe{}')",
    "frame([1])",
    "frame({})",
    "frame({'passed': True, 'score': 1.0, 'faults': []})",
    "frame({'error': 1})",
    'frame(b\'{"error": {"text": "\\\\ud800"}}\')',
    "frame(one())",
    "frame(one(), bytes(11))",
    "frame(one(), bytes(13))",
    "frame(one(dtype='object'), bytes(12))",
    "frame(one(dtype=['float32']), bytes(12))",
    "frame(one(device=None), bytes(12))",
    "frame(one(tree={'$tensor': 1}), bytes(12))",
    "frame(one(tree={'$tensor': -1}), bytes(12))",
    "frame(one(tree={'$tensor': True}), bytes(12))",
    "frame({'tree': 0})",
    "frame({'tree': 0, 'tensors': {}})",
]


@pytest.mark.parametrize("forged", BROKEN)
def test_what_is_no_reply_is_a_breach_of_the_protocol(attack, forged):
    fails(attack(HOSTILE, IN_CALL.format(forged)), Fault.PROTOCOL)


@pytest.mark.parametrize("tree", ["True", "None", "0", "[]", "{'$object': 'Tensor'}", "{'$tensor': 0, 'x': 1}"])
def test_what_is_a_reply_is_compared(attack, tree):
    """Each frame is answered once more by the harness: the conversation ends with the first reply too many."""
    forged = f"os.write(sock, frame({{'used': [], **one(tree={tree})}}, bytes(12)))\n    os.pause() if 0 else None"
    assert not attack(HOSTILE, f"def double(x):\n    {forged}\n    return 3 * x\n").passed


@pytest.mark.parametrize("error", ["{'type': [], 'line': {}, 'text': {}}", "{'fault': 'passed', 'line': 10**400}"])
def test_a_forged_error_is_an_error(attack, error):
    forged = f"os.write(sock, frame({{'used': [], 'error': {error}}}))\n    os._exit(0)\n"
    fails(attack(HOSTILE, f"def double(x):\n    {forged}"), Fault.RAISED, Fault.CRASHED)


@pytest.mark.parametrize(
    "greeting", ["{'sandboxed': True}", "{'sandboxed': False, 'problem': 'none'}", "{'loaded': 1}"]
)
def test_a_second_greeting_comes_too_late(attack, greeting):
    assert attack(HOSTILE, f"os.write(sock, frame({greeting}))\ndef double(x):\n    return 3 * x\n").faults


def test_descriptors_sent_along_reach_nobody(attack):
    """Among them the socket itself, so that it would hold itself open."""
    send = "fds = array.array('i', [sock] * 60)\nend = socket.socket(fileno=os.dup(sock))\n"
    call = "    for _ in range(8):\n        end.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])\n"
    fails(attack(HOSTILE, f"{send}def double(x):\n{call}    return 3 * x\n"), Fault.PROTOCOL)
