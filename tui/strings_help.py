"""What the help says of each screen and widget, in both languages."""

from __future__ import annotations

HELP: dict[str, tuple[str, str]] = {
    "help.title": ("Help", "帮助"),
    "help.keys": ("Keys that work here", "此处可用的按键"),
    "help.help": ("Escape closes the help.", "按 Esc 关闭帮助。"),
    "help.home": (
        "Home shows the tracks of the quiz and the labs, and how far this session has come. Everything you do is "
        "saved at once: quit whenever you like and go on later. N begins a new session, in which nothing is "
        "answered yet; R shows the report on this one. F chooses questions by track, type and level. M shows the labs "
        "as a map: which needs which, and which comes next. K opens the functions behind the questions as calculators.",
        "主页列出题目的各个方向和实验，以及本场次的进度。所有操作即时保存：随时可以退出，之后再继续。按 N 开始"
        "新的场次，从头作答；按 R 查看本场次的报告；按 F 按方向、题型和难度选题；"
        "按 M 查看实验地图，上面有各实验的先后关系和建议的下一个；按 K 打开计算器，用自己的数调用题目背后的函数。",
    ),
    "help.calculator": (
        "Choose a calculator and type your own numbers; commas set apart the names in a list. A known model fills "
        "in the fields that its shape says. Enter in a field, the button or F5 computes: the function runs in a "
        "process of its own with the libraries themselves, which takes some seconds. Below the result stands what the "
        "function says of itself: its formula and its source.",
        "选择一个计算器，填入自己的数；列表中的各个名称用逗号分隔。选择已知模型，会按其结构填入对应的各栏。"
        "在输入框中按 Enter、单击按钮或按 F5 即可计算：函数在单独的进程中调用相关的库，需要几秒到十几秒。"
        "结果下方是函数自己的说明：公式与出处。",
    ),
    "help.filter": (
        "The quiz asks those questions that fit all three lists and are not answered yet. Enter starts it; Escape "
        "leads back, and the ticks stay until the app ends.",
        "只出同时符合三栏条件且尚未作答的题目。按 Enter 开始；按 Esc 返回，勾选在退出应用之前一直保留。",
    ),
    "help.ticks": (
        "The arrows move, Space or a click ticks. Tab or the right arrow goes to the next list.",
        "方向键移动，空格或单击勾选；Tab 或右方向键切换到下一栏。",
    ),
    "help.menu": (
        "In a list: the arrows move, Enter or a click opens. Tab or the right arrow goes to the next list.",
        "在列表中：方向键移动，Enter 或单击打开；Tab 或右方向键切换到下一个列表。",
    ),
    "help.quiz": (
        "Each answer is saved, marked and explained at once; then Enter or N goes on. Ctrl+N puts a question "
        "behind the others. Page Up and Page Down scroll.",
        "每次作答都会立即保存、判分并给出解析，之后按 Enter 或 N 继续。"
        "Ctrl+N 把本题放到最后。PageUp 和 PageDown 翻页。",
    ),
    "help.single": (
        "Exactly one option is right. The arrows, a digit, a letter (by position) or a click choose; Enter answers.",
        "只有一个选项正确。用方向键、数字、字母（按显示位置）或单击选择，按 Enter 作答。",
    ),
    "help.multiple": (
        "Several options may be right. Space, a digit, a letter (by position) or a click ticks one; Enter answers. "
        "A wrong tick costs as much as a right one earns.",
        "可能有多个选项正确。用空格、数字、字母（按显示位置）或单击勾选，按 Enter 作答。错选一项与选对一项的得分相抵。",
    ),
    "help.numeric": (
        "Type the number alone, in the unit that stands beside the field. Enter answers.",
        "只输入数字，单位见输入框旁。按 Enter 作答。",
    ),
    "help.trace": (
        "Type what the code prints. White space never counts. Enter answers.",
        "输入代码打印的内容，空白不影响判分。按 Enter 作答。",
    ),
    "help.ordering": (
        "Space picks an item up, the arrows carry it, Space puts it down; Shift with an arrow, or [ and ], moves it at "
        "once. With the mouse: click an item, then the place where it belongs. Enter answers.",
        "按空格拿起一项，用方向键移动，再按空格放下；"
        "Shift 加方向键或 [ 和 ] 可直接移动。也可先单击一项，再单击目标位置。按 Enter 作答。",
    ),
    "help.matching": (
        "For the line at the cursor, type the letter of the side that belongs to it; the left and right arrows walk "
        "through them. With the mouse: click a line above, then a side below. Enter answers.",
        "对光标所在行，输入与之对应的字母，或用左右方向键逐个切换。"
        "也可先单击上方的一行，再单击下方的一项。按 Enter 作答。",
    ),
    "help.cloze": (
        "Fill in every gap. Enter goes to the next gap, and answers after the last.",
        "填写每个空。按 Enter 跳到下一空，填完最后一空后按 Enter 作答。",
    ),
    "help.spot-the-line": (
        "Mark every line that is wrong with Space or a click. Enter answers. A line marked wrongly costs as much as a "
        "right one earns.",
        "用空格或单击标出每一个错误的行，按 Enter 作答。错标一行与标对一行的得分相抵。",
    ),
    "help.open": (
        "Write your answer; Tab and Ctrl+S lead out of it: Ctrl+S answers. Then compare it with the model answer and "
        "tick the points that it says: only these marks count.",
        "写下你的回答，按 Ctrl+S 作答，按 Tab 离开输入区。之后对照参考答案，勾选你说到的要点：只有这些自评计分。",
    ),
    "help.points": (
        "Space, a digit, a letter or a click ticks a point; Enter saves the marks.",
        "用空格、数字、字母或单击勾选要点，按 Enter 保存自评。",
    ),
    "help.writing": (
        "F4 opens the text in your own editor ($VISUAL or $EDITOR) and takes it back when you close it.",
        "F4 用你自己的编辑器（$VISUAL 或 $EDITOR）打开内容，关闭后取回。",
    ),
    "help.lab": (
        "Read the brief, write the answer, F5 to check it with the public suite, F6 to submit it to the hidden one. "
        "Both may be done as often as you like; each is recorded. F3 goes between reading and writing, 1 to 4 open "
        "the tabs. Where a lab has small inputs for it, F9 looks, once an answer has not passed, for the smallest "
        "on which your answer and the reference differ. Once the lab is passed, 5 shows our reference beside the same "
        "idea in the libraries. N opens the lab that is suggested next, T asks the questions on this topic.",
        "阅读说明并写出答案，F5 用公开测试自测，F6 提交给隐藏测试。"
        "两者次数不限，每次都有记录。F3 在阅读与编辑之间切换，1 到 4 打开各标签页。"
        "若实验备有小规模输入，答案未通过后可按 F9，找出你的答案与参考实现结果不同的最小输入。"
        "通过之后按 5 阅读参考实现，并与库中的代码对照。按 N 打开建议的下一个实验，按 T 做相关题目。",
    ),
    "help.map": (
        "The labs by track and level, each after those that it needs. ✓ passed: an answer passed the hidden suite, in "
        "any session; ◐ tried: judged, but not passed; ○ open: not judged yet. Enter or a click opens a lab, passed "
        "or not; N opens the one that is suggested: what a failed lab needs first, then the same track, then what is "
        "easier.",
        "实验按方向和难度排列，每个实验排在它所需的实验之后。✓ 已通过：在任一场次中通过了隐藏测试；"
        "◐ 尝试过：评测过但未通过；○ 未做：还没有评测过。按 Enter 或单击打开实验，不受先后限制。"
        "按 N 打开建议的下一个：先是未通过的实验所需的，再是同一方向的，再是较容易的。",
    ),
    "help.reference": (
        "Our reference, and the lines of the installed libraries that do the same thing, with what differs. The "
        "arrows scroll in every direction, Tab goes to the other side.",
        "参考实现，以及已安装的库中做同一件事的代码和两者的不同。方向键可上下左右滚动，Tab 切换到另一侧。",
    ),
    "help.editor": (
        "The editor saves what you type within a second; Escape leaves it. F4 opens the code in your own editor "
        "($VISUAL or $EDITOR) and takes it back when you close it.",
        "编辑区在一秒之内自动保存，按 Esc 离开。F4 用你自己的编辑器（$VISUAL 或 $EDITOR）打开代码，关闭后取回。",
    ),
    "help.json": (
        "The line below the editor names the first thing that strict JSON does not allow, with its line and its key; "
        "it follows what you type.",
        "编辑区下方一行会随输入指出第一处不符合严格 JSON 的地方，并给出行号和键。",
    ),
    "help.hints": ("F8 shows the next hint.", "F8 显示下一条提示。"),
    "help.results": (
        "Each property is judged by itself; below one that did not pass stands what usually causes it. Where a line "
        "is named, Enter goes to it, and the next Enter here to the next one.",
        "各检查项分别判定；未通过的检查项下方给出常见原因。若指出了行号，按 Enter 跳到该行，回来再按则跳到下一处。",
    ),
    "help.runner": (
        "Type a line of Python that uses your answer; Enter or F7 runs it. The traceback shows lines of your own file.",
        "输入一行使用你的答案的 Python 代码，按 Enter 或 F7 运行。回溯只显示你自己文件中的行。",
    ),
    "help.report": (
        "The report on this session: marks by the key, your own marks and the judge's verdicts, never added up.",
        "本场次的报告：自动判分、自评分与评测结果分别列出，从不相加。",
    ),
}
