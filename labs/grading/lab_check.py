"""Holding the catalogue to its rules: what a lab promises is tried on the real judge.

The starter fails, the reference and every alternate pass, every mutant dies by the property that it names and stands
for a class of mistake, what is stored of how the mutants fail is what they do, both briefs are there, the tests and
`lab.yaml` name the same properties (the judge server itself holds that), the reference agrees with its oracle, and no
small change of it goes unnoticed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from labs.grading import mistakes
from labs.grading.catalogue import Lab
from labs.grading.client import Judge, JudgeFault
from labs.grading.content import Language
from labs.grading.manifest import OWN_WORK
from labs.grading.mutants import Mutant, read_mutants
from labs.grading.mutation_score import SCORES, stored_scores
from labs.grading.oracles import Agreement, ask_oracles, oracle_path
from labs.grading.verdict import Outcome, Verdict
from labs.grading.yaml_source import InvalidFile, Problem, duplicate_keys

MIN_MUTANTS, MIN_ALTERNATES = 10, 3


@dataclass
class LabReport:
    """What the check of one lab found."""

    lab: str
    properties: int = 0
    mutants: int = 0
    killed: int = 0
    alternates: int = 0
    passed: int = 0
    classes: int = 0
    """Of mistakes."""
    named: int = 0
    """Mutants whose class is named though they themselves are left out of what is known, out of `nameable`."""
    nameable: int = 0
    oracle: Agreement = Agreement.NOT_HERE
    generated: int = 0
    """Mutations of the reference that the mutator makes."""
    settled: int = 0
    """Those that the suite notices, or that are written down as changing nothing."""
    seconds: float = 0.0
    problems: list[Problem] = field(default_factory=list)


def check_lab(lab: Lab, judge: Judge, on_progress: Callable[[str], None] | None = None) -> LabReport:
    """Try everything that `lab` promises. Raises nothing: what is wrong stands in the report's problems."""
    report = LabReport(lab.id)
    try:
        report.problems += _check_files(lab)
        report.properties = len(lab.manifest.hidden)
        classes = mistakes.read_mistakes(lab)
        report.classes = len(classes)
        report.problems += _check_mistakes(lab, read_mutants(lab), classes)
        trials = list(_trials(lab))
        known: mistakes.Known = Counter()
        for trial, verdict in zip(trials, _grade_all(lab, judge, [t.path for t in trials]), strict=True):
            report.seconds += verdict.seconds
            problem = trial.judge(verdict)
            report.problems += [problem] if problem else []
            report.mutants += trial.kind == "mutant"
            report.killed += trial.kind == "mutant" and not problem
            report.alternates += trial.kind == "alternate"
            report.passed += trial.kind == "alternate" and not problem
            known += _way_of_failing(trial.mutant, verdict)
            if on_progress:
                on_progress(f"{lab.id}: {trial.path.name}")
        report.named, report.nameable = mistakes.left_out(known)
        report.problems += _check_signatures(lab, known)
    except InvalidFile as error:
        report.problems += error.problems
    except (JudgeFault, OSError, ValueError) as error:  # ValueError: a file that is not UTF-8
        report.problems.append(Problem(lab.folder, 1, "", str(error)))
    return report


def check_labs(labs: Sequence[Lab], judge: Judge, on_progress: Callable[[str], None] | None = None) -> list[LabReport]:
    """`check_lab` for each, with what its oracle and the mutator say. Oracles are asked while the judge works."""
    with ThreadPoolExecutor(1) as pool:
        oracles = pool.submit(ask_oracles, labs)
        reports = [check_lab(lab, judge, on_progress) for lab in labs]
        if on_progress:
            on_progress("the oracles")
        agreements = oracles.result()
    for lab, report in zip(labs, reports, strict=True):
        report.generated, report.settled, unsettled = check_score(lab)
        report.problems += unsettled
        report.oracle = agreements[lab.id]
        if report.oracle in (Agreement.DIFFERS, Agreement.MISSING):
            report.problems.append(Problem(oracle_path(lab), 1, "oracle", f"is {report.oracle}: run it with pytest"))
    return reports


def total(reports: Sequence[LabReport]) -> LabReport:
    """One row for all."""
    whole = LabReport(f"{len(reports)} labs")
    for name in ("properties", "mutants", "killed", "alternates", "passed", "generated", "settled", "seconds"):
        setattr(whole, name, sum(getattr(report, name) for report in reports))
    outcomes = {report.oracle for report in reports}
    whole.oracle = outcomes.pop() if len(outcomes) == 1 else Agreement.DIFFERS
    return whole


