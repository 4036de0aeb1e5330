"""`ropes lab`: the catalogue of labs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.output import (
    FAILED,
    JUDGE_AT_FAULT,
    JsonOption,
    LanguageOption,
    end_progress,
    give_up,
    language_or_default,
    narrate,
    print_json,
    print_table,
    progress,
)

if TYPE_CHECKING:
    from labs.grading.catalogue import Lab

commands = typer.Typer(help="Look at labs, start one, check the catalogue.", no_args_is_help=True)

LabArgument = Annotated[str, typer.Argument(metavar="LAB")]


@commands.command("list")
def list_labs(as_json: JsonOption = False, language: LanguageOption = None) -> None:
    """List the labs."""
    from labs.grading.catalogue import all_labs

    labs = list(all_labs())
    if as_json:
        print_json(
            [
                {
                    "id": lab.id,
                    "track": lab.track,
                    "title": lab.manifest.title.model_dump(),
                    "level": lab.manifest.level,
                    "minutes": lab.manifest.minutes,
                    "properties": [p.name for p in lab.manifest.hidden],
                }
                for lab in labs
            ]
        )
        return
    shown = language_or_default(language)
    print_table(
        ("id", "track", "level", "minutes", "title"),
        [(m.id, lab.track, m.level, m.minutes, m.title[shown]) for lab in labs for m in [lab.manifest]],
    )


@commands.command()
def show(lab_id: LabArgument, as_json: JsonOption = False, language: LanguageOption = None) -> None:
    """Show a lab's brief."""
    lab = _find(lab_id)
    shown = language_or_default(language)
    if as_json:
        print_json({**lab.manifest.model_dump(mode="json"), "brief": lab.brief(shown), "starter": lab.starter})
        return
    from rich.console import Console
    from rich.markdown import Markdown

    from tui import cjk

    cjk.install()
    Console().print(Markdown(lab.brief(shown)))


@commands.command("map")
def show_map(as_json: JsonOption = False, language: LanguageOption = None) -> None:
    """Show how the labs build on each other, how far you have come, and which one comes next."""
    from tui.cli.ladder import print_map

    print_map(as_json=as_json, language=language)


@commands.command()
def reference(lab_id: LabArgument, as_json: JsonOption = False, language: LanguageOption = None) -> None:
    """Show our reference beside the libraries' code, once you have passed the lab."""
    from tui.cli.reference import print_reference

    print_reference(_find(lab_id), as_json=as_json, language=language)


