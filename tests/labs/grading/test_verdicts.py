"""What the judge says of right, wrong, broken and hostile answers."""

from __future__ import annotations

import hashlib

import pytest

from labs.grading.catalogue import Lab
from labs.grading.client import Judge
from labs.grading.verdict import Fault, Outcome, Verdict

PASSED, FAILED, ERROR, TIMEOUT = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.TIMEOUT


def outcomes(verdict: Verdict) -> dict[str, Outcome]:
    return {p.name: p.outcome for p in verdict.properties}


def diagnoses(verdict: Verdict) -> str:
    return " ".join(p.diagnosis.en + p.diagnosis.zh for p in verdict.properties if p.diagnosis)


# -- right and wrong ----------------------------------------------------------------------------------------


def test_a_right_answer_passes(grade, toy: Lab, right):
    verdict = grade(right, path="answer.py", seed="s")
    assert set(outcomes(verdict).values()) == {PASSED}
    assert verdict.passed
    assert verdict.verified
    assert verdict.score == 1.0
    assert verdict.faults == verdict.flags == []
    assert verdict.sha256 == hashlib.sha256(right.encode()).hexdigest()
    assert (verdict.lab, verdict.suite, verdict.answer, verdict.seed) == ("toy", "hidden", "answer.py", "s")
    assert verdict.lab_version == toy.version
    assert 1 <= verdict.isolation.level <= 3
    assert all(p.diagnosis is None for p in verdict.properties)
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


@pytest.mark.parametrize(
    ("answer", "failed", "score"),
    [
        ("def double(x): return x + x.float()", {"keeps-dtype"}, 5 / 6),
        ("def double(x): x += x; return x", {"leaves-input"}, 5 / 6),
        ("def double(x): return 3 * x", {"doubles", "keeps-dtype"}, 2 / 6),
        ("def double(x): return x * 2.001 if x.dim() == 2 else x * 2", {"doubles"}, 3 / 6),
    ],
    ids=["dtype", "in-place", "value", "one-test-of-two"],
)
def test_a_wrong_answer_fails_by_the_property_that_it_breaks(grade, answer, failed, score):
    verdict = grade(answer)
    assert {name for name, outcome in outcomes(verdict).items() if outcome is FAILED} == failed
    assert {name for name, outcome in outcomes(verdict).items() if outcome is PASSED} == outcomes(verdict).keys() - failed
    assert not verdict.passed
    assert verdict.score == pytest.approx(score)
    assert verdict.faults == []


@pytest.mark.parametrize(
    "returned",
    [
        "x * float('nan')",
        "(2 * x).double() if x.dtype == torch.float32 else (2 * x).float()",
        "(2 * x)[None]",
        "(2 * x).flatten()[0]",
        "torch.full_like(x, float('inf'))",
        "(2 * x).expand(2, *x.shape)",
        "(2 * x)[..., :1]",
        "torch.empty(0)",
    ],
)
def test_values_dtypes_and_shapes_are_compared(grade, returned):
    verdict = grade(f"import torch\ndef double(x): return {returned}")
    assert outcomes(verdict)["doubles"] is FAILED
    assert not verdict.passed


@pytest.mark.parametrize(
    "returned",
    [
        "(x + x).t().contiguous().t() if x.dim() == 2 else x + x",
        "torch.stack([x + x, x], -1)[..., 0]",
        "torch.nn.Parameter(x + x) if x.is_floating_point() else x + x",
        "torch._neg_view(-2 * x) if x.dtype in (torch.float32, torch.float64) else x + x",
    ],
    ids=["strides", "view", "parameter", "negative-view"],
)
def test_how_a_right_result_lies_in_memory_does_not_matter(grade, returned):
    verdict = grade(f"import torch\ndef double(x): return {returned}")
    assert verdict.passed, diagnoses(verdict)


