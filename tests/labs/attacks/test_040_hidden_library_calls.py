"""040: reach the library's function by getattr, `torch.ops` or worse. Calls are recorded; what hides one is flagged."""

import pytest

from labs.grading.catalogue import find_lab
from labs.grading.verdict import Outcome

RMSNORM = find_lab("rmsnorm")
MODULE = """
import functools, operator
import torch
import torch.nn.functional as F

NAME = "rms_" + "norm"

class RMSNorm(torch.nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight, self.eps = torch.nn.Parameter(torch.ones(dim)), eps
    def forward(self, x):
        wide = torch.promote_types(x.dtype, torch.float32)
        weight = self.weight.to(wide)
        return call(x.to(wide), weight.shape, weight, self.eps).to(x.dtype)

"""
CALLED = {
    "getattr": "call = getattr(F, 'rms_norm')",
    "computed getattr": "call = getattr(F, NAME)",
    "reduce": "call = functools.reduce(getattr, ['nn', 'functional', NAME], torch)",
    "attrgetter": "call = operator.attrgetter('nn.functional.' + NAME)(torch)",
    "methodcaller": "def call(*arguments): return operator.methodcaller(NAME, *arguments)(F)",
    "__getattribute__": "call = F.__getattribute__(NAME)",
    "__dict__": "call = F.__dict__[NAME]",
    "vars": "call = vars(torch)[NAME]",
    "import *": "from torch.nn.functional import *\ncall = rms_norm",
    "torch.ops": "call = torch.ops.aten.rms_norm",
    "overload": "call = torch.ops.aten.rms_norm.default",
    "computed operator": "call = getattr(getattr(torch.ops, 'at' + 'en'), NAME)",
    "fused operator": "def call(*a): return getattr(torch.ops.aten, '_fused_' + NAME)(*a)[0]",
    "_VF": "call = operator.attrgetter(NAME)(torch._VF)",
    "operator by its schema": "call = torch._C._jit_get_operation('aten::' + NAME)[0]",
    "renamed": "call = getattr(F, NAME)\ncall.__name__ = call.__qualname__ = 'own'",
    "renamed operator": "call = getattr(torch.ops.aten, NAME).default\ncall.__name__ = 'own'",
    "subclass walk": """
def call(x, shape, weight, eps):
    kind = next(k for k in torch.nn.Module.__subclasses__() if k.__name__ == "RMS" + "Norm")
    norm = kind(shape, eps=eps, dtype=x.dtype)
    del norm.weight
    norm.weight = weight
    return norm(x)
""",
    "autograd function": """
f = getattr(F, NAME)
class Own(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, shape, weight, eps):
        ctx.save_for_backward(x, weight)
        ctx.rest = shape, eps
        return f(x, shape, weight, eps)
    @staticmethod
    def backward(ctx, grad):
        x, weight = (t.detach().requires_grad_() for t in ctx.saved_tensors)
        with torch.enable_grad():
            result = f(x, ctx.rest[0], weight, ctx.rest[1])
        dx, dweight = torch.autograd.grad(result, [x, weight], grad)
        return dx, None, dweight, None
call = Own.apply
""",
}
FLAGGED = {
    "recorder off": """
f = operator.attrgetter(NAME)(F)
def call(*arguments):
    recorder = torch._C._pop_torch_function_stack()
    try:
        return f(*arguments)
    finally:
        torch._C._push_on_torch_function_stack(recorder)
""",
    "recorder off by a longer way": """
f = functools.reduce(getattr, [NAME], F)
def call(*arguments):
    recorder = F.torch.overrides._pop_mode()
    try:
        return f(*arguments)
    finally:
        F.torch.overrides._push_mode(recorder)
""",
    "recorder replaced": """
import sys
sys.modules["labs.grading.runtime_check"].CallRecorder.take = lambda self: []
call = getattr(F, NAME)
""",
    "inside another call": """
f = getattr(F, NAME)
class Inner(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return f(*args[0].rest)
def call(x, *rest):
    inner = torch.ones(()).as_subclass(Inner)
    inner.rest = (x, *rest)
    return torch.neg(inner)
""",
    "dispatcher": """
def call(*arguments):
    schema = torch._C._dispatch_find_schema_or_throw("aten::" + NAME, "")
    return torch._C._dispatch_call_boxed(schema, *arguments)
""",
    "decomposition": """
from torch import _decomp
fused = next(f for op, f in _decomp.decomposition_table.items() if str(op) == "aten._fused_" + NAME + ".default")
def call(*arguments):
    return fused(*arguments)[0]
""",
    "thread": """
from concurrent.futures import ThreadPoolExecutor
def call(*arguments):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(getattr(F, NAME), *arguments).result()
""",
}


@pytest.mark.parametrize("way", CALLED)
def test_a_call_is_recorded_however_it_is_spelt(attack, way):
    verdict = attack(MODULE, CALLED[way] + "\n", lab=RMSNORM, right=RMSNORM.reference.read_text())
    properties = {p.name: p for p in verdict.properties}
    assert properties["values"].outcome is Outcome.PASSED  # the library does it right
    assert properties["own-work"].outcome is Outcome.FAILED
    assert "rms_norm (line " in properties["own-work"].diagnosis.en
    assert not verdict.passed


@pytest.mark.parametrize("way", FLAGGED)
def test_what_can_hide_a_call_is_flagged_with_its_line(attack, way):
    verdict = attack(MODULE, FLAGGED[way], lab=RMSNORM, right=RMSNORM.reference.read_text())
    assert verdict.flags
    first, last = MODULE.count("\n") + 1, (MODULE + FLAGGED[way]).count("\n")
    assert all(first <= int(flag.split()[1].rstrip(":")) <= last for flag in verdict.flags)


@pytest.mark.parametrize("alternate", RMSNORM.alternates, ids=lambda path: path.stem)
def test_honest_answers_are_not_flagged(attack, alternate):
    verdict = attack(alternate.read_text(), lab=RMSNORM, right=RMSNORM.reference.read_text())
    assert verdict.passed
    assert verdict.flags == []
