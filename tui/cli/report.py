"""`ropes report`: the report of a session in the terminal, as JSON, or as one HTML file."""

from __future__ import annotations

from pathlib import Path

from quiz.bank.loader import Bank
from quiz.records.store import Records, RecordsUnavailable, UnknownSession
from quiz.report.model import build, to_json
from tui.cli.output import give_up, language_or_default, narrate


def show_report(bank: Bank, *, html: Path | None, session_id: str | None, as_json: bool, language: str | None) -> None:
    """Print the report, and write it to `html` where that is asked for."""
    shown = language_or_default(language)
    try:
        with Records.open() as records:
            session = records.session(session_id) if session_id else records.latest_session()
            if session is None:
                give_up("nothing is recorded yet; start with `ropes`")
            report = build(records, bank, session.id, shown)
    except (RecordsUnavailable, UnknownSession) as error:
        give_up(str(error))
    if html:
        from quiz.report.html import render_html

        try:
            html.write_text(render_html(report), encoding="utf-8")
        except OSError as error:
            give_up(f"cannot write {html}: {error.strerror}; name another file with --html")
        narrate(f"written: {html}")
    if as_json:
        print(to_json(report))
    elif not html:
        from rich.console import Console

        from quiz.report.terminal import render as render_terminal
        from tui import cjk

        cjk.install()
        Console().print(render_terminal(report))