HOSTILE = """
class Yes:
    def __eq__(self, other): return True
    def __le__(self, other): return True
    def __bool__(self): return True
    def __repr__(self): raise RuntimeError
    def __str__(self): raise RuntimeError
    __hash__ = None
    shape = dtype = device = property(lambda self: self)
def double(x): return Yes()
"""
SUBCLASS = """
import torch
class Sly(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        name = getattr(func, "__name__", "")
        return True if name in ("allclose", "equal") else super().__torch_function__(func, types, args, kwargs or {})
def double(x): return (3 * x).as_subclass(Sly)
"""


@pytest.mark.parametrize(
    "answer",
    [
        "def double(x): return None",
        "def double(x): return [2.0]",
        "def double(x): return {'$tensor': 0}",
        "def double(x): return {'tree': 1, '__class__': 'Tensor'}",
        "def double(x): return (2 * x.float()).numpy()",
        "def double(x): return True",
        "def double(x): return 'x' * 1000",
        "def double(x):\n    a = []\n    a.append(a)\n    return a",
        "import torch\ndef double(x): return (2 * x.float()).to_sparse()",
        "import torch\ndef double(x): return (2 * x).to(torch.complex64)",
        HOSTILE,
        SUBCLASS,
    ],
)
def test_what_is_no_plain_tensor_never_passes(grade, answer):
    verdict = grade(answer)
    assert outcomes(verdict)["doubles"] in (FAILED, ERROR)
    assert not verdict.passed


def test_a_tensor_without_data_never_passes(grade):
    verdict = grade("import torch\ndef double(x): return (x + x).to('meta')")
    assert outcomes(verdict)["doubles"] is ERROR
    assert verdict.faults == [Fault.RAISED]


def test_floods_on_the_standard_streams_go_nowhere(grade):
    verdict = grade(
        """
        import os, sys
        print("x" * 2**22); sys.stderr.write("y" * 2**22); os.write(1, b"z" * 2**22)
        def double(x):
            print("x" * 2**22); os.write(2, b"z" * 2**22)
            return x + x
        """
    )
    assert verdict.passed


# -- faults by name -----------------------------------------------------------------------------------------

IN_A_CALL = "import {modules}\ndef double(x):\n    {statement}\n    return x + x"
LOOP = "while True: pass"
SEGFAULT = "ctypes.string_at(0)"


@pytest.mark.parametrize("statement", ["os._exit(0)", SEGFAULT, "os.abort()", "os.close(0)\n    os._exit(1)"])
@pytest.mark.parametrize("where", ["import", "call"])
def test_crashes_are_named(grade, statement, where):
    if where == "import":
        verdict = grade("import os, ctypes\n" + statement.replace("\n    ", "\n"))
    else:
        verdict = grade(IN_A_CALL.format(modules="os, ctypes", statement=statement))
    assert verdict.faults == [Fault.CRASHED]
    assert set(outcomes(verdict).values()) == {ERROR}
    assert verdict.score == 0


def test_killing_oneself_is_a_crash_or_nothing(grade):
    """The first process of a namespace of its own is deaf to its own SIGKILL; any other dies of it."""
    verdict = grade(IN_A_CALL.format(modules="signal", statement="signal.raise_signal(signal.SIGKILL)"))
    assert verdict.passed or verdict.faults == [Fault.CRASHED]


@pytest.mark.parametrize(
    "answer",
    [
        LOOP,
        f"def double(x):\n    {LOOP}",
        "import time\ndef double(x): time.sleep(1000)",
        "import signal\ndef double(x): signal.raise_signal(signal.SIGSTOP)" + f"\n    {LOOP}",
        f"def double(x):\n    try:\n        {LOOP}\n    finally:\n        {LOOP}",
    ],
    ids=["import", "call", "sleep", "stopped", "finally"],
)
def test_endless_answers_time_out(grade, hasty, answer):
    verdict = grade(answer.replace("raise_signal(signal.SIGSTOP)\n    ", "raise_signal(signal.SIGSTOP)\n    "), lab=hasty)
    assert verdict.faults == [Fault.TIMEOUT]
    assert outcomes(verdict)["doubles"] is TIMEOUT
    assert verdict.score == 0
    assert verdict.seconds < 10


