"""Which language a person most likely reads, from the environment."""

from __future__ import annotations

import os

from labs.grading.content import Language


def preferred_language() -> Language:
    """Chinese where the locale is Chinese, English otherwise."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in names if name), "")
    return Language.ZH if locale.lower().startswith("zh") else Language.EN
