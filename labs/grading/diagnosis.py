"""What the judge says beside a property that did not pass, in both languages."""

from __future__ import annotations

from collections.abc import Iterable

from labs.grading.content import Text
from labs.grading.source_check import Finding
from labs.grading.verdict import Fault

_ENDED = {
    Fault.TIMEOUT: Text(en="Your code did not answer within the time limit.", zh="你的代码没有在时限内给出结果。"),
    Fault.CRASHED: Text(
        en="The process of your code ended before it answered.",
        zh="你的代码所在的进程在给出结果之前就结束了。",
    ),
    Fault.MEMORY: Text(
        en="Your code asked for more memory than the lab allows.", zh="你的代码申请的内存超过了本实验的上限。"
    ),
    Fault.PROTOCOL: Text(
        en="What your code returned is not of the kind that the brief asks for.",
        zh="你的代码返回的内容不是题目要求的类型。",
    ),
}

NOTHING_WORKED = Text(
    en="Nothing of your answer works yet, so there is nothing to look at.",
    zh="你的答案还没有任何一项能通过，因此无从检查。",
)


def ended(fault: Fault) -> Text:
    """The answer's process gave no usable reply."""
    return _ENDED[fault]


def with_detail(diagnosis: Text, detail: str) -> Text:
    """The lab's own words, followed in a public suite by what was off."""
    if not detail:
        return diagnosis
    return Text(en=f"{diagnosis.en} ({detail})", zh=f"{diagnosis.zh}（{detail}）")


def unreadable(reason: str) -> Text:
    """The file given as an answer cannot be read; `reason` is the system's own words."""
    return Text(en=f"The answer cannot be read: {reason}.", zh=f"无法读取答案：{reason}。")


def raised(type_name: str, line: int, text: str) -> Text:
    """The answer raised an exception; `line` 0 where it is not known, `text` empty where it must not be shown."""
    what = f"{type_name}: {text}" if text else type_name
    if not line:
        return Text(en=f"Your code raised {what}", zh=f"你的代码抛出了 {what}")
    return Text(en=f"Your code raised, at line {line}, {what}", zh=f"你的代码在第 {line} 行抛出了 {what}")


def forbidden_calls(findings: Iterable[Finding]) -> Text:
    """The answer reaches library functions that would do the work."""
    found = sorted(findings, key=lambda f: (f.line, f.name))
    en = ", ".join(f"{f.name} (line {f.line})" if f.line else f.name for f in found)
    zh = "、".join(f"{f.name}（第 {f.line} 行）" if f.line else f.name for f in found)
    return Text(en=f"Not your own work: it reaches {en}.", zh=f"不是自己的实现：用到了 {zh}。")
