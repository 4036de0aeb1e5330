"""Loading is lazy, in a fixed order, and says clearly what it cannot find."""

import pytest

from labs.grading.content import Track
from labs.grading.yaml_source import InvalidFile
from quiz.bank import loader
from quiz.bank.loader import Bank, UnknownQuestion
from quiz.bank.schema import QUESTION_TYPES
from quiz.bank.stats import stats


def add_broken(root):
    (root / "architecture").mkdir()
    (root / "architecture" / "broken.yaml").write_text("title: 3\n", encoding="utf-8")


def test_every_type_of_question_loads_with_its_place(root):
    entries = Bank(root).entries()
    assert {e.question.type for e in entries} == set(QUESTION_TYPES)
    assert {(e.track, e.topic, e.path) for e in entries} == {(Track.PEFT, "sample", root / "peft" / "sample.yaml")}


def test_topics_are_listed_by_track_without_being_parsed(root, monkeypatch):
    add_broken(root)
    monkeypatch.setattr(loader, "read_model", None)
    topics = Bank(root).topics()
    assert [(t.track, t.name) for t in topics] == [(Track.ARCHITECTURE, "broken"), (Track.PEFT, "sample")]


def test_a_file_is_parsed_once(root, monkeypatch):
    read = []
    real = loader.read_model
    monkeypatch.setattr(loader, "read_model", lambda path, model: read.append(path) or real(path, model))
    bank = Bank(root)
    assert read == []
    assert bank.entries() == bank.entries(Track.PEFT) == [bank.find(e.question.id) for e in bank.entries()]
    assert read == [root / "peft" / "sample.yaml"]


def test_only_the_tracks_asked_for_are_parsed(root):
    add_broken(root)
    bank = Bank(root)
    assert len(bank.entries(Track.PEFT)) == len(QUESTION_TYPES)
    assert bank.entries(Track.OUTLOOK) == []
    assert bank.find("compute").question.version == 2
    with pytest.raises(InvalidFile, match=r"broken\.yaml:1"):
        bank.entries()


@pytest.mark.parametrize("unknown", ["sample", "", "compute ", "no\nsuch", "x" * 10_000])
def test_an_unknown_id_says_where_to_look(root, unknown):
    with pytest.raises(UnknownQuestion, match="ropes bank list") as raised:
        Bank(root).find(unknown)
    assert len(str(raised.value)) < 300


def test_stats_count_every_question_once(root):
    counted = stats(Bank(root))
    assert counted.questions == len(QUESTION_TYPES)
    assert counted.types == dict.fromkeys(QUESTION_TYPES, 1)
    assert counted.tracks == {track: 10 if track is Track.PEFT else 0 for track in Track}
    assert counted.levels == {"warm-up": 2, "core": 5, "deep": 3}
    assert counted.languages == {"en": 10, "zh": 10}
    assert list(counted.topics.items())[:2] == [("training", 3), ("memory", 2)]
    assert counted.derived == 3 / 10
    assert counted.sourced == 1.0


def test_an_empty_bank_has_stats(tmp_path):
    assert stats(Bank(tmp_path)).questions == 0
