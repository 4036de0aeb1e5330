"""Where a layer is missing the judge still judges, says what is missing, and keeps the others.

Each layer is really denied: the zygote starts behind a seccomp filter that refuses the layer's own system call,
or as another user. Nothing of the judge's own code is replaced. At each level fifteen attacks of `tests/labs/attacks`
are let loose: those that no remaining layer could stop are named here, and in docs/judge.md.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import json
import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from labs.grading import endpoint, warm_process
from labs.grading.catalogue import Lab
from labs.grading.dispatcher import Dispatcher
from labs.grading.verdict import Fault
from tests.labs.attacks.loot import RIGHT_IF_FOUND, look_for
from tests.labs.attacks.tools import RIGHT_IF_DONE, TRY
from tests.labs.conftest import SECRET
from tests.labs.toy import HIDDEN, MANIFEST, RIGHT
from tests.labs.zygotes import zygote_of
from tui.cli import doctor

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")

# -- denying a layer ----------------------------------------------------------------------------------------

DENIED = {
    "namespaces": '("unshare", errno.EPERM)',
    "landlock": '("landlock_create_ruleset", errno.ENOSYS)',
    "seccomp": '("seccomp", errno.ENOSYS), ("prctl", errno.EINVAL, seccomp.Arg(0, seccomp.EQ, 22))',
}
PRELUDE = """#!{python} -I
import errno, runpy, sys
import pyseccomp as seccomp
calls = seccomp.SyscallFilter(seccomp.ALLOW)
for name, code, *arguments in ({denied}):
    calls.add_rule(seccomp.ERRNO(code), seccomp.resolve_syscall(seccomp.system_arch(), name), *arguments)
calls.load()
module = sys.argv[-3]
sys.argv = [module, *sys.argv[-2:]]
runpy.run_module(module, run_name="__main__")
"""
# Its only privilege is to read a Python that lies in the home of root, as it does on some machines.
SETPRIV = """#!/bin/sh
exec {setpriv} --reuid=65534 --regid=65534 --clear-groups \
    --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search {python} "$@"
"""


@dataclass(frozen=True)
class Case:
    """What a machine may be like."""

    level: int
    denied: tuple[str, ...] = ()
    unprivileged: bool = False


CASES = {
    "as it is": Case(3),
    "no namespaces": Case(2, ("namespaces",)),
    "no landlock": Case(1, ("landlock",)),
    "no seccomp": Case(1, ("seccomp",)),
    "none": Case(1, ("namespaces", "landlock", "seccomp")),
    "unprivileged": Case(3, unprivileged=True),
    "unprivileged, no namespaces": Case(2, ("namespaces",), unprivileged=True),
}


def interpreter(folder: Path, case: Case) -> Path:
    """A script in `folder` that stands for the interpreter where a module of the judge is started."""
    folder.chmod(0o755)
    denied = "".join(f"{DENIED[layer]}, " for layer in case.denied)
    script = _script(folder / "python", PRELUDE.format(python=sys.executable, denied=denied))
    if case.unprivileged:
        if os.geteuid() != 0 or not (setpriv := shutil.which("setpriv")):
            pytest.skip("needs root and setpriv (util-linux)")
        script = _script(folder / "unprivileged", SETPRIV.format(setpriv=setpriv, python=script))
    return script


def _script(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that every user can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@contextlib.contextmanager
def judge_on(folder: Path, case: Case) -> Iterator[Dispatcher]:
    """A judge on a machine that is like this."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warm_process.sys, "executable", str(interpreter(folder, case)))
        with Dispatcher() as judge:
            yield judge


@pytest.fixture(scope="module")
def whole(judge: Dispatcher) -> list[str]:
    """What is missing on this machine in any case; the tests need all three layers, to take them away."""
    missing = judge.machine().isolation.missing
    if {"namespaces", "landlock", "seccomp"} & set(missing):
        pytest.skip(f"this machine has no {', '.join(missing)}")
    return missing


def processes_of(folder: Path) -> set[int]:
    """Whatever a judge started here has the path of its interpreter on its command line, wherever it has gone."""
    found = set()
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and os.fsencode(folder) in (entry / "cmdline").read_bytes():
                found.add(int(entry.name))
    return found


# -- the attacks --------------------------------------------------------------------------------------------

WRONG = "def double(x):\n    return 3 * x\n"
SEND = (
    TRY + "import socket\n"
    "attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port})))\n"
)


