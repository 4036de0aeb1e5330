"""One grading, on the judge's side: settles each property as its tests end, and reports what it found."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any

import pytest

from labs.grading import channel, diagnosis
from labs.grading.catalogue import Lab
from labs.grading.content import Text
from labs.grading.frames import Arena, FrameFault, Wire
from labs.grading.manifest import OWN_WORK, Property, SuiteName
from labs.grading.proxies import Candidate, JudgeBroken, Raised, Reference
from labs.grading.suite import Complaint
from labs.grading.verdict import Fault, Findings, Outcome, PropertyVerdict

_WORST_FIRST = [Outcome.TIMEOUT, Outcome.ERROR, Outcome.FAILED, Outcome.NOT_VERIFIED_HERE, Outcome.PASSED]


class Grading:
    """What a judge knows while its suite runs. It lives in a fork of the judge server."""

    def __init__(
        self,
        lab: Lab,
        suite: SuiteName,
        request: dict[str, Any],
        fds: list[int],
    ) -> None:
        """`fds`: candidate's socket, socket for the findings, warden's line, and the arena if there is one."""
        candidate, findings, obituary = (socket.socket(fileno=fd) for fd in fds[:3])
        self._properties = {p.name: p for p in lab.manifest.suite(suite)}
        self._public = suite == "public"
        self._findings_socket = findings
        self._outcomes: dict[str, tuple[Outcome, Text | None]] = {}
        self._faults: set[Fault] = set()
        self._broken = ""
        self.seed: str = request["seed"]
        self.device: str = request["device"]
        self.candidate = Candidate(
            Wire(candidate, Arena.of(fds[3:])),
            obituary,
            forbidden=lab.manifest.forbidden,
            device=self.device,
            limits=lab.manifest.limits,
        )

    def begin(self) -> None:
        try:
            self.candidate._meet()
        except JudgeBroken as error:
            self._broken = str(error)

    def settle(self, name: str, error: BaseException | None) -> None:
        """One test of property `name` has run. The worst outcome of a property's tests counts."""
        settled = self._judge(self._properties[name], error)
        previous = self._outcomes.get(name, (Outcome.PASSED, None))
        self._outcomes[name] = min(settled, previous, key=lambda s: _WORST_FIRST.index(s[0]))

    def finish(self) -> None:
        """Hang up on the candidate, which ends it, and send the findings."""
        self.candidate._wire.close()
        if OWN_WORK in self._properties:
            self._outcomes[OWN_WORK] = self._own_work()
        unjudged = self._properties.keys() - self._outcomes.keys()
        if unjudged and not self._broken:
            self._broken = f"nothing judged {', '.join(sorted(unjudged))}"
        findings = Findings(
            broken=self._broken,
            properties=[
                PropertyVerdict(name=p.name, title=p.title, weight=p.weight, outcome=outcome, diagnosis=text)
                for p in self._properties.values()
                for outcome, text in [self._outcomes.get(p.name, (Outcome.ERROR, None))]
            ],
            flags=self.candidate._flags,
            faults=sorted(self._faults),
        )
        channel.send(self._findings_socket, findings.model_dump(mode="json"))

    def _judge(self, judged: Property, error: BaseException | None) -> tuple[Outcome, Text | None]:
        # In a hidden suite nothing that could show its inputs or expected values goes back.
        match error:
            case None:
                return Outcome.PASSED, None
            case pytest.skip.Exception():
                return Outcome.NOT_VERIFIED_HERE, None
            case Complaint():
                return Outcome.FAILED, error.text
            case AssertionError() | pytest.fail.Exception():  # the latter where `pytest.raises` saw nothing
                return Outcome.FAILED, diagnosis.with_detail(judged.diagnosis, str(error) if self._public else "")
            case Raised():
                unloaded = error is self.candidate._unavailable
                fault = Fault.UNREADABLE if unloaded and error.fault is Fault.RAISED else error.fault
                self._faults.add(fault)
                text = error.text if self._public or unloaded else ""
                return Outcome.ERROR, diagnosis.raised(error.type_name, error.line, text)
            case FrameFault():
                self._faults.add(error.fault)
                outcome = Outcome.TIMEOUT if error.fault is Fault.TIMEOUT else Outcome.ERROR
                return outcome, diagnosis.ended(error.fault)
            case JudgeBroken():
                self._broken = str(error)
                return Outcome.ERROR, None
            case _:
                # The test could not use what came back: data, but not of the kind that the harness gives.
                self._faults.add(Fault.PROTOCOL)
                return Outcome.ERROR, diagnosis.ended(Fault.PROTOCOL)

    def _own_work(self) -> tuple[Outcome, Text | None]:
        if self.candidate._reached:
            return Outcome.FAILED, diagnosis.forbidden_calls(self.candidate._reached)
        if not any(outcome is Outcome.PASSED for outcome, _ in self._outcomes.values()):
            return Outcome.ERROR, diagnosis.NOTHING_WORKED  # an empty answer is no work of one's own
        return Outcome.PASSED, None


@dataclass
class Rehearsal:
    """Stands for a grading while a suite runs over its own reference, only to be warm afterwards."""

    candidate: Reference
    seed: str = "rehearsal"
    device: str = "cpu"

    def settle(self, name: str, error: BaseException | None) -> None:
        """Nothing is judged."""
