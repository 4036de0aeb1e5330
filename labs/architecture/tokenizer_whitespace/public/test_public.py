"""The visible suite: two lines of code. The hidden suite judges more; the brief says what."""

from labs.grading.suite import judges

CODE = "def f(x):\n    return x\t# x\n"
MARKED = "def f(x):<n><|blank_4|>return x<|tab|># x<n>"


@judges("indented-code")
def test_a_function(candidate):
    assert candidate.encode(CODE) == MARKED
    assert candidate.encode(CODE, linebreak=False) == MARKED.replace("<n>", "\n")
    assert candidate.encode(" " * 161) == "<|blank_80|><|blank_80|> "


@judges("and-back")
def test_the_same_function(candidate):
    assert candidate.decode(MARKED) == CODE
    assert candidate.decode("<|blank_80|><|blank_80|> ") == " " * 161
