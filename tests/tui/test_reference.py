"""The reference beside the libraries: for whoever has passed, in any session, and for nobody else."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from labs.grading.catalogue import Lab, find_lab
from labs.grading.content import Text
from labs.grading.manifest import Comparison
from quiz.records.store import EventKind
from tests.tui.conftest import RIGHT
from tests.tui.driving import click_on, shown, type_text, until, until_shown
from tui.screens.lab import LabScreen
from tui.screens.reference import ReferenceScreen

DIFFERS = Text(en="It is `longer`.", zh="写得`更长`。")
OBJECTS = ["transformers.models.llama.modeling_llama.LlamaRMSNorm", "transformers.no.Such", "peft.get_peft_model"]


@pytest.fixture
def lab(monkeypatch) -> Lab:
    """The real RMSNorm with comparisons of the tests' own."""
    lab = find_lab("rmsnorm")
    compare = [Comparison(object=name, differs=DIFFERS) for name in OBJECTS]
    vars(lab)["manifest"] = lab.manifest.model_copy(update={"compare": compare})
    return lab


async def open_lab(pilot: Pilot) -> None:
    await until_shown(pilot, "All questions")
    await pilot.press("tab", "enter")
    await until_shown(pilot, "1 Brief", "RMSNorm")


def submitted(records, passed: bool) -> None:
    session = records.start_session("en").id
    records.record(session, EventKind.SUBMITTED, "rmsnorm", "an old version", {"verdict": {"passed": passed}})
    records.start_session("en")


async def test_it_is_out_of_reach_until_a_submission_passes(make_app, records, lab):
    submitted(records, passed=False)
    async with make_app(labs=[lab]).run_test(size=(80, 24)) as pilot:
        await open_lab(pilot)
        await pilot.press("3", "5")
        await until_shown(pilot, "Nothing judged yet")
        await pilot.press("f5")
        await until_shown(pilot, "✗ Public suite")
        await pilot.press("5")
        assert "Our reference" not in shown(pilot)
        await pilot.press("f3")
        await until(pilot, lambda: pilot.app.focused and pilot.app.focused.id == "editor")
        await type_text(pilot, RIGHT + "\n")
        await pilot.press("f5")
        await until_shown(pilot, "✓ Public suite")
        await pilot.press("5")
        await until(pilot, lambda: isinstance(pilot.app.screen, LabScreen))
        assert "Our reference" not in shown(pilot)
        await pilot.press("f6")
        await until_shown(pilot, "✓ Submitted: passed", "Our reference beside the libraries' code (5)")
        await pilot.press("5")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReferenceScreen))


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_ours_and_theirs_with_what_differs_in_both_languages(make_app, records, lab, size):
    submitted(records, passed=True)
    async with make_app(labs=[lab]).run_test(size=size) as pilot:
        await open_lab(pilot)
        await pilot.press("3")
        await click_on(pilot, "Our reference beside")
        await until_shown(pilot, "labs/architecture/rmsnorm/hidden/reference.py", "RMSNorm, the reference.")
        ours, theirs = (pilot.app.screen.query_one(side) for side in ("#ours", "#theirs"))
        if size[0] == 200:
            await until(pilot, lambda: ours.region.right <= theirs.region.x)
        else:
            await until(pilot, lambda: ours.region.bottom <= theirs.region.y)
        await pilot.press("tab")
        await until_shown(pilot, OBJECTS[0], "transformers/models/llama/modeling_llama.py, lines", "It is longer.")
        await until(pilot, lambda: pilot.app.focused.id == "theirs")
        await until_shown(pilot, "class LlamaRMSNorm(nn.Module):")
        await pilot.press("f2")
        await until_shown(pilot, "参考实现", "有何不同", "写得更长。")
        await pilot.press("f2", "end")
        await until_shown(pilot, "return MODEL_TYPE_TO_PEFT_MODEL_MAPPING")  # the end of the last comparison
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, LabScreen))


async def test_what_is_not_found_is_said_in_a_sentence(make_app, records, lab):
    submitted(records, passed=True)
    async with make_app(labs=[lab]).run_test(size=(200, 60)) as pilot:
        await open_lab(pilot)
        await until(pilot, lambda: pilot.app.screen.check_action("reference", ()))
        await pilot.press("5")
        await until_shown(pilot, "transformers.no.Such: not found in the installed transformers")


async def test_a_lab_without_comparisons_says_so(make_app, records, lab):
    vars(lab)["manifest"] = lab.manifest.model_copy(update={"compare": []})
    submitted(records, passed=True)
    async with make_app(labs=[lab]).run_test(size=(80, 24)) as pilot:
        await open_lab(pilot)
        await until(pilot, lambda: pilot.app.screen.check_action("reference", ()))
        await pilot.press("5")
        await until_shown(pilot, "This lab names no library code to compare with.")
