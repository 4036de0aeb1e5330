"""041: reply with a pickle that runs code where it is loaded. A reply is JSON and raw bytes: nothing is unpickled."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import WRONG, fails
from tests.labs.toy import FIND_SOCKET

HOSTILE = (
    FIND_SOCKET
    + """
import io, pickle, sys, torch
class Bomb:
    def __reduce__(self):
        return exec, ("import torch; open('/tmp/ropes-attack-041', 'w'); torch.equal = lambda *a: True",)
    __str__ = __repr__ = lambda self: str(pickle.dumps(self))
def saved():
    file = io.BytesIO()
    torch.save(Bomb(), file)
    return file.getvalue()
"""
)
ENTRY = "{'tree': {'$tensor': 0}, 'tensors': [{'dtype': 'uint8', 'shape': [0], 'device': 'cpu'}]}"


@pytest.mark.parametrize("pickled", ["pickle.dumps(Bomb())", "pickle.dumps(Bomb(), 0)", "saved()"])
@pytest.mark.parametrize(
    "sent", ["{0}", "frame({0})", "frame({{}}, {0})", f"frame({ENTRY.replace('{', '{{').replace('}', '}}')}, {{0}})"]
)
def test_it_is_no_reply(attack, pickled, sent):
    answer = f"def double(x):\n    os.write(sock, {sent.format(pickled)})\n    return 3 * x\n"
    fails(attack(HOSTILE, answer), Fault.PROTOCOL)


@pytest.mark.parametrize("result", ["Bomb()", "[3 * x, Bomb()]", "{'y': Bomb()}", "torch.ones(3).as_subclass(Sly)"])
def test_it_is_no_result(attack, result):
    sly = "class Sly(torch.Tensor):\n    __reduce_ex__ = lambda self, protocol: Bomb().__reduce__()\n"
    fails(attack(HOSTILE, f"{sly}def double(x):\n    return {result}\n"))


def test_a_wrong_answer_that_is_pickled_fails(attack):
    fails(attack(HOSTILE, WRONG))
