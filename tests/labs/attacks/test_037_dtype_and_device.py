"""037: compute or return in a lower dtype, or on another device. Both are compared, and eps is the input's."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails
from tests.labs.toy import RIGHT

LOWER = {
    "returned lower": "(x + x).half()",
    "computed lower": "((x.half() + x.half())).to(x.dtype)",
    "computed in bfloat16": "(x.bfloat16() * 2).to(x.dtype)",
    "wider": "(x + x).double()",
    "complex": "(x + x).to(torch.complex64)",
    "integers": "(x + x).int()",
    "float8": "(x + x).float().to(torch.float8_e4m3fn)",
    "list": "(x + x).tolist()",
    "numpy": "(x + x).float().numpy()",
    "sparse": "(x + x).to_sparse()",
    "quantised": "torch.quantize_per_tensor((x + x).float(), 0.1, 0, torch.qint8)",
}
ANSWER = "import torch\ndef double(x):\n    return {result}\n"
WITHOUT_DATA = ["(x + x).to('meta')", "torch.nested.nested_tensor([(x + x).float()])"]
SAYING_CUDA = """
from labs.grading import candidate

def pack(value, pack=candidate.pack):
    header, body = pack(value)
    return {**header, "tensors": [{**entry, "device": "cuda"} for entry in header["tensors"]]}, body

candidate.pack = pack
"""
COMPARE = "assert torch.allclose(answer.double(x).float(), reference.double(x).float(), rtol=1e-2)"


@pytest.mark.parametrize("way", LOWER)
def test_another_dtype_fails(attack, way):
    fails(attack("", ANSWER.format(result=LOWER[way])))


@pytest.mark.parametrize("result", WITHOUT_DATA, ids=["meta", "nested"])
def test_a_tensor_that_cannot_be_copied_out_raises(attack, result):
    fails(attack("", ANSWER.format(result=result)), Fault.RAISED)


def test_another_device_fails_even_if_the_values_are_right(attack):
    fails(attack(SAYING_CUDA, RIGHT))


@pytest.mark.parametrize("way", ["returned lower", "computed in bfloat16"])
def test_it_works_where_the_tolerance_is_generous(naive, tmp_path, way):
    assert naive.passes(tmp_path, ANSWER.format(result=LOWER[way]), check=COMPARE)
