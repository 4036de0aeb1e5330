"""The reference of the lab `tokenizer-whitespace` against normalisers of `tokenizers`, and against its own inverse."""

import importlib.util
import random
from types import ModuleType

import pytest
from tokenizers import Regex, normalizers

from labs.grading.catalogue import find_lab

WHITE = [" ", "  ", "   ", "\n", "\t", "\r\n", "\u3000", " " * 79, " " * 80, " " * 81, " " * 161]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tokenizer_whitespace", find_lab("tokenizer-whitespace").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _texts():
    generator = random.Random(0)
    return ["", *("".join(generator.choices([*WHITE, "a", "表", "<", ">"], k=12)) for _ in range(60))]


def _library(max_length, linebreak, whitespaces):
    """Runs by their exact length, with looks ahead and behind, in place of a loop from the longest down."""
    steps = [normalizers.Replace("\n", "<n>")] if linebreak else []
    if whitespaces:
        full = f"<|blank_{max_length}|>"
        steps += [normalizers.Replace("\t", "<|tab|>"), normalizers.Replace(Regex(f" {{{max_length}}}"), full)]
        lengths = range(2, max_length)
        steps += [normalizers.Replace(Regex(f"(?<! ) {{{i}}}(?! )"), f"<|blank_{i}|>") for i in lengths]
    return normalizers.Sequence(steps)


@pytest.mark.parametrize("max_length", [2, 3, 80])
@pytest.mark.parametrize("switches", [(True, True), (True, False), (False, True), (False, False)], ids=str)
def test_encodes_as_normalisers_do(reference, max_length, switches):
    library = _library(max_length, *switches)
    for text in _texts():
        assert reference.encode(text, *switches, max_length=max_length) == library.normalize_str(text), repr(text)


@pytest.mark.parametrize("max_length", [2, 7, 80])
def test_decoding_is_the_inverse(reference, max_length):
    for text in _texts():
        assert reference.decode(reference.encode(text, max_length=max_length), max_length) == text


@pytest.mark.parametrize("length", range(1, 250))
def test_markers_add_up(reference, length):
    full, rest = divmod(length, 80)
    end = {0: "", 1: " "}.get(rest, f"<|blank_{rest}|>")
    assert reference.encode(" " * length) == "<|blank_80|>" * full + end


def test_rejections(reference):
    with pytest.raises(ValueError, match="two blanks"):
        reference.encode("a", max_length=1)
    with pytest.raises(ValueError, match="two blanks"):
        reference.decode("a", max_length=0)
