"""Records give back what was put in, to any thread and any process, or say in a sentence why not."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quiz.records.location import data_folder, database_url
from quiz.records.store import MAX_DATA_BYTES, EventKind, Records, RecordsUnavailable, UnknownSession

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)  # lone surrogates and NUL included
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'new folder' / 'records.sqlite3'}"


@pytest.fixture
def records(url: str):
    with Records.open(url) as records:
        yield records


@given(data=st.dictionaries(ANY_TEXT, ANY_JSON, max_size=4), kind=st.sampled_from(EventKind))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_recorded_is_read_back_equal(records: Records, data: dict[str, object], kind: EventKind):
    session = records.start_session("zh")
    before = datetime.now(UTC)
    event = records.record(session.id, kind, "rmsnorm", "3", data)
    assert records.events(session.id) == [event]
    assert (event.kind, event.item, event.version, event.data) == (kind, "rmsnorm", "3", data)
    assert before <= event.at <= datetime.now(UTC)
    assert event.at.tzinfo is not None


def test_everything_is_there_after_reopening(url: str):
    with Records.open(url) as records:
        first, second = records.start_session("en", "Wei"), records.start_session("zh")
        records.record(first.id, EventKind.ANSWERED, "lora-rank", "1", {"score": 1.0})
        records.record(second.id, EventKind.SHOWN, "lora-rank", "1")
        events = records.events(first.id)
    with Records.open(url) as records:
        assert records.sessions() == [first, second]
        assert records.latest_session() == second
        assert records.session(first.id) == first
        assert records.events(first.id) == events


def test_events_keep_their_order_and_can_be_asked_for_by_kind(records: Records):
    session = records.start_session("en")
    kinds = [EventKind.SHOWN, EventKind.ANSWERED, EventKind.SHOWN, EventKind.FINISHED]
    for number, kind in enumerate(kinds):
        records.record(session.id, kind, data={"number": number})
    assert [e.data["number"] for e in records.events(session.id)] == [0, 1, 2, 3]
    assert [e.data["number"] for e in records.events(session.id, EventKind.SHOWN)] == [0, 2]


def test_no_session_yet(records: Records):
    assert records.latest_session() is None
    assert records.sessions() == []
    for ask in (
        lambda: records.session("nobody"),
        lambda: records.events("nobody"),
        lambda: records.record("nobody", EventKind.SHOWN),
    ):
        with pytest.raises(UnknownSession, match="no session is called 'nobody'"):
            ask()


def test_a_name_that_no_database_can_hold_is_made_storable(url: str):
    with Records.open(url) as records:
        session = records.start_session("en", "a\0b\ud800" + "c" * 1000)
        assert records.session(session.id).person == session.person
        assert len(session.person) == 200
        assert "\0" not in session.person


def test_data_is_bounded_and_must_be_json(records: Records):
    session = records.start_session("en")
    overhead = len(json.dumps({"code": ""}))
    records.record(session.id, EventKind.CHANGED, data={"code": "x" * (MAX_DATA_BYTES - overhead)})
    with pytest.raises(ValueError, match="at most 1 MiB"):
        records.record(session.id, EventKind.CHANGED, data={"code": "x" * (MAX_DATA_BYTES - overhead + 1)})
    with pytest.raises(ValueError, match="JSON"):
        records.record(session.id, EventKind.ANSWERED, data={"score": float("nan")})
    with pytest.raises(ValueError, match="at most 200"):
        records.record(session.id, EventKind.SHOWN, "x" * 201)
    for unprintable in ("a\0", "\ud800", "\x1b[m"):
        with pytest.raises(ValueError, match="printable"):
            records.record(session.id, EventKind.SHOWN, unprintable)
    assert len(records.events(session.id)) == 1


def test_threads_share_the_records(records: Records):
    session = records.start_session("en")
    acknowledged: list[int] = []
    faults: list[BaseException] = []

    def answer(thread: int) -> None:
        try:
            for number in range(20):
                event = records.record(session.id, EventKind.ANSWERED, data={"of": [thread, number]})
                acknowledged.append(event.id)
                records.events(session.id)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=answer, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    events = records.events(session.id)
    assert sorted(acknowledged) == [e.id for e in events]
    for thread_number in range(3):
        assert [e.data["of"][1] for e in events if e.data["of"][0] == thread_number] == list(range(20))


ANSWER_UNTIL_KILLED = """
import itertools, sys
from quiz.records.store import EventKind, Records
records = Records.open(sys.argv[1])
session = records.start_session("en")
print(session.id, flush=True)
for number in itertools.count():
    data = {"number": number, "filling": "x" * (number % 7000)}
    records.record(session.id, EventKind.ANSWERED, "q", "1", data)
    print(number, flush=True)
