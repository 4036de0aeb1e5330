"""The judge server of one suite: pytest runs once up to the end of collection, then waits; a judge is a fork of it.

It is trusted and holds what an answer must never see: the suite, the reference, the seeds. One message on its
channel starts one grading: `{"op": "grade", "seed": ..., "device": ...}` with the descriptors that `Grading` takes.
"""

from __future__ import annotations

import gc
import itertools
import os
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, Literal, NoReturn

import pytest

from labs.grading import channel
from labs.grading.catalogue import Lab
from labs.grading.content import Track
from labs.grading.judge import Grading, Rehearsal
from labs.grading.manifest import OWN_WORK, SuiteName
from labs.grading.proxies import load_reference
from labs.grading.sandbox import layers
from labs.grading.sandbox.layers import restore_signals
from labs.grading.suite import Draw

_PYTEST_OPTIONS = [
    "--import-mode=importlib",
    "--assert=plain",  # a failed comparison says nothing that the candidate could read
    "--capture=no",
    "--strict-markers",
    *("-p", "no:cacheprovider"),
    # Both collect garbage at the end of every session: 0.3 s for nothing.
    *("-p", "no:unraisableexception", "-p", "no:threadexception"),
    # All of these work at every single test, for a report that nobody reads: together, a third of a verdict.
    *("-p", "no:logging", "-p", "no:warnings", "-p", "no:terminal", "-p", "no:faulthandler"),
    *("-c", os.devnull),
]


def run_and_exit(request: dict[str, Any], control_fd: int) -> NoReturn:
    """Serve gradings of one suite until the channel closes; then leave."""
    control = socket.socket(fileno=control_fd)
    try:
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        lab = Lab(Track(request["track"]), Path(request["lab"]))
        suite: SuiteName = request["suite"]
        tests = sorted(map(str, (lab.folder / suite).glob("test_*.py")))
        tests = tests or [str(lab.folder / suite)]  # without a path pytest would collect the working directory
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, sys.stdout.fileno())
        plugin = _Suite(control, lab, suite)
        pytest.main([*_PYTEST_OPTIONS, f"--rootdir={lab.folder}", *tests], plugins=[plugin])
        # Only a suite that could not be collected comes here.
        channel.send(control, {"ready": False, "problem": plugin.problem or "its tests cannot be collected"})
    except channel.ChannelClosed:
        pass
    except BaseException:
        traceback.print_exc()
        channel.send(control, {"ready": False, "problem": traceback.format_exc(limit=-3)})
    finally:
        os._exit(0)


class _Suite:
    """A pytest plugin: waits after collection, forks a judge a grading, gives the tests their fixtures."""

    def __init__(self, control: socket.socket, lab: Lab, suite: SuiteName) -> None:
        self._control = control
        self._lab = lab
        self._suite = suite
        self._reference = load_reference(lab) if suite == "hidden" else None
        self._grading: Grading | Rehearsal | None = None
        self.problem = ""

    # -- pytest's hooks -------------------------------------------------------------------------------------

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "judges(property): the property of lab.yaml that this test judges")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problem = str(report.longrepr)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Wait for gradings. Returns only in a judge, so that pytest's own loop goes on there."""
        self.problem = self.problem or self._mismatch_with_manifest(session.items)
        if self.problem:
            raise pytest.UsageError(self.problem)
        self._rehearse(session)
        channel.send(self._control, {"ready": True, "version": self._lab.version})
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a judge: the kernel reaps it
        while True:
            try:
                request, fds = channel.receive(self._control, max_fds=4)
            except (channel.ChannelClosed, OSError):
                os._exit(0)
            if os.fork() == 0:
                restore_signals()
                layers.die_with_parent()
                self._control.close()
                self._grading = grading = Grading(self._lab, self._suite, request, fds)
                grading.begin()
                return
            for fd in fds:
                os.close(fd)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Settle the property; pytest's own report would spend half a second on a traceback that nobody may see."""
        error = call.excinfo.value if call.excinfo else None
        assert call.when != "collect"
        if error is not None or call.when == "call":
            self._running.settle(_property_of(item), error)
        outcome: Literal["passed", "failed"] = "passed" if error is None else "failed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, longrepr=None, when=call.when)

    def pytest_sessionfinish(self) -> None:
        if isinstance(self._grading, Grading):
            self._grading.finish()
            os._exit(0)

    def _rehearse(self, session: pytest.Session) -> None:
        """Run the suite once with the reference as the candidate, so that no grading pays for anything's first time.

        A first use imports, fills caches and touches pages; each fork would do that again. How the tests end is
        of no account here.
        """
        if self._reference:
            self._grading = Rehearsal(self._reference)
            for item, following in itertools.zip_longest(session.items, session.items[1:]):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self._grading = None
            session.testsfailed = 0  # or pytest would not begin another loop
            gc.collect()
            gc.freeze()

    # -- the fixtures of a suite ----------------------------------------------------------------------------

    @pytest.fixture
    def candidate(self) -> object:
        """The harness over the answer, called in its own process."""
        return self._running.candidate

    @pytest.fixture
    def reference(self) -> object:
        """The harness over our reference, called here."""
        return self._reference

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest) -> Draw:
        return Draw(self._running.seed, request.node.name)

    @pytest.fixture
    def device(self) -> str:
        return self._running.device

    @property
    def _running(self) -> Grading | Rehearsal:
        if self._grading is None:
            raise RuntimeError("no grading has begun")
        return self._grading

    def _mismatch_with_manifest(self, items: list[pytest.Item]) -> str:
        """The tests and `lab.yaml` must name the same properties."""
        tested = {_property_of(item) for item in items}
        declared = {p.name for p in self._lab.manifest.suite(self._suite)} - {OWN_WORK}
        problems = [
            *(f"a test judges {name!r}, which lab.yaml does not declare" for name in sorted(tested - declared)),
            *(f"no test judges {name!r}" for name in sorted(declared - tested)),
        ]
        return "; ".join(problems)


def _property_of(item: pytest.Item) -> str:
    marker = item.get_closest_marker("judges")
    return str(marker.args[0]) if marker else f"(none: {item.name})"
