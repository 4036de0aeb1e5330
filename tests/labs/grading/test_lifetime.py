"""What the judge's processes outlive, and what they do not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from labs.grading.catalogue import Lab
from labs.grading.client import DeviceUnavailable, Judge
from labs.grading.dispatcher import Dispatcher
from labs.grading.verdict import Fault, JudgeFault
from tests.labs.zygotes import zygote_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

CLIENT = """
import sys
from pathlib import Path
from labs.grading.catalogue import Lab
from labs.grading.dispatcher import Dispatcher
from tests.labs.zygotes import zygote_of
from labs.grading.content import Track
Dispatcher().grade(Lab(Track.ARCHITECTURE, Path(sys.argv[1])), b"import time; time.sleep(1000)")
"""


def test_a_killed_client_leaves_no_process(toy: Lab, descendants, eventually):
    client = subprocess.Popen([sys.executable, "-c", CLIENT, str(toy.folder)])
    try:
        # zygote, judge server, judge, warden, candidate
        assert eventually(lambda: client.poll() is None and len(descendants(client.pid)) == 5)
        started = descendants(client.pid)
    finally:
        client.kill()
        client.wait()
    assert eventually(lambda: not any(_lives(pid, stat) for pid, stat in started.items()))


def _lives(pid: int, stat: str) -> bool:
    """Whether the process that had this line in /proc is still there: its start time tells it from a later one."""
    try:
        now = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return False
    return now[19] == stat.rsplit(")", 1)[1].split()[19] and now[0] != "Z"


def test_closing_ends_a_busy_judge(toy: Lab, descendants, eventually):
    judge = Dispatcher()
    assert not judge.is_warm()
    judge.machine()
    assert judge.is_warm()
    faults: list[BaseException] = []

    def grade() -> None:
        try:
            judge.grade(toy, b"import time; time.sleep(1000)")
        except BaseException as fault:
            faults.append(fault)

    grading = threading.Thread(target=grade)
    grading.start()
    assert eventually(lambda: len(descendants(zygote_of(judge).pid)) == 4)
    started = descendants(zygote_of(judge).pid)
    judge.close()
    judge.close()
    grading.join(timeout=10)
    assert not grading.is_alive()
    assert [type(fault) for fault in faults] == [JudgeFault]
    assert eventually(lambda: not any(_lives(pid, stat) for pid, stat in started.items()))
    with pytest.raises(JudgeFault):
        judge.grade(toy, b"")


def test_a_judge_may_be_closed_before_it_is_warm():
    judge = Dispatcher()
    judge.is_warm()
    judge.close()
    assert zygote_of(judge).poll() is not None
    with pytest.raises(JudgeFault):
        judge.machine()


@pytest.mark.skipif(Path("/dev/nvidiactl").exists(), reason="there is a GPU")
def test_a_device_that_is_not_there_is_refused_each_time():
    with Judge(device="cuda") as judge:
        for _ in range(2):
            with pytest.raises(DeviceUnavailable, match="--device cpu"):
                judge.wait_until_warm()


def test_a_dead_judge_server_is_replaced(judge: Dispatcher, make_lab, right, descendants, eventually):
    lab = make_lab()
    before = descendants(zygote_of(judge).pid).keys()
    assert judge.grade(lab, right.encode()).passed
    (server,) = {p for p in descendants(zygote_of(judge).pid).keys() - before if os.getsid(p) == zygote_of(judge).pid}
    os.kill(server, signal.SIGKILL)
    assert eventually(lambda: server not in descendants(zygote_of(judge).pid))
    assert judge.grade(lab, right.encode()).passed


def test_a_dead_zygote_is_replaced(toy: Lab, right):
    with Dispatcher() as judge:
        judge.machine()
        zygote_of(judge).kill()
        zygote_of(judge).wait()
        assert judge.grade(toy, right.encode()).passed


def test_a_zygote_that_cannot_start_is_a_fault_of_the_judge(toy: Lab, right):
    with Dispatcher() as judge:
        judge.is_warm()
        zygote_of(judge).kill()
        with pytest.raises(JudgeFault, match="ropes doctor"):
            judge.grade(toy, right.encode())


def test_several_threads_may_grade_at_once(judge: Dispatcher, toy: Lab, hasty: Lab, right):
    answers = {
        right: [],
        "def double(x): return 3 * x": [],
        "import os; os._exit(0)": [Fault.CRASHED],
        "def double(x): raise ValueError": [Fault.RAISED],
    }
    seen: list[tuple[str, bool, list[Fault]]] = []

    def work() -> None:
        for answer in answers:
            verdict = judge.grade(toy, answer.encode())
            seen.append((answer, verdict.passed, verdict.faults))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted((a, a == right, f) for a, f in answers.items() for _ in threads)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"hidden": "def test_x(:"}, "SyntaxError"),
        ({"hidden": "import torch\nraise RuntimeError('at import')"}, "at import"),
        ({"hidden": "from labs.grading.suite import judges\n@judges('other')\ndef test_x(): pass"}, "'other'"),
        ({"hidden": "def test_x(): pass"}, "test_x"),
        ({"hidden": ""}, "no test judges 'doubles'"),
        ({"reference": "def double(x: return x"}, "SyntaxError"),
        ({"harness": "1/0"}, "ZeroDivisionError"),
    ],
)
def test_a_broken_suite_is_the_judges_own_fault(judge: Dispatcher, make_lab, right, changed, problem):
    with pytest.raises(JudgeFault, match="broken") as fault:
        judge.grade(make_lab(**changed), right.encode())
    assert problem in str(fault.value)


def test_a_suite_without_tests_collects_nothing_else(judge: Dispatcher, make_lab, right):
    lab = make_lab()
    (lab.folder / "hidden" / "test_hidden.py").unlink()
    with pytest.raises(JudgeFault, match="no test judges 'doubles'"):
        judge.grade(lab, right.encode())


def test_a_failing_reference_is_the_judges_own_fault(judge: Dispatcher, make_lab, right):
    with pytest.raises(JudgeFault, match="our reference raised ZeroDivisionError"):
        judge.grade(make_lab(reference="def double(x): return 1 / 0"), right.encode())


def test_a_missing_harness_is_the_judges_own_fault(judge: Dispatcher, make_lab, right):
    """The candidate's process reads it anew; that is no fault of the answer."""
    lab = make_lab()
    assert judge.grade(lab, right.encode()).passed
    lab.harness.unlink()
    with pytest.raises(JudgeFault, match="sandbox failed"):
        judge.grade(lab, right.encode())
    with pytest.raises(JudgeFault, match="sandbox failed"):
        judge.run(lab, right.encode(), "1")
