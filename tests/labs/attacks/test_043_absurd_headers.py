"""043: declare frames and shapes that nobody has room for. Lengths are bounded before memory is, shapes by the body."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails
from tests.labs.toy import FIND_SOCKET

HOSTILE = (
    FIND_SOCKET
    + """
def shaped(*shape, dtype="float32"):
    return frame({"tree": {"$tensor": 0}, "tensors": [{"dtype": dtype, "shape": shape, "device": "cpu"}]}, bytes(12))
"""
)
SENT = [
    "struct.pack('>II', 2**32 - 1, 2**32 - 1)",
    "struct.pack('>II', 2**18 + 1, 0) + bytes(2**18 + 1)",
    "struct.pack('>II', 2, 2**26 + 1) + b'{}'",
    "struct.pack('>II', 2, 2**32 - 1) + b'{}'",
    "shaped(2**40)",
    "shaped(2**63)",
    "shaped(2**62, 4)",
    "shaped(*[2**1000] * 16)",
    "shaped(0, 2**63)",
    "shaped(0, *[2**40] * 15)",
    "shaped(*[1] * 17)",
    "shaped(*[1] * 50_000)",
    "shaped(-3)",
    "shaped(-1, -3)",
    "shaped(3.0)",
    "shaped(True, 3)",
    "shaped('3')",
    "shaped(None)",
    "shaped(float('nan'))",
    "shaped(0)",
    "shaped()",
    "shaped(13, dtype='bool')",
]


@pytest.mark.parametrize("sent", SENT)
def test_it_is_a_breach_of_the_protocol(attack, sent):
    fails(attack(HOSTILE, f"def double(x):\n    os.write(sock, {sent})\n    return 3 * x\n"), Fault.PROTOCOL)


@pytest.mark.parametrize("shape", ["0, 3", "0, 2**30", "3, 0"])
def test_an_honest_tensor_without_elements_is_no_match(attack, shape):
    fails(attack("import torch\n", f"def double(x):\n    return torch.empty({shape}, dtype=x.dtype)\n"))
