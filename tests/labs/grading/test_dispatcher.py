"""A verdict depends on the lab, the answer, the seed and the device alone, and need not be found twice."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

import pytest

from labs.grading import judge_servers, verdict_cache
from labs.grading.catalogue import Lab
from labs.grading.dispatcher import Dispatcher
from labs.grading.judge_servers import JudgeServers
from labs.grading.verdict import Fault, Findings, Outcome, Verdict
from labs.grading.verdict_cache import VerdictCache
from tests.labs.toy import MANIFEST
from tests.labs.zygotes import zygote_of

WRONG = b"def double(x): return 3 * x"


def settled(verdict: Verdict) -> dict[str, object]:
    """A verdict but for its times and the name of the file."""
    return verdict.model_dump(exclude={"seconds", "answer"})


@pytest.fixture
def found(judge: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Findings]]:
    """What judges found from now on: a verdict from the cache adds nothing."""
    found: list[Findings] = []
    real = judge._judge

    def listen(*arguments: object) -> Findings:
        found.append(real(*arguments))
        return found[-1]

    monkeypatch.setattr(judge, "_judge", listen)
    monkeypatch.setattr(judge, "_cache", VerdictCache())
    return found


# -- the same again -----------------------------------------------------------------------------------------

BY_CHANCE = {
    "random": "import random\ndef double(x): return x + x if random.random() < 0.5 else x",
    "torch": "import torch\ndef double(x): return x + x if torch.rand(()) < 0.5 else x",
    "numpy": "import numpy\ndef double(x): return x + x if numpy.random.rand() < 0.5 else x",
    "order of a set": (
        "order = list({f'{n}' for n in range(40)})\ndef double(x): return x + x if order.pop() > order.pop() else x"
    ),
    "hash": "turns = iter(range(99))\ndef double(x): return x + x if hash(str(next(turns))) % 2 else x",
    "the input": "def double(x): return x + x if x.flatten()[0] > 0 else x",
}


@pytest.mark.parametrize("answer", BY_CHANCE.values(), ids=BY_CHANCE)
def test_the_same_seed_gives_the_same_verdict(judge: Dispatcher, toy: Lab, found, monkeypatch, answer):
    first = [judge.grade(toy, answer.encode(), seed=str(n)) for n in range(4)]
    monkeypatch.setattr(judge, "_cache", VerdictCache())
    again = [judge.grade(toy, answer.encode(), seed=str(n)) for n in range(4)]
    assert len(found) == 8
    assert list(map(settled, first)) == list(map(settled, again))


def test_a_zygote_started_anew_gives_the_same_verdict(judge: Dispatcher, toy: Lab):
    with Dispatcher() as other:
        for answer in BY_CHANCE.values():
            verdicts = [judge.grade(toy, answer.encode(), seed="s"), other.grade(toy, answer.encode(), seed="s")]
            assert settled(verdicts[0]) == settled(verdicts[1])


# -- the cache ----------------------------------------------------------------------------------------------


def test_a_given_seed_is_judged_once_and_a_fresh_one_each_time(judge: Dispatcher, toy: Lab, found):
    first = judge.grade(toy, WRONG, seed="s", path="mine.py")
    second = judge.grade(toy, WRONG, seed="s", path="yours.py")
    assert len(found) == 1
    assert settled(first) == settled(second)
    assert (first.answer, second.answer) == ("mine.py", "yours.py")
    fresh = [judge.grade(toy, WRONG) for _ in range(2)]
    assert len(found) == 3
    assert fresh[0].seed != fresh[1].seed
    judge.grade(toy, WRONG, seed=fresh[0].seed)  # given now, but the seed was secret when it was found
    assert len(found) == 4


@pytest.mark.parametrize("other", [{"seed": "t"}, {"suite": "public"}, {"answer": WRONG + b"\n"}])
def test_whatever_settles_a_verdict_is_looked_at(judge: Dispatcher, toy: Lab, found, other):
    known = {"answer": WRONG, "seed": "s", "suite": "hidden"}
    for options in (known, known | other):
        judge.grade(toy, **options)
    assert len(found) == 2


def test_a_changed_lab_is_judged_anew(judge: Dispatcher, make_lab, found, right):
    lab = make_lab()
    assert judge.grade(lab, right.encode(), seed="s").passed
    lab.reference.write_text("def double(x): return 3 * x")
    assert not judge.grade(Lab(lab.track, lab.folder), right.encode(), seed="s").passed
    assert len(found) == 2


def test_what_another_try_might_not_meet_is_not_kept(judge: Dispatcher, toy: Lab, found):
    for answer in (b"import os; os._exit(0)", b"hog = bytearray(2**30)"):
        for _ in range(2):
            assert judge.grade(toy, answer, seed="s").faults in ([Fault.CRASHED], [Fault.MEMORY])
    assert len(found) == 4


@pytest.fixture(scope="module")
def verdict(judge: Dispatcher, toy: Lab) -> Verdict:
    return judge.grade(toy, WRONG)


def test_the_verdict_used_least_recently_goes(verdict: Verdict, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(verdict_cache, "MAX_VERDICTS", 3)
    cache = VerdictCache()
    for key in "abc":
        cache.put(verdict, key)
    assert cache.get("a") is verdict
    cache.put(verdict, "d")
    assert [key for key in "abcd" if cache.get(key)] == ["a", "c", "d"]


@pytest.mark.parametrize("fault", [Fault.TIMEOUT, Fault.CRASHED, Fault.MEMORY])
def test_faults_of_the_moment_are_not_kept(verdict: Verdict, fault):
    cache = VerdictCache()
    cache.put(verdict.model_copy(update={"faults": [Fault.RAISED, fault]}), "key")
    assert cache.get("key") is None


@pytest.mark.parametrize("fault", [Fault.RAISED, Fault.PROTOCOL, Fault.UNREADABLE])
def test_faults_of_the_answer_are_kept(verdict: Verdict, fault):
    cache = VerdictCache()
    cache.put(verdict.model_copy(update={"faults": [fault]}), "key")
    assert cache.get("key")


# -- time ---------------------------------------------------------------------------------------------------


class Turns:
    """Says in which turn something runs."""

    def __init__(self) -> None:
        self.now = ""

    @contextlib.contextmanager
    def _turn(self, kind: str) -> Iterator[None]:
        self.now = kind
        yield
        self.now = ""

    def shared(self) -> contextlib.AbstractContextManager[None]:
        return self._turn("shared")

    def alone(self) -> contextlib.AbstractContextManager[None]:
        return self._turn("alone")


Timed = Callable[[Findings, Findings], tuple[Verdict, list[str]]]


@pytest.fixture
def timed(judge: Dispatcher, toy: Lab, monkeypatch: pytest.MonkeyPatch) -> Timed:
    """The verdict where a judge finds this first and that afterwards, and in which turns it was asked."""

    def timed(*finds: Findings) -> tuple[Verdict, list[str]]:
        turns, asked, left = Turns(), [], list(finds)

        def find(*_: object) -> Findings:
            asked.append(turns.now)
            return left.pop(0)

        monkeypatch.setattr(judge, "_turns", turns)
        monkeypatch.setattr(judge, "_judge", find)
        monkeypatch.setattr(judge, "_cache", VerdictCache())
        return judge.grade(toy, b"", seed="s"), asked

    return timed


@pytest.fixture
def in_time(judge: Dispatcher, toy: Lab, right) -> Findings:
    verdict = judge.grade(toy, right.encode())
    return Findings(broken="", properties=verdict.properties, flags=[], faults=[])


@pytest.fixture
def too_late(in_time: Findings) -> Findings:
    properties = [p.model_copy(update={"outcome": Outcome.TIMEOUT}) for p in in_time.properties]
    return in_time.model_copy(update={"faults": [Fault.TIMEOUT], "properties": properties})


def test_a_timeout_is_judged_again_alone_and_only_that_counts(timed: Timed, in_time, too_late):
    verdict, turns = timed(too_late, in_time)
    assert turns == ["shared", "alone"]
    assert verdict.passed
    assert verdict.faults == []


def test_a_timeout_that_is_one_alone_is_one(timed: Timed, too_late):
    verdict, turns = timed(too_late, too_late)
    assert turns == ["shared", "alone"]
    assert verdict.faults == [Fault.TIMEOUT]
    assert not verdict.passed


def test_nothing_else_is_judged_again(timed: Timed, in_time):
    for faults in ([], [Fault.CRASHED], [Fault.MEMORY], [Fault.PROTOCOL]):
        verdict, turns = timed(in_time.model_copy(update={"faults": faults}))
        assert turns == ["shared"]
        assert verdict.faults == faults


BURN = """
import hashlib, threading
def burn():
    while True: hashlib.sha256(bytes(2**22))  # without the interpreter's lock
