"""050: change what torch computes by: precision, determinism, rounding. It changes in the answer's process alone."""

from tests.labs.attacks.conftest import WRONG, fails, passes_or_is_flagged
from tests.labs.toy import RIGHT

HOSTILE = """
import ctypes, torch
torch.set_default_dtype(torch.float64)
torch.set_float32_matmul_precision("medium")
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = False, True
torch._C._set_deterministic_algorithms(True)
torch.utils.deterministic.fill_uninitialized_memory = False
torch.set_flush_denormal(True)
torch.set_grad_enabled(False)
torch.autograd.set_detect_anomaly(True)
torch.set_printoptions(precision=0)
torch.manual_seed(0)
ctypes.CDLL("libm.so.6").fesetround(0x800)  # upwards
"""
DEVICE = """
import torch
torch.set_default_device("meta")
"""


def test_a_wrong_answer_fails(attack):
    fails(attack(HOSTILE, WRONG))


def test_a_right_answer_is_judged(attack):
    passes_or_is_flagged(attack(HOSTILE, RIGHT))


def test_more_threads_than_a_fork_can_have_are_a_fault_of_the_answer(attack):
    verdict = attack("import torch\ntorch.set_num_threads(2)\n", WRONG)
    assert not verdict.passed


def test_another_default_device_makes_nothing_right(attack):
    assert not attack(DEVICE, WRONG).passed
    passes_or_is_flagged(attack(DEVICE, RIGHT))
