"""007: use inherited descriptors. All are closed but its socket, its arena and a pipe that tells of its end."""

from tests.labs.attacks.conftest import fails

HOSTILE = """
import fcntl, mmap, os, socket, stat

def look(x=None):
    if x is None:
        return []  # one look is enough, while a call is served
    return [what for fd in range(1024) for what in tried(fd)]

def tried(fd):
    try:
        mode = os.fstat(fd).st_mode
    except OSError:
        return
    if stat.S_ISDIR(mode):
        yield "a folder"
        for path in HIDDEN:  # beneath it, or above it
            for name in (path, os.path.relpath(path, "/"), "../" * 20 + path):
                try:
                    yield os.read(os.open(name, os.O_RDONLY, dir_fd=fd), 1 << 20)
                except OSError:
                    pass
    if stat.S_ISREG(mode) and os.fstat(fd).st_nlink:
        yield "a file with a name"
    if stat.S_ISSOCK(mode):
        try:
            with socket.socket(fileno=os.dup(fd)) as sock:
                flags = socket.MSG_PEEK | socket.MSG_DONTWAIT
                content, passed, _, _ = sock.recvmsg(1 << 20, 1 << 12, flags)
                if passed or is_secret(content):
                    yield content or passed
        except OSError:
            pass
    elif not stat.S_ISFIFO(mode):
        for read in (lambda: os.pread(fd, 1 << 26, 0), lambda: mmap.mmap(fd, 0, prot=mmap.PROT_READ),
                     lambda: open(f"/proc/self/fd/{fd}", "rb").read()):
            try:
                content = read()
            except (OSError, ValueError):
                continue
            if search(content):
                yield "a secret"
    elif fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
        yield "a pipe to read from"
"""


def test_a_wrong_answer_finds_nothing(heist):
    fails(heist(HOSTILE))


def test_it_works_where_files_are_left_open(naive, tmp_path):
    assert naive.gives_away(tmp_path, HOSTILE)
