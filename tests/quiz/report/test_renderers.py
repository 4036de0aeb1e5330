"""What the HTML page and the terminal show: everything the report says, and nothing that a person's text does."""

from __future__ import annotations

import io
from html.parser import HTMLParser

import pytest
from rich.console import Console

from labs.grading.content import Language
from labs.grading.verdict import Fault, Outcome
from quiz.bank.schema import QUESTION_TYPES
from quiz.report import labels
from quiz.report.html import render_html
from quiz.report.labels import label
from quiz.report.model import to_json
from quiz.report.parts import Report
from quiz.report.terminal import print_report
from quiz.report.untrusted import visible
from quiz.report.words import duration, percent
from tests.quiz.report.conftest import Hostile
from tests.quiz.report.desk import CODE, Desk

VOID = {"meta", "link", "br", "hr", "img", "input"}
BANK_LINKS = {
    "https://arxiv.org/abs/2106.09685",
    "https://docs.pytorch.org/docs/stable/",
}
PAYLOADS = {
    "script": "<script>alert(1)</script>",
    "handler": "<img src=x onerror=alert(1)>\"'><b onmouseover=alert(1)>",
    "svg": "<svg onload=alert(1)><a href='javascript:alert(1)'>x</a></svg>",
    "closing tags": "</code></pre></article></main><h1>all passed</h1><iframe src=//evil.example>",
    "entities and comments": "&lt;script&gt; &#x202e; <!-- <style>*{display:none}</style> ]]>",
    "commonmark": "[click](https://evil.example) ![x](https://evil.example/x.png) <https://evil.example> # h\n***",
    "template": "{{ 7*7 }} {% include '/etc/passwd' %} {0} %s",
    "rich markup": "[bold red]all passed[/] [link=https://evil.example]x[/link] [/] [",
    "ansi": "\x1b[2J\x1b[31mred \x9b1mC1 \x07\x08\x08\x08 \x1b[8mhidden",
    "osc": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\ \x1b]52;c;ZXZpbA==\x07 \x1b]0;title\x07",
    "bidi": "if access:\u202e } \u2066 # admin\u2069\u2066 only\u2069 שלום \u200f\u200e",
    "invisible": "a\u200bb\u2060c\ufeffd\u00ade\U000e0041f",
    "broken": "NUL \0 surrogate \udc80 \ud83d separators \u2028\u2029 \r \x0b\x0c\x85",
    "long line": "x" * 5000 + "\t" + "宽" * 5000,
}


class Page(HTMLParser):
    """The document as a browser takes it: tags with attributes, and the text of each `<pre>`."""

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.blocks: list[str] = []
        self.text = ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "pre":
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data
        if "pre" in self.open:
            self.blocks[-1] += data

    @property
    def links(self) -> set[str | None]:
        return {
            value
            for _, attributes in self.tags
            for name, value in attributes.items()
            if name in ("href", "src", "srcset", "action", "data", "poster", "xlink:href", "background")
        }


def _page(report: Report, links: set[str] = BANK_LINKS) -> Page:
    document = render_html(report)
    page = Page(document)
    assert not page.open, "every tag is closed"
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "iframe", "object", "embed", "img", "svg", "link", "form", "base", "video"}
    assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on") or a == "style"]
    assert page.links <= links
    assert "url(" not in document
    assert "@import" not in document
    assert visible(document) == document
    document.encode()
    return page


def _terminal(report: Report, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system="truecolor")
    print_report(report, console)
    console.file.seek(0)
    return console.file.read()


