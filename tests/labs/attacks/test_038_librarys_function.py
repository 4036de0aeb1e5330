"""038: let the library's function do the work. It is named with its line, from the source and from the call."""

import pytest

from labs.grading.catalogue import find_lab
from labs.grading.verdict import Outcome

RMSNORM = find_lab("rmsnorm")
WAYS = {
    "module": """
        from torch import nn
        class RMSNorm(nn.RMSNorm):  # THE LINE
            def __init__(self, dim, eps=1e-6):
                super().__init__(dim, eps=eps)
        """,
    "function": """
        import torch
        class RMSNorm(torch.nn.Module):
            def __init__(self, dim, eps=1e-6):
                super().__init__()
                self.weight, self.eps = torch.nn.Parameter(torch.ones(dim)), eps
            def forward(self, x):
                wide = torch.promote_types(x.dtype, torch.float32)
                weight = self.weight.to(wide)
                return torch.nn.functional.rms_norm(x.to(wide), weight.shape, weight, self.eps).to(x.dtype)  # THE LINE
        """,
    "operator": """
        import torch
        class RMSNorm(torch.nn.Module):
            def __init__(self, dim, eps=1e-6):
                super().__init__()
                self.weight, self.eps = torch.nn.Parameter(torch.ones(dim)), eps
            def forward(self, x):
                wide = torch.promote_types(x.dtype, torch.float32)
                weight = self.weight.to(wide)
                return torch.rms_norm(x.to(wide), weight.shape, weight, self.eps).to(x.dtype)  # THE LINE
        """,
}


@pytest.mark.parametrize("way", WAYS)
def test_it_is_not_ones_own_work(attack, way):
    hostile = WAYS[way].strip("\n")
    line = next(number for number, text in enumerate(hostile.splitlines(), 1) if "THE LINE" in text)
    verdict = attack(hostile, lab=RMSNORM, right=RMSNORM.reference.read_text())
    properties = {p.name: p for p in verdict.properties}
    assert properties["values"].outcome is Outcome.PASSED  # the library does it right
    assert properties["own-work"].outcome is Outcome.FAILED
    assert f"(line {line})" in properties["own-work"].diagnosis.en
    assert not verdict.passed
