"""The order of the labs, what is wrong with it, and the suggestion, on made-up catalogues and on the real one."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from labs.grading.catalogue import Lab, all_labs
from labs.grading.content import Level, Track
from labs.grading.ladder import Progress, Standing, all_required, by_ladder, next_lab, problems
from quiz.bank.loader import Bank

LEVELS = list(Level)
TRACKS = [Track.ARCHITECTURE, Track.PEFT, Track.DEBUGGING]


def make_lab(lab_id: str, track: Track, level: Level, requires: list[str]) -> Lab:
    lab = Lab(track, Path(f"/labs/{track}/{lab_id.replace('-', '_')}"))
    vars(lab)["manifest"] = SimpleNamespace(id=lab_id, level=level, requires=requires)
    return lab


@st.composite
def ladders(draw) -> list[Lab]:
    """Catalogues without a mistake, in any order: a lab requires earlier ones that are not harder."""
    labs: list[Lab] = []
    for number in range(draw(st.integers(0, 9))):
        track, level = draw(st.sampled_from(TRACKS)), draw(st.sampled_from(LEVELS))
        lower = [lab.id for lab in labs if LEVELS.index(lab.manifest.level) <= LEVELS.index(level)]
        requires = draw(st.lists(st.sampled_from(lower), unique=True, max_size=3)) if lower else []
        labs.append(make_lab(f"lab-{draw(st.integers(0, 99))}-{number}", track, level, requires))
    return draw(st.permutations(labs))


@st.composite
def situations(draw) -> tuple[list[Lab], Progress]:
    labs = draw(ladders())
    ids = [lab.id for lab in labs]
    standings = draw(st.fixed_dictionaries({lab_id: st.sampled_from(Standing) for lab_id in ids}))
    return labs, Progress(standings, draw(st.sampled_from(["", "a lab that is gone", *ids])))


def ready(labs: list[Lab], progress: Progress) -> list[Lab]:
    return [
        lab
        for lab in labs
        if progress.of(lab.id) is not Standing.PASSED
        and all(progress.of(required) is Standing.PASSED for required in lab.manifest.requires)
    ]


@given(ladders())
def test_a_lab_stands_after_what_it_requires_and_levels_rise_within_a_track(labs) -> None:
    ordered = by_ladder(labs)
    assert sorted(lab.id for lab in ordered) == sorted(lab.id for lab in labs)
    places = {lab.id: place for place, lab in enumerate(ordered)}
    by_id = {lab.id: lab for lab in labs}
    for lab in labs:
        for required in lab.manifest.requires:
            assert by_id[required].track is not lab.track or places[required] < places[lab.id]
    keys = [(TRACKS.index(lab.track), LEVELS.index(lab.manifest.level)) for lab in ordered]
    assert keys == sorted(keys)
    assert not list(problems(labs))


@given(situations())
def test_the_suggestion_can_be_done_now_and_is_only_missing_where_nothing_can(situation) -> None:
    labs, progress = situation
    suggested = next_lab(labs, progress)
    assert (suggested is None) == (not ready(labs, progress))
    assert suggested is None or suggested in ready(labs, progress)


@given(situations())
def test_what_a_failed_lab_requires_comes_before_everything_else(situation) -> None:
    labs, progress = situation
    by_id = {lab.id: lab for lab in labs}
    needed = set().union(*(all_required(lab.id, by_id) for lab in labs if progress.of(lab.id) is Standing.TRIED))
    first = [lab for lab in ready(labs, progress) if lab.id in needed and lab.id != progress.latest]
    suggested = next_lab(labs, progress)
    assert not first or suggested.id in needed


@given(situations())
def test_then_the_same_track_then_what_is_easier(situation) -> None:
    labs, progress = situation
    progress = Progress(
        {lab: s for lab, s in progress.standings.items() if s is not Standing.TRIED}, progress.latest
    )  # nothing failed
    suggested = next_lab(labs, progress)
    others = [lab for lab in ready(labs, progress) if lab.id != progress.latest]
    if not others:
        assert suggested is None or suggested.id == progress.latest
        return
    track = next((lab.track for lab in labs if lab.id == progress.latest), None)
    peers = [lab for lab in others if lab.track is track] or others
    assert suggested in peers
    assert LEVELS.index(suggested.manifest.level) == min(LEVELS.index(lab.manifest.level) for lab in peers)


@given(situations(), st.randoms())
def test_the_order_of_the_catalogue_changes_nothing(situation, random) -> None:
    labs, progress = situation
    shuffled = random.sample(labs, len(labs))
    assert by_ladder(shuffled) == by_ladder(labs)
    assert next_lab(shuffled, progress) == next_lab(labs, progress)


def test_unknown_labs_circles_and_falling_levels_are_problems() -> None:
    labs = [
        make_lab("a", Track.PEFT, Level.CORE, ["b"]),
        make_lab("b", Track.PEFT, Level.CORE, ["c"]),
        make_lab("c", Track.PEFT, Level.CORE, ["a"]),
        make_lab("d", Track.PEFT, Level.WARM_UP, ["e", "nowhere"]),
        make_lab("e", Track.PEFT, Level.DEEP, []),
    ]
    found = [(problem.file.parent.name, problem.message) for problem in problems(labs)]
    circle = "the lab requires itself in the end"
    assert [lab for lab, message in found if message == circle] == ["a", "b", "c"]
    assert [message for lab, message in found if lab == "d"] == [
        "e is deep, this lab warm-up: levels rise",
        "no lab is called 'nowhere'",
    ]
    assert len(found) == 5
    assert by_ladder(labs)  # a mistake in the catalogue does not close the map
    assert next_lab(labs, Progress()).id == "e"


def test_the_real_labs_require_labs_that_exist_without_circles_and_levels_rise() -> None:
    assert [str(problem) for problem in problems(list(all_labs()))] == []


def test_the_questions_that_labs_name_exist() -> None:
    known = {entry.question.id for entry in Bank().entries()}
    unknown = {lab.id: set(lab.manifest.questions) - known for lab in all_labs()}
    assert not {lab: ids for lab, ids in unknown.items() if ids}