threads = [threading.Thread(target=burn, daemon=True) for _ in range(3)]
for thread in threads: thread.start()
"""


def test_processor_time_is_counted_over_all_threads(grade, make_lab):
    lab = make_lab(
        manifest=MANIFEST.replace(
            "limits: {seconds: 30, call_seconds: 10", "limits: {cpu_seconds: 1, seconds: 60, call_seconds: 60"
        )
    )
    for answer in (BURN + "threads[0].join()", BURN + "def double(x): threads[0].join()"):
        verdict = grade(answer, lab=lab)
        assert verdict.faults == [Fault.TIMEOUT]
        assert verdict.seconds < 30


def test_an_end_of_its_own_making_is_a_crash_whatever_time_it_used(grade):
    assert grade("import os\nos.abort()").faults == [Fault.CRASHED]
    assert grade("def double(x):\n    sum(range(10**6))\n    import os; os.abort()").faults == [Fault.CRASHED]


# -- judge servers ------------------------------------------------------------------------------------------


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[JudgeServers]:
    monkeypatch.setattr(judge_servers, "MAX_SERVERS", 2)
    servers = JudgeServers()
    yield servers
    servers.close()


def test_the_server_used_least_recently_goes(servers, judge: Dispatcher, make_lab, descendants, eventually):
    process = judge._process("torch")
    labs = [make_lab() for _ in range(3)]
    before = len(descendants(zygote_of(judge).pid))

    def use(n: int) -> object:
        with servers.using(process, labs[n], "hidden") as server:
            return server

    first, second = use(0), use(1)
    assert use(0) is first
    assert use(2) is not second  # now there is one too many: the second
    assert use(0) is first
    assert eventually(lambda: len(descendants(zygote_of(judge).pid)) == before + 2)
    assert second.channel.fileno() == -1


def test_a_server_in_use_never_goes(servers, judge: Dispatcher, make_lab):
    process = judge._process("torch")
    labs = [make_lab() for _ in range(4)]
    with contextlib.ExitStack() as stack:
        busy = [stack.enter_context(servers.using(process, lab, "hidden")) for lab in labs]
        with servers.using(process, labs[0], "hidden") as again:
            assert again is busy[0]
        assert all(server.channel.fileno() >= 0 for server in busy)
    assert sum(server.channel.fileno() >= 0 for server in busy) == 2


def test_two_who_come_at_once_share_a_server(servers, judge: Dispatcher, make_lab):
    process, lab, met, got = judge._process("torch"), make_lab(), threading.Barrier(2), []

    def use() -> None:
        with servers.using(process, lab, "hidden") as server:
            met.wait(30)
            got.append(server)

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(got) == 2
    assert got[0] is got[1]
