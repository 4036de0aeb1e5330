"""From what a judge found to the verdict on an answer."""

from __future__ import annotations

from labs.grading import diagnosis
from labs.grading.answers import UnreadableAnswer
from labs.grading.catalogue import Lab
from labs.grading.frames import sendable
from labs.grading.manifest import OWN_WORK, SuiteName
from labs.grading.mistakes import usual_mistakes
from labs.grading.verdict import Device, Fault, Findings, Machine, Outcome, PropertyVerdict, Verdict


def conclude(
    lab: Lab,
    suite: SuiteName,
    findings: Findings,
    *,
    path: str,
    sha256: str,
    seed: str,
    device: Device,
    machine: Machine,
    seconds: float,
) -> Verdict:
    """The verdict: passed if all that could run here passed, and not on the answer's own word alone."""
    ran = [p for p in findings.properties if p.outcome is not Outcome.NOT_VERIFIED_HERE]
    passed = [p for p in ran if p.outcome is Outcome.PASSED]
    no_proof = {OWN_WORK, *(p.name for p in lab.manifest.suite(suite) if p.self_reported)}
    return Verdict(
        lab=lab.id,
        lab_version=lab.version,
        suite=suite,
        answer=sendable(path),  # a file name need not be text
        sha256=sha256,
        passed=passed == ran and any(p.name not in no_proof for p in ran),
        verified=len(ran) == len(findings.properties),
        score=sum(p.weight for p in passed) / sum(p.weight for p in ran) if ran else 0.0,
        device=device,
        isolation=machine.isolation_on(device),
        versions=machine.versions,
        seed=seed,
        seconds=round(seconds, 4),
        properties=findings.properties,
        flags=findings.flags,
        faults=findings.faults,
        mistakes=usual_mistakes(lab, findings.properties, findings.faults) if suite == "hidden" else [],
    )


def unreadable(lab: Lab, reason: UnreadableAnswer) -> Findings:
    """What is found of an answer whose bytes cannot be read."""
    return Findings(
        broken="",
        properties=[
            PropertyVerdict(
                name=p.name,
                title=p.title,
                weight=p.weight,
                outcome=Outcome.ERROR,
                diagnosis=diagnosis.unreadable(str(reason)),
            )
            for p in lab.manifest.hidden
        ],
        flags=[],
        faults=[Fault.UNREADABLE],
    )
