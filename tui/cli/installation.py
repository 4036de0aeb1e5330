"""Noticing an installation in which another distribution has overwritten one of our packages."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("quiz", "labs", "questions", "tui")
"""Names that other distributions may use, too: the last one installed wins in silence."""


def scattered_packages(locate: Callable[[str], Path | None] | None = None) -> str:
    """One sentence that says which of our packages lies elsewhere or is missing; empty where all is well."""
    locate = locate or _parent_folder
    home = locate("tui")
    strays = [(name, locate(name)) for name in PACKAGES]
    wrong = [f"{name} ({folder or 'not installed'})" for name, folder in strays if folder is None or folder != home]
    if not wrong:
        return ""
    return (
        f"ropes is not whole: {', '.join(wrong)} does not lie beside tui in {home}, probably because another "
        "distribution overwrote it; install ropes again in an environment of its own."
    )


def _parent_folder(name: str) -> Path | None:
    spec = find_spec(name)
    return Path(spec.origin).resolve().parents[1] if spec and spec.origin else None
