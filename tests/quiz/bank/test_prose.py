"""What counts as a difference between the languages, and as CommonMark that does not work in Chinese."""

import pytest
from markdown_it import MarkdownIt

from labs.grading.content import Text
from quiz.bank.prose import markup_faults, parity_faults


@pytest.mark.parametrize(
    ("en", "zh"),
    [
        ("A batch of 1,024 on 8 GPUs.", "8 张卡，batch 为 1024。"),
        ("It fails two steps earlier.", "提前 2 步失败。"),
        ("It fails 2 steps earlier.", "提前两步失败。"),
        ("Ten of ZeRO-3's fp16 weights", "ZeRO-3 的 10 个 fp16 权重"),
        ("`a` and `b`", "`b` 与 `a`"),
        ("See:\n\n```\nx = 1  # one\n```", "见：\n\n```\nx = 1  # 一\n```"),
        ("0.5 of 2e-4", "2e-4 的 ０．５"),
    ],
)
def test_the_same_said_in_two_languages(en, zh):
    assert list(parity_faults(Text(en=en, zh=zh), asked=True)) == []


@pytest.mark.parametrize(
    ("en", "zh", "fault"),
    [
        ("8 GPUs", "4 张卡", "numbers of en and zh differ (only in en: 8; only in zh: 4)"),
        ("three GPUs", "2 张卡", "only in zh: 2)"),
        ("0.5", "0.05", "only in en: 0.5; only in zh: 0.05"),
        ("`a` `a`", "`a`", "inline code of en and zh differ (only in en: a)"),
        ("```\nx = 1\n```", "```\nx = 2\n```", "only in en: x = 1; only in zh: x = 2"),
    ],
)
def test_different_things_said(en, zh, fault):
    (found,) = parity_faults(Text(en=en, zh=zh), asked=True)
    assert fault in found


def test_an_explanation_may_count_and_repeat_in_its_own_way():
    text = Text(en="`a`, that is `a`, has 10 billion", zh="`a` 有 100 亿")
    assert list(parity_faults(text, asked=False)) == []
    assert list(parity_faults(Text(en="`a`", zh="`b`"), asked=False)) != []


@pytest.mark.parametrize("text", ["**重点：**后", "见**“此”**后", "**`x`**是", "是**`x`**", "**Key:**word", "**未完"])
def test_bold_that_stays_visible(text):
    assert "**" in MarkdownIt("commonmark").renderInline(text)
    (fault,) = markup_faults(text)
    assert "makes nothing bold" in fault


@pytest.mark.parametrize("text", ["**重点**：后", "**重点。**", "2\\*\\*3", "`a**b`", "```\na**b\n```", "a **b** c"])
def test_bold_that_works_and_stars_that_are_meant(text):
    assert list(markup_faults(text)) == []


@pytest.mark.parametrize("text", ["汉\n字", "汉，\n字", "汉 字", "**汉**\n字", "**汉：** 字", "- 汉\n  字", "> 汉\n字"])
def test_a_space_between_chinese_characters(text):
    (fault,) = markup_faults(text)
    assert "write a Chinese paragraph on one line" in fault


@pytest.mark.parametrize("text", ["汉 GPU 字", "汉 `x` 字", "汉  \n字", "汉\n\n字", "- 汉\n- 字", "8\n卡", "a b\nc d"])
def test_spaces_that_are_meant(text):
    assert list(markup_faults(text)) == []