@dataclass(frozen=True)
class Attack:
    """An answer that passes only if it could do what it must not."""

    source: str
    guards: frozenset[str] = frozenset()
    """The layers of which each stops it by itself; none where it needs no layer to be stopped."""
    faults: tuple[Fault, ...] | None = None
    """Of its verdict, where they are known beforehand."""


def attacks(lab: Lab, zygote: int, folder: Path, port: int) -> dict[str, Attack]:
    """Fifteen of the catalogue."""

    def of(name: str) -> Any:
        return importlib.import_module(f"tests.labs.attacks.test_{name}")

    hidden = [lab.reference, *(lab.folder / "hidden").glob("test_*.py")]
    clues = look_for(hidden, [SECRET_VALUE])

    def heist(name: str, *guards: str) -> Attack:
        return Attack(clues + of(name).HOSTILE + RIGHT_IF_FOUND, frozenset(guards))

    bomb = (
        of("052_fork_bomb").BOMB.replace("range(9)", "range(4)").replace("time.sleep(99)", f"time.sleep(99) #{folder}")
    )
    wire = of("045_replies_twice_or_out_of_order").HOSTILE
    targets = f"ZYGOTE, OUTSIDE = {zygote}, {[os.getpid(), os.getppid()]}\n"
    return {
        "1 frames": heist("001_walk_the_frames"),
        "4 hidden files": heist("004_read_hidden_files", "landlock"),
        "6 memory of the parent": heist("006_memory_of_the_parent", "landlock", "namespaces", "other-user"),
        "7 descriptors": heist("007_inherited_descriptors"),
        "8 environment": heist("008_environment", "landlock", "namespaces", "other-user"),
        "16 allclose": Attack(of("016_patch_allclose").HOSTILE + WRONG),
        "19 exit": Attack("import os\nos._exit(0)\n", faults=(Fault.CRASHED,)),
        "42 forged frames": Attack(
            of("042_forged_frames").HOSTILE + "def double(x):\n    os.write(sock, frame({'passed': True}))\n",
            faults=(Fault.PROTOCOL,),
        ),
        "45 replies ahead": Attack(
            f"{wire}os.write(sock, frame({{'loaded': True}}))\nwhile 1: os.write(sock, reply(3 * take()))"
        ),
        "52 fork bomb": Attack(bomb + RIGHT_IF_DONE, frozenset({"seccomp"})),
        "54 memory bomb": Attack("def double(x):\n    return bytearray(2**34)\n", faults=(Fault.MEMORY,)),
        "58 endless loop": Attack("while True: pass\n", faults=(Fault.TIMEOUT,)),
        "65 daemon": Attack(of("065_daemon_that_holds_the_pipe").DAEMON + WRONG),
        "66 kill the parent": Attack(targets + of("066_kill_the_parent").HOSTILE + WRONG, ANY_LAYER),
        "71 UDP": Attack(SEND.format(port=port) + RIGHT_IF_DONE, frozenset({"seccomp", "namespaces"})),
    }


ANY_LAYER = frozenset({"namespaces", "landlock", "seccomp", "other-user"})
SECRET_VALUE = "hunter2"
LIMITS = "seconds: 20, call_seconds: 2, memory_mib: 256"


@pytest.mark.parametrize("name", CASES)
def test_what_is_denied_is_named_and_what_remains_holds(name, folder, make_lab, whole, monkeypatch, eventually):
    case = CASES[name]
    monkeypatch.setenv(SECRET, SECRET_VALUE)
    secret = secrets.token_hex(16)
    lab = make_lab(
        root=folder,
        manifest=MANIFEST.replace("seconds: 30, call_seconds: 10, memory_mib: 256", LIMITS),
        reference=f'"""The reference, {secret}."""\n{RIGHT}',
        hidden=f'"""The hidden suite, {secret}."""\n{HIDDEN}',
    )
    with judge_on(folder, case) as judge, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind(("127.0.0.1", 0))
        isolation = judge.machine().isolation
        missing = {*case.denied, *(layer for layer in whole if layer != "other-user" or not case.unprivileged)}
        if case.unprivileged and "namespaces" in isolation.missing:  # some machines keep user namespaces to root
            missing |= {"namespaces"}
        assert set(isolation.missing) == missing
        assert isolation.level == (case.level if missing <= {*case.denied, "other-user"} else 2)
        assert seen_from_inside(judge, lab) == {
            "landlock": "done" if "landlock" in missing else "PermissionError",
            "seccomp": "done" if "seccomp" in missing else "PermissionError",
            "namespaces": "namespaces" not in missing,
            "user": os.geteuid() if "other-user" in missing or os.geteuid() else 65534,
            "capabilities": [0] * 6,
        }
        assert judge.grade(lab, RIGHT.encode()).passed
        assert eventually(lambda: len(processes_of(folder)) == 2)  # the zygote and the judge server
        before = processes_of(folder)
        known = attacks(lab, zygote_of(judge).pid, folder, port.getsockname()[1])
        assert len(known) == 15
        open_to = {name for name, attack in known.items() if attack.guards and attack.guards <= missing}
        tried = {name: attack for name, attack in known.items() if name not in open_to}
        with ThreadPoolExecutor(2) as pool:
            grade = pool.map(lambda attack: judge.grade(lab, attack.source.encode()), tried.values())
            verdicts = dict(zip(tried, grade, strict=True))
        assert {name for name, verdict in verdicts.items() if verdict.passed} == set()
        if "4 hidden files" in open_to:  # it is real
            assert judge.grade(lab, known["4 hidden files"].source.encode()).passed
        named = {name: tuple(verdicts[name].faults) for name, attack in tried.items() if attack.faults}
        assert named == {name: attack.faults for name, attack in tried.items() if attack.faults}
        assert all(verdict.isolation == isolation for verdict in verdicts.values())
        assert judge.grade(lab, RIGHT.encode()).passed
        assert eventually(lambda: processes_of(folder) == before), "processes were left over"


