"""What an answer on a GPU may do beside what every answer may. CUDA itself is tried in `tests/labs/gpu`."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from labs.grading.sandbox import cuda, plan
from labs.grading.sandbox.plan import Plan

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")

DECOY = Path(plan.__file__)


@pytest.fixture(scope="module")
def possible() -> Plan:
    found = plan.probe(DECOY)
    if not (found.landlock and found.seccomp):
        pytest.skip("needs Landlock and seccomp")
    return found


def name_a_thread() -> None:
    """As CUDA's driver does."""
    problems: list[OSError] = []

    def name_itself() -> None:
        try:
            Path(f"/proc/self/task/{threading.get_native_id()}/comm").write_text("cuda-thread")
        except OSError as error:
            problems.append(error)

    thread = threading.Thread(target=name_itself)
    thread.start()
    thread.join()
    if problems:
        raise problems[0]


def listen() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
        sock.bind(f"\0cuda-uvmfd-{os.getpid()}")
        sock.listen()


def accept() -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(f"\0ropes-{os.getpid()}")
        sock.listen()
        sock.setblocking(False)
        sock.accept()


def connect() -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect("\0nobody-is-here")


def bind_in_a_folder() -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(f"/tmp/ropes-{os.getpid()}.sock")


NEEDED: dict[str, Callable[[], object]] = {
    "name a thread": name_a_thread,
    "memfd": lambda: os.memfd_create("cuda"),
    "listen on an abstract socket": listen,
    "many descriptors": lambda: [os.dup(1) for _ in range(200)],
}
REFUSED: dict[str, Callable[[], object]] = {
    "internet": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "Unix datagrams": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM),
    "Unix datagrams by another name": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_RAW),
    "Unix datagrams, not inherited": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC),
    "accept": accept,
    "connect": connect,
    "a socket in a folder": bind_in_a_folder,
    "a pair": socket.socketpair,
    "another process": os.fork,
    "what is ours": DECOY.read_bytes,
    "/proc": lambda: Path("/proc/self/oom_score_adj").write_text("1000"),
}


def tried(possible: Plan, actions: dict[str, Callable[[], object]], *, on_gpu: bool) -> dict[str, str]:
    """What came of each action in a child behind the layers: the name of an exception, or nothing."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            ruleset = plan.ruleset_for((), cuda=on_gpu)
            plan.apply(
                replace(possible, namespaces=False),
                ruleset=ruleset,
                cpu_seconds=30,
                memory_mib=None,
                processes=64,
                file_mib=1,
                cuda=on_gpu,
            )
            outcomes = {}
            for name, action in actions.items():
                outcomes[name] = ""
                try:
                    action()
                except BaseException as error:
                    outcomes[name] = type(error).__name__
            os.write(writing, json.dumps(outcomes).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.wait()
    outcomes: dict[str, str] = json.loads(said)
    return outcomes


def test_cuda_has_what_its_driver_needs(possible: Plan):
    assert tried(possible, NEEDED, on_gpu=True) == dict.fromkeys(NEEDED, "")


def test_and_no_more(possible: Plan):
    assert tried(possible, REFUSED, on_gpu=True) == dict.fromkeys(REFUSED, "PermissionError")


def test_an_answer_on_the_cpu_has_none_of_it(possible: Plan):
    refused = dict.fromkeys(NEEDED, "PermissionError") | {"many descriptors": "OSError"}
    assert tried(possible, NEEDED, on_gpu=False) == refused


def test_without_a_driver_there_is_no_gpu(possible: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(cuda, "_DRIVER", tmp_path / "none")
    assert cuda.strongest_plan(possible) is None


@pytest.mark.parametrize("works", [True, False], ids=["bears a process namespace", "does not"])
def test_the_strongest_plan_that_cuda_bears(possible: Plan, works: bool, monkeypatch: pytest.MonkeyPatch):
    """Whether CUDA works is the one thing that is replaced here."""
    if not possible.namespaces:
        pytest.skip("needs namespaces")
    monkeypatch.setattr(cuda, "_DRIVER", DECOY)
    monkeypatch.setattr(cuda, "_use_cuda", lambda tried: works or not tried.namespaces)
    assert cuda.strongest_plan(possible) == replace(possible, namespaces=works)
    assert os.getpid() == int(os.readlink("/proc/self"))


def test_cuda_that_works_nowhere(possible: Plan, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cuda, "_DRIVER", DECOY)
    monkeypatch.setattr(cuda, "_use_cuda", lambda tried: False)
    assert cuda.strongest_plan(possible) is None
