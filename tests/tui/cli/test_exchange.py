"""`ropes bank export` and `import`, and private banks on the command line."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from quiz.bank.loader import Bank
from tui.cli.app import cli

SAMPLE = Path(__file__).parents[2] / "quiz" / "bank" / "sample.yaml"
SOURCE = ("--source-title", "T", "--source-url", "https://example.org/t")
FORMATS = ["gift", "aiken", "anki"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROPES_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ROPES_BANKS", raising=False)


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    folder = tmp_path / "acme" / "peft"
    folder.mkdir(parents=True)
    (folder / "sample.yaml").write_text(SAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    return folder.parent


def ropes(*arguments: object, status: int = 0, **options) -> Result:
    run = CliRunner().invoke(cli, list(map(str, arguments)), **options)
    assert run.exit_code == status, run.output
    return run


@pytest.mark.parametrize("form", FORMATS)
def test_our_bank_goes_out_and_comes_in(form: str, tmp_path: Path):
    file = tmp_path / "out.txt"
    run = ropes("bank", "export", form, "--to", file, "-l", "zh")
    assert run.stdout == ""
    assert run.stderr.startswith("all questions: ")
    (path,) = ropes("bank", "import", form, file, "--to", tmp_path / "new", "-l", "zh", *SOURCE).stdout.split()
    assert Path(path) == tmp_path / "new" / "practice" / "out.yaml"
    imported = Bank(tmp_path / "new").entries()
    assert len(imported) > 20
    assert {source.url for entry in imported for source in entry.question.sources} == {"https://example.org/t"}


def test_json_keeps_a_private_bank(acme: Path, tmp_path: Path):
    document = ropes("bank", "export", "json", "--bank", acme).stdout
    ropes("bank", "import", "json", "-", "--to", tmp_path / "new", input=document)
    before, after = Bank(acme).entries(), Bank(tmp_path / "new").entries()
    assert [(e.track, e.topic, e.question) for e in before] == [(e.track, e.topic, e.question) for e in after]


def test_a_package_holds_a_card_for_every_question(acme: Path, tmp_path: Path):
    pytest.importorskip("genanki")
    packages = []
    for language in ("en", "zh", "en"):
        file = tmp_path / f"{len(packages)}.apkg"
        assert "not marked" in ropes("bank", "export", "apkg", "--bank", acme, "--to", file, "-l", language).stderr
        with zipfile.ZipFile(file) as package:
            package.extract("collection.anki2", tmp_path)
        with contextlib.closing(sqlite3.connect(tmp_path / "collection.anki2")) as collection:
            packages.append(collection.execute("select guid, tags, flds from notes order by guid").fetchall())
    english, chinese, again = packages
    assert len(english) == len(Bank(acme).entries())
    assert english == again, "a card stays the same card"
    assert not {guid for guid, *_ in english} & {guid for guid, *_ in chinese}
    assert any(" type::open " in tags and "Because." in fields for _, tags, fields in english)
    assert "--to" in ropes("bank", "export", "apkg", status=2).stderr
    assert "as text" in ropes("bank", "import", "apkg", tmp_path / "0.apkg", "--to", tmp_path, status=2).stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("gift", "{bad}", *SOURCE), "line 3: "),
        (("gift", "{bad}"), "--source-url"),
        (("gift", "{bad}", "--source-title", "T", "--source-url", "ftp://x"), "https://"),
        (("gift", "{bad}", *SOURCE, "--track", "cooking"), "practice"),
        (("aiken", "{bad}", *SOURCE), "line 1: "),
        (("json", "{bad}"), "line 1: "),
        (("anki", "{bad}", *SOURCE), "line 1: "),
        (("gift", "{latin}", *SOURCE), "line 2: not UTF-8"),
        (("gift", "{folder}", *SOURCE), "is no file"),
        (("gift", "{folder}/none", *SOURCE), "is no file"),
        (("gift", "{empty}", *SOURCE), "questions"),
    ],
)
def test_a_file_that_cannot_be_imported_gives_one_sentence(tmp_path: Path, arguments, says: str):
    files = {name: tmp_path / f"{name}.txt" for name in ("bad", "latin", "empty")}
    files["bad"].write_text("// \x1b[31m\n\nQ { oops\n")
    files["latin"].write_bytes("one\ncaf\xe9".encode("latin-1"))
    files["empty"].write_text("")
    written = [argument.format(folder=tmp_path, **files) for argument in arguments]
    run = ropes("bank", "import", *written, "--to", tmp_path / "new", status=2)
    assert says in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "new").exists()


def test_private_banks_stand_beside_ours(acme: Path, monkeypatch):
    plain = json.loads(ropes("bank", "list", "--json").stdout)
    for arguments in (("bank", "list", "--json", "--bank", acme), ("--bank", acme, "bank", "list", "--json")):
        listed = json.loads(ropes(*arguments).stdout)
        assert len(listed) == len(plain) + 10
        assert "acme.pick-one" in {question["id"] for question in listed}
    assert "fp16" in ropes("bank", "show", "acme.pick-some", "--bank", acme).stdout
    monkeypatch.setenv("ROPES_BANKS", os.pathsep.join([str(acme), str(acme.rename(acme.parent / "other"))]))
    assert "no folder" in ropes("bank", "stats", "--json", status=2).stderr
    monkeypatch.setenv("ROPES_BANKS", str(acme.parent / "other"))
    assert json.loads(ropes("bank", "stats", "--json").stdout)["questions"] == len(plain) + 10
    assert json.loads(ropes("bank", "show", "other.match", "--json").stdout)["id"] == "other.match"


def test_a_private_bank_is_checked_and_its_code_harms_nobody(acme: Path):
    (acme / "peft" / "widths.py").write_bytes(SAMPLE.with_name("widths.py").read_bytes())
    assert json.loads(ropes("bank", "check", "--bank", acme, "--json").stdout) == []
    (acme / "peft" / "widths.py").write_text("raise SystemExit(7)\n")
    found = json.loads(ropes("bank", "check", "--bank", acme, "--json", status=1).stdout)
    assert {problem["field"].rsplit(".", 1)[-1] for problem in found} == {"derive"}
    (acme / "peft" / "broken.yaml").write_text("title: 3")
    (problem, *_) = json.loads(ropes("bank", "check", "--bank", acme, "--json", status=1).stdout)
    assert problem["file"].endswith("broken.yaml")


def test_a_file_left_out_is_named(acme: Path):
    (acme / "peft" / "broken.yaml").write_text('title: "\\e[31m"')
    run = ropes("bank", "list", "--bank", acme, "--search", "acme.")
    assert "left out" in run.stderr
    assert "broken.yaml" in run.stderr
    assert "\x1b" not in run.stderr