@commands.command()
def start(
    lab_id: LabArgument,
    to: Annotated[Path | None, typer.Option(help="The folder to write; named after the lab if not given.")] = None,
    language: LanguageOption = None,
) -> None:
    """Write a lab's starter, brief, harness and public suite into a folder to work in."""
    lab = _find(lab_id)
    folder = to or Path(lab.id)
    answer = folder / lab.manifest.answer
    if answer.exists():
        give_up(f"{answer} is there already; give another folder with --to")
    shown = language_or_default(language)
    files = {
        answer: lab.starter,
        folder / "brief.md": lab.brief(shown),
        folder / "harness.py": lab.harness.read_text(encoding="utf-8"),
        **{folder / path.name: path.read_text(encoding="utf-8") for path in lab.folder.glob("public/test_*.py")},
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            path.write_text(content, encoding="utf-8")
    except OSError as error:
        give_up(f"cannot write to {folder}: {error.strerror}; give another folder with --to")
    print(answer)
    narrate(f"Write your answer in {answer}, then: ropes grade {lab.id} {answer}")


@commands.command()
def compare(
    lab_id: LabArgument,
    answer: Annotated[str, typer.Argument(metavar="ANSWER")],
    as_json: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Find the smallest input on which an answer and the reference differ: for learning, not for interviews."""
    from tui.cli.compare import compare_answer

    raise typer.Exit(compare_answer(_find(lab_id), answer, as_json=as_json, language=language))


@commands.command()
def check(
    lab_ids: Annotated[list[str] | None, typer.Argument(metavar="[LAB]...")] = None, as_json: JsonOption = False
) -> None:
    """Hold labs to their rules: mutants die by the property they name, right answers pass, and so on."""
    from labs.grading.catalogue import all_labs
    from labs.grading.client import Judge, JudgeFault
    from labs.grading.lab_check import check_labs, total

    labs = [_find(lab_id) for lab_id in lab_ids] if lab_ids else list(all_labs())
    try:
        with Judge(device="cpu") as judge:
            reports = check_labs(labs, judge, progress())
    except JudgeFault as fault:
        give_up(str(fault), JUDGE_AT_FAULT)
    end_progress()
    problems = [problem for report in reports for problem in report.problems]
    if as_json:
        print_json([{**asdict(r), "problems": [str(p) for p in r.problems]} for r in reports])
    else:
        print_table(
            ("lab", "properties", "mutants\nkilled", "alternates\npassed", "oracle", "generated\nsettled", "seconds"),
            [
                (
                    r.lab,
                    r.properties,
                    f"{r.killed}/{r.mutants}",
                    f"{r.passed}/{r.alternates}",
                    r.oracle.value,
                    f"{r.settled}/{r.generated}",
                    f"{r.seconds:.1f}",
                )
                for r in [*reports, total(reports)]
            ],
        )
        for problem in problems:
            narrate(str(problem))
    raise typer.Exit(FAILED if problems else 0)


@commands.command()
def mutate(
    lab_ids: Annotated[list[str] | None, typer.Argument(metavar="[LAB]...")] = None, as_json: JsonOption = False
) -> None:
    """Change references in small ways and list the changes that the hidden suites do not notice."""
    from labs.grading.catalogue import all_labs
    from labs.grading.client import Judge, JudgeFault
    from labs.grading.mutation_score import mutation_score, store_score

    labs = [_find(lab_id) for lab_id in lab_ids] if lab_ids else list(all_labs())
    try:
        with Judge(device="cpu") as judge:
            scores = []
            for lab in labs:
                scores.append(mutation_score(lab, judge, progress()))
                store_score(lab, scores[-1])
    except JudgeFault as fault:
        give_up(str(fault), JUDGE_AT_FAULT)
    except OSError as error:
        give_up(f"cannot write {error.filename}: {error.strerror}")
    end_progress()
    if as_json:
        print_json([{**asdict(score), "problems": [str(p) for p in score.problems]} for score in scores])
    else:
        print_table(
            ("lab", "mutations", "killed", "equivalent", "survivors"),
            [(s.lab, s.planted, f"{s.killed} ({s.share_killed:.0%})", s.equivalent, len(s.survivors)) for s in scores],
        )
        for score in scores:
            for survivor in score.survivors:
                print(f"{score.lab}: line {survivor.line}: {survivor.id}")
            for problem in score.problems:
                narrate(str(problem))
    raise typer.Exit(FAILED if any(score.survivors or score.problems for score in scores) else 0)


@commands.command()
def signatures(lab_ids: Annotated[list[str] | None, typer.Argument(metavar="[LAB]...")] = None) -> None:
    """Grade the mutants of labs and store how those of each class of mistake fail."""
    from labs.grading.catalogue import all_labs
    from labs.grading.client import Judge, JudgeFault
    from labs.grading.lab_check import write_signatures
    from labs.grading.yaml_source import InvalidFile

    labs = [_find(lab_id) for lab_id in lab_ids] if lab_ids else list(all_labs())
    try:
        with Judge(device="cpu") as judge:
            for lab in labs:
                print(write_signatures(lab, judge))
    except JudgeFault as fault:
        give_up(str(fault), JUDGE_AT_FAULT)
    except InvalidFile as error:
        give_up(str(error))
    except OSError as error:
        give_up(f"cannot write {error.filename}: {error.strerror}")


def _find(lab_id: str) -> Lab:
    from labs.grading.catalogue import UnknownLab, find_lab

    try:
        return find_lab(lab_id)
    except UnknownLab as error:
        give_up(str(error))
