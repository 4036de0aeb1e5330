"""The report as one self-contained HTML file: no script, nothing loaded from anywhere, made to be printed."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from quiz.report import words
from quiz.report.labels import label
from quiz.report.parts import Report
from quiz.report.untrusted import visible

TEMPLATES = Path(__file__).parent / "templates"


def render_html(report: Report) -> str:
    """The whole document, in the report's language. The same report gives the same text."""
    return (
        _templates()
        .get_template("report.html.j2")
        .render(
            report=report,
            language=report.language,
            label=partial(label, language=report.language),
            words=words,
        )
    )


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,  # every value is text, whatever a template is called
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"visible": visible, "commonmark": _commonmark}
    return templates


@cache
def _commonmark_parser(breaks: bool) -> MarkdownIt:
    """Raw HTML stays text; images would be loaded from elsewhere."""
    return MarkdownIt("commonmark", {"html": False, "breaks": breaks}).enable("table").disable("image")


def _commonmark(text: str, breaks: bool = False) -> Markup:
    """The bank's own text. With `breaks`, each line of it stays a line."""
    return Markup(_commonmark_parser(breaks).render(visible(text)))  # noqa: S704  (html=False escapes)
