"""009: read command lines in /proc, where `ropes grade --seed` shows its seed. Landlock denies all of /proc."""

import subprocess
import sys

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.loot import RIGHT_IF_FOUND, look_for

HOSTILE = """
import os, subprocess, sys

def look(x=None):
    seen = [repr(sys.orig_argv).encode()]
    pids = {os.getpid(), os.getppid(), *range(1, 64)}
    try:
        pids |= {int(name) for name in os.listdir("/proc") if name.isdigit()}
    except OSError:
        pass
    for pid in pids:
        for name in ("cmdline", "comm", "stat", "environ"):
            try:
                seen.append(open(f"/proc/{pid}/{name}", "rb").read())
            except OSError:
                pass
    try:
        seen.append(subprocess.run(["ps", "axww"], capture_output=True, timeout=5).stdout)
    except Exception:
        pass
    return [text for text in seen if is_secret(text)]
"""


def test_a_wrong_answer_finds_nothing(attack, vault):
    seed = "9d6c7a41e2b85f03"
    waiting = [sys.executable, "-c", "input()", "--seed", seed]
    with subprocess.Popen(waiting, stdin=subprocess.PIPE) as process:
        fails(attack(look_for([vault.reference], [seed]) + HOSTILE, RIGHT_IF_FOUND, lab=vault, seed=seed))
        process.communicate(b"\n")


def test_it_works_where_proc_is_there(naive, tmp_path):
    assert naive.gives_away(tmp_path, HOSTILE)
