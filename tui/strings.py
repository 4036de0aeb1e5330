"""Every text of the interface in both languages; tracks, types, levels and outcomes are in `quiz.report.labels`."""

from __future__ import annotations

from labs.grading.content import Language, Text
from tui.strings_help import HELP

_TEXTS: dict[str, tuple[str, str]] = {
    "app.no-terminal": (
        "ropes: the app needs a terminal for its input and its output; `ropes --help` lists the commands that do not.",
        "ropes：应用的输入和输出都需要连接终端；不需要终端的命令见 `ropes --help`。",
    ),
    "app.left-out": (
        "A file of a private bank is left out. {problem}",
        "私有题库中有一个文件未载入。{problem}",
    ),
    # Keys, as the foot line and the help name them.
    "key.answer": ("Answer", "作答"),
    "key.back": ("Back", "返回"),
    "key.calculator": ("Calc", "计算器"),
    "key.carry-down": ("Move the item down", "将该项下移"),
    "key.carry-up": ("Move the item up", "将该项上移"),
    "key.check": ("Check", "自测"),
    "key.close": ("Close", "关闭"),
    "key.clear": ("Clear", "全部清除"),
    "key.compare": ("Compare", "对比"),
    "key.compute": ("Compute", "计算"),
    "key.continue": ("Continue", "继续答题"),
    "key.down": ("One line down", "下移一行"),
    "key.editor": ("$EDITOR", "$EDITOR"),
    "key.filter": ("Filter", "筛选"),
    "key.go-on": ("Answer / go on", "作答 / 继续"),
    "key.help": ("Help", "帮助"),
    "key.hint": ("Hint", "提示"),
    "key.language": ("中文", "English"),
    "key.map": ("Map", "地图"),
    "key.mark": ("Choose, tick or pick up", "选择、勾选或拿起"),
    "key.new-session": ("New session", "新场次"),
    "key.next": ("Next", "下一题"),
    "key.next-choice": ("Next choice", "下一个选项"),
    "key.next-field": ("Next field", "下一栏"),
    "key.next-lab": ("Next lab", "下一个实验"),
    "key.next-list": ("To the next list", "到下一个列表"),
    "key.other-side": ("Other side", "另一侧"),
    "key.page-down": ("Scroll down a page", "向下翻页"),
    "key.page-up": ("Scroll up a page", "向上翻页"),
    "key.previous-choice": ("Previous choice", "上一个选项"),
    "key.previous-list": ("To the previous list", "到上一个列表"),
    "key.questions": ("Questions", "相关题目"),
    "key.quit": ("Quit", "退出"),
    "key.reference": ("Our reference", "参考实现"),
    "key.report": ("Report", "报告"),
    "key.run": ("Run", "试运行"),
    "key.save": ("Save the marks", "保存自评"),
    "key.skip": ("Skip", "跳过"),
    "key.start": ("Start", "开始"),
    "key.submit": ("Submit", "提交"),
    "key.switch-pane": ("Editor", "编辑"),
    "key.to-line": ("To the line named", "跳到所指的行"),
    "key.up": ("One line up", "上移一行"),
    "key.write-html": ("Write HTML file", "写出 HTML 文件"),
    # Home.
    "home.title": ("ropes", "ropes"),
    "home.lead": (
        "Learn the ropes of LLM fine-tuning: questions to answer, code to write.",
        "大模型微调面试准备：答题，写代码。",
    ),
    "home.quiz": ("Questions", "题目"),
    "home.labs": ("Labs", "实验"),
    "home.start": ("All questions: start", "全部题目：开始"),
    "home.continue": ("All questions: continue", "全部题目：继续"),
    "home.progress": ("{answered} of {total} answered", "共 {total} 题，已答 {answered} 题"),
    "home.filter": ("Filter by track, type, level", "按方向、题型、难度筛选"),
    "home.filter-none": ("no filter", "未筛选"),
    "home.lab": ("{level} · {minutes} min\n  {state}", "{level} · {minutes} 分钟\n  {state}"),
    "home.lab-new": ("not begun", "未开始"),
    "home.lab-begun": ("begun", "进行中"),
    "home.lab-submitted": ("submitted, best {percent} %", "已提交，最高 {percent} %"),
    "home.new-session-started": (
        "A new session has begun; the one before is kept.",
        "已开始新的场次，上一场次的记录保留。",
    ),
    # The filter.
    "filter.lead": (
        "Tick what to be asked about. A list without a tick leaves all of it in.",
        "勾选想做的题目。某一栏不勾选，即不限。",
    ),
    "filter.tracks": ("Track", "方向"),
    "filter.types": ("Type", "题型"),
    "filter.levels": ("Level", "难度"),
    "filter.some-tracks": ("{count} tracks", "{count} 个方向"),
    "filter.some-types": ("{count} types", "{count} 种题型"),
    "filter.some-levels": ("{count} levels", "{count} 档难度"),
    "filter.count": (
        "{total} questions match, {answered} of them answered.",
        "符合条件的题目 {total} 道，已答 {answered} 道。",
    ),
    "filter.nothing": (
        "No question matches: take a tick away, or clear them all with C.",
        "没有符合条件的题目：请去掉一些勾选，或按 C 全部清除。",
    ),
    "filter.on-topic": ("a lab's topic", "实验的相关题目"),
    "filter.start": ("Start", "开始"),
    # The calculators.
    "calculator.lead": (
        "The functions behind the questions, with numbers of your own.",
        "题目背后的函数，参数由你来定。",
    ),
    "calculator.title": ("Calculators", "计算器"),
    "calculator.model": ("Fill in a known model", "填入已知模型的参数"),
    "calculator.compute": ("Compute", "计算"),
    "calculator.ready": ("Enter in a field, or F5, computes.", "在输入框中按 Enter，或按 F5，开始计算。"),
    "calculator.computing": (
        "Computing with the libraries themselves, which takes some seconds…",
        "正在调用相关的库进行计算，需要几秒到十几秒……",
    ),
    "calculator.busy": ("The last computation is still running.", "上一次计算尚未结束。"),
    "calculator.result": ("Result: {value}", "结果：{value}"),
    "calculator.failed": ("✗ Not computed: {sentence}", "✗ 无法计算：{sentence}"),
    "calculator.formula": ("Formula and source: {function} in {file}", "公式与出处：{file} 中的 {function}"),
    # Quiz.
    "quiz.position": ("Question {number} of {total}", "第 {number} 题，共 {total} 题"),
    "quiz.filter": ("filter: {chosen}", "筛选：{chosen}"),
    "quiz.answer": ("Answer", "作答"),
    "quiz.save-marks": ("Save the marks", "保存自评"),
    "quiz.next": ("Next question", "下一题"),
    "quiz.to-report": ("To the report", "查看报告"),
    "quiz.incomplete": ("Something is still missing from the answer.", "作答还不完整。"),
    "quiz.all-done": (
        "All {total} questions are answered. Enter shows the report, Escape leads back.",
        "全部 {total} 道题均已作答。按 Enter 查看报告，按 Esc 返回。",
    ),
    "answer.number": ("a number, such as 6738, 0.5 or 3.5e9", "数字，例如 6738、0.5 或 3.5e9"),
    "answer.output": ("what it prints; type a line break as a space", "输出的内容；换行可用空格代替"),
    "mark.right": ("✓ Right", "✓ 正确"),
    "mark.partly": ("◐ Partly right: {percent} %", "◐ 部分正确：{percent} %"),
    "mark.wrong": ("✗ Not right", "✗ 不正确"),
    "mark.self": ("Your own mark: {percent} %", "自评得分：{percent} %"),
    "feedback.key": ("Right answer", "正确答案"),
    "feedback.chosen": ("About your answer", "关于你的回答"),
    "feedback.why": ("Why", "解析"),
    "feedback.next": ("What an interviewer asks next", "面试官的追问"),
    "feedback.sources": ("Sources", "出处"),
    "open.model": ("A model answer", "参考答案"),
    "open.tick": (
        "Tick every point that your own answer says, misconceptions too. Enter saves the marks.",
        "请勾选你的作答中说到的每一点，误解也要勾选。按 Enter 保存自评。",
    ),
    # Labs.
    "tab.brief": ("1 Brief", "1 说明"),
    "tab.hints": ("2 Hints", "2 提示"),
    "tab.results": ("3 Results", "3 结果"),
    "tab.run": ("4 Run", "4 试运行"),
    "hints.lead": (
        "Three hints: where to look, what to do, how to write it. The report counts those you take.",
        "共三条提示：看哪里、做什么、怎么写。报告会记下你看了几条。",
    ),
    "hints.next": ("Show the next hint", "显示下一条提示"),
    "hints.number": ("Hint {number} of {total}", "提示 {number} / {total}"),
    "lab.busy": ("The last one is still running.", "上一次尚未结束。"),
    "lab.no-run": (
        "The answer is a configuration: there is no code to run. F5 checks it.",
        "本实验的答案是配置文件，没有可试运行的代码。按 F5 自测。",
    ),
    "lab.too-large": (
        "The answer is larger than {limit} KiB: it is neither saved nor judged until it is shorter.",
        "答案超过 {limit} KiB：缩短之前既不保存也不评测。",
    ),
    "lab.questions": ("Questions on this topic: {count} (T)", "相关题目：{count} 道（T）"),
    # The map of the labs.
    "map.lead": (
        "Each lab after those that it needs. Enter opens it, T asks its questions.",
        "每个实验排在它所需的实验之后。按 Enter 打开实验，按 T 做相关题目。",
    ),
    "map.title": ("{passed} of {total} labs passed", "共 {total} 个实验，已通过 {passed} 个"),
    "map.heading": ("{track} · {level}", "{track} · {level}"),
    "map.next": ("Next lab: {title} (N)", "下一个实验：{title}（N）"),
    "map.next-id": ("Next lab: {lab}", "下一个实验：{lab}"),
    "map.passed": ("passed", "已通过"),
    "map.tried": ("tried", "尝试过"),
    "map.open": ("open", "未做"),
    "map.minutes": ("{minutes} min", "{minutes} 分钟"),
    "map.needs": ("needs {labs}", "需先通过：{labs}"),
    "map.questions": ("questions: {count}", "相关题目 {count} 道"),
    "map.no-questions": ("The bank has no questions on this topic yet.", "题库中还没有与此相关的题目。"),
    "map.column-track": ("track", "方向"),
    "map.column-level": ("level", "难度"),
    "map.column-lab": ("lab", "实验"),
    "map.column-needs": ("needs", "需先通过"),
    # Our reference beside the libraries.
    "reference.open": ("Our reference beside the libraries' code (5)", "参考实现，与库中代码对照（5）"),
    "reference.ours": ("Our reference: {path}", "参考实现：{path}"),
    "reference.theirs": ("The same idea in the libraries", "库中的同一做法"),
    "reference.nothing": (
        "This lab names no library code to compare with.",
        "本实验没有列出可供对照的库代码。",
    ),
    "reference.where": (
        "{name}\n{library} {version}: {path}, lines {first} to {last}",
        "{name}\n{library} {version}：{path}，第 {first} 至 {last} 行",
    ),
    "reference.differs": ("What differs", "有何不同"),
    "reference.not-installed": (
        "{name}: {library} is not installed here, so its source cannot be shown.",
        "{name}：此处未安装 {library}，无法显示源码。",
    ),
    "reference.not-found": (
        "{name}: not found in the installed {library} {version}.",
        "{name}：在已安装的 {library} {version} 中没有找到。",
    ),
    "reference.not-passed": (
        "{lab} is not passed yet: its reference can be read after a submission in the app (`ropes`) has passed",
        "{lab} 尚未通过：在应用（`ropes`）中提交并通过之后，才能阅读参考实现",
    ),
    # What strict JSON has against a config.
    "json.fine": ("✓ Strict JSON. F5 checks what it says.", "✓ JSON 格式无误。按 F5 检查内容。"),
    "results.none": (
        "Nothing judged yet. F5 checks the answer with the public suite, F6 submits it to the hidden one.",
        "尚未评测。F5 用公开测试自测，F6 提交给隐藏测试。",
    ),
    "results.warming": (
        "The judge is loading the libraries of this lab, once, which takes some seconds; then the answer is judged…",
        "评测程序正在加载本实验所需的库，仅需一次，约几秒到十几秒，随后开始评测……",
    ),
    "results.running-public": ("Checking with the public suite…", "正在用公开测试自测……"),
    "results.running-hidden": ("Judging with the hidden suite…", "正在用隐藏测试评测……"),
    "results.public-passed": ("✓ Public suite: all {total} properties passed", "✓ 公开测试：{total} 个检查项全部通过"),
    "results.public-failed": (
        "✗ Public suite: {passed} of {total} properties passed",
        "✗ 公开测试：{total} 个检查项通过 {passed} 个",
    ),
    "results.hidden-passed": (
        "✓ Submitted: passed, {passed} of {total} properties, score {percent} %",
        "✓ 已提交：通过，{total} 个检查项通过 {passed} 个，得分 {percent} %",
    ),
    "results.hidden-failed": (
        "✗ Submitted: not passed, {passed} of {total} properties, score {percent} %",
        "✗ 已提交：未通过，{total} 个检查项通过 {passed} 个，得分 {percent} %",
    ),
    "results.fault": (
        "The judge failed; nothing is known about the answer. {sentence}",
        "评测程序出错，答案未得到评测。{sentence}",
    ),
    "results.flag": ("Flag for the reviewer", "供评审参考的标记"),
    "results.fact": ("{name}: {value}", "{name}：{value}"),
    "results.not-verified": (
        "Some properties could not be verified on this machine.",
        "部分检查项在本机无法验证。",
    ),
    "compare.running": (
        "Looking for the smallest input on which your answer and the reference differ…",
        "正在寻找你的答案与参考实现结果不同的最小输入……",
    ),
    "compare.found": (
        "The smallest input found on which your answer and the reference differ",
        "你的答案与参考实现结果不同的最小输入",
    ),
    "compare.not-alone": (
        "They differ here only after other calls, or by chance: does your answer keep anything between two calls?",
        "单独执行这次调用时结果一致，在其他调用之后才不同（或结果是随机的）：你的答案是否在两次调用之间保留了状态？",
    ),
    "compare.none": (
        "No difference was found on small inputs. The suites judge more than that: their diagnoses say what.",
        "在小规模输入上没有发现不同。测试检查的内容不止这些，请看各检查项的诊断。",
    ),
    "compare.call": ("Call in harness.py", "harness.py 中的调用"),
    "compare.yours": ("Your answer", "你的答案"),
    "compare.reference": ("Reference", "参考实现"),
    "run.lead": (
        "Enter or F7 runs this line after your answer, in the sandbox.",
        "按 Enter 或 F7，在沙箱中先加载你的答案，再运行这一行。",
    ),
    "run.placeholder": ("a line of Python that uses your answer", "一行使用你的答案的 Python 代码"),
    "run.running": ("Running…", "正在运行……"),
    "run.done": ("✓ Ran to its end", "✓ 运行结束"),
    "run.fault": ("✗ It {fault}", "✗ 运行失败：{fault}"),
    "run.output": ("Output", "输出"),
    "run.value": ("Value", "值"),
    "run.traceback": ("Traceback", "回溯"),
    "run.truncated": ("(shortened)", "（已截短）"),
    "run.nothing": ("(no output and no value)", "（没有输出，也没有值）"),
    # The person's own editor.
    "editor.no-suspend": (
        "This terminal cannot step aside for another program; please write here.",
        "此终端无法切换到其他程序，请直接在这里编辑。",
    ),
    "editor.not-found": (
        "The editor {command} could not be started; set EDITOR to one that is installed.",
        "无法启动编辑器 {command}；请将 EDITOR 设为已安装的编辑器。",
    ),
    "editor.failed": (
        "The editor {command} ended with status {status}; your text is as it was.",
        "编辑器 {command} 以状态 {status} 退出；内容保持不变。",
    ),
    "editor.too-large": (
        "That text is larger than {limit} KiB; what was here before is kept.",
        "内容超过 {limit} KiB，已保留原来的内容。",
    ),
    "editor.unreadable": (
        "What the editor left behind is not UTF-8 text; what was here before is kept.",
        "编辑器保存的内容不是 UTF-8 文本，已保留原来的内容。",
    ),
    # Report.
    "report.building": ("Building the report…", "正在生成报告……"),
    "report.lead": (
        "This session so far. W writes it as one HTML file, to be printed or passed on.",
        "本场次至今的报告。按 W 写出单个 HTML 文件，便于打印或转交。",
    ),
    "report.written": ("Written to {path}", "已写入 {path}"),
    **HELP,
}


def say(key: str, language: Language, **fields: object) -> str:
    """The text called `key`, with `fields` in its braces. Raises `KeyError` for a key that there is not."""
    en, zh = _TEXTS[key]
    return (zh if language is Language.ZH else en).format(**fields)


def texts() -> dict[str, Text]:
    """Every text."""
    return {key: Text(en=en, zh=zh) for key, (en, zh) in _TEXTS.items()}
