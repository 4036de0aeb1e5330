"""Chinese must wrap at characters, and punctuation must not lead or end a line it should not."""

from itertools import pairwise

import pytest
import rich._wrap
import textual._wrap
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from tui import cjk

cjk.install()

TEXT = "梯度检查点（gradient checkpointing）只保存一部分激活值，反向传播时重新计算其余的；这样用算力换显存。"
CLOSING = "，。、；：！？）」』》”"
OPENING = "（「『《“"


def lines(text: str, width: int, divide) -> list[str]:
    cuts = [0, *divide(text, width), len(text)]
    return [text[a:b] for a, b in pairwise(cuts)]


def rich_lines(text: str, width: int) -> list[str]:
    return lines(text, width, rich._wrap.divide_line)


def editor_lines(text: str, width: int) -> list[str]:
    return lines(text, width, lambda t, w: textual._wrap.compute_wrap_offsets(t, w, 4))


@pytest.mark.parametrize("wrap", [rich_lines, editor_lines])
@pytest.mark.parametrize("width", [20, 37, 40, 78])
def test_every_line_but_the_last_is_nearly_full(wrap, width):
    for line in wrap(TEXT, width)[:-1]:
        # The longest thing that may not be cut here is "checkpointing）" with what stands before it.
        assert width - 16 <= cell_len(line.rstrip()) <= width


@pytest.mark.parametrize("wrap", [rich_lines, editor_lines])
@given(text=st.text(st.sampled_from("中文字，。：）」（「a b1.,("), max_size=60), width=st.integers(12, 40))
def test_nothing_is_lost_and_no_line_is_too_long(wrap, text, width):
    wrapped = wrap(text, width)
    assert "".join(wrapped) == text
    assert all(cell_len(line.rstrip()) <= width for line in wrapped)


@pytest.mark.parametrize("wrap", [rich_lines, editor_lines])
def test_punctuation_stays_on_its_side(wrap):
    text = "他说：「先算均方，再开方。」（见第二节）然后相乘，得到结果！" * 4
    for width in range(14, 60):
        for line in wrap(text, width)[1:]:
            assert line[0] not in CLOSING
        for line in wrap(text, width)[:-1]:
            assert line.rstrip()[-1] not in OPENING


def test_english_wraps_as_before():
    text = "The mean of the squares, not the variance: no mean is subtracted (see section 2)."
    cuts = [0, *rich._wrap.divide_line(text, 20), len(text)]
    assert [text[a:b] for a, b in pairwise(cuts)] == [
        "The mean of the ",
        "squares, not the ",
        "variance: no mean is ",
        "subtracted (see ",
        "section 2).",
    ]


def test_textual_content_uses_it():
    assert Content("先算均方再开方" * 3 + "，" + "RMSNorm").get_height({}, 20) == 3
