"""An Anki package: the cards of `anki.py` as a deck that Anki opens by itself. Needs genanki."""

from __future__ import annotations

import io
from collections.abc import Iterable

import genanki  # type: ignore[import-untyped]  # it has no annotations

from labs.grading.content import Track
from quiz.bank.schema import Question
from quiz.exchange.anki import card_back, card_front, tags

MODEL_ID, DECK_ID = 1_607_392_319, 2_059_400_110
"""Any numbers, once chosen, for ever: Anki knows note types and decks by them."""


def as_package(placed: Iterable[tuple[Track, Question]], language: str) -> bytes:
    """The package with a card for each question in one language.

    A card keeps its identity, so that a later package brings cards up to date and leaves their history.
    """
    deck = genanki.Deck(DECK_ID, f"ropes ({language})")
    model = genanki.Model(
        MODEL_ID,
        "ropes",
        fields=[{"name": "Front"}, {"name": "Back"}],
        templates=[{"name": "Card", "qfmt": "{{Front}}", "afmt": "{{FrontSide}}<hr id=answer>{{Back}}"}],
    )
    for track, question in placed:
        deck.add_note(
            genanki.Note(
                model=model,
                fields=[card_front(question, language), card_back(question, language)],
                tags=tags(track, question),
                guid=genanki.guid_for(question.id, language),
            )
        )
    content = io.BytesIO()
    genanki.Package(deck).write_to_file(content)
    return content.getvalue()
