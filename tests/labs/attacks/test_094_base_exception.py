"""094: raise what hardly anybody catches. Every exception is an error of the call, and the next call goes on."""

import pytest

from labs.grading.verdict import Fault, Outcome
from tests.labs.attacks.conftest import fails

HOSTILE = """
import asyncio, threading
class Mine(BaseException): pass
class Uncaught(BaseException):
    def __init_subclass__(cls): raise Mine
    def with_traceback(self, trace): raise Mine
def raising():
    raise Mine
    yield
"""
ERRORS = [
    "BaseException",
    "BaseException('x')",
    "Mine",
    "Uncaught",
    "GeneratorExit",
    "StopIteration",
    "StopAsyncIteration",
    "asyncio.CancelledError",
    "BaseExceptionGroup('x', [Mine(), KeyboardInterrupt()])",
    "ExceptionGroup('x', [ExceptionGroup('y', [ValueError()])] * 99)",
    "MemoryError.__base__",
    "Mine() from Mine()",
    "AssertionError",
]


@pytest.mark.parametrize("error", ERRORS)
def test_in_a_call(attack, error):
    fails(attack(HOSTILE, f"def double(x):\n    raise {error}\n"), Fault.RAISED)


@pytest.mark.parametrize("error", ERRORS[:5])
def test_at_import(attack, error):
    fails(attack(HOSTILE, f"raise {error}\n"), Fault.UNREADABLE)


def test_the_next_call_goes_on(attack):
    verdict = attack(HOSTILE, "def double(x):\n    if x.dim() == 2: raise Mine\n    return x + x\n")
    fails(verdict, Fault.RAISED)
    assert [p.outcome for p in verdict.properties if p.name != "doubles"] == [Outcome.PASSED] * 3


@pytest.mark.parametrize(
    "answer",
    [
        "def double(x):\n    return next(raising())\n",
        "def double(x):\n    raise 1\n",
        "def double(x):\n    raise type('E', (), {})\n",
        "class D(type): __del__ = lambda s: next(raising())\ndef double(x):\n    raise D('E', (BaseException,), {})\n",
    ],
)
def test_what_raises_while_it_raises(attack, answer):
    fails(attack(HOSTILE, answer), Fault.RAISED)


def test_in_a_thread_it_is_nobodys_business(attack):
    thread = "def die(): raise Mine\nt = threading.Thread(target=die); t.start(); t.join()\n"
    fails(attack(HOSTILE, thread + "def double(x):\n    return 3 * x\n"))
