"""039: take transformers' class for one's own. Its name is found in the source, and its files cannot be read."""

import pytest

from labs.grading.catalogue import find_lab
from labs.grading.verdict import Fault, Outcome
from tests.labs.attacks.loot import READ_FILE

RMSNORM = find_lab("rmsnorm")
BY_NAME = "from transformers.models.llama.modeling_llama import LlamaRMSNorm as RMSNorm\n"
HOWEVER = (
    READ_FILE
    + """
import importlib, re, sys
import torch

class Wrong(torch.nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(dim))
    def forward(self, x):
        return x * self.weight

def taken():
    name = "Llama" + "RMS" + "Norm"
    for module in ("llama", "mistral", "qwen2"):
        try:
            return getattr(importlib.import_module(f"transformers.models.{module}.modeling_{module}"), name)
        except Exception:
            pass
    site = os.path.dirname(os.path.dirname(torch.__file__))
    for content in contents(site + "/transformers/models/llama/modeling_llama.py"):
        if source := re.search(f"^class {name}.*?^(?=class |def |@)", content.decode(), re.M | re.S):
            exec(source[0], names := {"torch": torch, "nn": torch.nn})
            return names[name]
    return Wrong

RMSNorm = taken()
"""
)


def test_by_name_it_is_not_ones_own_work(attack):
    verdict = attack(BY_NAME, lab=RMSNORM, right=RMSNORM.reference.read_text())
    own = next(p for p in verdict.properties if p.name == "own-work")
    assert own.outcome is Outcome.FAILED
    assert "LlamaRMSNorm (line 1)" in own.diagnosis.en
    assert not verdict.passed
    assert verdict.faults == [Fault.UNREADABLE]


def test_however_it_is_sought_it_is_not_found(attack):
    verdict = attack(HOWEVER, lab=RMSNORM, right=RMSNORM.reference.read_text())
    outcomes = {p.name: p.outcome for p in verdict.properties}
    assert outcomes["values"] is Outcome.FAILED
    assert not verdict.passed
    assert {"importlib", "exec", "getattr"} <= {flag.split(": ")[1] for flag in verdict.flags}


@pytest.mark.slow
def test_it_is_found_where_nothing_is_hidden():
    exec(HOWEVER, names := {})  # transformers is installed where these tests run
    assert names["RMSNorm"] is not names["Wrong"]
