"""Every kind of mistake is found where it is, and a bank without mistakes has none."""

from pathlib import Path

import pytest

from quiz.bank.check import check
from quiz.bank.loader import Bank


def line_with(root: Path, text: str, file: str = "peft/sample.yaml") -> int:
    lines = (root / file).read_text(encoding="utf-8").splitlines()
    (line,) = (i for i, content in enumerate(lines, start=1) if text in content)
    return line


def test_a_right_bank_has_no_problems(root):
    told = []
    assert check(Bank(root), told.append) == []
    assert told == ["1 of 3: two_bytes", "2 of 3: bytes_of", "3 of 3: the code of a trace question"]


MISTAKES = {
    "unknown field": (
        ("answer: 2000", "anwser: 2000"),
        "anwser: 2000",
        "questions.2.numeric.anwser",
        "Extra inputs are not permitted",
    ),
    "wrong option without feedback": (
        (
            "misconception: m-one, feedback: {en: No., zh: 不是。}",
            "misconception: m-one",
        ),
        "misconception: m-one",
        "questions.8.log-diagnosis.options.1",
        "needs `misconception` and `feedback`",
    ),
    "no text in one language": (
        ("prompt: {en: Order the step., zh: 给一步训练排序。}", "prompt: {en: Order the step.}"),
        "prompt: {en: Order the step.}",
        "questions.3.ordering.prompt.zh",
        "Field required",
    ),
    "unknown type": (("type: matching", "type: pairing"), "- id: match", "questions.4", "'pairing'"),
    "gap in one language only": (
        ("的{{1}}。", "的{{3}}。"),
        "- id: fill-in",
        "questions.5.cloze",
        "the zh text has gaps",
    ),
    "key twice": (
        ("level: warm-up\n    topics: [precision]", "level: warm-up\n    level: core\n    topics: [precision]"),
        "level: core\n    topics: [precision]",
        "questions.0.level",
        "stands twice",
    ),
    "id twice": (("id: pick-some", "id: pick-one"), "", "questions.1.id", "stands already in sample.yaml"),
    "number not derived": (("answer: 2000", "answer: 2001"), "answer: 2001", "questions.2.answer", "returns 2000"),
    "wrong option marked": (
        ("{function: widths.two_bytes}", "{function: widths.bytes_of, params: {parameters: 1, bits: 8}}"),
        "parameters: 1,",
        "questions.0.derive",
        "returns 1.0; the option marked correct is a",
    ),
    "no such function": (
        ("widths.two_bytes", "widths.three_bytes"),
        "widths.three_bytes",
        "questions.0.derive",
        "there is no function three_bytes in widths.py",
    ),
    "no such module": (
        ("widths.two_bytes", "depths.two_bytes"),
        "depths.two_bytes",
        "questions.0.derive",
        "FileNotFoundError",
    ),
    "derive raises": (
        ("widths.two_bytes", "widths.raises"),
        "widths.raises",
        "questions.0.derive",
        "ZeroDivisionError: nothing to divide by",
    ),
    "trace prints something else": (
        ("      1 1\n", "      1 2\n"),
        "    answer: |",
        "questions.6.answer",
        "the code prints '0 0\\n1 1'",
    ),
    "trace does not run": (
        ("print(i, i * i)", "print(i, j)"),
        "    code: |\n      for",
        "questions.6.code",
        "NameError",
    ),
    "code span differs": (
        ('text: {en: "`int8`", zh: "`int8`"}', 'text: {en: "`int8`", zh: "`uint8`"}'),
        '"`uint8`"',
        "questions.0.options.2.text",
        "only in en: int8; only in zh: uint8",
    ),
    "number differs": (
        ("zh: 哪些是 16 位？", "zh: 哪些是 18 位？"),
        "哪些是 18 位？",
        "questions.1.prompt",
        "only in en: 16; only in zh: 18",
    ),
    "bold that does not close": (
        ("zh: 每个两字节。", "zh: '**重点：**每个两字节。'"),
        "**重点：**",
        "questions.2.explanation.zh",
        "makes nothing bold",
    ),
    "bold that does not open": (
        ("zh: 每个两字节。", "zh: 每个**“两”字节**。"),
        "**“两”字节**",
        "questions.2.explanation.zh",
        "makes nothing bold",
    ),
    "line break between Han characters": (
        (
            "model_answer: {en: Because., zh: 因为。}",
            "model_answer:\n      en: Because.\n      zh: |\n        因为\n        如此。",
        ),
        "      zh: |",
        "questions.9.model_answer.zh",
        "'因为 如此。'",
    ),
    "folded line between Han characters": (
        (
            "model_answer: {en: Because., zh: 因为。}",
            "model_answer:\n      en: Because.\n      zh: >-\n        因为\n        如此。",
        ),
        "      zh: >-",
        "questions.9.model_answer.zh",
        "'因为 如此。'",
    ),
    "no address": (
        ("https://pytorch.org/docs", "https://[pytorch.org/docs"),
        "https://[pytorch",
        "questions.0.sources.0.url",
        "is not the address of a page",
    ),
    "no page": (
        ("https://pytorch.org/docs/stable/tensor_attributes.html", "https://pytorch/docs"),
        "https://pytorch/docs",
        "questions.0.sources.0.url",
        "is not the address of a page",
    ),
}


