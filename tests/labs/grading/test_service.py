"""One judge service a user: shared by all that asks, started again where it was killed, gone with the last client."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from labs.grading import channel, endpoint
from labs.grading.catalogue import Lab
from labs.grading.client import Judge
from labs.grading.verdict import Fault, JudgeFault

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def runtime(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the socket of a service that no other test uses."""
    folder = tmp_path_factory.mktemp("run")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


@pytest.fixture
def judge(runtime: Path) -> Iterator[Judge]:
    with Judge(device="cpu") as judge:
        yield judge


def services(runtime: Path) -> list[int]:
    """The services that listen in `runtime`."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes()
                if b"labs.grading.service" in command and os.fsencode(runtime) in command:
                    found[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    # A child of one has its command line until it has become what it was started for.
    return [pid for pid, parent in found.items() if parent not in found]


def test_clients_share_one_service(judge: Judge, runtime: Path, toy: Lab, right):
    with Judge(device="cpu") as other, ThreadPoolExecutor(4) as pool:
        verdicts = list(pool.map(lambda j: j.grade(toy, right.encode()), [judge, other] * 4))
    assert all(verdict.passed for verdict in verdicts)
    assert len(services(runtime)) == 1


def test_what_the_service_says_is_what_its_dispatcher_finds(judge: Judge, toy: Lab, right):
    verdict = judge.grade(toy, right.encode(), seed="a seed", path="mine.py")
    assert (verdict.passed, verdict.seed, verdict.answer) == (True, "a seed", "mine.py")
    assert verdict.lab_version == toy.version
    assert verdict.isolation == judge.isolation
    assert verdict.versions["torch"]
    assert judge.device == "cpu"
    assert judge.run(toy, right.encode(), "double(4)").value == "8"
    assert judge.grade(toy, b"def double(x): return x", suite="public").suite == "public"


def test_progress_is_told_once(judge: Judge):
    told: list[str] = []
    judge.wait_until_warm(told.append)
    judge.wait_until_warm(told.append)
    assert len(told) == 1


def test_it_goes_with_its_last_client(runtime: Path, eventually):
    first, second = Judge(device="cpu"), Judge(device="cpu")
    for judge in (first, second):
        judge.wait_until_warm()
    (service,) = services(runtime)
    first.close()
    second.wait_until_warm()
    second.close()
    assert eventually(lambda: not services(runtime))
    assert eventually(lambda: not Path(f"/proc/{service}").exists() or _is_zombie(service))
    assert [path.name for path in (runtime / "ropes").iterdir()] == ["judge.lock"]


CLIENT = """
import sys
from labs.grading.client import Judge
judge = Judge(device="cpu")
judge.wait_until_warm()
print("warm", flush=True)
sys.stdin.read()
"""


def test_it_goes_with_its_last_client_also_when_that_is_killed(runtime: Path, descendants, eventually):
    client = subprocess.Popen([sys.executable, "-c", CLIENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with client:
        assert client.stdout
        assert client.stdout.readline() == b"warm\n"
        (service,) = services(runtime)
        assert descendants(service)
        client.kill()
    assert eventually(lambda: not services(runtime))
    assert eventually(lambda: not descendants(service))


def test_it_outlives_the_client_that_started_it(judge: Judge, runtime: Path, toy: Lab, right):
    client = subprocess.Popen([sys.executable, "-c", CLIENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with client:
        assert client.stdout
        assert client.stdout.readline() == b"warm\n"
        (service,) = services(runtime)
        judge.wait_until_warm()
        client.kill()
    assert judge.grade(toy, right.encode()).passed
    assert services(runtime) == [service]


def test_a_killed_service_is_started_again(judge: Judge, runtime: Path, toy: Lab, right, eventually):
    assert judge.grade(toy, right.encode()).passed
    (service,) = services(runtime)
    os.kill(service, signal.SIGKILL)
    assert judge.grade(toy, right.encode()).passed
    assert eventually(lambda: len(services(runtime)) == 1 and services(runtime) != [service])


def test_a_service_killed_in_the_middle_of_a_grading_is_asked_again(judge: Judge, runtime: Path, toy: Lab, eventually):
    judge.wait_until_warm()
    (service,) = services(runtime)
    verdicts = []
    thread = threading.Thread(target=lambda: verdicts.append(judge.grade(toy, b"import time; time.sleep(2)")))
    thread.start()
    assert eventually(lambda: bool(judge._busy))
    os.kill(service, signal.SIGKILL)
    thread.join(60)
    assert [verdict.faults for verdict in verdicts] == [[Fault.RAISED]]


def test_a_changed_lab_is_judged_as_it_is_now(judge: Judge, make_lab, right):
    lab = make_lab()
    first = judge.grade(lab, right.encode(), seed="1")
    (lab.folder / "hidden" / "reference.py").write_text("def double(x):\n    return 3 * x\n")
    second = judge.grade(lab, right.encode(), seed="1")
    assert (first.passed, second.passed) == (True, False)
    assert first.lab_version != second.lab_version


def test_closing_frees_whoever_waits(runtime: Path, toy: Lab, eventually):
    judge = Judge(device="cpu")
    judge.wait_until_warm()
    faults: list[JudgeFault] = []

    def wait() -> None:
        try:
            judge.grade(toy, b"import time; time.sleep(1000)")
        except JudgeFault as fault:
            faults.append(fault)

    thread = threading.Thread(target=wait)
    thread.start()
    assert eventually(lambda: bool(judge._busy))
    judge.close()
    judge.close()
    thread.join(10)
    assert ["was closed" in str(fault) for fault in faults] == [True]
    assert eventually(lambda: not services(runtime))
    with pytest.raises(JudgeFault, match="was closed"):
        judge.wait_until_warm()


def test_nonsense_on_the_socket_harms_nobody(judge: Judge, toy: Lab, right):
    judge.wait_until_warm()
    for nonsense in (b"", b"\0\0\0\4nope", b"\xff" * 64, b"\0\0\0\2[]", b"\0\0\0\2{}"):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(str(endpoint.socket_path()))
            sock.sendall(nonsense)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(endpoint.socket_path()))
        for request in ({}, {"op": "dance"}, {"op": "grade"}, {"op": "machine", "preload": "nothing"}):
            channel.send(sock, request)
            reply = channel.receive(sock)[0]
            assert "fault" in reply or "warming" in reply, request
            if "warming" in reply:
                assert "fault" in channel.receive(sock)[0]
    assert judge.grade(toy, right.encode()).passed


def test_only_its_user_can_reach_the_socket(judge: Judge, runtime: Path):
    judge.wait_until_warm()
    folder = endpoint.socket_path().parent
    assert folder == runtime / "ropes"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_others_may_enter_is_not_used(runtime: Path, monkeypatch: pytest.MonkeyPatch):
    (runtime / "ropes").mkdir()
    (runtime / "ropes").chmod(0o755)
    monkeypatch.setattr(endpoint.tempfile, "tempdir", str(runtime))
    assert endpoint.socket_path().parent == runtime / f"ropes-{os.geteuid()}"


def test_another_code_of_the_judge_has_another_service(runtime: Path, monkeypatch: pytest.MonkeyPatch):
    mine = endpoint.socket_path()
    monkeypatch.setattr(endpoint.sys, "executable", "/another/python")
    endpoint._installation.cache_clear()
    assert endpoint.socket_path() != mine
    endpoint._installation.cache_clear()


def _is_zombie(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    return True
