"""Where a layer is missing the judge still judges, says what is missing, and keeps the others.

Each layer is really denied: the zygote starts behind a seccomp filter that refuses the layer's own system call,
or as another user. Nothing of the judge's own code is replaced.
"""

from __future__ import annotations

import ast
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from labs.grading import warm_process
from labs.grading.catalogue import Lab
from labs.grading.dispatcher import Dispatcher
from tests.labs.zygotes import zygote_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")
WRONG = "def double(x): return 3 * x"
DAEMON = "import os, time\nfor _ in range(3):\n    if os.fork() == 0:\n        os.setsid()\n        time.sleep(99)\n"

DENIED = {
    "namespaces": '("unshare", errno.EPERM)',
    "landlock": '("landlock_create_ruleset", errno.ENOSYS)',
    "seccomp": '("seccomp", errno.ENOSYS), ("prctl", errno.EINVAL, seccomp.Arg(0, seccomp.EQ, 22))',
}
PRELUDE = """#!{python} -I
import errno, runpy, sys
import pyseccomp as seccomp
calls = seccomp.SyscallFilter(seccomp.ALLOW)
for name, code, *arguments in ({denied},):
    calls.add_rule(seccomp.ERRNO(code), seccomp.resolve_syscall(seccomp.system_arch(), name), *arguments)
calls.load()
sys.argv = ["zygote", *sys.argv[-2:]]
runpy.run_module("labs.grading.zygote", run_name="__main__")
"""


@contextlib.contextmanager
def judge_behind(script: str) -> Iterator[Dispatcher]:
    """A judge whose zygote is started by `script` in place of the interpreter."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        interpreter = Path(folder) / "python"
        interpreter.write_text(script)
        interpreter.chmod(0o755)
        patch.setattr(warm_process.sys, "executable", str(interpreter))
        with Dispatcher() as judge:
            yield judge


@pytest.fixture(scope="module")
def whole(judge: Dispatcher) -> list[str]:
    """What is missing on this machine in any case."""
    return judge.machine().isolation.missing


@pytest.mark.parametrize(("layer", "level"), [("namespaces", 2), ("landlock", 1), ("seccomp", 1)])
def test_a_denied_layer_is_named_and_the_others_hold(layer, level, toy: Lab, right, whole, descendants, eventually):
    if {"namespaces", "landlock", "seccomp"} & set(whole):
        pytest.skip(f"this machine has no {', '.join(whole)}")
    with judge_behind(PRELUDE.format(python=sys.executable, denied=DENIED[layer])) as judge:
        assert judge.machine().isolation.level == level
        assert set(judge.machine().isolation.missing) == {layer, *whole}
        assert judge.grade(toy, right.encode()).passed
        verdict = judge.grade(toy, WRONG.encode())
        assert not verdict.passed
        assert verdict.isolation == judge.machine().isolation
        tried = ast.literal_eval(
            judge.run(
                toy,
                b"",
                "import os, socket\n"
                "def attempt(action, *a):\n"
                "    try: action(*a)\n"
                "    except Exception as e: return type(e).__name__\n"
                "    return 'done'\n"
                "dict(landlock=attempt(os.listdir, '/'), seccomp=attempt(socket.socket), namespaces=os.getpid() == 1)",
            ).value
        )
        there = {"landlock": "PermissionError", "seccomp": "PermissionError", "namespaces": True}
        absent = {"landlock": "done", "seccomp": "done", "namespaces": False}
        assert tried == {**there, layer: absent[layer]}
        if layer == "seccomp":  # then a process can be started; it ends with its namespace
            assert judge.grade(toy, (DAEMON + right).encode()).passed
        assert eventually(lambda: len(descendants(zygote_of(judge).pid)) == 1)  # the judge server


SETPRIV = """#!/bin/sh
exec {setpriv} --reuid=65534 --regid=65534 --clear-groups \
    --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search {python} "$@"
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests are this one for a user who is not root")
@pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv (util-linux) is not installed")
def test_an_unprivileged_user_is_judged_alike(make_lab, right, whole):
    """Its only privilege is to read a Python that lies in the home of root, as it does on some machines."""
    with (
        tempfile.TemporaryDirectory() as folder,
        judge_behind(SETPRIV.format(setpriv=shutil.which("setpriv"), python=sys.executable)) as judge,
    ):
        os.chmod(folder, 0o755)
        lab = make_lab(root=Path(folder))
        isolation = judge.machine().isolation
        if "namespaces" not in isolation.missing:  # some machines keep user namespaces to root
            assert isolation.missing == [name for name in whole if name != "other-user"]
        assert judge.grade(lab, right.encode()).passed
        assert not judge.grade(lab, WRONG.encode()).passed
        inside = (
            "import os, socket, ctypes\n"
            "data = (ctypes.c_uint32 * 6)()\n"
            "ctypes.CDLL(None).capget((ctypes.c_uint32 * 2)(0x20080522, 0), data)\n"
            "(os.getuid(), list(data))"
        )
        assert ast.literal_eval(judge.run(lab, b"", inside).value) == (65534, [0] * 6)
