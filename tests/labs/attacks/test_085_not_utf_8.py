"""085: bytes that are no UTF-8. They are unreadable, unless the source declares what they are, as Python allows."""

import pytest

from labs.grading.verdict import Fault, Verdict
from tests.labs.attacks.conftest import fails
from tests.labs.toy import RIGHT

BROKEN = [
    b"x = '\xff\xfe'\n",
    b"# \xc3\x28\n",
    b"# \xe2\x82\n",
    b"# \xed\xa0\x80\n",  # half a surrogate pair
    b"# \xc0\x80\n",  # NUL, longer than need be
    b"# \xf5\x80\x80\x80\n",  # beyond Unicode
    b"def double\xa0(x): return x\n",
    "# 加倍\n".encode("gbk"),
    b"# coding: utf-8\n# \xe9\n",
    b"# coding: ascii\n# \xe9\n",
    b"# coding: rot13\n",
    b"# coding: no-such-codec\n",
    b"# coding: utf-7\n+AGEAL\n",
    b"# coding: hex\n00\n",
]


@pytest.mark.parametrize("broken", BROKEN)
def test_it_is_unreadable(attack, broken):
    verdict = attack(broken + RIGHT.encode())
    fails(verdict, Fault.UNREADABLE)
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


@pytest.mark.parametrize("coding", ["gbk", "latin-1", "utf-8", "shift_jis"])
def test_what_is_declared_is_read(attack, coding):
    text = "é" if coding == "latin-1" else "中"
    assert attack(f"# coding: {coding}\nx = '{text}'\n{RIGHT}".encode(coding)).passed
