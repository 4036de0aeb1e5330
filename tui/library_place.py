"""Where a library does what a lab's reference does, in a sentence: in the app and on the command line."""

from __future__ import annotations

from pathlib import Path

from labs.grading.catalogue import LABS, Lab
from labs.grading.content import Language, Text
from labs.grading.library_source import LibrarySource, SourceNotFound
from tui.strings import say


def reference_path(lab: Lab) -> Path:
    """Relative to where `labs` lies; as it is for a lab from elsewhere."""
    return lab.reference.relative_to(LABS.parent) if lab.reference.is_relative_to(LABS.parent) else lab.reference


def place(found: LibrarySource | SourceNotFound) -> Text:
    """The object, its file and lines and the installed version; or why there is nothing to show."""
    return Text(en=_place(found, Language.EN), zh=_place(found, Language.ZH))


def _place(found: LibrarySource | SourceNotFound, language: Language) -> str:
    match found:
        case SourceNotFound(version=""):
            return say("reference.not-installed", language, name=found.name, library=found.library)
        case SourceNotFound():
            return say("reference.not-found", language, name=found.name, library=found.library, version=found.version)
    return say(
        "reference.where",
        language,
        name=found.object,
        library=found.library,
        version=found.version,
        path=found.path,
        first=found.first_line,
        last=found.last_line,
    )