@pytest.mark.parametrize(
    "statement",
    ["bytearray(2**30)", "torch.ones(2**28)", "[0] * 2**28", "torch.zeros(1).expand(2**40).contiguous()"],
)
def test_memory_beyond_the_limit_is_named(grade, statement):
    verdict = grade(IN_A_CALL.format(modules="torch", statement=f"hog = {statement}"))
    assert verdict.faults == [Fault.MEMORY]
    assert outcomes(verdict)["doubles"] is ERROR


@pytest.mark.parametrize("answer", ["import threading\nhog = bytearray(2**30)", "x = 'x' * 2**30"])
def test_memory_beyond_the_limit_at_import_is_named(grade, answer):
    assert grade(answer).faults == [Fault.MEMORY]


FIND_SOCKET = """
import os, stat, struct, json
sock = next(fd for fd in range(3, 64) if os.path.exists(f"/proc/self/fd") is not None and _is_socket(fd))
"""
SOCKET = """
import json, os, stat, struct
def is_socket(fd):
    try: return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError: return False
sock = next(fd for fd in range(3, 64) if is_socket(fd))
def frame(header, body=b""):
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack(">II", len(raw), len(body)) + raw + body
"""


@pytest.mark.parametrize(
    "attack",
    [
        "os.write(sock, b'\\xff' * 4096)",
        "os.write(sock, struct.pack('>II', 2**32 - 1, 2**32 - 1))",
        "os.write(sock, frame(b'no json'))",
        "os.write(sock, frame(b'[' * 100_000))",
        "os.write(sock, frame([1]))",
        "os.write(sock, frame({}))",
        "os.write(sock, frame({'error': 1}))",
        "os.write(sock, frame({'error': {'type': [], 'line': {}, 'text': {}}}))",
        "os.write(sock, frame(b'{\"error\": {\"text\": \"\\\\ud800\"}}'))",
        "os.write(sock, frame({'tree': {'$tensor': 0}, 'tensors': [{'dtype': 'float32', 'shape': [-1], 'device': 'cpu'}]}))",
        "os.write(sock, frame({'tree': {'$tensor': 0}, 'tensors': [{'dtype': 'float32', 'shape': [2**40], 'device': 'cpu'}]}))",
        "os.write(sock, frame({'tree': 0, 'tensors': [{'dtype': 'bool', 'shape': [0], 'device': 'cpu'}] * 5000}))",
        "os.write(sock, frame({'tree': {'$tensor': 0}, 'tensors': [{'dtype': 'float32', 'shape': [3], 'device': 'meta'}]}, bytes(12)))",
    ],
)
def test_forged_frames_never_pass(grade, attack):
    verdict = grade(SOCKET + f"def double(x):\n    {attack}\n    return x + x")
    assert outcomes(verdict)["doubles"] in (ERROR, FAILED)
    assert not verdict.passed
    assert set(verdict.faults) <= {Fault.PROTOCOL, Fault.RAISED, Fault.CRASHED}
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


@pytest.mark.parametrize("attack", ["os.close(sock)", "os.dup2(0, sock)", "os.write(sock, struct.pack('>II', 8, 0))\n    os._exit(0)"])
def test_hanging_up_is_a_crash(grade, attack):
    verdict = grade(SOCKET + f"def double(x):\n    {attack}\n    return x + x")
    assert verdict.faults == [Fault.CRASHED]


def test_one_byte_at_a_time_runs_into_the_time_limit(grade, hasty):
    verdict = grade(
        SOCKET + "import time\ndef double(x):\n    while True:\n        os.write(sock, b'\\0')\n        time.sleep(0.05)", lab=hasty
    )
    assert not verdict.passed
    assert set(verdict.faults) <= {Fault.TIMEOUT, Fault.PROTOCOL}


def test_replies_sent_ahead_gain_nothing(grade):
    ahead = "os.write(sock, frame({'loaded': True}) + frame({'used': [], 'tree': None, 'tensors': []}) * 20)"
    verdict = grade(SOCKET + ahead + "\ndef double(x): return x + x")
    assert not verdict.passed
    assert outcomes(verdict)["doubles"] is not PASSED


