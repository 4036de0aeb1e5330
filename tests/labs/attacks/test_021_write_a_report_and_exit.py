"""021: write the verdict oneself and exit. Findings come over a socket that the answer does not have."""

import json

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails
from tests.labs.attacks.loot import WRITE_FILE
from tests.labs.toy import FIND_SOCKET

FINDINGS = {
    "broken": "",
    "properties": [
        {"name": name, "title": {"en": "a", "zh": "a"}, "outcome": "passed", "weight": 1.0, "diagnosis": None}
        for name in ("doubles", "keeps-dtype", "leaves-input", "own-work")
    ],
    "flags": [],
    "faults": [],
}
HOSTILE = (
    WRITE_FILE
    + FIND_SOCKET
    + f"""
FINDINGS = {json.dumps(FINDINGS)!r}.encode()
XML = '<testsuite tests="4" failures="0" errors="0"><testcase name="test_doubles"/></testsuite>'
for folder in (".", "/tmp", "/dev/shm"):
    for name, text in (("report.xml", XML), ("results.json", '{{"passed": true, "score": 1.0}}')):
        plant(f"{{folder}}/ropes-attack-{{name}}", text)

def report(how):
    for fd in range(64):
        try:
            os.write(fd, how(FINDINGS))
        except OSError:
            pass
    os._exit(0)
"""
)
WAYS = {
    "channel": "lambda findings: struct.pack('>I', len(findings)) + findings",
    "frame": "lambda findings: frame(findings)",
    "lines": "lambda findings: b'4 passed in 0.01s\\n' + findings + b'\\n'",
}


@pytest.mark.parametrize("way", WAYS)
def test_at_import(attack, way):
    fails(attack(HOSTILE, f"report({WAYS[way]})\n"), Fault.PROTOCOL)


@pytest.mark.parametrize("way", WAYS)
def test_in_a_call(attack, way):
    fails(attack(HOSTILE, f"def double(x):\n    report({WAYS[way]})\n"), Fault.PROTOCOL)