@pytest.mark.parametrize(("replacement", "at", "field", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_by_file_line_and_field(root, spoil, replacement, at, field, message):
    problems = [p for p in check(spoil(replacement)) if p.field == field]
    assert [p.file for p in problems] == [root / "peft" / "sample.yaml"]
    assert message in problems[0].message
    text = problems[0].file.read_text(encoding="utf-8")
    expected = text[: text.index(at)].count("\n") + 1 if at else None
    assert expected in (None, problems[0].line)


def test_an_id_is_unique_across_files(root):
    (root / "deepspeed").mkdir()
    text = (root / "peft" / "sample.yaml").read_text(encoding="utf-8")
    one = text[: text.index("  - id: pick-some")].replace("    derive: {function: widths.two_bytes}\n", "")
    (root / "architecture").mkdir()
    (root / "architecture" / "norms.yaml").write_text(one, encoding="utf-8")
    (problem,) = check(Bank(root))
    assert (problem.file, problem.field) == (root / "peft" / "sample.yaml", "questions.0.id")
    assert problem.line == line_with(root, "id: pick-one")
    assert "norms.yaml" in problem.message


@pytest.mark.parametrize(
    ("broken", "line", "message"),
    [
        (b"title: {en: a\nquestions: []\n", 2, "not valid YAML"),
        (b"\xff\xfe", 1, "not UTF-8"),
        (b"- a\n- b\n", 1, "Input should be"),
        (b"? [a, b]\n: c\n", 1, "not valid YAML"),
        (b"", 1, "Input should be"),
        (b"title: &a {en: *a}", 1, "Input should be"),
    ],
)
def test_a_broken_file_does_not_hide_the_others(spoil, root, broken, line, message):
    bank = spoil(("answer: 2000", "answer: 2001"))
    (root / "architecture").mkdir()
    (root / "architecture" / "broken.yaml").write_bytes(broken)
    *first, last = check(bank)
    assert {(p.file, p.line) for p in first} == {(root / "architecture" / "broken.yaml", line)}
    assert any(message in p.message for p in first)
    assert last.field == "questions.2.answer"


def test_several_mistakes_are_all_reported_in_the_order_of_the_file(spoil):
    bank = spoil(
        ("answer: 2000", "answer: 1"), ("zh: 哪些是 16 位？", "zh: 哪些？"), ("widths.two_bytes", "widths.dies")
    )
    problems = check(bank)
    assert [p.field for p in problems] == ["questions.0.derive", "questions.1.prompt", "questions.2.answer"]
    assert "status 3: out of memory" in problems[0].message


@pytest.mark.parametrize("place", ["pfet/lora.yaml", "peft/lora.yml", "lora.yaml", "peft/deeper/lora.yaml"])
def test_a_file_that_the_loader_passes_over_is_a_problem(root, place):
    stray = root / place
    stray.parent.mkdir(exist_ok=True)
    stray.write_text("", encoding="utf-8")
    (problem,) = check(Bank(root))
    assert problem.file == stray
    assert "never read" in problem.message
