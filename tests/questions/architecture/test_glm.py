"""The cloze of glm.yaml against GLM's rule written out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from quiz.bank.schema import Cloze, Question


def test_glm_positions_and_mask(question: Callable[[str, str], Question]) -> None:
    asked = question("architecture/glm", "glm-positions-and-mask")
    assert isinstance(asked, Cloze)
    tokens, first, second, visible = _sample(text=6, spans=[(5, 6), (3, 3)])
    assert " ".join(tokens[:5]) in asked.prompt.en
    assert " ".join(tokens[5:]) in asked.prompt.en
    at = {name: tokens.index(name) for name in ("x3", "x4", "x6")}
    expected = [
        first[at["x6"]],
        second[at["x6"]],
        first[at["x3"]],
        second[at["x4"]],
        visible[at["x4"]].sum(),
        visible[at["x3"]].sum(),
    ]
    assert [gap.accept[0] for _, gap in sorted(asked.gaps.items())] == [str(number) for number in expected]
    for row, ids in (("first", first), ("second", second)):
        printed = next(line for line in asked.explanation.en.splitlines() if line.strip().startswith(f"{row}:"))
        assert printed.split()[1:] == [str(i) for i in ids]


def _sample(*, text: int, spans: list[tuple[int, int]]) -> tuple[list[str], list[int], list[int], np.ndarray]:
    """Tokens, both position ids and who sees whom, for spans (first, last) in the order in which they follow."""
    tokens, first, second = [], [], []
    place: dict[int, int] = {}
    position = 1
    while position <= text:
        masked = next((span for span in spans if span[0] == position), None)
        tokens.append("[M]" if masked else f"x{position}")
        first.append(len(tokens))
        second.append(0)
        if masked:
            place[masked[0]] = len(tokens)
        position = (masked[1] if masked else position) + 1
    context = len(tokens)
    for start, end in spans:
        span = ["[S]", *(f"x{i}" for i in range(start, end + 1))]
        tokens += span
        first += [place[start]] * len(span)
        second += range(1, len(span) + 1)
    causal = np.tril(np.ones((len(tokens), len(tokens)), dtype=int))
    causal[:, :context] = 1
    return tokens, first, second, causal