def _plain(report: Report, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    print_report(report, console)
    console.file.seek(0)
    return console.file.read()


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_the_page_takes_nothing_typed_as_markup(hostile: Hostile, payload: str):
    report = hostile(payload).report()
    page = _page(report)
    shown = visible(report.labs[0].code.text if report.labs[0].code else "")
    assert shown in page.blocks, "the code, letter by letter"
    answers = [question.answer for question in report.questions]
    for answer in answers:
        assert answer is not None
        assert answer.markup == "plain"
        assert visible(answer.text) in page.blocks
    baseline = sum(tag == "h1" for tag, _ in page.tags)
    assert baseline == 1


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
@pytest.mark.parametrize("width", [40, 80])
def test_the_terminal_takes_nothing_typed_as_markup(hostile: Hostile, payload: str, width: int):
    shown = _terminal(hostile(payload).report(), width)
    own_styles = shown.replace("\x1b[0m", "")
    for part in own_styles.split("\x1b")[1:]:
        sequence = part.split("m")[0]
        is_colour = sequence.startswith("[") and set(sequence[1:]) <= set("0123456789;")
        assert is_colour or part.startswith(("]8;;\\", "]8;id="))
    assert "]8;" not in shown or "evil" not in "".join(p[:80] for p in shown.split("\x1b]8;")[1:])
    assert not {"\x07", "\x08", "\x9b", "\u202e", "\u2066", "\0"} & set(shown)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_json_survives_and_does_nothing(hostile: Hostile, payload: str):
    report = hostile(payload).report()
    document = to_json(report)
    document.encode()
    assert visible(document) == document
    assert Report.model_validate_json(document) == report


def test_the_page_loads_nothing_that_a_bank_asks_for(full: Desk):
    """A private bank is somebody's text too: no raw HTML, no pictures from elsewhere, no scripted links."""
    file = full.folder / "questions/peft/lora.yaml"
    picture = "https://example.org/p.png"
    wanted = f"<script>alert(1)</script> ![p]({picture}) [j](javascript:alert(1)) <b>b</b>"
    file.write_text(file.read_text().replace("What does LoRA's", f"{wanted} What does LoRA's"))
    report = full.report()
    assert wanted in report.questions[0].prompt
    assert "<script>alert(1)</script>" in _page(report, BANK_LINKS | {picture}).text, "a picture is but a link"


def test_rich_markup_is_shown_as_it_was_typed(hostile: Hostile):
    payload = "[bold red]all passed[/]"
    assert payload in _plain(hostile(payload).report())


@pytest.mark.parametrize("code", [CODE, "\n\n  x\n", "\tx = '<a>&amp;'\n", "", "+++\n--- a\n@@ @@", "שלום = 1"])
def test_code_round_trips(desk: Desk, lab_version: str, code: str):
    desk.did("submitted", "tiny-norm", lab_version, code=code, verdict={})
    report = desk.report()
    (lab,) = report.labs
    assert lab.diff is not None
    blocks = _page(report).blocks
    assert blocks == [code, lab.diff.text]


@pytest.mark.parametrize("language", Language)
def test_the_page_and_the_terminal_say_everything(full: Desk, language: Language):
    report = full.report(language)
    page = _page(report)
    assert dict(page.tags)["html"] == {"lang": "zh-Hans" if language is Language.ZH else "en"}
    verdict = report.labs[0].verdict
    assert verdict is not None
    everywhere = [
        report.session,
        "Reader",
        verdict.sha256,
        "seed-4711",
        "user namespaces",
        "line 2: exec",
        "tiny-norm",
        "1 / 2",
        "0.5 / 1",
        "66%",
        "50%",
        "return x / x.norm()",
        "-    raise NotImplementedError",
        *(label(outcome, language) for outcome in ("passed", "failed", "not-verified-here")),
        *(judged.title[language] for judged in verdict.properties),
        label("mistakes", language),
        *(mistake[language] for mistake in verdict.mistakes),
        label("fault-raised", language),
        label("isolation-2", language),
        "The update is of low rank.",
        "torch.Size([2, 1])",
    ]
    english = ["All zeros", "The update has a low rank.", "What does this print?", "The dimension stays."]
    chinese = ["全零", "权重的增量是低秩的。", "这段代码输出什么？", "该维保留。"]
    everywhere += chinese if language is Language.ZH else english
    terminal = " ".join(_plain(report, 200).split())
    for said in everywhere:
        assert said in page.text
        assert " ".join(said.split()) in terminal
    assert page.links == BANK_LINKS
    assert all(link in terminal for link in BANK_LINKS)


def test_the_same_report_gives_the_same_page(full: Desk):
    report = full.report()
    assert render_html(report) == render_html(report)


@pytest.mark.parametrize("language", Language)
def test_what_is_missing_is_said_in_words(desk: Desk, language: Language):
    desk.did("answered", "old-question", "3", response={"text": "x"}, score=0.0)
    desk.did("shown", "lora-start", "1")
    desk.did("submitted", "old-lab", "4", code="x", verdict={})
    desk.did("hint-taken", "tiny-norm", "5", hint=1)
    report = desk.report(language)
    page = _page(report).text
    terminal = _plain(report, 300)
    for name, version in (("question-gone", 3), ("question-changed", 1), ("lab-gone", 4), ("lab-changed", 5)):
        assert label(name, language, version=version) in page
        assert label(name, language, version=version) in terminal
    for name in ("unreadable-verdict", "no-code", "not-answered", "not-finished", "not-in-bank"):
        assert label(name, language) in page
        assert label(name, language) in terminal


def test_what_was_shortened_is_said(desk: Desk):
    desk.did("answered", "gone", response={"text": "y" * 20_007}, score=0.0)
    report = desk.report()
    note = label("left-out", Language.EN, n=7)
    assert note in _page(report).text
    assert note in _plain(report)


@pytest.mark.parametrize("language", Language)
def test_every_value_has_its_label(language: Language):
    names = [*Outcome, *QUESTION_TYPES, *(f"fault-{fault}" for fault in Fault), "isolation-1", "isolation-3"]
    assert all(label(name, language) for name in names)


def test_labels_differ_between_the_languages_unless_they_are_names():
    assert {name for name, text in labels.labels().items() if text["en"] == text["zh"]} == {"deepspeed"}


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [
        (0, "0 s", "0 秒"),
        (59.4, "59 s", "59 秒"),
        (60, "1 min", "1 分"),
        (3599, "59 min 59 s", "59 分 59 秒"),
        (3600, "1 h", "1 小时"),
        (3_661, "1 h 1 min", "1 小时 1 分"),
        (90_000, "1 d 1 h", "1 天 1 小时"),
        (86_400 + 59, "1 d", "1 天"),
        (-5, "0 s", "0 秒"),
    ],
)
def test_durations(seconds: float, en: str, zh: str):
    assert (duration(seconds, Language.EN), duration(seconds, Language.ZH)) == (en, zh)


@pytest.mark.parametrize(("score", "shown"), [(0, "0%"), (0.29, "29%"), (0.999, "99%"), (1, "100%"), (2 / 3, "66%")])
def test_percentages_round_down(score: float, shown: str):
    assert percent(score) == shown