@pytest.mark.parametrize(
    "answer",
    [
        b"def double(x:\n",
        b"def double(x): return '\xff\xfe'",
        b"def double(x): return x\0",
        b"1/0",
        b"raise SystemExit(0)",
        b"raise KeyboardInterrupt",
        b"raise BaseException",
        b"import answer_that_is_not_there",
        b"#" * (2**20 + 1),
        b"from double import double",
        b"class E(Exception):\n    def __str__(self): raise RuntimeError\nraise E",
        b"x = " + b"(" * 500 + b")" * 500,
        b"def f(): f()\nf()",
        b"# coding: no-such-codec\n",
    ],
)
def test_what_cannot_be_loaded_is_unreadable(grade, answer):
    verdict = grade(answer)
    assert verdict.faults == [Fault.UNREADABLE]
    assert set(outcomes(verdict).values()) == {ERROR}
    assert verdict.score == 0


def test_the_line_of_a_syntax_error_is_told(grade):
    assert "line 3" in diagnoses(grade("a = 1\n\ndef double(x:\n"))


@pytest.mark.parametrize("answer", [b"x = " + b"-" * 200_000 + b"1", b"x = " + b"[" * 150 + b"]" * 150 + b"\n1/0"])
def test_sources_that_try_the_compiler_are_a_fault_of_their_own(grade, answer):
    verdict = grade(answer)
    assert not verdict.passed
    assert verdict.faults
    assert set(verdict.faults) <= {Fault.UNREADABLE, Fault.CRASHED, Fault.MEMORY}


def test_marks_and_line_ends_of_editors_are_read(grade, right):
    assert grade(b"\xef\xbb\xbf" + right.replace("\n", "\r\n").encode()).passed
    assert grade("# 加倍\n" + right).passed


@pytest.mark.parametrize(
    "answer", ["", "double = 3", "def Double(x): return x + x", "def double(): return 1", "def double(x): return x.no_such"]
)
def test_missing_or_misnamed_functions_raise_in_the_call(grade, answer):
    verdict = grade(answer)
    assert verdict.faults == [Fault.RAISED]
    assert outcomes(verdict) == dict.fromkeys(outcomes(verdict), ERROR)


@pytest.mark.parametrize("raised", ["SystemExit", "KeyboardInterrupt", "BaseException", "GeneratorExit", "RecursionError"])
def test_whatever_a_call_raises_is_an_error_and_the_next_call_goes_on(grade, raised):
    verdict = grade(f"def double(x):\n    if x.dim() == 2: raise {raised}\n    return x + x")
    assert outcomes(verdict) == {"doubles": ERROR, "keeps-dtype": PASSED, "leaves-input": PASSED, "own-work": PASSED}
    assert verdict.faults == [Fault.RAISED]
    assert f"line 2, {raised}" in diagnoses(verdict)


@pytest.mark.parametrize("text", ["'\\ud800'", "'\\0\\x1b[31m'", "'x' * 10**6", "['[red]', '<script>']"])
@pytest.mark.parametrize("suite", ["public", "hidden"])
def test_no_text_of_an_exception_breaks_the_judge(grade, text, suite):
    """Half a surrogate pair once ended the judge without a verdict."""
    for answer in (f"raise ValueError({text})", f"def double(x): raise ValueError({text})"):
        verdict = grade(answer, suite=suite)
        assert not verdict.passed
        assert verdict.faults in ([Fault.UNREADABLE], [Fault.RAISED])
        assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict
        assert len(diagnoses(verdict)) < 5000


def test_half_a_surrogate_pair_as_a_result_is_no_result(grade):
    verdict = grade("def double(x): return '\\ud800'")
    assert verdict.faults == [Fault.PROTOCOL]


def test_a_file_name_that_is_no_text_can_be_named(grade, right):
    assert "dcff" in grade(right, path="a\udcff.py").model_dump_json()


# -- own work -----------------------------------------------------------------------------------------------

