"""From how an answer fails to its usual mistake; and that what is said of each class gives nothing away."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.grading.catalogue import Lab, all_labs
from labs.grading.content import Text
from labs.grading.manifest import OWN_WORK
from labs.grading.mistakes import (
    MOST,
    Known,
    Signature,
    as_json,
    left_out,
    likely_classes,
    read_mistakes,
    read_signatures,
    signature,
    usual_mistakes,
)
from labs.grading.mutants import read_mutants
from labs.grading.verdict import Fault, Outcome, PropertyVerdict
from labs.grading.yaml_source import InvalidFile
from tests.labs.toy import write_lab

NAMES = ["values", "eps", "shapes", "dtype", "gradient", "state"]
WAYS = st.frozensets(st.sampled_from([*NAMES, *(f"{name}:error" for name in NAMES)]), min_size=1)
MUTANTS = st.tuples(st.sampled_from("abcdef"), st.sampled_from(NAMES), WAYS).map(lambda m: (m[0], m[1], m[2] | {m[1]}))
KNOWN = st.dictionaries(MUTANTS, st.integers(1, 5), max_size=12).map(Counter)
LABS = [pytest.param(lab, id=lab.id) for lab in all_labs()]


def failing(*names: str) -> Signature:
    return frozenset(names)


def judged(**outcomes: str) -> list[PropertyVerdict]:
    title = Text(en="t", zh="题")
    return [
        PropertyVerdict(name=name.replace("_", "-"), title=title, outcome=Outcome(outcome), weight=1.0)
        for name, outcome in outcomes.items()
    ]


def test_a_signature_is_what_did_not_pass_and_how():
    properties = judged(a="passed", b="failed", c="error", d="timeout", e="not-verified-here", own_work="failed")
    assert signature(properties, [Fault.RAISED, Fault.PROTOCOL]) == failing("b", "c:error", "d:timeout")
    assert OWN_WORK == "own-work"
    assert not signature(judged(a="passed", own_work="failed"), [])


@pytest.mark.parametrize("fault", [Fault.CRASHED, Fault.TIMEOUT, Fault.MEMORY, Fault.UNREADABLE])
def test_an_answer_that_was_not_judged_to_its_end_has_no_signature(fault: Fault):
    assert not signature(judged(a="failed", b="passed"), [Fault.RAISED, fault])


def known(**mutants: int) -> Known:
    """Mutants as `class__killer__more__more=count`, each class under a name of its own."""
    split = {tuple(name.split("__")): count for name, count in mutants.items()}
    return Counter({(slug, ways[0], failing(*ways)): count for (slug, *ways), count in split.items()})


def test_those_that_fail_just_so_come_first_and_the_most_frequent_of_them():
    mutants = known(rare__eps__values=2, usual__eps__values=2, usual__values__eps=1, other__eps=9)
    assert likely_classes(failing("eps", "values"), mutants) == ["usual", "rare"]
    assert likely_classes(failing("eps"), known(a__eps=1, b__eps=1, c__eps=1, d__eps=1)) == ["a", "b", "c"]


def test_two_mistakes_in_one_answer_are_both_named():
    mutants = known(large__eps__gradient=1, small__eps=7, last__state=1)
    assert likely_classes(failing("eps", "gradient", "state"), mutants) == ["large", "last"]


def test_what_explains_only_a_part_is_not_named_but_what_is_near_is():
    mutants = known(part__eps=9, near__eps__values__shapes__dtype=1)
    assert likely_classes(failing("eps", "values", "shapes"), mutants) == ["near"]
    assert likely_classes(failing("eps", "state", "gradient"), mutants) == []


def test_nothing_is_near_whose_killer_passed():
    mutants = known(near__eps__values__shapes__dtype=1)
    assert likely_classes(failing("dtype", "values", "shapes"), mutants) == []


def test_an_answer_that_does_little_but_raise_is_near_to_nothing():
    errors = {"eps:error", "values:error", "state:error"}
    mutants: Known = Counter({("one", "shapes", failing("shapes", *errors)): 1})
    assert likely_classes(failing("shapes", *errors), mutants) == ["one"]
    assert likely_classes(failing("shapes", "eps:error", "values:error"), mutants) == []


@given(WAYS, KNOWN)
def test_at_most_three_classes_each_once_and_all_known(failed: Signature, mutants: Known):
    named = likely_classes(failed, mutants)
    assert len(named) <= MOST
    assert len(set(named)) == len(named)
    assert set(named) <= {slug for slug, _, _ in mutants}
    exact = {slug for slug, _, other in mutants if other == failed}
    assert set(named) <= exact if exact else True
    assert likely_classes(failed, Counter(dict(reversed(mutants.items())))) == named  # in whatever order they are known


@given(MUTANTS)
def test_leaving_out_the_only_one_of_its_kind_leaves_nothing(mutant: tuple[str, str, Signature]):
    assert left_out(Counter({mutant: 1})) == (0, 1)
    assert left_out(Counter({mutant: 3})) == (3, 3)


@given(mutants=KNOWN)
def test_what_is_stored_is_read_as_it_was_whatever_its_order(tmp_path_factory: pytest.TempPathFactory, mutants: Known):
    lab = write_lab(tmp_path_factory.mktemp("lab"))
    text = as_json(mutants)
    (lab.folder / "hidden" / "signatures.json").write_text(text)
    assert read_signatures(lab) == mutants
    assert as_json(Counter(dict(reversed(mutants.items())))) == text


@pytest.fixture
def taught(tmp_path: Path) -> Lab:
    """The toy lab with two classes of mistakes."""
    lab = write_lab(tmp_path)
    texts = "doubled-twice: {en: Twice., zh: 两次。}\nwidened: {en: Wide., zh: 变宽。}\n"
    (lab.folder / "hidden" / "mistakes.yaml").write_text(texts)
    stored = {"doubled-twice": {"doubles keeps-dtype": 2}, "widened": {"keeps-dtype": 1}, "gone": {"keeps-dtype": 5}}
    (lab.folder / "hidden" / "signatures.json").write_text(json.dumps(stored))
    return lab


def test_the_classes_are_said_in_both_languages(taught: Lab):
    properties = judged(doubles="passed", keeps_dtype="failed")
    assert usual_mistakes(taught, properties, []) == [Text(en="Wide.", zh="变宽。")], "a class without a text is not"
    assert usual_mistakes(taught, properties, [Fault.CRASHED]) == []
    assert usual_mistakes(taught, judged(doubles="passed", keeps_dtype="passed"), []) == []


def test_a_new_version_of_a_lab_is_read_anew(taught: Lab):
    properties = judged(keeps_dtype="failed")
    usual_mistakes(taught, properties, [])
    file = taught.folder / "hidden" / "mistakes.yaml"
    file.write_text(file.read_text().replace("Wide.", "Wider."))
    (said,) = usual_mistakes(Lab(taught.track, taught.folder), properties, [])
    assert said.en == "Wider."


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mistakes.yaml", None),
        ("mistakes.yaml", "widened: {en: Wide.}"),
        ("signatures.json", None),
        ("signatures.json", "{"),
        ("signatures.json", '{"widened": {"keeps-dtype": 0}}'),
        ("signatures.json", '{"widened": {"": 1}}'),
        ("signatures.json", '{"Not a slug": {"keeps-dtype": 1}}'),
        ("signatures.json", "\udc80"),
    ],
)
def test_a_lab_whose_files_cannot_be_read_names_none(taught: Lab, name: str, content: str | None):
    path = taught.folder / "hidden" / name
    path.unlink()
    if content is not None:
        path.write_bytes(content.encode("utf-8", "surrogateescape"))
    lab = Lab(taught.track, taught.folder)
    assert usual_mistakes(lab, judged(keeps_dtype="failed"), []) == []
    with pytest.raises(InvalidFile, match=name):
        (read_mistakes if name == "mistakes.yaml" else read_signatures)(lab)


# -- the labs that there are --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lab", LABS)
def test_an_answer_that_does_nothing_but_raise_gets_no_diagnosis(lab: Lab):
    nothing = [
        PropertyVerdict(name=p.name, title=p.title, outcome=Outcome.ERROR, weight=1.0) for p in lab.manifest.hidden
    ]
    assert usual_mistakes(lab, nothing, [Fault.RAISED]) == []


def test_the_class_of_most_mutants_is_named_though_they_are_left_out():
    """Over all labs: in one with few mutants many are the only one of their class."""
    hits = tried = 0
    for lab in all_labs():
        named, known = left_out(read_signatures(lab))
        assert known == sum(mutant.killed_by != OWN_WORK for mutant in read_mutants(lab)), lab.id
        hits, tried = hits + named, tried + known
    assert hits / tried > 0.5, "three classes at random would be named for fewer than a third"


@pytest.mark.parametrize("lab", LABS)
def test_every_class_says_something_of_its_own_in_a_few_lines(lab: Lab):
    texts = read_mistakes(lab)
    assert 8 <= len(texts) <= 30
    for language, longest in (("en", 320), ("zh", 120)):
        said = [text[language] for text in texts.values()]
        assert len(set(said)) == len(said)
        assert max(map(len, said)) <= longest
        assert all(sentence.endswith("." if language == "en" else "。") for sentence in said)
