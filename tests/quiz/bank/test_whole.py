"""What only a whole bank can get wrong: coverage, giveaways, twins, ids that went away, and the glossary."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from labs.grading.content import Text
from quiz.bank.blind import Filled, outcomes, sheet
from quiz.bank.check import check
from quiz.bank.giveaways import length_faults, position_faults
from quiz.bank.glossary import Term, glossary_faults
from quiz.bank.loader import Bank
from quiz.bank.lock import lock_faults, read_lock, write_lock
from quiz.bank.schema import Open, Question, SingleChoice
from quiz.bank.stats import stats
from quiz.bank.variants import as_stored, drawn, variant
from quiz.marking import mark


def questions(root: Path) -> list[Question]:
    return [entry.question for entry in Bank(root).entries()]


def single(number: int, key: str, longest: str = "") -> SingleChoice:
    said = {"en": "Because it is so.", "zh": "正是如此。"}
    options = [
        {"key": k, "text": dict.fromkeys(("en", "zh"), f"{k}{number}" + "x" * 9 * (k == longest))}
        | ({"correct": True} if k == key else {"misconception": "m", "feedback": said})
        for k in "abcd"
    ]
    source = {"kind": "paper", "title": "t", "url": "https://example.org/x", "where": "1"}
    common = {"version": 1, "level": "core", "topics": ["t"], "prompt": said, "explanation": said, "sources": [source]}
    return SingleChoice.model_validate(common | {"id": f"q-{number}", "type": "single", "options": options})


def test_keys_in_one_place_stand_out():
    assert [*position_faults([single(i, "abcd"[i % 4]) for i in range(60)])] == []
    (fault, *_) = position_faults([single(i, "b") for i in range(20)])
    assert "'a'" in fault or "'b'" in fault


def test_long_keys_stand_out():
    assert [*length_faults([single(i, "abcd"[i % 4], longest="a") for i in range(60)])] == []
    assert [*length_faults([single(i, "abcd"[i % 4], longest="abcd"[i % 4]) for i in range(20)])]


def test_the_same_question_twice_is_found(root: Path):
    topic = root / "peft" / "sample.yaml"
    twin = topic.read_text(encoding="utf-8").replace("- id: ", "- id: again-")
    (root / "peft" / "twin.yaml").write_text(twin, encoding="utf-8")
    found = [problem for problem in check(Bank(root)) if "nearly the same" in problem.message]
    assert len(found) == len(questions(root)) / 2


def test_what_is_not_covered_is_named(root: Path):
    (root / "inventory.yaml").write_text(
        "topics: {precision: widths, moe: experts}\nrows: {I001: the first}\nout_of_scope: {I002: an advertisement}\n"
    )
    coverage = stats(Bank(root)).coverage
    assert (coverage["topics"].covered, coverage["topics"].missing) == (1, ["moe: experts"])
    assert coverage["rows"].missing == ["I001: the first"]
    messages = [problem.message for problem in check(Bank(root))]
    assert "no question covers moe: experts" in messages
    assert "no question covers I001: the first" in messages


def test_a_row_that_does_not_exist_is_a_problem(root: Path):
    topic = root / "peft" / "sample.yaml"
    topic.write_text(
        topic.read_text(encoding="utf-8").replace("topics: [precision]", "topics: [precision]\n    covers: [I009]", 1)
    )
    assert any("covers I009" in problem.message for problem in check(Bank(root)))


def test_the_lock_holds_ids_and_meanings(root: Path):
    before = questions(root)
    write_lock(root, before)
    assert [*lock_faults(read_lock(root), before)] == []
    first, *rest = before
    assert [*lock_faults(read_lock(root), rest)] == [
        (first.id, "is locked and gone: an id stays, or learners lose what they did under it")
    ]
    reworded = first.model_copy(update={"prompt": Text(en="Said otherwise", zh="换个说法")})
    assert [*lock_faults(read_lock(root), [reworded, *rest])] == []
    assert isinstance(first, SingleChoice)
    turned = first.model_copy(update={"options": first.options[:-1]})
    ((name, fault),) = lock_faults(read_lock(root), [turned, *rest])
    assert (name, fault) == (first.id, "means something else than before: raise its version")
    with pytest.raises(ValueError, match=first.id):
        write_lock(root, [turned, *rest])
    raised = turned.model_copy(update={"version": 2})
    ((_, fault),) = lock_faults(read_lock(root), [raised, *rest])
    assert "ropes bank lock" in fault
    write_lock(root, [raised, *rest])
    assert [*lock_faults(read_lock(root), [raised, *rest])] == []


def test_the_glossary_rules_names_out_but_not_in_code():
    terms = [Term(en="gradient accumulation", zh="梯度累积", not_zh=["梯度累加"], not_en=["gradient summing"])]
    assert [*glossary_faults(Text(en="gradient accumulation", zh="梯度累积"), terms)] == []
    assert len([*glossary_faults(Text(en="Gradient summing", zh="梯度累加"), terms)]) == 2
    assert [*glossary_faults(Text(en="`gradient summing`", zh="`梯度累加`"), terms)] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_blind_sheet_shows_no_key_and_marks_right_answers(root: Path, language: str):
    closed = [question for question in questions(root) if not isinstance(question, Open)]
    entries = yaml.safe_load(sheet(closed, language))
    assert [entry["id"] for entry in entries] == [question.id for question in closed]
    for entry, question in zip(entries, closed, strict=True):
        assert not {"correct", "explanation", "wrong_lines", "correction"} & entry.keys()
        entry["answer"] = right_answer(question, entry, language)
    filled = [Filled.model_validate(entry) for entry in entries]
    assert [outcome.problem for outcome in outcomes(filled, closed)] == [""] * len(closed)
    assert all(outcome.agreed for outcome in outcomes(filled, closed))
    wrong = Filled(id=closed[0].id, version=1, answer="no such option")
    (outcome,) = outcomes([wrong], closed)
    assert not outcome.agreed
    assert outcome.problem


def right_answer(question: Question, entry: dict, language: str) -> object:
    match question.type:
        case "single" | "log-diagnosis":
            return min(question.correct_keys)
        case "multiple":
            return sorted(question.correct_keys)
        case "numeric" | "trace":
            return question.answer
        case "ordering":
            letters = {text: letter for letter, text in entry["items"].items()}
            return [letters[item.text[language]] for item in question.items]
        case "matching":
            letters = {text: letter for letter, text in entry["right"].items()}
            return {pair.key: letters[pair.right[language]] for pair in question.pairs}
        case "cloze":
            return {name: gap.accept[0] for name, gap in question.gaps.items()}
        case "spot-the-line":
            return question.wrong_lines
    raise AssertionError(question.type)


def test_a_variant_is_the_same_question_with_other_numbers(root: Path):
    (plain,) = (question for question in questions(root) if question.type == "numeric")
    derive = plain.derive.model_copy(update={"vary": {name: [value, 3] for name, value in plain.derive.params.items()}})
    prompt = Text(en="With ${" + next(iter(derive.params)) + "}: how much? Not ${other}.", zh="多少？")
    template = plain.model_copy(update={"derive": derive, "prompt": prompt})
    assert "${other}" in as_stored(template).prompt.en
    seen = {tuple(drawn(template, str(seed)).values()) for seed in range(64)}
    assert len(seen) > 1
    assert drawn(template, "7") == drawn(template, "7")
    fresh = variant(template, drawn(template, "1"), 42.0)
    assert mark(fresh, {"value": "42"}).score == 1.0
    assert str(next(iter(fresh.derive.params.values()))) in fresh.prompt.en
