"""The whole catalogue on a GPU: `python -m bench.gpu` writes one JSON into bench/results/.

Every reference and alternate must pass there, every mutant die by the property that it names, and the attacks that
need a GPU end with their fault. Exit code: 0 if all of that holds, 1 if not, 2 where there is no GPU.
"""

from __future__ import annotations

import datetime
import json
import platform
import re
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.judge import service_of_its_own
from labs.grading.catalogue import Lab, all_labs
from labs.grading.client import DeviceUnavailable, Judge, JudgeFault
from labs.grading.lab_check import check_lab
from tests.labs.gpu.hostile import CASES
from tests.labs.toy import RIGHT, write_lab

RESULTS = Path(__file__).with_name("results")
ABOUT_GPU = """
import json, torch
found = torch.cuda.get_device_properties(0)
print(json.dumps({
    "name": found.name,
    "memory_mib": found.total_memory // 2**20,
    "compute_capability": f"{found.major}.{found.minor}",
    "cuda": torch.version.cuda,
}))
"""


def catalogue(judge: Judge) -> list[dict[str, Any]]:
    return [_checked(lab, judge) for lab in all_labs()]


def _checked(lab: Lab, judge: Judge) -> dict[str, Any]:
    report = check_lab(lab, judge, _say)
    device = "cpu" if lab.manifest.cpu_only else "cuda"
    return {**asdict(report), "device": device, "problems": [str(problem) for problem in report.problems]}


def answers(judge: Judge) -> list[dict[str, Any]]:
    """The toy lab's answers: right, misplaced and hostile ones."""
    return [_tried(judge, name) for name in CASES]


def _tried(judge: Judge, name: str) -> dict[str, Any]:
    manifest, source, passes, faults = CASES[name]
    _say(name)
    with tempfile.TemporaryDirectory() as folder:
        try:
            verdict = judge.grade(write_lab(Path(folder), manifest=manifest), source.encode())
        except JudgeFault as fault:
            return {"answer": name, "as_expected": False, "problem": str(fault)}
    as_expected = (verdict.passed, verdict.faults) == (passes, faults)
    return {"answer": name, "as_expected": as_expected, "passed": verdict.passed, "faults": verdict.faults}


def machine() -> dict[str, Any]:
    """The GPU and what drives it; asked in a process of its own, for this one must not start CUDA."""
    about = subprocess.run([sys.executable, "-c", ABOUT_GPU], check=True, capture_output=True, text=True)
    driver = Path("/proc/driver/nvidia/version")
    version = re.search(r"\d+\.\d+(\.\d+)?", driver.read_text()) if driver.exists() else None
    return {
        "gpu": json.loads(about.stdout),
        "driver": version.group() if version else "unknown",
        "system": platform.platform(),
        "processor": platform.machine(),
    }


def report() -> dict[str, Any]:
    """Raises DeviceUnavailable and JudgeFault."""
    with service_of_its_own(), Judge(device="cuda") as judge:
        judge.wait_until_warm()
        tried = answers(judge)
        with tempfile.TemporaryDirectory() as folder:
            verdict = judge.grade(write_lab(Path(folder)), RIGHT.encode())
        return {
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "machine": machine(),
            "versions": verdict.versions,
            "isolation": verdict.isolation.model_dump(),
            "labs": catalogue(judge),
            "answers": tried,
        }


def _say(progress: str) -> None:
    print(progress, file=sys.stderr)


def main() -> int:
    try:
        found = report()
    except DeviceUnavailable:
        print("bench.gpu: no GPU can be used on this machine, so there is nothing to measure", file=sys.stderr)
        return 2
    device = re.sub(r"[^a-z0-9]+", "-", found["machine"]["gpu"]["name"].lower()).strip("-")
    path = RESULTS / f"{found['date']}-{device}.json"
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(path)
    surprises = [tried for tried in found["answers"] if not tried["as_expected"]]
    surprises += [lab for lab in found["labs"] if lab["problems"]]
    return 1 if surprises else 0


if __name__ == "__main__":
    raise SystemExit(main())