def seen_from_inside(judge: Dispatcher, lab: Lab) -> object:
    """What an answer finds where it tries each layer."""
    value = judge.run(
        lab,
        b"",
        "import ctypes, os, socket\n"
        "def attempt(action, *a):\n"
        "    try: action(*a)\n"
        "    except Exception as e: return type(e).__name__\n"
        "    return 'done'\n"
        "data = (ctypes.c_uint32 * 6)()\n"
        "ctypes.CDLL(None).capget((ctypes.c_uint32 * 2)(0x20080522, 0), data)\n"
        "dict(landlock=attempt(os.listdir, '/'), seccomp=attempt(socket.socket), namespaces=os.getpid() == 1,"
        " user=os.getuid(), capabilities=list(data))",
    ).value
    return ast.literal_eval(value)


# -- processes that want to stay ----------------------------------------------------------------------------

DAEMONS = {
    "double fork": """
for _ in range(3):
    if not os.fork():
        os.setsid()
        if os.fork(): os._exit(0)
        stay()
""",
    "deaf": """
if not os.fork():
    for number in (1, 2, 15): signal.signal(number, signal.SIG_IGN)
    os.setsid()
    stay()
""",
    "stopped": """
if not os.fork():
    os.setsid()
    signal.raise_signal(signal.SIGSTOP)
    stay()
""",
    "a family": """
for _ in range(4): os.fork()
if os.getpid() != first:
    os.setpgid(0, 0)
    stay()
""",
    "on and on": """
if not os.fork():
    while True:
        if os.fork(): os._exit(0)
        os.setsid()
""",
}
BEGIN = "import os, signal, time\nfirst = os.getpid()\ndef stay():\n    while True: time.sleep(9)\n"


def test_without_namespaces_and_seccomp_the_warden_ends_what_an_answer_started(folder, make_lab, whole, eventually):
    lab = make_lab(root=folder, manifest=MANIFEST.replace("call_seconds: 10", "call_seconds: 1"))
    with judge_on(folder, Case(1, ("namespaces", "seccomp"))) as judge:
        assert judge.grade(lab, RIGHT.encode()).passed
        assert eventually(lambda: len(processes_of(folder)) == 2)
        for name, daemon in DAEMONS.items():
            for last in (RIGHT, "os._exit(0)\n"):
                verdict = judge.grade(lab, (BEGIN + daemon + last).encode())
                assert verdict.passed == (last == RIGHT), name
                assert eventually(lambda: len(processes_of(folder)) == 2), name


# -- what a person is told ----------------------------------------------------------------------------------


def test_the_doctor_names_each_missing_layer(folder, tmp_path, whole, monkeypatch, capsys):
    case = CASES["none"]
    for name, value in {"XDG_RUNTIME_DIR": folder, "ROPES_HOME": tmp_path}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(endpoint.sys, "executable", str(interpreter(folder, case)))  # all that it starts inherits that
    doctor.examine(as_json=True)
    found = {finding["what"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert found["isolation"]["found"] == "level 1 of 3"
    named = {what.removeprefix("isolation: ") for what in found if what.startswith("isolation: ")}
    assert named == {*case.denied, *whole}
    assert all(found[f"isolation: {layer}"]["mend"] for layer in named)
