"""`ropes bank`: the question bank."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tui.cli import exchange
from tui.cli.banks import BanksOption, PrivateBankOption, open_banks, open_private_bank
from tui.cli.output import (
    FAILED,
    JUDGE_AT_FAULT,
    JsonOption,
    LanguageOption,
    end_progress,
    give_up,
    language_or_default,
    narrate,
    plain,
    print_json,
    print_table,
    progress,
)

if TYPE_CHECKING:
    from labs.grading.yaml_source import Problem

commands = typer.Typer(help="Look at the questions, check the bank.", no_args_is_help=True)
commands.command("export")(exchange.export)
commands.command("import")(exchange.import_)


@commands.command("list")
def list_questions(
    context: typer.Context,
    search: Annotated[str, typer.Option(help="Only questions whose id, topics or prompt contain this.")] = "",
    banks: BanksOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the questions."""
    entries = open_banks(context, banks).search(search)
    if as_json:
        print_json([_summary(entry) for entry in entries])
        return
    print_table(("id", "track", "type", "level"), [(e.id, e.track, e.summary.type, e.summary.level) for e in entries])


@commands.command()
def show(
    context: typer.Context,
    question_id: Annotated[str, typer.Argument(metavar="QUESTION")],
    banks: BanksOption = None,
    as_json: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Show a question with its key, explanation and sources."""
    from quiz.bank.loader import UnknownQuestion
    from quiz.presentation import key_text

    try:
        entry = open_banks(context, banks).find(question_id)
    except UnknownQuestion as error:
        give_up(str(error))
    if as_json:
        print_json({**plain(entry.question), "track": entry.track})
        return
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.text import Text

    from tui import cjk

    cjk.install()
    shown = language_or_default(language)
    question = entry.question
    console = Console()
    console.print(Markdown(question.prompt[shown]))
    console.print(Text(f"\n→ {key_text(question, shown)}\n"))
    console.print(Markdown(question.explanation[shown]))
    for source in question.sources:
        console.print(Text(f"  {source.title}, {source.where}  {source.url}"))


@commands.command()
def check(
    topics: Annotated[list[str] | None, typer.Argument(metavar="[TRACK/TOPIC]...")] = None,
    private: PrivateBankOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold the bank to its rules: schema, keys against the code that derives them, both languages alike."""
    from quiz.bank.check import check as check_bank
    from quiz.bank.loader import Bank

    if private:
        raise typer.Exit(_check_private(private, topics, as_json=as_json))
    bank = Bank()
    by_name = {f"{file.track}/{file.name}": file for file in bank.topics()}
    if unknown := sorted(set(topics or ()) - by_name.keys()):
        give_up(f"no topic is called {', '.join(unknown)}; there are: {', '.join(by_name)}")
    problems = check_bank(bank, progress(), [by_name[name] for name in topics or ()])
    end_progress()
    _tell_problems(problems, as_json=as_json)
    if not problems and not as_json:
        checked = [by_name[name] for name in topics] if topics else bank.topics()
        print(f"{sum(len(bank.read(file).questions) for file in checked)} questions, no problems")
    raise typer.Exit(FAILED if problems else 0)


def _check_private(folder: Path, topics: list[str] | None, *, as_json: bool) -> int:
    """The exit status of a look at a private bank, whose code runs in the judge's sandbox alone."""
    from labs.grading.client import Judge, JudgeFault
    from quiz.bank.check import check_private

    if topics:
        give_up("a private bank is checked as a whole: leave the topics out")
    bank = open_private_bank(folder)
    try:
        with Judge(device="cpu") as judge:
            problems = check_private(bank, judge, progress())
    except JudgeFault as fault:
        give_up(str(fault), JUDGE_AT_FAULT)
    end_progress()
    _tell_problems(problems, as_json=as_json)
    if not problems and not as_json:
        print(f"{len(bank.entries())} questions, no problems")
    return FAILED if problems else 0


def _tell_problems(problems: list[Problem], *, as_json: bool) -> None:
    if as_json:
        print_json([{"file": str(p.file), "line": p.line, "field": p.field, "message": p.message} for p in problems])
    for problem in problems:
        narrate(str(problem))


@commands.command()
def stats(context: typer.Context, banks: BanksOption = None, as_json: JsonOption = False) -> None:
    """Count the questions by track, type, level, language and topic."""
    from quiz.bank.stats import stats as count

    counts = count(open_banks(context, banks))
    counted = plain(counts)
    if as_json:
        print_json(counted)
        return
    del counted["coverage"]
    counted["covered"] = {kind: f"{c.covered} of {c.total}" for kind, c in counts.coverage.items()}
    rows: list[tuple[str, str, object]] = []
    for name, value in counted.items():
        rows += [(name, k, v) for k, v in value.items()] if isinstance(value, dict) else [(name, "", value)]
    print_table(("count", "of", "number"), rows)
    for kind, coverage in counts.coverage.items():
        for missing in coverage.missing:
            print(f"missing of the {kind}: {missing}")


@commands.command()
def blind(
    filled: Annotated[
        Path | None, typer.Option("--mark", help="A filled sheet to mark, `-` for standard input.")
    ] = None,
    as_json: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Print a sheet of all closed questions without keys, or mark a filled one."""
    from quiz.bank.blind import Filled, disagreement, outcomes, sheet
    from quiz.bank.loader import Bank

    questions = [entry.question for entry in Bank().entries()]
    shown = language_or_default(language)
    if filled is None:
        print(sheet(questions, shown), end="")
        return
    import yaml
    from pydantic import TypeAdapter, ValidationError

    try:
        text = sys.stdin.read() if str(filled) == "-" else filled.read_text(encoding="utf-8")
        entries = TypeAdapter(list[Filled]).validate_python(yaml.safe_load(text))
    except OSError as error:
        give_up(f"cannot read {filled}: {error.strerror}")
    except (ValueError, ValidationError, yaml.YAMLError) as error:
        give_up(f"{filled} is no sheet of `ropes bank blind`: {str(error).splitlines()[0]}")
    marked = outcomes(entries, questions)
    if as_json:
        print_json([plain(outcome) for outcome in marked])
        return
    by_id = {question.id: question for question in questions}
    for outcome in marked:
        if not outcome.agreed:
            print(disagreement(by_id[outcome.id], outcome, shown) if outcome.id in by_id else f"{outcome.id}: unknown")
    agreed = sum(outcome.agreed for outcome in marked)
    print(f"{agreed} of {len(marked)} agree with the key")
    raise typer.Exit(0 if agreed == len(marked) else FAILED)


@commands.command()
def lock() -> None:
    """Remember every question's version and meaning, so that neither changes unnoticed."""
    from quiz.bank.loader import Bank
    from quiz.bank.lock import write_lock

    bank = Bank()
    try:
        print(write_lock(bank.root, [entry.question for entry in bank.entries()]))
    except OSError as error:
        give_up(f"cannot write {error.filename}: {error.strerror}")
    except ValueError as error:
        give_up(str(error))


def _summary(entry: Any) -> dict[str, Any]:
    question = entry.question
    return {
        "id": question.id,
        "version": question.version,
        "track": entry.track,
        "topics": question.topics,
        "type": question.type,
        "level": question.level,
        "languages": ["en", "zh"],
        "sources": [plain(source) for source in question.sources],
        "derived": question.is_derived,
    }
