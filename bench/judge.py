"""What verdicts cost on this machine: `make bench`, or `python -m bench.judge`.

Times on shared machines mean little by themselves, so what can be is given as a ratio of two things measured in this
one run. Nothing here fails when it is slow; the tests hold what must hold.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

from bench import cold, processes
from bench.stopwatch import repeated, seconds
from bench.table import Row, show
from labs.grading.catalogue import Lab, find_lab
from labs.grading.client import Judge
from labs.grading.turns import processors

VERDICTS = 21
ANSWERS = 200
COLD_STARTS = 3


@contextlib.contextmanager
def service_of_its_own() -> Iterator[None]:
    """No judge that somebody else keeps warm, and no verdict that it remembers."""
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)  # a service that is just leaving tidies up, too
    with folder as path, patch.dict(os.environ, XDG_RUNTIME_DIR=path):
        yield


def first_verdict(lab: Lab, answer: bytes) -> float:
    """Seconds from nothing to the first verdict."""
    with service_of_its_own():

        def start() -> None:
            with Judge(device="cpu") as judge:
                assert judge.grade(lab, answer).passed

        return seconds(start)


def after_a_cold_start(lab: Lab, answer: bytes) -> list[Row]:
    turns = [(first_verdict(lab, answer), cold.import_torch()) for _ in range(COLD_STARTS)]
    first, torch = (min(times) for times in zip(*turns, strict=True))
    said = f"{first - torch:+.1f} s ({first:.1f} s)"
    return [Row(f"first verdict after a cold start, beyond `import torch` alone ({torch:.1f} s)", said, "at most +2 s")]


def warm(judge: Judge, lab: Lab, answer: bytes) -> list[Row]:
    judge.grade(lab, answer)  # starts its judge server
    verdicts, pytests, lean_ones = [], [], []
    for _ in range(COLD_STARTS):  # by turns: whatever else keeps this machine busy slows both
        verdicts += repeated(lambda: judge.grade(lab, answer), VERDICTS // COLD_STARTS)
        pytests.append(cold.pytest_of(lab))
        lean_ones.append(cold.pytest_of(lab, lean=True))
    median, slowest = statistics.median(verdicts), max(verdicts)
    pytest, lean = statistics.median(pytests), statistics.median(lean_ones)
    return [
        Row(f"verdict of {lab.id}, median of {VERDICTS}", f"{median:.3f} s", "at most 0.150 s"),
        Row(f"verdict of {lab.id}, slowest of {VERDICTS}", f"{slowest:.3f} s"),
        Row("cold pytest of the same suite over the same answer", f"{pytest:.2f} s"),
        Row("the verdict is faster by", f"{pytest / median:.0f} times", "at least 30 times"),
        Row("the same against a pytest without any plugin", f"{lean / median:.0f} times ({lean:.2f} s)"),
    ]


def deepspeed(judge: Judge) -> list[Row]:
    lab = find_lab("deepspeed-zero2")
    answer = lab.reference.read_bytes()
    judge.grade(lab, answer)
    median = statistics.median(repeated(lambda: judge.grade(lab, answer), VERDICTS))
    return [Row(f"verdict of {lab.id}, median of {VERDICTS}", f"{median:.3f} s", "at most 0.500 s")]


def command_line(lab: Lab, answer: bytes) -> list[Row]:
    """`ropes grade` over many answers, no two the same, by a judge that it has to start."""
    with service_of_its_own(), tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"answer_{number}.py" for number in range(ANSWERS)]
        for number, path in enumerate(paths):
            path.write_bytes(answer + f"\n# {number}\n".encode())
        ropes = str(Path(sys.executable).with_name("ropes"))
        command = [ropes, "grade", lab.id, *map(str, paths), "--json", "--device", "cpu"]
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=cold.ROOT) as grading:
            assert grading.stdout
            ends = [time.perf_counter() for verdict in grading.stdout if json.loads(verdict)["passed"]]
    assert len(ends) == ANSWERS
    running, whole = (ANSWERS - 1) / (ends[-1] - ends[0]), ANSWERS / (ends[-1] - started)
    return [
        Row(f"`ropes grade` over {ANSWERS} answers, from the first verdict on", f"{running:.1f} /s", "at least 12 /s"),
        Row("the same with the judge's start-up", f"{whole:.1f} /s"),
    ]


def memory(judge: Judge, lab: Lab, answer: bytes) -> list[Row]:
    """The largest seen by looking again and again, and what the kept processes hold."""
    service = processes.service()
    largest = dict.fromkeys(("candidate", "judge"), 0.0)
    with ThreadPoolExecutor(1) as pool:
        grading = pool.submit(repeated, lambda: judge.grade(lab, answer), VERDICTS)
        while not grading.done():
            for kind, pids in processes.gradings(service).items():
                for pid in pids:
                    with contextlib.suppress(OSError):  # it has just ended, or is not ours to look into
                        largest[kind] = max(largest[kind], processes.private_mib(pid))
    kept = processes.standing(service)
    return [
        *(
            Row(f"private memory of a {kind}, the largest seen", _mib(mib) if mib else "not readable", "at most 25 MiB")
            for kind, mib in largest.items()
        ),
        *(
            Row(f"share of a {kind} (PSS), the largest", _mib(max(map(processes.pss_mib, kept[kind]))))
            for kind in ("zygote", "judge server")
        ),
    ]


def growth(judge: Judge, lab: Lab, answer: bytes) -> list[Row]:
    service = processes.service()

    def grade(count: int) -> dict[str, processes.Holding]:
        with ThreadPoolExecutor(processors()) as pool:
            list(pool.map(lambda _: judge.grade(lab, answer), range(count)))
        while not processes.is_idle(service):
            time.sleep(0.01)
        return processes.holdings(service)

    before = grade(VERDICTS)  # as many connections as there will be
    after = grade(ANSWERS)
    return [
        Row(
            f"growth of {kind} over {ANSWERS} gradings",
            f"{now.processes - was.processes:+d} processes, {now.descriptors - was.descriptors:+d} descriptors, "
            f"{now.private_mib - was.private_mib:+.1f} MiB",
            "none",
        )
        for (kind, was), now in zip(before.items(), after.values(), strict=True)
    ]


def large_tensors() -> list[Row]:
    run = subprocess.run([sys.executable, "-m", "bench.wire"], check=True, capture_output=True, cwd=cold.ROOT)
    took = json.loads(run.stdout)
    return [
        Row("16 MiB of tensor by the arena", f"{1000 * took['arena']:.0f} ms"),
        Row("the same by the socket", f"{took['socket'] / took['arena']:.1f} times as long"),
    ]


def _mib(amount: float) -> str:
    return f"{amount:.1f} MiB"


def main() -> None:
    lab = find_lab("rmsnorm")
    answer = lab.reference.read_bytes()
    rows = [*after_a_cold_start(lab, answer)]
    with service_of_its_own(), Judge(device="cpu") as judge:
        rows += warm(judge, lab, answer)
        rows += memory(judge, lab, answer)
        rows += growth(judge, lab, answer)
        rows += deepspeed(judge)
        print(f"{processors()} processors, isolation level {judge.isolation.level}, lab {lab.id}")
    rows += command_line(lab, answer)
    rows += large_tensors()
    show(rows)


if __name__ == "__main__":
    main()
