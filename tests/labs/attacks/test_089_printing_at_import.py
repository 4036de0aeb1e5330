"""089: print what a judge would print. Standard streams lead nowhere, and no verdict is read from them."""

import pytest

from tests.labs.attacks.conftest import WRONG, fails
from tests.labs.toy import RIGHT

HOSTILE = """
import atexit, json, logging, os, sys, warnings
CLAIM = json.dumps({"passed": True, "score": 1.0, "faults": [], "properties": [], "broken": ""})
CLAIMS = [CLAIM, "4 passed in 0.01s", "OK", "PASSED  100%", "::set-output name=passed::true"]
def claim():
    for text in CLAIMS:
        for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            print(text, file=stream, flush=True)
        for fd in (0, 1, 2):
            os.write(fd, text.encode() + b"\\n")
        logging.critical(text)
        warnings.warn(text)
claim()
atexit.register(claim)
"""
CLOSED = """
import os, sys
for stream in (sys.stdin, sys.stdout, sys.stderr): stream.close()
sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = None
os.closerange(0, 3)
print("x")
"""


@pytest.mark.parametrize("hostile", [HOSTILE, CLOSED], ids=["claims", "closed streams"])
def test_a_wrong_answer_fails(attack, hostile):
    fails(attack(hostile, WRONG))


@pytest.mark.parametrize("hostile", [HOSTILE, CLOSED], ids=["claims", "closed streams"])
def test_a_right_answer_passes(attack, hostile):
    assert attack(hostile, RIGHT).passed
