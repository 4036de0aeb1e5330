"""044: reply with 100,000 tensors. A reply holds at most 256, and its header has a bounded length."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails
from tests.labs.toy import FIND_SOCKET

MANY = {
    "list": "[3 * x] * 100_000",
    "dict": "dict.fromkeys(map(str, range(100_000)), 3 * x)",
    "nested": "[[[3 * x] * 50] * 50] * 40",
    "views": "torch.zeros(100_000).unbind()",
    "generator in a list": "[(3 * x for _ in range(100_000))] * 100_000",
}


@pytest.mark.parametrize("result", MANY.values(), ids=MANY)
def test_a_result_of_100_000_tensors_is_none(attack, result):
    fails(attack("import torch\n", f"def double(x):\n    return {result}\n"), Fault.PROTOCOL)


@pytest.mark.parametrize("number", [257, 2_000, 100_000])
def test_a_forged_table_is_refused(attack, number):
    table = f"frame({{'tree': 0, 'tensors': [{{'dtype': 'bool', 'shape': [0], 'device': 'cpu'}}] * {number}}})"
    fails(attack(FIND_SOCKET, f"def double(x):\n    os.write(sock, {table})\n    return 3 * x\n"), Fault.PROTOCOL)