USES = {
    "attribute": "torch.nn.functional.rms_norm(x.float(), x.shape[-1:])",
    "alias": "F.rms_norm(x.float(), x.shape[-1:])",
    "getattr": "getattr(F, 'rms_norm')(x.float(), x.shape[-1:])",
    "torch.ops": "torch.ops.aten.rms_norm(x.float(), x.shape[-1:])",
    "module": "torch.nn.RMSNorm(x.shape[-1])(x.float())",
    "imported module": "Norm(x.shape[-1])(x.float())",
}
PUT_TOGETHER = {
    "getattr": "getattr(F, 'rms_' + 'norm')(x.float(), x.shape[-1:])",
    "torch.ops": "getattr(torch.ops.aten, 'rms_' + 'norm')(x.float(), x.shape[-1:])",
    "module": "getattr(torch.nn, 'RMS' + 'Norm')(x.shape[-1])(x.float())",
    "star": "star(x.float(), x.shape[-1:])",
}
USER = """
import torch
import torch.nn.functional as F
{imports}
def double(x):
    {use}
    return x + x
"""


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_a_forbidden_call_is_not_own_work(grade, use):
    imports = "from torch.nn import RMSNorm as Norm" if "Norm(" in use and "torch" not in use else ""
    verdict = grade(USER.format(imports=imports, use=use))
    assert outcomes(verdict) == {"doubles": PASSED, "keeps-dtype": PASSED, "leaves-input": PASSED, "own-work": FAILED}
    assert not verdict.passed
    assert "line 6" in diagnoses(verdict) or "line 4" in diagnoses(verdict)


@pytest.mark.parametrize("use", PUT_TOGETHER.values(), ids=PUT_TOGETHER.keys())
def test_names_put_together_at_run_time_are_caught_when_they_are_called(grade, use):
    imports = "from torch.nn.functional import *; star = vars()['rms' + '_norm']"
    verdict = grade(USER.format(imports=imports, use=use))
    assert outcomes(verdict)["own-work"] is FAILED
    assert "rms_norm (line 6)" in diagnoses(verdict)


@pytest.mark.parametrize("when", ["if x.dim() == 2: ", "if x.dtype.itemsize == 8: "])
def test_a_forbidden_call_in_one_test_is_enough(grade, when):
    verdict = grade(USER.format(imports="", use=when + PUT_TOGETHER["getattr"]))
    assert outcomes(verdict)["own-work"] is FAILED


@pytest.mark.parametrize(
    "way",
    [
        "import threading\n    t = threading.Thread(target=lambda: getattr(F, 'rms_' + 'norm')(torch.ones(4), (4,)))\n"
        "    t.start(); t.join()",
        "torch.jit.CompilationUnit('def f(x):\\n  return torch.rms_norm(x, [4])').f(torch.ones(4))",
        "with torch._C.DisableTorchFunction(): getattr(F, 'rms_' + 'norm')(torch.ones(4), (4,))",
        "from labs.grading import runtime_check",
        "getattr(torch._C, 'Disable' + 'TorchFunction')",
    ],
    ids=["thread", "torchscript", "mode-off", "the-judge", "computed-name"],
)
def test_ways_around_the_recorder_are_flagged(grade, way):
    """They cannot all be caught; they can be shown to a reviewer."""
    verdict = grade(USER.format(imports="", use=way))
    assert outcomes(verdict)["own-work"] is FAILED or any("line 6" in f or "line 7" in f for f in verdict.flags)


@pytest.mark.parametrize(
    "answer",
    [
        "import torch\nclass RMSNorm(torch.nn.Module): pass\n__all__ = ['RMSNorm', 'double']\ndef double(x): return x + x",
        "class A:\n    def rms_norm(self, x): return x + x\n    def go(self, x): return self.rms_norm(x)\n"
        "def double(x): return A().go(x)",
        "def rms_norm(x): return x + x\ndef double(x):\n    'Twice, without torch.nn.functional.rms_norm().'\n    return rms_norm(x)",
        "import torch\ndef double(x):\n    m = torch.nn.Linear(2, 2)\n    assert list(m.modules())\n    return x + x",
    ],
    ids=["class", "method", "function", "modules"],
)
def test_what_the_answer_defines_itself_is_own_work(grade, answer):
    verdict = grade(answer)
    assert verdict.passed, diagnoses(verdict)
    assert verdict.flags == []


