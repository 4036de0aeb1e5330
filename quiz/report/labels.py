"""The report's own words, in both languages."""

from __future__ import annotations

from labs.grading.content import Language, Text

_LABELS: dict[str, tuple[str, str]] = {
    "report": ("Report", "报告"),
    "session": ("Session", "场次"),
    "started": ("Started", "开始时间"),
    "person": ("Person", "答题人"),
    "duration": ("Duration", "用时"),
    "tool-version": ("Made with ropes", "ropes 版本"),
    "language": ("Language", "语言"),
    "en": ("English", "英文"),
    "zh": ("Chinese", "中文"),
    "not-finished": ("the session was not finished", "本场尚未结束"),
    # Scores.
    "scores": ("Scores by track", "各方向得分"),
    "scores-note": (
        "Marks by the key, marks that people gave themselves and the judge's verdicts each have a column of their "
        "own; they are never added up.",
        "按标准答案判的分、答题人自评的分、评测程序给实验的分各占一列，互不相加。",
    ),
    "track": ("Track", "方向"),
    "shown": ("Shown", "出题"),
    "answered": ("Answered", "作答"),
    "automatic-marks": ("Automatic marks", "自动判分"),
    "self-given-marks": ("Self-given marks", "自评分"),
    "unmarked": ("Unmarked", "未评"),
    "lab-marks": ("Labs (judge)", "实验（评测）"),
    "total": ("Total", "合计"),
    "not-in-bank": ("no longer there", "已移除"),
    "architecture": ("Architecture", "模型架构"),
    "peft": ("PEFT", "参数高效微调"),
    "deepspeed": ("DeepSpeed", "DeepSpeed"),
    "debugging": ("Debugging", "排错"),
    "practice": ("Practice", "微调实践"),
    "outlook": ("Outlook", "展望"),
    # Questions.
    "questions": ("Questions", "题目"),
    "no-questions": ("No question was shown.", "没有出过题。"),
    "answer": ("Answer", "作答"),
    "key": ("Key", "标准答案"),
    "model-answer": ("Model answer", "参考答案"),
    "mark": ("Mark", "得分"),
    "explanation": ("Explanation", "解析"),
    "sources": ("Sources", "出处"),
    "rubric": ("Rubric, judged by the person themselves", "评分点（答题人自评）"),
    "not-answered": ("not answered", "未作答"),
    "automatic": ("automatic", "自动判分"),
    "self-given": ("self-given", "自评"),
    "not-marked": ("not marked yet", "尚未评分"),
    "attempt": ("one attempt", "作答 1 次"),
    "attempts": ("{n} attempts, the last one counts", "作答 {n} 次，以最后一次为准"),
    "answered-in": ("answered after {duration}", "作答用时 {duration}"),
    "required": ("required", "必答点"),
    "bonus": ("bonus", "加分点"),
    "fatal": ("fatal misconception", "致命误解"),
    "said": ("said", "已提到"),
    "not-said": ("not said", "未提到"),
    "single": ("single choice", "单选题"),
    "multiple": ("multiple choice", "多选题"),
    "numeric": ("numeric", "数值题"),
    "ordering": ("ordering", "排序题"),
    "matching": ("matching", "配对题"),
    "cloze": ("cloze", "填空题"),
    "trace": ("trace", "推演输出题"),
    "spot-the-line": ("spot the line", "找错行题"),
    "log-diagnosis": ("log diagnosis", "日志诊断题"),
    "open": ("open", "开放题"),
    "warm-up": ("warm-up", "热身"),
    "core": ("core", "核心"),
    "deep": ("deep", "深入"),
    "question-changed": (
        "This question has changed since: version {version} was answered; what follows is today's.",
        "本题此后有改动：作答时为版本 {version}，以下为当前版本的内容。",
    ),
    "question-gone": (
        "This question (version {version}) is no longer in the bank: only the answer is left.",
        "本题（版本 {version}）已不在题库中，仅保留作答。",
    ),
    # Labs.
    "labs": ("Labs", "实验"),
    "no-labs": ("No lab was opened.", "没有打开过实验。"),
    "all-passed": ("all passed", "全部通过"),
    "some-failed": ("not all passed", "未全部通过"),
    "not-all-verified": ("some could not be verified here", "部分检查项此处无法验证"),
    "score": ("Score", "得分"),
    "work": ("Work", "过程"),
    "work-done": (
        "submissions: {submissions} · checks: {checks} · own runs: {runs} · hints taken: {hints} · {duration}",
        "提交 {submissions} 次 · 自测 {checks} 次 · 试运行 {runs} 次 · 查看提示 {hints} 条 · 用时 {duration}",
    ),
    "not-submitted": ("Never submitted: the code below was not judged.", "从未提交：下面的代码未经评测。"),
    "no-code": ("No code was written.", "没有写过代码。"),
    "unreadable-verdict": (
        "The verdict on the last submission cannot be read by this version of ropes.",
        "当前版本的 ropes 读不出最后一次提交的评测结果。",
    ),
    "lab-changed": (
        "This lab has changed since: version {version} was worked on, and the diff is against today's starter.",
        "本实验此后有改动：作答时为版本 {version}，差异以当前的起始代码为准。",
    ),
    "lab-gone": (
        "This lab (version {version}) no longer exists here: there is no starter to compare with.",
        "本实验（版本 {version}）在此处已不存在，没有起始代码可供比较。",
    ),
    "property": ("Property", "检查项"),
    "outcome": ("Outcome", "结果"),
    "weight": ("Weight", "权重"),
    "passed": ("✓ passed", "✓ 通过"),
    "failed": ("✗ failed", "✗ 未通过"),
    "error": ("! error", "! 出错"),
    "timeout": ("… timed out", "… 超时"),
    "not-verified-here": ("– not verified here", "– 此处无法验证"),
    "isolation": ("Isolation", "隔离级别"),
    "isolation-3": ("level 3: namespaces, landlock, seccomp", "3 级：命名空间、landlock、seccomp"),
    "isolation-2": ("level 2: landlock, seccomp", "2 级：landlock、seccomp"),
    "isolation-1": ("level 1: resource limits alone", "1 级：仅限制资源"),
    "missing": ("missing: {missing}", "缺少：{missing}"),
    "device": ("Device", "设备"),
    "seed": ("Seed", "随机种子"),
    "sha256": ("SHA-256 of the answer", "答案的 SHA-256"),
    "lab-version": ("Lab version", "实验版本"),
    "faults": ("Faults", "故障"),
    "fault-raised": ("raised an exception", "抛出异常"),
    "fault-crashed": ("crashed", "进程崩溃"),
    "fault-timeout": ("ran out of time", "超时"),
    "fault-memory": ("ran out of memory", "超出内存限制"),
    "fault-protocol": ("broke the protocol", "违反通信协议"),
    "fault-unreadable": ("could not be loaded", "无法加载"),
    "flags": ("Flags for the reviewer", "供评审参考的标记"),
    "mistakes": ("Answers that fail this way usually go wrong here", "这样失败的答案，通常错在这里"),
    "code": ("Code", "代码"),
    "diff": ("Changes to the starter", "相对起始代码的改动"),
    "no-diff": ("The code is the starter, unchanged.", "代码与起始代码相同，没有改动。"),
    # Anything.
    "left-out": ("shortened: {n} more characters are not shown", "已截短：另有 {n} 个字符未显示"),
    "none": ("none", "无"),
    "separator": (", ", "、"),
    "note": ("{text} ({note})", "{text}（{note}）"),
}


def label(name: str, language: Language, **values: object) -> str:
    """The label called `name`, with `values` in its braces. Raises `KeyError` for a name that there is not."""
    en, zh = _LABELS[name]
    return (zh if language is Language.ZH else en).format(**values)


def labels() -> dict[str, Text]:
    """Every label."""
    return {name: Text(en=en, zh=zh) for name, (en, zh) in _LABELS.items()}
