"""The interface says everything in both languages, and says nothing that nobody asked it to say."""

import re
from pathlib import Path
from string import Formatter

import pytest

import tui
from labs.grading.content import Language
from tui.strings import say, texts

TEXTS = {"strings.py", "strings_help.py"}
SOURCES = [p.read_text(encoding="utf-8") for p in Path(tui.__file__).parent.rglob("*.py") if p.name not in TEXTS]
HAN = re.compile("[\u4e00-\u9fff]")
THE_SAME_IN_BOTH = {"home.title", "key.editor", "map.heading", "results.fact"}


def fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", texts())
def test_both_languages_take_the_same_fields(key):
    text = texts()[key]
    assert fields(text.en) == fields(text.zh)


@pytest.mark.parametrize("key", sorted(texts().keys() - THE_SAME_IN_BOTH))
def test_each_text_is_in_its_language(key):
    # The name of the language to switch to is written in that language.
    zh, en = (texts()[key].zh, texts()[key].en) if key != "key.language" else (texts()[key].en, texts()[key].zh)
    assert HAN.search(zh)
    assert not HAN.search(en)


def test_every_text_is_used_and_every_key_used_has_its_text():
    used = {key for source in SOURCES for key in re.findall(r"""["']([a-z]+\.[a-z-]+)["']""", source)}
    prefixes = {prefix for source in SOURCES for prefix in re.findall(r'f"([a-z]+\.[a-z-]*)\{', source)}
    unused = {key for key in texts() if key not in used and not any(key.startswith(p) for p in prefixes)}
    assert not unused
    families = {key.partition(".")[0] for key in texts()} - {"app", "home", "quiz", "lab", "report", "help"}
    spoken = {key for key in used if key.partition(".")[0] in families}
    # Bindings carry ids of the same form: "answer.give", "editor.…".
    ids = set(re.findall(r'id="([a-z]+\.[a-z-]+)"', "".join(SOURCES)))
    assert spoken - ids <= texts().keys()


def test_an_unknown_key_is_an_error():
    with pytest.raises(KeyError):
        say("no.such-key", Language.EN)


def test_fields_are_put_in_literally():
    assert say("report.written", Language.EN, path="[b]{x}[/b]") == "Written to [b]{x}[/b]"
