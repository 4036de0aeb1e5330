"""`ropes doctor`: what this machine offers, and the line to paste that mends each fault."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version

from labs.grading.client import Judge, JudgeFault
from quiz.records.location import database_url
from quiz.records.store import Records, RecordsUnavailable
from tui.cli.output import end_progress, print_json, print_table, progress

_REQUIRED = ("torch", "transformers", "peft", "textual", "pytest")

_MENDS = {
    "namespaces": "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    "seccomp": "sudo apt-get install --yes libseccomp2",
    "landlock": "# needs Linux 5.13 or newer with landlock among the kernel's `lsm=` modules",
    "other-user": "# run ropes as an ordinary user, with a Python outside of root's home",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `mend` is empty where nothing is wrong or nothing can be done."""

    what: str
    found: str
    healthy: bool
    mend: str = ""


def examine(*, as_json: bool) -> bool:
    """Look at everything, print it, and say whether the quiz and the judge can work here."""
    findings = [*_software(), *_database(), *_judge()]
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        print_table(
            ("", "what", "found", "to mend it, paste"),
            [("ok" if f.healthy else "FAULT", f.what, f.found, f.mend) for f in findings],
        )
    return all(finding.healthy for finding in findings)


def _software() -> Iterator[Finding]:
    yield Finding("python", platform.python_version(), sys.version_info >= (3, 11), "")
    for name in _REQUIRED:
        installed = _version(name)
        mend = "" if installed else f"{sys.executable} -m pip install {name}"
        yield Finding(name, installed or "not installed", bool(installed), mend)
    deepspeed = _version("deepspeed")
    mend = "" if deepspeed else f"{sys.executable} -m pip install 'ropes[deepspeed]'"
    # Without it the quiz and most labs work: worth a line, not a fault.
    yield Finding("deepspeed", deepspeed or "not installed (only its labs need it)", True, mend)


def _database() -> Iterator[Finding]:
    where = _without_password(database_url())
    try:
        with Records.open() as records:
            sessions = len(records.sessions())
    except RecordsUnavailable as error:
        yield Finding("database", str(error), False, "export ROPES_HOME=$HOME/ropes-records")
        return
    yield Finding("database", f"{where}, {sessions} sessions", True)


def _judge() -> Iterator[Finding]:
    try:
        with Judge() as judge:
            judge.wait_until_warm(progress())
            end_progress()
            isolation, device = judge.isolation, judge.device
    except JudgeFault as fault:
        end_progress()
        yield Finding("judge", str(fault), False, f"{sys.executable} -m pip install --force-reinstall ropes")
        return
    yield Finding("device", device if device == "cuda" else "cpu (no GPU can be used)", True)
    yield Finding("isolation", f"level {isolation.level} of 3", True)
    for layer in isolation.missing:
        yield Finding(f"isolation: {layer}", "not available", isolation.level > 1 or os.name != "posix", _MENDS[layer])


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _without_password(url: str) -> str:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "a URL that cannot be read"
