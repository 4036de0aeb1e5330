"""An answer and the verdict on it as people get to see them: in a shell, in a terminal, on a page, and as JSON."""

from __future__ import annotations

import contextlib
import io
from html.parser import HTMLParser
from pathlib import Path

from rich.console import Console

from labs.grading.content import Language
from labs.grading.verdict import Verdict
from quiz.records.store import Records
from quiz.report.html import render_html
from quiz.report.model import to_json
from quiz.report.terminal import print_report
from tests.quiz.report.desk import Desk
from tui.cli import grade
from tui.cli.output import plain, print_json

WIDE = 10_000
"""Columns of a terminal in which no line breaks."""


def shown(verdict: Verdict, code: str, folder: Path) -> dict[str, str]:
    """Every way in which `ropes` shows them; no colours, so that a control character is the answer's own."""
    with Records.open(f"sqlite:///{folder}/records.sqlite3") as records:
        desk = Desk(folder, records, records.start_session("en", "Reader"))
        desk.did("submitted", verdict.lab, verdict.lab_version, code=code, verdict=verdict.model_dump(mode="json"))
        report = desk.report()
    terminal = io.StringIO()
    print_report(report, Console(file=terminal, width=WIDE, color_system=None))
    return {
        "shell": printed(verdict),
        "shell's JSON": _captured(lambda: print_json(plain(verdict))),
        "terminal": terminal.getvalue(),
        "page": render_html(report),
        "JSON": to_json(report),
    }


def printed(verdict: Verdict) -> str:
    """What `ropes grade` prints for one answer."""
    return _captured(lambda: grade._print(verdict, Language.EN))


def _captured(act: object) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as output:
        act()  # type: ignore[operator]
    return output.getvalue()


class Page(HTMLParser):
    """What a browser makes of a page: its tags with their attributes, and its text."""

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data
