"""`ropes lab reference`: our reference beside the libraries' code, for whoever has passed the lab."""

from __future__ import annotations

from dataclasses import asdict

from rich.console import Console
from rich.markdown import Markdown
from rich.rule import Rule
from rich.syntax import Syntax
from rich.text import Text

from labs.grading.catalogue import Lab
from labs.grading.content import Language
from labs.grading.library_source import LibrarySource, SourceNotFound, find_source
from labs.grading.manifest import Comparison
from tui.cli.ladder import recorded_progress
from tui.cli.output import give_up, language_or_default, plain, print_json
from tui.library_place import place, reference_path
from tui.strings import say


def print_reference(lab: Lab, *, as_json: bool, language: str | None) -> None:
    """Print the reference and every comparison; leaves where no submission of these records has passed."""
    shown = language_or_default(language)
    if not recorded_progress().has_passed(lab.id):
        give_up(say("reference.not-passed", shown, lab=lab.id))
    code = lab.reference.read_text(encoding="utf-8")
    found = [(comparison, _look_up(comparison)) for comparison in lab.manifest.compare]
    if as_json:
        compared = [{**plain(comparison), "source": _as_json(source)} for comparison, source in found]
        print_json({"lab": lab.id, "reference": code, "compare": compared})
        return
    _print(lab, code, found, shown)


def _look_up(comparison: Comparison) -> LibrarySource | SourceNotFound:
    try:
        return find_source(comparison.object)
    except SourceNotFound as fault:
        return fault


def _as_json(source: LibrarySource | SourceNotFound) -> dict[str, object] | None:
    """None where there is nothing to show."""
    return asdict(source) if isinstance(source, LibrarySource) else None


def _print(
    lab: Lab, code: str, found: list[tuple[Comparison, LibrarySource | SourceNotFound]], language: Language
) -> None:
    from tui import cjk

    cjk.install()
    console = Console()
    console.print(Rule(Text(say("reference.ours", language, path=reference_path(lab)), style="bold")))
    console.print(_code(code, lab.reference.suffix.removeprefix(".")))
    for comparison, source in found:
        console.print(Rule(Text(comparison.object, style="bold")))
        console.print(Text(place(source)[language]))
        console.print(Text(f"\n{say('reference.differs', language)}", style="bold"))
        console.print(Markdown(comparison.differs[language]))
        if isinstance(source, LibrarySource):
            console.print()
            console.print(_code(source.code, "python"))


def _code(code: str, language: str) -> Syntax:
    return Syntax(code, language, theme="ansi_dark", background_color="default", word_wrap=True)
