"""Holding the catalogue to its rules: what a lab promises is tried on the real judge.

The starter fails, the reference and every alternate pass, every mutant dies by the property that it names, both
briefs are there, and the tests and `lab.yaml` name the same properties (the judge server itself holds that).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import RootModel

from labs.grading.catalogue import Lab
from labs.grading.client import Judge, JudgeFault
from labs.grading.content import Content, Language, NonEmpty, Slug
from labs.grading.verdict import Outcome, Verdict
from labs.grading.yaml_source import InvalidFile, Problem, duplicate_keys, read_model

MIN_MUTANTS, MIN_ALTERNATES = 10, 3
_KILLED_BY = re.compile(r"\A# killed-by: ([a-z0-9-]+)$", re.MULTILINE)


class Killer(Content):
    """What is wrong in one mutant, and the property that must catch it."""

    killed_by: Slug
    misconception: NonEmpty


class Killers(RootModel[dict[str, Killer]]):
    """`killers.yaml`: mutants by file name."""


@dataclass
class LabReport:
    """What the check of one lab found."""

    lab: str
    properties: int = 0
    mutants: int = 0
    killed: int = 0
    alternates: int = 0
    passed: int = 0
    seconds: float = 0.0
    problems: list[Problem] = field(default_factory=list)


def check_lab(lab: Lab, judge: Judge, on_progress: Callable[[str], None] | None = None) -> LabReport:
    """Try everything that `lab` promises. Raises nothing: what is wrong stands in the report's problems."""
    report = LabReport(lab.id)
    try:
        report.problems += _check_files(lab)
        report.properties = len(lab.manifest.hidden)
        trials = list(_trials(lab))
        for trial, verdict in zip(trials, _grade_all(lab, judge, [t.path for t in trials]), strict=True):
            report.seconds += verdict.seconds
            problem = trial.judge(verdict)
            report.problems += [problem] if problem else []
            report.mutants += trial.kind == "mutant"
            report.killed += trial.kind == "mutant" and not problem
            report.alternates += trial.kind == "alternate"
            report.passed += trial.kind == "alternate" and not problem
            if on_progress:
                on_progress(f"{lab.id}: {trial.path.name}")
    except InvalidFile as error:
        report.problems += error.problems
    except (JudgeFault, OSError, ValueError) as error:  # ValueError: a file that is not UTF-8
        report.problems.append(Problem(lab.folder, 1, "", str(error)))
    return report


@dataclass(frozen=True)
class _Trial:
    """One file of a lab that is graded, and what must come of it."""

    kind: str
    path: Path
    killer: str = ""

    def judge(self, verdict: Verdict) -> Problem | None:
        outcomes = {p.name: p.outcome for p in verdict.properties}
        not_passed = [name for name, outcome in outcomes.items() if outcome is not Outcome.PASSED]
        died_by = ", ".join(not_passed) or "nothing"
        if self.kind in ("reference", "alternate"):
            return None if verdict.passed else self._problem(f"is right but did not pass: {died_by}")
        if self.kind == "starter":
            return self._problem("the starter passes: nothing is left to write") if verdict.passed else None
        if not self.killer:
            return self._problem(
                "names no property: `# killed-by: <property>` in its first line, or an entry in killers.yaml"
            )
        if outcomes.get(self.killer) is not Outcome.FAILED:
            return self._problem(f"must die by {self.killer!r}, died by: {died_by}")
        return None

    def _problem(self, message: str) -> Problem:
        return Problem(self.path, 1, self.kind, message)


def _trials(lab: Lab) -> Iterator[_Trial]:
    yield _Trial("reference", lab.reference)
    yield _Trial("starter", lab.starter_path)
    for path in lab.alternates:
        yield _Trial("alternate", path)
    killers = _killers(lab)
    for path in lab.mutants:
        yield _Trial("mutant", path, killers.get(path.name, ""))


def _killers(lab: Lab) -> dict[str, str]:
    """Which property each mutant names: in its first line, or in `killers.yaml` where its format has no comments."""
    listed = lab.folder / "hidden" / "mutants" / "killers.yaml"
    if listed.exists():
        return {name: mutant.killed_by for name, mutant in read_model(listed, Killers).root.items()}
    found = ((path.name, _KILLED_BY.match(path.read_text(encoding="utf-8"))) for path in lab.mutants)
    return {name: line.group(1) for name, line in found if line}


def _grade_all(lab: Lab, judge: Judge, paths: Sequence[Path]) -> Iterator[Verdict]:
    """Verdicts in the order of `paths`, two at a time. A fixed seed makes a check repeatable."""
    judge.wait_until_warm()
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield from pool.map(lambda path: judge.grade(lab, path.read_bytes(), seed="lab check", path=str(path)), paths)


def _check_files(lab: Lab) -> Iterator[Problem]:
    manifest = lab.folder / "lab.yaml"
    yield from duplicate_keys(manifest)
    if lab.manifest.id != lab.id:
        yield Problem(manifest, 1, "id", f"must be {lab.id!r}, after its folder")
    if len(lab.mutants) < MIN_MUTANTS:
        yield Problem(lab.folder, 1, "mutants", f"at least {MIN_MUTANTS}, found {len(lab.mutants)}")
    if len(lab.alternates) < MIN_ALTERNATES:
        yield Problem(lab.folder, 1, "alternates", f"at least {MIN_ALTERNATES}, found {len(lab.alternates)}")
    en, zh = (_outline(lab.brief(language)) for language in (Language.EN, Language.ZH))
    if en != zh:
        yield Problem(lab.folder / "brief.zh.md", 1, "", "the briefs differ in structure: headings, lists or code")


def _outline(markdown: str) -> list[str]:
    """What must agree between two languages: heading levels, number of list items, code blocks to the letter."""
    outline, code = [], False
    for line in markdown.splitlines():
        if line.startswith("```"):
            code = not code
            outline.append("```")
        elif code:
            outline.append(line.split("#")[0].rstrip())  # comments are translated
        elif line.startswith("#"):
            outline.append(line.split(" ")[0])
        elif line.lstrip().startswith(("- ", "* ", "1. ")):
            outline.append("-")
    return outline
