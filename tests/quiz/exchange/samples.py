"""Questions to exchange: generated ones, and the sample of every type."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from labs.grading.content import Language, Source, SourceKind, Track
from labs.grading.yaml_source import read_model
from quiz.bank.schema import Question, Topic
from quiz.exchange.filling import Filling

SAMPLE = Path(__file__).parent.parent / "bank" / "sample.yaml"
SOURCE = {"kind": "documentation", "title": "T", "url": "https://example.org/t", "where": "1"}
HOSTILE = [
    "a ~ b = c # d { e } f : g \\ h",
    "\\",
    "\\\\n \\n",
    "{{1}} }{ ####",
    "%50%half",
    "[html]<script>alert(1)</script>",
    "::title:: // $CATEGORY: x",
    "=a -> b",
    "line\n\n// line\r\nline\rend",
    "ANSWER: A",
    "A. first",
    "\x1b[31m\x00\x0b\x0c\x85\u2028\u202e",
    "T",
    "#2000:1",
    "重点：**加粗**。",
    '=HYPERLINK("https://evil.example")',
    "[sound:x.mp3] [latex]\\input{x}[/latex]",
    "',\"\t;|",
]


def sample() -> list[Question]:
    return read_model(SAMPLE, Topic).questions


def filling(language: Language = Language.EN) -> Filling:
    source = Source(kind=SourceKind.DOCUMENTATION, title="T", url="https://example.org/t", where="1")
    return Filling(language, "imported", source)


_CHARACTERS = st.characters(codec="utf-8") | st.sampled_from("\\~=#{}:%[]-><\n\t /$TF中文：")
said = st.text(_CHARACTERS, min_size=1, max_size=40).filter(lambda text: text.strip()) | st.sampled_from(HOSTILE)
texts = st.fixed_dictionaries({"en": said, "zh": said})
tracks = st.sampled_from(Track)


@st.composite
def common(draw: st.DrawFn, kind: str) -> dict[str, object]:
    return {
        "id": draw(st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)),
        "version": 1,
        "type": kind,
        "level": "core",
        "topics": ["t"],
        "prompt": draw(texts),
        "explanation": draw(texts),
        "sources": [SOURCE],
    }


@st.composite
def options(draw: st.DrawFn, right: int | None) -> list[dict[str, object]]:
    """With `right` correct ones; any number of them but none and all where that is None."""
    count = draw(st.integers(3, 8))
    correct = draw(st.integers(1, count - 1)) if right is None else right
    keys = draw(st.permutations([True] * correct + [False] * (count - correct)))
    return [
        {"key": key, "text": draw(texts), "correct": is_right}
        | ({} if is_right else {"misconception": "m", "feedback": draw(texts)})
        for key, is_right in zip("abcdefgh", keys, strict=False)
    ]
