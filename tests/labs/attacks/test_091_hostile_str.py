"""091: objects that strike when they are looked at. What the judge asks of them it asks in the answer's process."""

import pytest

from labs.grading.verdict import MAX_CHARACTERS, Fault, Verdict
from tests.labs.attacks.conftest import fails

HOSTILE = """
import os, time, torch
def strike(*args, **kwargs):
    {strike}
class Meta(type):
    __name__ = __mro__ = property(strike)
    __instancecheck__ = __subclasscheck__ = __hash__ = __eq__ = __str__ = __repr__ = strike
class Sly:
    __str__ = __repr__ = __format__ = __bool__ = __len__ = __iter__ = __eq__ = __hash__ = __index__ = __float__ = strike
    __reduce_ex__ = __getattr__ = __array__ = __torch_function__ = __class_getitem__ = __dir__ = __contains__ = strike
    __class__ = property(strike)
class SlyList(list):
    __iter__ = __len__ = __getitem__ = __repr__ = strike
class SlyDict(dict):
    __iter__ = items = keys = __len__ = __getitem__ = __repr__ = strike
class SlyStr(str):
    __str__ = __repr__ = encode = __getitem__ = __len__ = __hash__ = __eq__ = strike
class Error(Exception):
    __str__ = __repr__ = strike
    __traceback__ = __cause__ = __context__ = property(strike)
class Told(Exception):
    __str__ = lambda self: SlyStr("text")
class Masked(Exception, metaclass=Meta): pass
class Late(SyntaxError):
    lineno = property(strike)
"""
STRIKES = {
    "raise": ("raise RuntimeError('struck')", {Fault.RAISED, Fault.CRASHED}),
    "exit": ("raise SystemExit(0)", {Fault.RAISED, Fault.CRASHED}),
    "end": ("os._exit(0)", {Fault.RAISED, Fault.CRASHED, Fault.PROTOCOL}),
    "lie": ("return True", {Fault.RAISED, Fault.CRASHED, Fault.PROTOCOL}),
}
THINGS = [
    "Sly()",
    "[Sly(), 3 * x]",
    "{'y': Sly()}",
    "SlyList([x + x])",
    "SlyDict(y=x + x)",
    "SlyStr('y')",
    "Sly",
    "Masked",
]
ERRORS = ["Error()", "Told()", "Masked()", "Late('x')", "ValueError(Sly())", "KeyError(SlyStr('x'))"]


@pytest.mark.parametrize("strike", ["raise", "lie"])
@pytest.mark.parametrize("thing", THINGS)
def test_as_a_result(attack, strike, thing):
    source, faults = STRIKES[strike]
    verdict = attack(HOSTILE.format(strike=source), f"def double(x):\n    return {thing}\n")
    fails(verdict, *verdict.faults)
    assert set(verdict.faults) <= faults


@pytest.mark.parametrize("strike", ["exit", "end"])
@pytest.mark.parametrize("error", ERRORS)
def test_as_an_exception(attack, strike, error):
    source, faults = STRIKES[strike]
    verdict = attack(HOSTILE.format(strike=source), f"def double(x):\n    raise {error}\n")
    fails(verdict, *verdict.faults)
    assert verdict.faults
    assert set(verdict.faults) <= faults


def test_without_end(attack):
    fails(attack(HOSTILE.format(strike="while True: pass"), "def double(x):\n    raise Error()\n"), Fault.TIMEOUT)


@pytest.mark.parametrize("text", ["'x' * 10**6", "'\\ud800' * 1000", "'\\x1b[2J' * 1000", "'\\u202e\\0\\r'"])
def test_long_and_acting_texts_are_bounded_and_can_be_stored(attack, text):
    for where in ("raise Error\n", "def double(x):\n    raise Error\n"):
        verdict = attack(f"class Error(Exception):\n    __str__ = lambda self: {text}\n", where)
        assert verdict.faults in ([Fault.UNREADABLE], [Fault.RAISED])
        assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict
        assert len(verdict.model_dump_json()) < 50_000


@pytest.mark.parametrize(
    "strike", ["raise RuntimeError", "raise SystemExit", "return 1", "return 'x' * 10**7", "os._exit(0)"]
)
def test_as_the_value_of_a_snippet(judge, target, strike):
    seen = judge.run(target, HOSTILE.format(strike=strike).encode(), "Sly()")
    assert len(seen.value) <= MAX_CHARACTERS
