"""The table that a bench prints: what was measured, what came out here, what we want of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    what: str
    here: str
    wanted: str = ""


def show(rows: list[Row]) -> None:
    what, here = (max(len(getattr(row, column)) for row in rows) for column in ("what", "here"))
    for row in [Row("", "here", "wanted"), *rows]:
        print(f"{row.what:{what}}  {row.here:>{here}}  {row.wanted}".rstrip())
