"""065: leave something behind that keeps the judge's pipe open. No process can be left; what is in flight ends, too."""

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import WRONG, fails
from tests.labs.attacks.tools import TRY

DAEMON = (
    TRY
    + """
import signal, time
def daemon(fork):
    if fork() == 0:
        attempt(os.setsid)
        if fork() == 0:
            for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT): signal.signal(number, signal.SIG_IGN)
            time.sleep(99)
        os._exit(0)
attempt(daemon, os.fork)
attempt(daemon, lambda: libc("fork"))
"""
)
HEADLESS = """
import ctypes, os, threading, time
def hold():
    copies = [os.dup(fd) for fd in range(3, 8) for _ in range(3)]
    time.sleep(99)
threading.Thread(target=hold).start()
time.sleep(0.05)
ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[os.uname().machine], 0)  # ends the first thread alone
"""
IN_FLIGHT = """
import array, os, socket
fds = []
for fd in range(3, 64):
    try: os.fstat(fd); fds.append(fd)
    except OSError: pass
for fd in list(fds):
    try:
        end = socket.socket(fileno=os.dup(fd))
        while True:
            end.setblocking(False)
            end.sendmsg([b"x" * 60_000], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])
    except OSError: pass
os._exit(0)
"""


def test_no_daemon_can_be_started(attack):
    fails(attack(DAEMON, WRONG))


def test_a_process_without_its_first_thread_is_ended(attack):
    fails(attack(HEADLESS), Fault.TIMEOUT)


def test_descriptors_in_flight_do_not_keep_the_judge_waiting(attack):
    """The pipe by which the warden sees the end, and the socket itself, lie unread in that socket."""
    verdict = attack(IN_FLIGHT)
    fails(verdict, *verdict.faults)
    assert set(verdict.faults) <= {Fault.CRASHED, Fault.PROTOCOL}


def test_letting_go_of_the_pipe_is_the_end(attack):
    fails(attack("import os, time\nos.closerange(3, 64)\ntime.sleep(99)\n"), Fault.CRASHED)
