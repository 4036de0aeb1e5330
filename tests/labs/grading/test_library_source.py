"""A library's source is found where the library defines it, without importing the library."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
import rich.console
import rich.text
import sqlalchemy.orm
import typer

from labs.grading import library_source
from labs.grading.catalogue import all_labs
from labs.grading.library_source import SourceNotFound, find_source


def test_every_comparison_of_every_lab_is_found() -> None:
    missing = []
    for lab in all_labs():
        for comparison in lab.manifest.compare:
            try:
                assert find_source(comparison.object).code.strip()
            except SourceNotFound as fault:
                if fault.version:  # DeepSpeed need not be installed
                    missing.append(f"{lab.id}: {fault}")
    assert not missing


def test_a_library_that_is_imported_already_is_found_alike() -> None:
    """transformers then describes its own folder by paths, which Python's finders pass over."""
    name = "transformers.models.llama.modeling_llama.LlamaRMSNorm"
    script = f"import transformers; from labs.grading.library_source import find_source; find_source({name!r})"
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize(
    ("name", "thing"),
    [
        ("rich.console.Console", rich.console.Console),
        ("rich.console.Console.print", rich.console.Console.print),
        ("rich.text.Text.plain.fget", None),
        ("rich.text.Text.__len__", rich.text.Text.__len__),
        ("typer.Typer.command", typer.Typer.command),
        ("sqlalchemy.orm.Session.get", sqlalchemy.orm.Session.get),
        ("sqlalchemy.select", sqlalchemy.select),
        ("sqlalchemy.orm.session.Nothing", None),
    ],
)
def test_it_is_what_python_itself_says_of_the_imported_thing(name, thing) -> None:
    if thing is None:
        with pytest.raises(SourceNotFound):
            find_source(name)
        return
    found = find_source(name)
    lines, first = inspect.getsourcelines(thing)
    assert found.code == dedent("".join(lines))
    assert (found.first_line, found.last_line) == (first, first + len(lines) - 1)
    assert Path(inspect.getfile(thing)).as_posix().endswith(f"/{found.path}")


def test_nothing_is_imported() -> None:
    code = dedent(
        """
        import sys
        from labs.grading.library_source import find_source
        find_source("torch.optim.AdamW"), find_source("transformers.Trainer"), find_source("peft.PeftModel")
        assert not {"torch", "transformers", "peft"} & sys.modules.keys()
        """
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.fixture
def library(tmp_path, monkeypatch):
    """Write files into a package `shelf`, which counts as installed in version 7."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(library_source.importlib.metadata, "version", lambda _: "7")
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf/__init__.py").touch()

    def write(**files: str) -> None:
        for name, text in files.items():
            (tmp_path / "shelf" / f"{name}.py").write_text(dedent(text), encoding="utf-8")

    return write


def test_re_exports_are_followed_under_their_other_names_and_through_stars(library) -> None:
    library(
        __init__="from .a import new as renamed\nfrom .b import *\n",
        a="from shelf.c import old as new\n",
        b="from . import c\nfrom .c import *\n",
        c="\n\ndef old(): ...\n\n@print\ndef star():\n    return 1\n",
    )
    found = find_source("shelf.renamed")
    assert (found.path, found.first_line, found.code) == ("shelf/c.py", 3, "def old(): ...\n")
    found = find_source("shelf.star")
    assert (found.first_line, found.last_line, found.code) == (5, 7, "@print\ndef star():\n    return 1\n")


def test_the_last_of_several_definitions_counts_and_a_definition_before_an_assignment(library) -> None:
    library(
        a="""
        f = None
        try:
            import nothing
        except ImportError:
            def f(): "fallback"
        else:
            def f(): "last"
        class C:
            if True:
                def m(self):
                    "method"
        alias = C
        """
    )
    assert find_source("shelf.a.f").code.strip() == 'def f(): "last"'
    assert find_source("shelf.a.C.m").code == 'def m(self):\n    "method"\n'
    assert find_source("shelf.a.alias").code == "alias = C\n"


def test_a_form_feed_does_not_shift_the_lines(library) -> None:
    library(a="x = 1\n\x0c\ny = '\u2028'\ndef f():\n    return 2\n")
    assert find_source("shelf.a.f").code == "def f():\n    return 2\n"


def test_a_circle_of_re_exports_ends(library) -> None:
    library(a="from .b import x\n", b="from .a import x\n")
    with pytest.raises(SourceNotFound, match=r"shelf 7 has no shelf\.a\.x"):
        find_source("shelf.a.x")


def test_a_module_is_no_class_or_function(library) -> None:
    library(a="")
    for name in ("shelf", "shelf.a", "shelf.nothing.x"):
        with pytest.raises(SourceNotFound):
            find_source(name)


def test_a_library_that_is_not_installed_is_named() -> None:
    with pytest.raises(SourceNotFound) as caught:
        find_source("no_such_library.X")
    assert (caught.value.library, caught.value.version) == ("no_such_library", "")
