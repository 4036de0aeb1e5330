"""JSON keeps everything, through a private bank's folder too; a folder gets all of an import or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.grading.content import Text, Track
from labs.grading.yaml_source import read_model
from quiz.bank.bounds import MAX_TEXT
from quiz.bank.loader import Bank
from quiz.bank.schema import Open, SingleChoice, Topic
from quiz.exchange import folder
from quiz.exchange.as_json import read_json, write_json
from quiz.exchange.folder import CannotWrite, topic_of, write_topics
from quiz.exchange.gift_reader import read_gift
from quiz.exchange.outcome import Malformed, PlacedTopic
from tests.quiz.exchange.samples import SAMPLE, common, filling, options, texts, tracks


def placed(name: str = "sample", track: Track = Track.PEFT) -> PlacedTopic:
    return PlacedTopic(track, name, read_model(SAMPLE, Topic))


def read_back(root: Path) -> list[PlacedTopic]:
    return [PlacedTopic(f.track, f.name, read_model(f.path, Topic)) for f in Bank(root).topics()]


def test_our_own_bank_comes_back_whole():
    ours = [PlacedTopic(file.track, file.name, read_model(file.path, Topic)) for file in Bank().topics()[::8]]
    assert read_json(write_json(ours).text) == ours


@settings(max_examples=20, deadline=None)
@given(title=texts, track=tracks, single=common("single"), choices=options(1), answer=texts)
def test_every_text_comes_back_whole(tmp_path_factory, title, track: Track, single, choices, answer):
    point = {"kind": "required", "text": answer, "sources": single["sources"]}
    written = single | {"id": "x-open", "type": "open", "model_answer": answer}
    questions = [
        SingleChoice.model_validate(single | {"options": choices}),
        Open.model_validate(written | {"rubric": [point | {"key": key} for key in "abc"]}),
    ]
    before = [PlacedTopic(track, "t", Topic.model_validate({"title": title, "questions": questions}))]
    document = write_json(before).text
    assert document.isascii()
    assert read_json(document) == before
    root = tmp_path_factory.mktemp("bank")
    write_topics(root, before)
    assert read_back(root) == before


def test_a_next_line_character_comes_back(tmp_path: Path):
    topic = read_model(SAMPLE, Topic)
    before = [PlacedTopic(Track.PEFT, "t", topic.model_copy(update={"title": Text(en="a\x85b", zh="乙\x85丙")}))]
    write_topics(tmp_path, before)
    assert read_back(tmp_path) == before


def test_code_that_stays_behind_is_named():
    notes = write_json([placed()]).notes
    assert {note.question for note in notes} == {"pick-one", "compute"}
    assert all("widths." in note.sentence for note in notes)


GOOD = json.loads(write_json([placed()]).text)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("{", "line 1: not valid JSON"),
        ('{"a":\n\n nope}', "line 3: not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("9" * 10_000, "not valid JSON"),
        ("[]", "no bank"),
        (json.dumps(GOOD).replace("Sample", "\\udc80"), "title.en"),
        ('{"format": "ropes-bank", "version": 2}', "version"),
        (json.dumps(GOOD | {"topics": []}), "1 to"),
        (json.dumps(GOOD | {"topics": [3]}), "no mapping"),
        (json.dumps(GOOD | {"topics": [GOOD["topics"][0] | {"track": "../etc"}]}), "track"),
        (json.dumps(GOOD | {"topics": [GOOD["topics"][0] | {"track": ["peft"]}]}), "track"),
        (json.dumps(GOOD | {"topics": [GOOD["topics"][0] | {"name": "../../evil"}]}), "name"),
        (json.dumps(GOOD | {"topics": [GOOD["topics"][0] | {"extra": 1}]}), "extra"),
        (json.dumps(GOOD | {"topics": [GOOD["topics"][0] | {"questions": [{"type": "single"}]}]}), "questions.0"),
        (json.dumps(GOOD | {"topics": [GOOD["topics"][0] | {"questions": [[[[]]]] * 3000}]}), "more than"),
    ],
)
def test_what_is_no_bank_is_refused(written: str, says: str):
    with pytest.raises(Malformed, match=says) as refused:
        read_json(written)
    assert "\n" not in str(refused.value)


def test_an_import_becomes_a_topic(tmp_path: Path):
    fill = filling()
    topic = topic_of(read_gift("Q?{=a ~b ~c}", fill).questions, Track.PRACTICE, "my_quiz", fill)
    (path,) = write_topics(tmp_path / "acme", [topic])
    assert path == tmp_path / "acme" / "practice" / "my_quiz.yaml"
    (entry,) = Bank(tmp_path / "acme").entries()
    assert (entry.id, entry.question) == ("imported-1", topic.topic.questions[0])


def test_nothing_without_questions(tmp_path: Path):
    with pytest.raises(Malformed, match="questions"):
        topic_of([], Track.PRACTICE, "t", filling())


def test_what_is_there_stays(tmp_path: Path):
    write_topics(tmp_path, [placed()])
    before = (tmp_path / "peft" / "sample.yaml").read_bytes()
    for again, says in ((placed(), "exists already"), (placed("other"), "stand twice")):
        with pytest.raises(CannotWrite, match=says):
            write_topics(tmp_path, [placed("fresh", Track.OUTLOOK), again])
    assert (tmp_path / "peft" / "sample.yaml").read_bytes() == before
    assert len(list(tmp_path.rglob("*.yaml"))) == 1


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch):
    real = folder.os.link
    calls = []

    def fails_the_second_time(source, target):
        calls.append(target)
        if len(calls) == 2:
            raise OSError(28, "No space left on device", str(target))
        real(source, target)

    monkeypatch.setattr(folder.os, "link", fails_the_second_time)
    one = Topic.model_validate({"title": {"en": "x", "zh": "x"}, "questions": placed().topic.questions[:1]})
    two = Topic.model_validate({"title": {"en": "x", "zh": "x"}, "questions": placed().topic.questions[1:2]})
    topics = [PlacedTopic(Track.PEFT, "one", one), PlacedTopic(Track.OUTLOOK, "two", two)]
    with pytest.raises(CannotWrite, match="No space left"):
        write_topics(tmp_path / "new", topics)
    assert list(tmp_path.iterdir()) == []


def test_what_could_not_be_loaded_again_is_not_written(tmp_path: Path):
    fill = filling()
    (question,) = read_gift("Q?{=a ~b ~c}", fill).questions
    broken = question.model_copy(update={"prompt": question.prompt.model_copy(update={"en": "x" * (MAX_TEXT + 1)})})
    topic = Topic.model_construct(title=question.prompt, questions=[broken])
    with pytest.raises(CannotWrite, match="longer than"):
        write_topics(tmp_path / "acme", [PlacedTopic(Track.PEFT, "t", topic)])
    assert not (tmp_path / "acme").exists()


@given(st.text(max_size=30))
@settings(max_examples=50, deadline=None)
def test_any_text_is_read_or_refused(written: str):
    with pytest.raises(Malformed):
        read_json(written)
