"""Printing: data to stdout, narration to stderr, and nothing that a terminal would obey."""

from __future__ import annotations

import json
import locale
import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

if TYPE_CHECKING:
    from labs.grading.content import Language

FAILED, IMPOSSIBLE, JUDGE_AT_FAULT = 1, 2, 3

LanguageOption = Annotated[
    Literal["en", "zh"] | None,
    typer.Option("--language", "-l", envvar="ROPES_LANGUAGE", help="en or zh; the locale's if not given."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]


def language_or_default(language: str | None) -> Language:
    """The language asked for, or Chinese in a Chinese locale, or English."""
    from labs.grading.content import Language

    if language:
        return Language(language)
    name = os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0] or ""
    return Language.ZH if name.lower().startswith("zh") else Language.EN


def print_json(data: object) -> None:
    """One JSON document on one line."""
    print(json.dumps(data), flush=True)


def print_table(headers: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A table of plain texts; nothing in a cell is read as markup."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headers, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    Console().print(table)


def narrate(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def progress() -> Callable[[str], None]:
    """A callback that shows what is going on: one line that is written over at a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        return lambda text: None

    def show(text: str) -> None:
        print(f"\r\x1b[2K{text}", end="", file=sys.stderr, flush=True)

    return show


def end_progress() -> None:
    if sys.stderr.isatty():
        print("\r\x1b[2K", end="", file=sys.stderr, flush=True)


def give_up(sentence: str, code: int = IMPOSSIBLE) -> NoReturn:
    """Say in one line why the request cannot be carried out, and leave."""
    narrate(f"ropes: {sentence}")
    raise typer.Exit(code)


def plain(data: Any) -> Any:
    """A pydantic model as JSON data."""
    return data.model_dump(mode="json")
