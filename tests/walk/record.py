"""`python -m tests.walk.record FOLDER`: take the walk and keep its transcript and its picture."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tests.walk.walk import Scene, Walk

PICTURED = "F6: submitted all the same"


def transcript(scenes: list[Scene]) -> str:
    """The scenes as plain text: what was done, then the screen."""
    blocks = []
    for number, scene in enumerate(scenes, 1):
        screen = "\n".join(line.rstrip() for line in scene.screen.rstrip().splitlines())
        blocks.append(f"## {number}. {scene.done}\n\n```text\n{screen}\n```\n")
    return "# The walk: every screen, recorded in a terminal of 80 x 24\n\n" + "\n".join(blocks)


def picture(scene: Scene, columns: int = 80) -> str:
    """A screen as SVG."""
    console = Console(record=True, width=columns, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(scene.coloured), end="")
    return console.export_svg(title="ropes", unique_id="walk")


def main(folder: Path) -> None:
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as work:
        scenes = list(Walk(Path(work)).scenes())
    (folder / "walk.md").write_text(transcript(scenes), encoding="utf-8")
    (pictured,) = (scene for scene in scenes if scene.done.startswith(PICTURED))
    (folder / "walk.svg").write_text(picture(pictured), encoding="utf-8")
    print(f"{len(scenes)} screens: {folder / 'walk.md'}, {folder / 'walk.svg'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