def write_signatures(lab: Lab, judge: Judge) -> Path:
    """Grade the mutants of `lab` and store, in the file returned, how those of each class fail.

    Raises JudgeFault, InvalidFile and OSError.
    """
    mutants = read_mutants(lab)
    verdicts = _grade_all(lab, judge, [mutant.path for mutant in mutants])
    known = sum(map(_way_of_failing, mutants, verdicts), start=Counter())
    path = mistakes.signatures_path(lab)
    path.write_text(mistakes.as_json(known), encoding="utf-8")
    return path


@dataclass(frozen=True)
class _Trial:
    """One file of a lab that is graded, and what must come of it."""

    kind: str
    path: Path
    mutant: Mutant | None = None

    def judge(self, verdict: Verdict) -> Problem | None:
        outcomes = {p.name: p.outcome for p in verdict.properties}
        not_passed = [name for name, outcome in outcomes.items() if outcome is not Outcome.PASSED]
        died_by = ", ".join(not_passed) or "nothing"
        if self.kind in ("reference", "alternate"):
            return None if verdict.passed else self._problem(f"is right but did not pass: {died_by}")
        if self.kind == "starter":
            return self._problem("the starter passes: nothing is left to write") if verdict.passed else None
        killer = self.mutant.killed_by if self.mutant else ""
        if not killer:
            return self._problem(
                "names no property: `# killed-by: <property>` in its first line, or an entry in killers.yaml"
            )
        if outcomes.get(killer) is not Outcome.FAILED:
            return self._problem(f"must die by {killer!r}, died by: {died_by}")
        return None

    def _problem(self, message: str) -> Problem:
        return Problem(self.path, 1, self.kind, message)


def _trials(lab: Lab) -> Iterator[_Trial]:
    yield _Trial("reference", lab.reference)
    yield _Trial("starter", lab.starter_path)
    for path in lab.alternates:
        yield _Trial("alternate", path)
    for mutant in read_mutants(lab):
        yield _Trial("mutant", mutant.path, mutant)


def _grade_all(lab: Lab, judge: Judge, paths: Sequence[Path]) -> Iterator[Verdict]:
    """Verdicts in the order of `paths`, two at a time. A fixed seed makes a check repeatable."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield from pool.map(lambda path: judge.grade(lab, path.read_bytes(), seed="lab check", path=str(path)), paths)


def _way_of_failing(mutant: Mutant | None, verdict: Verdict) -> mistakes.Known:
    """One mutant's share of what is known; nothing of other answers, and of those that die otherwise than they say."""
    failed = mistakes.signature(verdict.properties, verdict.faults)
    if not mutant or not mutant.mistake or mutant.killed_by not in failed:
        return Counter()
    return Counter([(mutant.mistake, mutant.killed_by, failed)])


def _check_signatures(lab: Lab, known: mistakes.Known) -> Iterator[Problem]:
    if mistakes.read_signatures(lab) != known:
        message = f"is not how the mutants fail now; run `ropes lab signatures {lab.id}`"
        yield Problem(mistakes.signatures_path(lab), 1, "", message)


def check_score(lab: Lab) -> tuple[int, int, list[Problem]]:
    """Mutations made and settled, and what is wrong with what is stored of them."""
    if lab.reference.suffix != ".py":
        return 0, 0, []
    score = stored_scores().get(lab.id)
    if score is None or score.version != lab.version:
        message = f"knows nothing of this version of the lab; run `ropes lab mutate {lab.id}`"
        return 0, 0, [Problem(SCORES, 1, lab.id, message)]
    unnoticed = [Problem(lab.reference, 1, "mutation", f"nothing notices: {name}") for name in score.survivors]
    return score.planted, score.settled, unnoticed


def _check_mistakes(lab: Lab, mutants: Iterable[Mutant], classes: Iterable[str]) -> Iterator[Problem]:
    """Every mutant stands for a class, but one that dies by own-work: which function did the work, the judge says."""
    missing = set(classes)
    for mutant in mutants:
        missing.discard(mutant.mistake)
        if mutant.killed_by == OWN_WORK:
            continue
        if not mutant.mistake:
            message = "names no mistake: `# mistake: <class>` in its second line, or an entry in killers.yaml"
            yield Problem(mutant.path, 2, "mutant", message)
        elif mutant.mistake not in classes:
            yield Problem(mutant.path, 2, "mutant", f"{mutant.mistake!r} is no class of mistakes.yaml")
    for slug in sorted(missing):
        yield Problem(mistakes.mistakes_path(lab), 1, slug, "no mutant stands for this class")


def _check_files(lab: Lab) -> Iterator[Problem]:
    manifest = lab.folder / "lab.yaml"
    yield from duplicate_keys(manifest)
    yield from duplicate_keys(mistakes.mistakes_path(lab))
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
