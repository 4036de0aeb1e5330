"""090: crash the interpreter. It is the answer's own process; the judge sees its end and says so."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails

CRASHES = {
    "null": "ctypes.string_at(0)",
    "write": "ctypes.memset(1, 0, 99)",
    "none": "ctypes.cast(id(None), ctypes.POINTER(ctypes.c_long))[1] = 0; [None] * 5",
    "code": "ctypes.CFUNCTYPE(int)(8)()",
    "abort": "os.abort()",
    "division": "faulthandler._sigfpe()",
    "stack": "faulthandler._stack_overflow()",
    "bytecode": "(lambda: 0).__class__((lambda: 0).__code__.replace(co_code=b'\\x64\\xff' * 9, co_consts=()), {})()",
    "torch": "torch.frombuffer((ctypes.c_char * 8).from_address(8), dtype=torch.uint8).sum()",
    "free": "ctypes.CDLL(None).free(ctypes.c_void_p(id(os) + 1))",
}
MODULES = "import ctypes, faulthandler, os, torch\n"


@pytest.mark.parametrize("crash", CRASHES.values(), ids=CRASHES)
@pytest.mark.parametrize("where", ["{}\n", "def double(x):\n    {}\n    return x + x\n"], ids=["import", "call"])
def test_it_is_named(attack, crash, where):
    fails(attack(MODULES, where.format(crash)), Fault.CRASHED)
