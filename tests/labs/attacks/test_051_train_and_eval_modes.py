"""051: be right in one mode only, or fix the mode. A suite that asks in both modes sets each before every call."""

import pytest

from labs.grading.catalogue import Lab
from tests.labs.attacks.conftest import fails
from tests.labs.toy import HARNESS, HIDDEN, MANIFEST, RIGHT

SET_MODES = """
def double_in(answer, x, grad, inference):
    with torch.inference_mode(inference), torch.set_grad_enabled(grad):
        return answer.double(x)
"""
ASK = """
@judges("doubles")
@pytest.mark.parametrize("grad", [True, False])
@pytest.mark.parametrize("inference", [True, False])
def test_modes(candidate, reference, draw, grad, inference):
    x = draw.normal(3)
    assert_close(candidate.double_in(x, grad, inference), reference.double(x))
"""
CONDITIONS = [
    "torch.is_grad_enabled()",
    "not torch.is_grad_enabled()",
    "torch.is_inference_mode_enabled()",
    "not torch.is_inference_mode_enabled()",
    "torch.nn.Module().training and torch.is_grad_enabled()",
]
FIX_MODES = """
import torch
torch.set_grad_enabled(True)
torch._C._set_grad_enabled(True)
torch.is_grad_enabled = lambda: True
torch.is_inference_mode_enabled = lambda: False
torch.set_grad_enabled = torch.no_grad = torch.inference_mode = lambda *args: open("/dev/null")
"""


@pytest.fixture(scope="module")
def modes(make_lab) -> Lab:
    limits = "seconds: 1, call_seconds: 1, memory_mib: 256"
    manifest = MANIFEST.replace("seconds: 30, call_seconds: 10, memory_mib: 256", limits)
    return make_lab(manifest=manifest, harness=f"import torch\n{HARNESS}{SET_MODES}", hidden=HIDDEN + ASK)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_right_in_one_mode_is_wrong(attack, modes, condition):
    answer = f"def double(x):\n    return x + x if {condition} else 3 * x\n"
    fails(attack("import torch\n", answer, lab=modes))


def test_a_mode_that_was_fixed_is_set_again_or_a_fault(attack, modes):
    """The harness runs beside the answer, so the answer can take its modes away: then it is wrong in all of them."""
    assert not attack(FIX_MODES, "def double(x):\n    return 3 * x\n", lab=modes).passed


def test_right_in_all_modes_passes(attack, modes):
    assert attack("", RIGHT, lab=modes).passed
