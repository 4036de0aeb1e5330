"""A judge as many exercise sets have it: answer, tests and reference in one process, the exit code as the verdict.

It shows that an attack is real: what fools this judge is what ours must withstand. Only attacks that clean up after
themselves may be let loose on it, for here they run unguarded. As a script this is a server that has torch in
memory: each line on its stdin names a folder to run pytest in, each line on its stdout is an exit code.
"""

from __future__ import annotations

import gc
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import dedent, indent
from types import TracebackType
from typing import Self

from tests.labs.attacks.loot import RIGHT_IF_FOUND, look_for

COMPARE = """
expected = reference.double(x)
actual = answer.double(x)
assert torch.allclose(actual, expected)
"""
SUITE = '''"""The hidden suite, {secret}."""
import torch
import reference
import answer

def test_doubles():
    for shape in ((3,), (2, 5)):
        x = torch.randn(shape)
{check}
    assert shape
'''
# Two of pytest's plugins collect garbage at the end: seconds, with torch in memory.
OPTIONS = ["-p", "no:cacheprovider", "-p", "no:unraisableexception", "-p", "no:threadexception"]
REFERENCE = '"""The reference, {secret}."""\ndef double(x):\n    return x + x\n'


class NaiveJudge:
    """Its secret is in its environment, its command line, its memory and a file that it holds open."""

    def __init__(self) -> None:
        self.secret = secrets.token_hex(16)
        self._process = subprocess.Popen(
            [sys.executable, __file__, self.secret],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "ROPES_TEST_SECRET": self.secret,
                "OMP_NUM_THREADS": "1",
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            },
        )

    def prepare(self, folder: Path) -> list[Path]:
        """Lay out the hidden files of an exercise."""
        (folder / "reference.py").write_text(REFERENCE.format(secret=self.secret))
        (folder / "test_hidden.py").write_text(SUITE.format(secret=self.secret, check=indent(COMPARE, " " * 8)))
        return [folder / "reference.py", folder / "test_hidden.py"]

    def passes(self, folder: Path, answer: str, *, check: str = COMPARE) -> bool:
        """Whether this judge is content with `answer`; `check` compares answer.double(x) and reference.double(x)."""
        self.prepare(folder)
        (folder / "test_hidden.py").write_text(SUITE.format(secret=self.secret, check=indent(dedent(check), " " * 8)))
        (folder / "answer.py").write_text(answer)
        assert self._process.stdin
        assert self._process.stdout
        print(folder, file=self._process.stdin, flush=True)
        return self._process.stdout.readline() == "0\n"

    def gives_away(self, folder: Path, hostile: str) -> bool:
        """Whether a source that looks for secrets (see `loot`) finds one here."""
        other = folder / "other.py"
        other.write_text(f"# {self.secret}\n")
        clues = look_for(self.prepare(folder), [self.secret], [other])
        return self.passes(folder, clues + hostile + RIGHT_IF_FOUND)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()


def serve() -> None:
    import ctypes

    import pytest
    import torch

    torch.set_num_threads(1)
    gc.freeze()
    held = tempfile.TemporaryFile()  # noqa: SIM115  (open in every fork: one of the secrets that lie about)
    held.write(sys.argv[1].encode())
    held.flush()
    ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0)  # any process may trace this one, Yama or not
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.alarm(20)
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nowhere, stream)
            os.chdir(line.rstrip("\n"))
            sys.path.insert(0, os.getcwd())
            sys.exit(pytest.main([*OPTIONS, f"--rootdir={os.getcwd()}", "test_hidden.py"]))
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    serve()
