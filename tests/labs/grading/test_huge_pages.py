"""Huge pages change what a fork costs, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from labs.grading import huge_pages

SCRIPT = """
from pathlib import Path
from labs.grading import huge_pages
held = bytes(range(256)) * 2**16
before = hash(held)
huge_pages.collapse()
assert hash(held) == before
print(Path("/proc/self/smaps_rollup").read_text())
"""


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="looks into /proc")
def test_memory_is_gathered_and_unchanged():
    seen = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True).stdout
    huge = int(re.findall(r"AnonHugePages: +(\d+) kB", seen)[0])
    enabled = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    if not enabled.exists() or "[never]" in enabled.read_text():
        pytest.skip("this kernel keeps small pages")
    assert huge >= 8 * 1024


def test_nothing_happens_where_there_is_no_proc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(huge_pages, "Path", lambda _: tmp_path / "missing")
    huge_pages.collapse()
