"""The commands of `ropes`, put together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from tui.cli import bank as bank_commands
from tui.cli import lab
from tui.cli.banks import BanksOption, open_banks
from tui.cli.output import FAILED, JsonOption, LanguageOption, give_up

cli = typer.Typer(
    name="ropes",
    help="Learn the ropes of LLM fine-tuning: a quiz and hands-on labs in the terminal. Without a command: the app.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
cli.add_typer(lab.commands, name="lab")
cli.add_typer(bank_commands.commands, name="bank")


@cli.callback(invoke_without_command=True)
def start(context: typer.Context, bank: BanksOption = None) -> None:
    if context.invoked_subcommand is None:
        _open_app(context, "home")


@cli.command()
def quiz(context: typer.Context) -> None:
    """Open the app at the quiz, where you left it."""
    _open_app(context, "quiz")


def _open_app(context: typer.Context, start: Literal["home", "quiz"]) -> NoReturn:
    from labs.grading.yaml_source import InvalidFile
    from quiz.records.store import RecordsUnavailable
    from tui.app import run

    try:
        raise typer.Exit(run(start=start, bank=open_banks(context)))
    except (RecordsUnavailable, InvalidFile) as error:
        give_up(str(error))


@cli.command()
def grade(
    lab_id: Annotated[str, typer.Argument(metavar="LAB", help="The lab's id; see `ropes lab list`.")],
    answers: Annotated[list[str], typer.Argument(metavar="ANSWER...", help="Files to judge.")],
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    seed: Annotated[str | None, typer.Option(help="Replay the verdict that was given with this seed.")] = None,
    as_json: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Judge answers with the hidden suite. Exit code: 0 all passed, 1 some failed, 2 impossible, 3 our fault."""
    from tui.cli.grade import grade_answers

    raise typer.Exit(grade_answers(lab_id, answers, device=device, seed=seed, as_json=as_json, language=language))


@cli.command()
def report(
    context: typer.Context,
    html: Annotated[Path | None, typer.Option(help="Write one self-contained, printable HTML file.")] = None,
    session: Annotated[str | None, typer.Option(help="A session's id; the latest one if not given.")] = None,
    as_json: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Show the report of a session."""
    from tui.cli.report import show_report

    show_report(open_banks(context), html=html, session_id=session, as_json=as_json, language=language)


@cli.command()
def calc(
    name: Annotated[str | None, typer.Argument(help="A calculator; without one, they are listed.")] = None,
    said: Annotated[list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="Parameters of your own.")] = None,
    model: Annotated[str | None, typer.Option(help="Take the shape of a known model.")] = None,
    as_json: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Call the functions behind the questions with other numbers: parameters, memory, caches, batches, schedules."""
    from tui.cli.calc import calculate

    calculate(name, said or [], model=model, as_json=as_json, language=language)


@cli.command()
def doctor(as_json: JsonOption = False) -> None:
    """Look at what this machine offers; each fault comes with the line to paste that mends it."""
    from tui.cli.doctor import examine

    healthy = examine(as_json=as_json)
    raise typer.Exit(0 if healthy else FAILED)