"""


def test_a_killed_process_loses_nothing_that_was_acknowledged(url: str):
    for seed in range(3):
        child = subprocess.Popen([sys.executable, "-c", ANSWER_UNTIL_KILLED, url], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        session_id = child.stdout.readline().strip()
        wait_for = random.Random(seed).randrange(1, 80)
        for _ in range(wait_for):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        acknowledged = wait_for + len(child.stdout.read().splitlines())
        child.wait()
        with Records.open(url) as records:
            numbers = [event.data["number"] for event in records.events(session_id)]
        assert numbers == list(range(len(numbers)))
        assert len(numbers) in (acknowledged, acknowledged + 1)  # one may be on disk and not yet said
    file = sqlite3.connect(url.removeprefix("sqlite:///"))
    assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    file.close()


def test_processes_may_open_a_new_database_at_once(url: str):
    script = "import sys; from quiz.records.store import Records; Records.open(sys.argv[1]).start_session('en')"
    children = [subprocess.Popen([sys.executable, "-c", script, url]) for _ in range(3)]
    assert [child.wait() for child in children] == [0, 0, 0]
    with Records.open(url) as records:
        assert len(records.sessions()) == 3


def _message(url: str | None) -> str:
    with pytest.raises(RecordsUnavailable) as caught:
        Records.open(url)
    message = str(caught.value)
    assert "\n" not in message
    assert ";" in message, "what is wrong; what to do next"
    return message


def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path):
    file = tmp_path / "records.sqlite3"
    file.write_bytes(b"my own notes, " * 400)
    assert str(file) in _message(f"sqlite:///{file}")
    assert file.read_bytes() == b"my own notes, " * 400


def test_damage_inside_the_file_is_a_sentence_too(url: str):
    with Records.open(url) as records:
        session = records.start_session("en")
        for _ in range(50):
            records.record(session.id, EventKind.CHANGED, data={"code": "x" * 2000})
    file = Path(url.removeprefix("sqlite:///"))
    content = bytearray(file.read_bytes())
    content[8 * 4096 :] = b"\xa5" * (len(content) - 8 * 4096)
    file.write_bytes(content)
    with pytest.raises(RecordsUnavailable, match=r"malformed.*recover"), Records.open(url) as records:
        records.events(session.id)


@pytest.mark.parametrize("damage", ["kind = 'dreamt'", "data = '{'", "at = 'yesterday'"])
def test_a_row_that_cannot_be_read_is_a_sentence_too(url: str, damage: str):
    with Records.open(url) as records:
        session = records.start_session("en")
        records.record(session.id, EventKind.SHOWN)
        file = sqlite3.connect(url.removeprefix("sqlite:///"))
        with file:
            file.execute(f"UPDATE events SET {damage}")
        file.close()
        with pytest.raises(RecordsUnavailable, match=r"cannot read .*; upgrade ropes"):
            records.events(session.id)


def test_another_programs_database_is_left_alone(tmp_path: Path):
    file = tmp_path / "other.sqlite3"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    assert "'recipes'" in _message(f"sqlite:///{file}")
    with sqlite3.connect(file) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]
    other.close()


def test_a_newer_schema_is_left_alone(url: str):
    Records.open(url).close()
    file = sqlite3.connect(url.removeprefix("sqlite:///"))
    with file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "newer ropes (schema 9999" in _message(url)
    assert file.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)
    file.close()


def test_a_file_that_cannot_be_written_can_still_be_read(tmp_path: Path):
    file = tmp_path / "records.sqlite3"
    with Records.open(f"sqlite:///{file}") as records:
        session = records.start_session("en")
        with Records.open(f"sqlite:///file:{file}?mode=ro&uri=true") as read_only:
            assert read_only.latest_session() == session
            with pytest.raises(RecordsUnavailable, match=r"readonly.*; make the file and its folder writable"):
                read_only.record(session.id, EventKind.SHOWN)


def test_a_place_that_cannot_hold_a_file_is_named(tmp_path: Path):
    assert "folder" in _message(f"sqlite:///{tmp_path}")
    (tmp_path / "file").touch()
    assert "cannot be made" in _message(f"sqlite:///{tmp_path}/file/below/records.sqlite3")


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "nosuchdatabase://u:secret@h/d", "://"])
def test_a_bad_url_is_one_sentence_and_hides_the_password(url: str):
    assert "secret" not in _message(url)


def test_the_environment_says_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("ROPES_DATABASE_URL", raising=False)
    monkeypatch.setenv("ROPES_HOME", str(tmp_path / "a place, 100 % mine"))
    assert data_folder() == tmp_path / "a place, 100 % mine"
    with Records.open():
        assert (data_folder() / "records.sqlite3").is_file()
    assert os.stat(data_folder()).st_mode & 0o077 == 0, "answers are private"
    monkeypatch.setenv("ROPES_DATABASE_URL", f"sqlite:///{tmp_path}/elsewhere.db")
    assert database_url() == f"sqlite:///{tmp_path}/elsewhere.db"
    monkeypatch.delenv("ROPES_DATABASE_URL")
    monkeypatch.delenv("ROPES_HOME")
    assert data_folder().is_absolute()
