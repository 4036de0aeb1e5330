"""Writing imported topics into the folder of a private bank: all of them, or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from labs.grading.content import Language, Track
from labs.grading.yaml_source import InvalidFile
from quiz.bank.bounds import require_bounded
from quiz.bank.private import PrivateBank
from quiz.bank.schema import Question, Topic
from quiz.exchange.filling import Filling, made
from quiz.exchange.outcome import PlacedTopic


class CannotWrite(Exception):
    """Nothing was written; the message says why and what to do."""


def topic_of(questions: Sequence[Question], track: Track, name: str, filling: Filling) -> PlacedTopic:
    """One topic of imported `questions`, titled by its name. Raises `Malformed` where there are none."""
    title = {str(language): name.replace("_", " ") for language in Language}
    return PlacedTopic(track, name, made(1, Topic, {"title": title, "questions": list(questions)}))


def write_topics(folder: Path, topics: Sequence[PlacedTopic]) -> list[Path]:
    """Write `<folder>/<track>/<name>.yaml` for each topic, and say where. Raises `CannotWrite`."""
    targets = {folder / placed.track / f"{placed.name}.yaml": as_yaml(placed.topic) for placed in topics}
    _refuse_what_cannot_be_read_back(targets)
    _refuse_what_is_there(folder, targets, topics)
    made_here = [path for path in (folder, *{target.parent for target in targets}) if not path.exists()]
    written: list[Path] = []
    try:
        for path in {target.parent for target in targets}:
            path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".import-", dir=folder) as waiting:
            for number, text in enumerate(targets.values()):
                (Path(waiting) / str(number)).write_text(text, encoding="utf-8")
            for number, target in enumerate(targets):
                os.link(Path(waiting) / str(number), target)  # unlike a rename it replaces nothing
                written.append(target)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        for path in reversed(made_here):
            shutil.rmtree(path, ignore_errors=True)
        raise CannotWrite(f"cannot write {error.filename2 or error.filename}: {error.strerror}") from error
    return written


def as_yaml(topic: Topic) -> str:
    """`topic` as a file of the bank has it."""
    plain = topic.model_dump(mode="json", exclude_defaults=True)
    return yaml.dump(plain, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)


class _Dumper(yaml.SafeDumper):
    """Quotes what a plain scalar would lose: YAML takes the next-line character for a line break."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if "\x85" in text else None)


_Dumper.add_representer(str, _text)


def _refuse_what_cannot_be_read_back(targets: dict[Path, str]) -> None:
    for path, text in targets.items():
        try:
            require_bounded(path, text)
        except InvalidFile as invalid:
            raise CannotWrite(f"{path.name} could not be loaded again: {invalid.problems[0].message}") from invalid


def _refuse_what_is_there(folder: Path, targets: Iterable[Path], topics: Sequence[PlacedTopic]) -> None:
    for path in targets:
        if path.exists():
            raise CannotWrite(f"{path} exists already: name another topic with --topic, or another folder with --to")
    ids = Counter(question.id for placed in topics for question in placed.topic.questions)
    twice = [name for name, times in ids.items() if times > 1]
    if folder.is_dir():
        bank = PrivateBank(folder)
        twice += sorted(ids.keys() & {entry.id.partition(".")[2] for entry in bank.entries()})
    if twice:
        raise CannotWrite(f"the id {twice[0]} would stand twice in {folder}: rename it or import into another folder")
