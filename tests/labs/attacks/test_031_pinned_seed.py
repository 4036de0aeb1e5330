"""031: pin the seed, or the generators, so that inputs are known or zero. Inputs are drawn in the judge's process."""

from tests.labs.attacks.conftest import WRONG, fails, passes_or_is_flagged
from tests.labs.toy import RIGHT

HOSTILE = """
import os, random, secrets, time
import torch

def zeros(*shape, **options):
    shape = [n for n in shape if isinstance(n, (int, tuple, list, torch.Size))][-1:]
    return torch.zeros(*shape, dtype=options.get("dtype"))

def quiet(*args, **kwargs):
    return args[0] if args else None

real_generator = torch.Generator

class Pinned(real_generator):
    def manual_seed(self, seed):
        return super().manual_seed(0)

torch.manual_seed(0)
torch.manual_seed = torch.seed = torch.random.manual_seed = quiet
torch.Generator = Pinned
random.seed(0)
random.seed = quiet
random.random = lambda: 0.0
os.urandom = secrets.token_bytes = lambda n=32: bytes(n)
secrets.token_hex = lambda n=32: "0" * 2 * n
time.time = time.time_ns = lambda: 0
for name in ("randn", "rand", "randint", "normal", "rand_like", "randn_like", "empty", "full"):
    setattr(torch, name, zeros)
for name in ("normal_", "uniform_", "random_"):
    setattr(torch.Tensor, name, lambda self, *args, **kwargs: self.zero_())
try:
    from labs.grading.suite import Draw
    for name in ("normal", "uniform", "constant"):
        setattr(Draw, name, lambda self, *args, dtype=torch.float32: torch.zeros(args[-1], dtype=dtype))
except ImportError:
    pass
"""


def test_a_wrong_answer_fails(attack):
    fails(attack(HOSTILE, WRONG))
    fails(attack(HOSTILE, WRONG, seed="0"))


def test_a_right_answer_passes(attack):
    passes_or_is_flagged(attack(HOSTILE, RIGHT))


def test_it_works_where_inputs_are_drawn_in_the_same_process(naive, tmp_path):
    assert not naive.passes(tmp_path, WRONG)
    assert naive.passes(tmp_path, HOSTILE + WRONG)
