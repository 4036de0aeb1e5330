"""What the source of an answer gives away."""

from __future__ import annotations

from textwrap import dedent

import pytest

from labs.grading.source_check import Finding, forbidden_names, hidden_calls, parse

FORBIDDEN = ["rms_norm", "nn.RMSNorm"]


def forbidden(source: str, names: list[str] = FORBIDDEN) -> list[Finding]:
    return forbidden_names(parse(dedent(source).encode(), "answer.py"), names)


def hidden(source: str) -> list[Finding]:
    return hidden_calls(parse(dedent(source).encode(), "answer.py"))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("torch.rms_norm", "rms_norm"),
        ("torch.nn.functional.rms_norm", "rms_norm"),
        ("import torch.nn.functional as F; F.rms_norm", "rms_norm"),
        ("from torch.nn import functional; functional.rms_norm", "rms_norm"),
        ("from torch.nn.functional import rms_norm", "rms_norm"),
        ("from torch.nn.functional import rms_norm as mine", "rms_norm"),
        ("torch.ops.aten.rms_norm.default; torch.ops.aten.rms_norm", "rms_norm"),
        ("get_module().rms_norm", "rms_norm"),
        ("modules[0].rms_norm(x)", "rms_norm"),
        ("getattr(F, 'rms_norm')", "rms_norm"),
        ("operator.attrgetter('nn.functional.rms_norm')(torch)", "rms_norm"),
        ("torch._C._jit_get_operation('aten::rms_norm')", "rms_norm"),
        ("torch.nn.RMSNorm(4)", "nn.RMSNorm"),
        ("from torch import nn\nnn.RMSNorm(4)", "nn.RMSNorm"),
        ("from torch import nn as layers\nlayers.RMSNorm(4)", "nn.RMSNorm"),
        ("from torch.nn import RMSNorm", "nn.RMSNorm"),
        ("import torch\nclass RMSNorm(torch.nn.RMSNorm): pass", "nn.RMSNorm"),
        ("self.rms_norm(x)", "rms_norm"),
    ],
)
def test_every_way_to_a_forbidden_name_is_found(source, name):
    found = forbidden(source)
    assert {f.name for f in found} == {name}
    assert {f.line for f in found} == {source.count("\n") + 1}


@pytest.mark.parametrize(
    "source",
    [
        "class RMSNorm: pass\nRMSNorm(4)",
        "def rms_norm(x): return x\nrms_norm(1)",
        "class A:\n    def rms_norm(self): pass\n    def go(self): self.rms_norm()",
        "class A:\n    def __init__(self): self.rms_norm = RMSNorm(4)\n    def go(self): self.rms_norm(1)",
        "'The same as torch.nn.functional.rms_norm(x), but slower.'",
        "# torch.nn.functional.rms_norm\nx = 1",
        "def rms_norm(x): return x\n__all__ = ['rms_norm']",
        "class RMSNorm: pass\n__all__ = ['RMSNorm']",
        "import torch\ntorch.nn.LayerNorm; torch.nn.functional.layer_norm; x.rms_norms; x.norm",
        "",
    ],
)
def test_own_names_and_words_in_passing_are_not(source):
    assert forbidden(source) == []


def test_an_own_method_does_not_hide_the_librarys_function():
    source = """
        import torch.nn.functional as F
        class A:
            def rms_norm(self, x):
                return F.rms_norm(x, x.shape)
    """
    assert forbidden(source) == [Finding("rms_norm", 5)]


def test_findings_are_in_the_order_of_the_lines():
    found = forbidden("import torch\na = torch.rms_norm\nb = torch.nn.RMSNorm\nc = torch.rms_norm, torch.rms_norm\n")
    assert [(f.name, f.line) for f in found] == [("rms_norm", 2), ("nn.RMSNorm", 3), ("rms_norm", 4)]


def test_a_bare_entry_matches_any_chain_and_a_dotted_one_its_end():
    assert forbidden("a.b.c", ["c"])
    assert forbidden("a.b.c", ["b.c"])
    assert not forbidden("a.b.c", ["a.c"])
    assert forbidden("a.b.c", ["b"])
    assert not forbidden("a.b.c", ["b.b", "a.b.c.d", "C"])
    assert not forbidden("a.b.c", [])


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("exec('1')", "exec"),
        ("eval('1')", "eval"),
        ("compile('1', '', 'eval')", "compile"),
        ("e = exec", "exec"),
        ("__import__('os')", "__import__"),
        ("globals()['x']", "globals"),
        ("vars(x)['y']", "vars"),
        ("x.__dict__['y']", "__dict__"),
        ("getattr(x, 'a' + 'b')", "getattr"),
        ("getattr(x, name)", "getattr"),
        ("import importlib", "importlib"),
        ("import importlib.util", "importlib"),
        ("from importlib import import_module", "importlib"),
        ("import ctypes as c", "ctypes"),
        ("import gc, os", "gc"),
        ("from labs.grading import runtime_check", "labs"),
        ("import threading", "threading"),
        ("from concurrent.futures import ThreadPoolExecutor", "concurrent"),
        ("import sys; sys._getframe()", "_getframe"),
        ("import sys as s; s.modules['x']", "sys.modules"),
        ("from sys import modules", "sys.modules"),
        ("f.__globals__", "__globals__"),
        ("object.__subclasses__()", "__subclasses__"),
        ("import torch; torch.jit.script(f)", "torch.jit"),
        ("from torch import jit", "torch.jit"),
        ("torch._C.DisableTorchFunction()", "DisableTorchFunction"),
    ],
)
def test_what_can_hide_a_call_is_flagged_with_its_line(source, name):
    assert Finding(name, 2) in hidden("\n" + source)


@pytest.mark.parametrize(
    "source",
    [
        "import torch\nfrom torch import nn\nimport torch.nn.functional as F\nimport math, os, sys",
        "model.modules(); self.modules(); model.eval(); model.named_modules()",
        "getattr(x, 'name'); getattr(x, 'name', None)",
        "torch.compile(f)",
        "",
    ],
)
def test_everyday_code_is_not_flagged(source):
    assert hidden(source) == []


@pytest.mark.parametrize("source", [b"def f(:", b"x = '\xff'", b"\0", b"# coding: klingon\nx", b"  x = 1"])
def test_what_python_cannot_read_is_refused(source):
    with pytest.raises((SyntaxError, ValueError)):
        parse(source, "answer.py")


@pytest.mark.parametrize("source", ["a" + ".b" * 900, "x = " + "+".join("1" * 900), "'" + "a." * 500 + "rms_norm'"])
def test_long_chains_do_no_harm(source):
    tree = parse(source.encode(), "answer.py")
    assert forbidden_names(tree, FORBIDDEN) == []
    assert hidden_calls(tree) == []
