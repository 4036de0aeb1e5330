"""The language is switched in place: every text changes, nothing typed is lost."""

from textual.widgets import Input

from tests.tui.driving import type_text, until, until_shown
from tui.screens.lab import LabScreen
from tui.widgets.editor import Editor


async def test_home_quiz_and_help_change_at_once(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "All questions: start", "Report")
        await pilot.press("f2")
        await until_shown(pilot, "全部题目：开始", "模型架构", "报告")
        await pilot.press("enter")
        await until_shown(pilot, "第 1 题，共 10 题", "哪一个是对的？", "第一个", "作答")
        await pilot.press("f1")
        await until_shown(pilot, "帮助", "只有一个选项正确")
        await pilot.press("f2")
        await until_shown(pilot, "Help", "Exactly one option is right")
        await pilot.press("escape")
        await until_shown(pilot, "Question 1 of 10", "Which one is right?", "the first", "Answer")


async def test_an_answer_half_given_survives(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until_shown(pilot, "Which one is right?")
        await pilot.press("2")
        await until_shown(pilot, "(•) 2")
        await pilot.press("f2")
        await until_shown(pilot, "哪一个是对的？", "(•) 2")
        await pilot.press("ctrl+n", "ctrl+n")
        await until_shown(pilot, "有多少？", "个参数")
        await type_text(pilot, "67")
        await pilot.press("f2")
        await until_shown(pilot, "How many?", "parameters")
        await type_text(pilot, "38")
        assert app.screen.query_one(Input).value == "6738"


async def test_explanation_and_status_follow(app):
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("enter")
        await until_shown(pilot, "Which one is right?")
        await pilot.press("1", "enter")
        await until_shown(pilot, "Because of sample-single.")
        await pilot.press("f2")
        await until_shown(pilot, "因为 sample-single。", "正确答案", "下一题")


async def test_a_lab_keeps_code_snippet_hints_and_verdict(app):
    async with app.run_test(size=(130, 40)) as pilot:
        await pilot.press("tab", "enter")
        await until(pilot, lambda: isinstance(app.screen, LabScreen))
        await pilot.press("f7")
        await until(pilot, lambda: isinstance(app.focused, Input))
        await type_text(pilot, "1 + 1")
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(app.focused, Editor))
        await type_text(pilot, "# mine\n")
        await pilot.press("f8")
        await until_shown(pilot, "Hint 1 of 3")
        await pilot.press("f5")
        await until_shown(pilot, "✗ Public suite", "# mine")
        await pilot.press("f2")
        await until_shown(pilot, "✗ 公开测试", "✗ 未通过", "3 结果", "# mine")
        assert app.screen.query_one("#snippet", Input).value == "1 + 1"
        await pilot.press("2")
        await until_shown(pilot, "提示 1 / 3")
