"""From how an answer fails to the mistake that such answers usually make.

A lab's mutants are wrong answers whose mistakes are known. Each names its class of mistake (`hidden/mistakes.yaml`
says in a sentence or two what each class does wrong), and how each fails is kept in `hidden/signatures.json`, written
by `ropes lab signatures`. An answer that fails in the same way has probably made the same mistake: an inference, and
said as one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel, StringConstraints, TypeAdapter, ValidationError

from labs.grading.catalogue import Lab
from labs.grading.content import Slug, Text
from labs.grading.manifest import OWN_WORK
from labs.grading.verdict import Fault, Outcome, PropertyVerdict
from labs.grading.yaml_source import InvalidFile, Problem, read_model

MOST = 3
"""How many classes are named for one answer."""
NEAR = 0.5
"""From which share of common properties on (intersection over union) an answer fails nearly like a mutant."""

_UNJUDGED = {Fault.CRASHED, Fault.TIMEOUT, Fault.MEMORY, Fault.UNREADABLE}
"""After these nothing is known of what the answer computes."""

Signature = frozenset[str]
"""How an answer fails: the hidden properties that it did not pass, as `name`, or `name:error`, `name:timeout`."""

Known = Counter[tuple[str, str, Signature]]
"""How many mutants there are of a class, killed by a property, that fail in a way."""


class Mistakes(RootModel[dict[Slug, Text]]):
    """`mistakes.yaml`: what the answers of each class usually do wrong, said to their author."""


_Way = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+( [a-z0-9:-]+)*$")]
_Stored = TypeAdapter(dict[Slug, dict[_Way, Annotated[int, Field(ge=1)]]])


def mistakes_path(lab: Lab) -> Path:
    return lab.folder / "hidden" / "mistakes.yaml"


def signatures_path(lab: Lab) -> Path:
    return lab.folder / "hidden" / "signatures.json"


def signature(properties: Iterable[PropertyVerdict], faults: Iterable[Fault]) -> Signature:
    """How an answer fails; empty where it passes, or where it was not judged far enough to say.

    own-work is left out: which library function did the work, the judge says itself.
    """
    if _UNJUDGED.intersection(faults):
        return frozenset()
    return frozenset(
        p.name if p.outcome is Outcome.FAILED else f"{p.name}:{p.outcome}"
        for p in properties
        if p.outcome not in (Outcome.PASSED, Outcome.NOT_VERIFIED_HERE) and p.name != OWN_WORK
    )


def usual_mistakes(lab: Lab, properties: Sequence[PropertyVerdict], faults: Iterable[Fault]) -> list[Text]:
    """What answers that fail this lab's hidden suite like this usually do wrong: at most three, likeliest first.

    A lab without classes of mistakes, or with unreadable ones (which `ropes lab check` reports), has none.
    """
    failed = signature(properties, faults)
    if not failed:
        return []
    try:
        texts, known = _read(lab, lab.version)
    except InvalidFile:
        return []
    return [texts[slug] for slug in likely_classes(failed, known) if slug in texts]


def likely_classes(failed: Signature, known: Known) -> list[str]:
    """The classes of the mutants that fail just so, most mutants first; at most three.

    Where none does: the classes of the fewest mutants that together fail so, for an answer with several mistakes; and
    where there are none either, the classes of those that fail nearly so. An answer most of whose failures are errors
    is near to nothing: it is unfinished rather than mistaken, and each error names its own line.
    """
    if not failed:
        return []
    return _exact(failed, known) or _together(failed, known) or _near(failed, known)


def _exact(failed: Signature, known: Known) -> list[str]:
    matches: Counter[str] = Counter()
    for (slug, _, other), count in known.items():
        matches[slug] += count if other == failed else 0
    return [slug for count, slug in sorted((-count, slug) for slug, count in matches.items() if count)[:MOST]]


def _together(failed: Signature, known: Known) -> list[str]:
    """A greedy cover of all that failed by mutants that fail nothing more."""
    left = failed
    slugs: list[str] = []
    parts = [(slug, other, count) for (slug, _, other), count in known.items() if other < failed]
    while left and len(slugs) < MOST:
        found = max(parts, key=lambda p: (len(p[1] & left), -len(p[1]), p[2], p[0]), default=None)
        if found is None or not found[1] & left:
            return []
        left -= found[1]
        slugs.append(found[0])
    return [] if left else list(dict.fromkeys(slugs))


def _near(failed: Signature, known: Known) -> list[str]:
    """By intersection over union. A mutant is near only where the property that must catch it failed, too."""
    raised = sum(":" in name for name in failed)
    if 2 * raised > len(failed):
        return []
    best: dict[str, tuple[float, int]] = {}
    for (slug, killer, other), count in known.items():
        share = len(failed & other) / len(failed | other)
        if killer in failed and share >= NEAR:
            best[slug] = max(best.get(slug, (0.0, 0)), (share, count))
    near = sorted((-share, -count, slug) for slug, (share, count) in best.items())
    return [slug for _, _, slug in near[:MOST]]


def left_out(known: Known) -> tuple[int, int]:
    """How many mutants' own class is named when the mutant itself is left out, and how many were tried."""
    hits = sum(
        count * (mutant[0] in likely_classes(mutant[2], known - Counter([mutant]))) for mutant, count in known.items()
    )
    return hits, known.total()


def as_json(known: Known) -> str:
    """The text of `signatures.json`: by class, the ways of failing with their counts; one a line, sorted.

    In a way of failing the property that killed stands first.
    """
    stored: dict[str, dict[str, int]] = {}
    for (slug, killer, failed), count in known.items():
        stored.setdefault(slug, {})[" ".join([killer, *sorted(failed - {killer})])] = count
    return json.dumps(stored, indent=2, sort_keys=True) + "\n"


def read_mistakes(lab: Lab) -> dict[str, Text]:
    """The classes of mistakes of a lab. Raises `InvalidFile`."""
    return read_model(mistakes_path(lab), Mistakes).root


def read_signatures(lab: Lab) -> Known:
    """How the mutants of each class fail, as stored. Raises `InvalidFile`."""
    path = signatures_path(lab)
    try:
        stored = _Stored.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        problem = f"cannot be read ({type(error).__name__}); run `ropes lab signatures {lab.id}`"
        raise InvalidFile([Problem(path, 1, "", problem)]) from error
    return Counter(
        {(slug, way.split()[0], frozenset(way.split())): n for slug, ways in stored.items() for way, n in ways.items()}
    )


@lru_cache(maxsize=64)
def _read(lab: Lab, version: str) -> tuple[dict[str, Text], Known]:
    """Both files, read once for each version of a lab."""
    return read_mistakes(lab), read_signatures(lab)
