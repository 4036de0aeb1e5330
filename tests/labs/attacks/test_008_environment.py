"""008: read the environment. The zygote is started with an environment of its own, of five harmless variables."""

from tests.labs.attacks.conftest import fails

HOSTILE = """
import ctypes, os

def look(x=None):
    seen = [repr(dict(os.environ)).encode(), *of_libc(), *on_the_stack()]
    for pid in ("self", 1, os.getppid(), *range(2, 64)):
        for name in ("environ", "task/%s/environ" % pid):
            try:
                seen.append(open(f"/proc/{pid}/{name}", "rb").read())
            except OSError:
                pass
    return [text for text in seen if is_secret(text)]

def of_libc():
    variables = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
    index = 0
    while variables and variables[index]:
        yield variables[index]
        index += 1

def on_the_stack():
    # The kernel wrote the first environment above the stack; unsetenv does not wipe it.
    libc = ctypes.CDLL(None, use_errno=True)
    page = os.sysconf("SC_PAGESIZE")
    address = ctypes.c_void_p.in_dll(libc, "__libc_stack_end").value & -page
    while True:
        ctypes.set_errno(0)
        libc.access(ctypes.c_void_p(address), 0)
        if ctypes.get_errno() == 14:  # EFAULT: the stack ends here
            return
        yield ctypes.string_at(address, page)
        address += page
"""


def test_a_wrong_answer_finds_nothing(heist):
    fails(heist(HOSTILE))


def test_it_works_where_the_environment_is_handed_on(naive, tmp_path):
    assert naive.gives_away(tmp_path, HOSTILE)
