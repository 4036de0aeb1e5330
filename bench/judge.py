"""What a verdict costs on this machine, as ratios within one run: absolute times on shared machines mean little.

The yardstick is a cold `python -m pytest` over a suite that imports torch: what a judge without a warm process pays.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from labs.grading.catalogue import Lab, find_lab
from labs.grading.client import Judge

ROUNDS = 20


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def cold_pytest() -> float:
    """A fresh interpreter that imports torch and runs one trivial test: the floor for a judge that is not warm."""
    with tempfile.TemporaryDirectory() as folder:
        suite = Path(folder) / "test_floor.py"
        suite.write_text("import torch\n\ndef test_floor():\n    assert torch.ones(2).sum() == 2\n")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(suite)]
        return min(seconds(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(3))


def throughput(judge: Judge, lab: Lab, answer: bytes) -> float:
    """Verdicts a second with two gradings at a time."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        elapsed = seconds(lambda: list(pool.map(lambda _: judge.grade(lab, answer), range(ROUNDS))))
    return ROUNDS / elapsed


def main() -> None:
    lab = find_lab("rmsnorm")
    answer = lab.reference.read_bytes()
    cold = cold_pytest()
    with Judge(device="cpu") as judge:
        warm_up = seconds(judge.wait_until_warm)
        first = seconds(lambda: judge.grade(lab, answer))
        verdicts = sorted(seconds(lambda: judge.grade(lab, answer)) for _ in range(ROUNDS))
        rate = throughput(judge, lab, answer)
    rows = [
        ("cold pytest, one trivial test", cold),
        ("warm-up of the judge", warm_up),
        ("first verdict of a lab", first),
        ("verdict, median", statistics.median(verdicts)),
        ("verdict, slowest of 20", verdicts[-1]),
    ]
    print(f"{'':32} {'seconds':>8} {'of cold':>8}")
    for name, value in rows:
        print(f"{name:32} {value:8.3f} {value / cold:8.1%}")
    print(f"{'verdicts a second, two at a time':32} {rate:8.1f}")


if __name__ == "__main__":
    main()