def test_an_answer_that_does_nothing_is_no_own_work(grade):
    assert outcomes(grade("def double(x): raise NotImplementedError"))["own-work"] is ERROR


# -- seeds --------------------------------------------------------------------------------------------------

BY_THE_DRAW = """
from labs.grading.suite import judges

@judges("doubles")
def test_even(candidate, draw):
    assert candidate.double(draw.integers(0, 2, 1)).item() == 0

@judges("keeps-dtype")
def test_sign(candidate, draw):
    assert candidate.double(draw.normal(1)).item() > 0

@judges("leaves-input")
def test_input(candidate, draw):
    assert candidate.double(draw.uniform(0, 1, 1)).item() < 1
"""


def test_a_seed_replays_its_inputs_and_another_draws_others(grade, make_lab, right):
    lab = make_lab(hidden=BY_THE_DRAW)
    seeds = [str(n) for n in range(12)]
    first = [outcomes(grade(right, lab=lab, seed=seed)) for seed in seeds]
    assert first == [outcomes(grade(right, lab=lab, seed=seed)) for seed in seeds]
    assert len({tuple(o.values()) for o in first}) > 2
    assert len({grade(right, lab=lab).seed for _ in range(3)}) == 3


# -- what decides a pass ------------------------------------------------------------------------------------

ONLY_INPUT = """
import pytest
from labs.grading.suite import judges

@judges("doubles")
@judges("doubles")
def test_doubles():
    pytest.skip("needs a GPU")

@judges("keeps-dtype")
def test_dtype():
    pytest.skip("needs a GPU")

@judges("leaves-input")
def test_input(candidate, draw):
    x = draw.normal(4)
    assert candidate.input_after(x).equal(x)
"""


def test_what_only_the_answer_reports_decides_no_pass(grade, make_lab, right):
    verdict = grade(right, lab=make_lab(hidden=ONLY_INPUT))
    assert outcomes(verdict) == {
        "doubles": Outcome.NOT_VERIFIED_HERE,
        "keeps-dtype": Outcome.NOT_VERIFIED_HERE,
        "leaves-input": PASSED,
        "own-work": PASSED,
    }
    assert not verdict.passed
    assert not verdict.verified
    assert verdict.score == 1.0  # over what ran


def test_a_missing_exception_is_a_failure_and_not_an_error(grade, make_lab, right):
    hidden = """
        import pytest
        from labs.grading.proxies import Raised
        from labs.grading.suite import judges

        @judges("doubles")
        @judges("doubles")
        def test_refuses(candidate):
            with pytest.raises(Raised, match="TypeError"):
                candidate.double("text")

        @judges("keeps-dtype")
        def test_nothing(candidate): pass

        @judges("leaves-input")
        def test_nothing_either(candidate): pass
    """
    lab = make_lab(hidden=hidden)
    refusing = "def double(x):\n    if isinstance(x, str): raise TypeError(x)\n    return x + x"
    assert outcomes(grade(right, lab=lab))["doubles"] is FAILED
    verdict = grade(refusing, lab=lab)
    assert verdict.passed
    assert verdict.faults == []


# -- what a verdict shows -----------------------------------------------------------------------------------


def test_a_public_suite_shows_what_was_off(grade):
    wrong = grade("def double(x): return x", suite="public")
    assert "eps" in diagnoses(wrong)
    raising = grade("def double(x): raise ValueError('see ' + str(x.tolist()))", suite="public")
    assert "see [1.0, 2.0]" in diagnoses(raising)


