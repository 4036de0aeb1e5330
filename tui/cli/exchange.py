"""`ropes bank export` and `ropes bank import`: the bank to and from other formats."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.banks import PrivateBankOption, open_bank, tell_left_out
from tui.cli.output import LanguageOption, give_up, language_or_default, narrate

if TYPE_CHECKING:
    from labs.grading.content import Language, Source, Track
    from quiz.bank.loader import Bank
    from quiz.exchange.outcome import Exported, Note, PlacedTopic

MAX_FILE = 32 * 1024 * 1024
"""Bytes of a file to import."""


class Format(StrEnum):
    GIFT = "gift"
    AIKEN = "aiken"
    ANKI = "anki"
    JSON = "json"
    APKG = "apkg"


FormatArgument = Annotated[
    Format, typer.Argument(metavar="FORMAT", help="gift, aiken, anki (CSV), json; export also apkg (Anki's package).")
]


def export(
    form: FormatArgument,
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Write here, not to standard output.")] = None,
    bank: PrivateBankOption = None,
    language: LanguageOption = None,
) -> None:
    """Write the questions in another format; what it cannot carry is said on standard error."""
    from labs.grading.yaml_source import InvalidFile

    if form is Format.APKG and to is None:
        give_up("a package is no text: name a file with --to")
    source = open_bank(bank)
    try:
        content, notes = _exported(source, form, language_or_default(language))
    except InvalidFile as error:
        give_up(str(error.problems[0]))
    tell_left_out(source)
    if to is None:
        sys.stdout.buffer.write(content)
    else:
        try:
            to.write_bytes(content)
        except OSError as error:
            give_up(f"cannot write {to}: {error.strerror}; name another file with --to")
    _tell(notes)


def import_(
    form: FormatArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to read; `-` for standard input.")],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The private bank; made where there is none.")],
    track: Annotated[str, typer.Option(help="Where the questions belong; JSON says it itself.")] = "practice",
    topic: Annotated[str | None, typer.Option(help="The topic's name; the file's name if not given.")] = None,
    source_title: Annotated[str, typer.Option(help="Where the claims come from: a title.")] = "",
    source_url: Annotated[str, typer.Option(help="And its address, https://…")] = "",
    language: LanguageOption = None,
) -> None:
    """Read questions of another format into a private bank: all of them, or none."""
    from quiz.exchange.folder import CannotWrite, write_topics
    from quiz.exchange.outcome import Malformed
    from quiz.report.untrusted import visible

    if form is Format.APKG:
        give_up("a package cannot be imported: export the deck from Anki as text, and import that as anki")
    text = _text_of(file)
    try:
        if form is Format.JSON:
            from quiz.exchange.as_json import read_json

            topics: list[PlacedTopic] = read_json(text)
            notes: list[Note] = []
        else:
            name = topic or file.stem
            source = _source(source_title, source_url, file)
            placed, notes = _imported(form, text, _track(track), name, source, language_or_default(language))
            topics = [placed]
        written = write_topics(to, topics)
    except Malformed as fault:
        give_up(visible(f"{file}, {fault}; nothing was imported"))
    except CannotWrite as fault:
        give_up(visible(f"{fault}; nothing was imported"))
    _tell(notes)
    for path in written:
        print(path)


def _exported(bank: Bank, form: Format, language: Language) -> tuple[bytes, Sequence[Note]]:
    """What the file will hold, and what it will not."""
    if form is Format.APKG:
        return _package(bank, language)
    exported = _as_text(bank, form, language)
    return exported.text.encode(), exported.notes


def _package(bank: Bank, language: Language) -> tuple[bytes, Sequence[Note]]:
    try:
        from quiz.exchange.apkg import as_package
    except ModuleNotFoundError:
        give_up("a package needs genanki: pip install 'ropes[anki]', or export as anki")
    from quiz.exchange.anki import NOTES

    return as_package(((entry.track, entry.question) for entry in bank.entries()), language), NOTES


def _as_text(bank: Bank, form: Format, language: Language) -> Exported:
    if form is Format.JSON:
        from quiz.bank.bounds import read_untrusted
        from quiz.exchange.as_json import write_json
        from quiz.exchange.outcome import PlacedTopic

        unusable = {problem.file for problem in bank.left_out()}
        files = [file for file in bank.topics() if file.path not in unusable]
        return write_json(PlacedTopic(file.track, file.name, read_untrusted(file.path)) for file in files)
    if form is Format.ANKI:
        from quiz.exchange.anki import write_anki

        return write_anki(((entry.track, entry.question) for entry in bank.entries()), language)
    from quiz.exchange.aiken import write_aiken
    from quiz.exchange.gift import write_gift

    write = {Format.GIFT: write_gift, Format.AIKEN: write_aiken}[form]
    return write((entry.question for entry in bank.entries()), language)


def _imported(
    form: Format, text: str, track: Track, name: str, source: Source, language: Language
) -> tuple[PlacedTopic, list[Note]]:
    from quiz.exchange.aiken import read_aiken
    from quiz.exchange.anki import read_anki
    from quiz.exchange.filling import Filling, slug
    from quiz.exchange.folder import topic_of
    from quiz.exchange.gift_reader import read_gift

    called = slug(name) or "imported"
    filling = Filling(language, called, source)
    read = {Format.GIFT: read_gift, Format.AIKEN: read_aiken, Format.ANKI: read_anki}[form](text, filling)
    return topic_of(read.questions, track, called.replace("-", "_"), filling), list(read.notes)


def _text_of(file: Path) -> str:
    try:
        if str(file) == "-":
            content = sys.stdin.buffer.read(MAX_FILE + 1)
        elif not file.is_file():
            give_up(f"{file} is no file; name one to import, or `-` for standard input")
        else:
            with file.open("rb") as stream:
                content = stream.read(MAX_FILE + 1)
    except OSError as error:
        give_up(f"cannot read {file}: {error.strerror}")
    if len(content) > MAX_FILE:
        give_up(f"{file} is larger than {MAX_FILE // 2**20} MiB: split it")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        give_up(f"{file}, line {line}: not UTF-8; save it as UTF-8")


def _track(name: str) -> Track:
    from labs.grading.content import Track

    try:
        return Track(name)
    except ValueError:
        give_up(f"no track is called {name[:40]!r}; there are: {', '.join(Track)}")


def _source(title: str, url: str, file: Path) -> Source:
    from pydantic import ValidationError

    from labs.grading.content import Source, SourceKind

    if not title or not url:
        give_up("this format names no sources: say with --source-title and --source-url where its claims come from")
    try:
        return Source(kind=SourceKind.DOCUMENTATION, title=title, url=url, where=f"imported from {file.name}")
    except ValidationError:
        give_up(f"{url[:200]!r} is no address of a source; write https://host/path")


def _tell(notes: Sequence[Note]) -> None:
    from quiz.report.untrusted import visible

    for note in notes:
        narrate(visible(str(note)))
