"""Looking at a judge's processes from outside."""

from __future__ import annotations

import subprocess

from labs.grading.dispatcher import Dispatcher


def zygote_of(judge: Dispatcher) -> subprocess.Popen[bytes]:
    """The process from which gradings of torch labs are forked."""
    return judge._processes["torch"]._process
