"""032: cache what was computed on an input, by its id or address. The reference computes elsewhere, on another copy."""

from tests.labs.attacks.conftest import WRONG, fails

HOSTILE = """
import torch

KNOWN = {}

def recorded(method):
    def operation(self, *others, **options):
        result = method(self, *others, **options)
        if isinstance(result, torch.Tensor) and result.shape == self.shape:
            for key in (id(self), self.data_ptr(), (tuple(self.shape), self.dtype)):
                KNOWN[key] = result
        return result
    return operation

for name in ("__add__", "__mul__", "__rmul__", "add", "mul", "double", "clone"):
    setattr(torch.Tensor, name, recorded(getattr(torch.Tensor, name)))

def double(x):
    for key in (id(x), x.data_ptr(), (tuple(x.shape), x.dtype)):
        if key in KNOWN:
            return KNOWN[key]
    return 3 * x
"""
STALE = """
SEEN = {}

def double(x):
    return SEEN.setdefault(tuple(x.shape), x + x)
"""


def test_a_wrong_answer_finds_nothing_cached(attack):
    fails(attack(HOSTILE))


def test_a_stale_result_is_a_wrong_one(attack, make_lab, target):
    hidden = (target.folder / "hidden" / "test_hidden.py").read_text().replace("(3,), (2, 5)", "(3,), (4,), (2, 5)")
    again = "\n@judges('doubles')\ndef test_again(candidate, reference, draw):\n"
    again += "    for x in (draw.normal(3), draw.normal(3)):\n"
    again += "        assert_close(candidate.double(x), reference.double(x))\n"
    fails(attack("", STALE, lab=make_lab(hidden=hidden + again)))


def test_it_works_where_the_reference_runs_first_in_the_same_process(naive, tmp_path):
    assert not naive.passes(tmp_path, WRONG)
    assert naive.passes(tmp_path, HOSTILE)