LEAKS = {
    "text": "def double(x): raise ValueError('9' * 7 + str(x.tolist()))",
    "class": "def double(x): raise type('E9999999' + str(x.tolist()), (Exception,), {})()",
    "builtin class": "def double(x): raise type('E9999999' + str(x.tolist()), (ValueError,), {})('9999999')",
    "key": "def double(x): return {'9999999': 1}[str(x.tolist())]",
    "syntax error": "def double(x): exec('9999999 = ' + str(x.tolist()))",
    "note": "def double(x):\n    e = ValueError('9999999')\n    e.add_note(str(x.tolist()))\n    raise e",
    "type name": "def double(x): return type('T9999999', (), {})()",
    "faults": SOCKET
    + "def double(x): os.write(sock, frame({'error': {'type': '9999999', 'line': 9999999, 'text': '9999999', "
    "'fault': '9999999'}, 'used': [{'name': '9999999.rms_norm', 'line': 9999999}, {'name': 'rms_norm', 'line': 9999999},"
    " {'name': 'E.9999999', 'line': 1}, {'name': 'rms_norm', 'line': '9999999'}, 9999999]}))",
    "recorder": "import labs.grading.runtime_check as r\nfrom labs.grading.source_check import Finding\n"
    "def take(self): return [Finding('9999999.rms_norm', 9999999), Finding('rms_norm', 9999999)]\n"
    "r.CallRecorder.take = take\ndef double(x): return x + x",
}


@pytest.mark.parametrize("answer", LEAKS.values(), ids=LEAKS.keys())
def test_a_hidden_suite_shows_nothing_of_its_inputs(grade, answer):
    """What an answer says of itself while hidden inputs are in its hands comes back as a few fixed words."""
    verdict = grade(answer)
    assert not verdict.passed
    report = diagnoses(verdict) + " ".join(verdict.flags)
    assert "9999999" not in report
    assert "tensor" not in report


def test_one_line_for_each_name_that_the_answer_reports(grade):
    """Line numbers, too, could carry an input: a hundred of them a call once did."""
    verdict = grade(
        """
        import labs.grading.runtime_check as r
        from labs.grading.source_check import Finding
        r.CallRecorder.take = lambda self: [Finding("rms" "_norm"[:0] + "_norm"[:0] + "rms_" + "norm", n) for n in range(50, 90)]
        def double(x): return x + x
        """
    )
    assert diagnoses(verdict).count("rms_norm") == 2  # once in each language


def test_run_gives_output_value_and_own_traceback_lines(judge: Judge, toy: Lab, right):
    done = judge.run(toy, right.encode(), "print('hello')\ndouble(torch.tensor([1.5]))")
    assert (done.output, done.value, done.fault) == ("hello\n", "tensor([3.])", None)
    failed = judge.run(toy, b"def double(x):\n    return x / 0\n", "double(1)")
    assert failed.fault is Fault.RAISED
    assert failed.traceback[-1] == "ZeroDivisionError: division by zero"
    assert any(line.startswith("answer.py:2 in double") for line in failed.traceback)
    assert not any("candidate.py" in line for line in failed.traceback)


@pytest.mark.parametrize(
    ("answer", "snippet", "fault"),
    [
        ("def double(x:", "1", Fault.UNREADABLE),
        ("", "import os; os._exit(3)", Fault.CRASHED),
        ("", "while True: pass", Fault.TIMEOUT),
        ("", "bytearray(2**30)", Fault.MEMORY),
        ("", "x = (", Fault.RAISED),
        ("", "raise SystemExit", Fault.RAISED),
        (SOCKET, "os.write(sock, frame({'output': 7}))", Fault.PROTOCOL),
        (SOCKET, "os.write(sock, frame({'output': {'output': 'x', 'fault': 'none such'}}))", Fault.PROTOCOL),
        (SOCKET + "os.write(sock, frame({'loaded': False, 'error': 7}))", "1", Fault.PROTOCOL),
    ],
)
def test_run_names_its_faults(judge: Judge, hasty: Lab, answer, snippet, fault):
    assert judge.run(hasty, answer.encode(), snippet).fault is fault


@pytest.mark.parametrize("snippet", ["print('\\ud800')", "'\\ud800'", "print('x' * 10**7)", "'x' * 10**7", "raise ValueError('\\ud800')"])
def test_run_bounds_and_mends_what_it_shows(judge: Judge, toy: Lab, snippet):
    done = judge.run(toy, b"", snippet)
    text = done.model_dump_json()
    assert len(text) < 40_000
    assert done.fault in (None, Fault.RAISED)
