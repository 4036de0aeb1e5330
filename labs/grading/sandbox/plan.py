"""Which layers work on this machine, found out by trying each of them in a child, and how they are put on."""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from labs.grading.sandbox import landlock, layers, seccomp
from labs.grading.verdict import Isolation

_NEEDED_BESIDE = {
    # What torch imports late. Its folders, never the whole of site-packages: hidden suites lie there too.
    "torch": ("torch", "torchgen", "functorch", "numpy", "sympy", "mpmath", "typing_extensions", "triton", "nvidia"),
}
_DEVICES = (Path("/dev/null"), Path("/dev/zero"), Path("/dev/urandom"), Path("/dev/random"))
# What CUDA's user-space driver opens once an answer first uses the GPU.
_CUDA_READABLE = ("/proc", "/sys", "/usr/lib", "/usr/local/nvidia", "/usr/local/cuda", "/lib", "/lib64", "/etc")


@dataclass(frozen=True)
class Plan:
    """The layers that work here. `apply` puts on these and no others."""

    namespaces: bool
    landlock: bool
    seccomp: bool
    other_user: bool
    """Whether an answer runs as another user than root; always true for a caller who is not root."""

    @property
    def isolation(self) -> Isolation:
        fenced = self.landlock and self.seccomp
        missing = [
            name
            for name, there in (
                ("namespaces", self.namespaces),
                ("landlock", self.landlock),
                ("seccomp", self.seccomp),
                ("other-user", self.other_user),
            )
            if not there
        ]
        return Isolation(level=3 if fenced and self.namespaces else 2 if fenced else 1, missing=missing)


def probe(decoy: Path) -> Plan:
    """Try every layer in a child of its own; `decoy` is a file that Landlock must make unreadable."""
    found = Plan(
        namespaces=succeeds(_try_namespaces),
        landlock=succeeds(lambda: _try_landlock(decoy)),
        seccomp=succeeds(_try_seccomp),
        other_user=os.geteuid() != 0 or succeeds(_try_other_user),
    )
    if found.seccomp:
        seccomp.prepare()  # once, for every fork to come
    return found


def apply(
    plan: Plan,
    *,
    ruleset: int | None,
    cpu_seconds: int,
    memory_mib: int | None,
    processes: int,
    file_mib: int,
    cuda: bool = False,
) -> None:
    """Put this process behind every layer of `plan` but the namespaces, which its parent has entered.

    With `cuda` it may do what CUDA's driver needs (`sandbox.cuda`); its ruleset must then be its own.

    The order is the one that works: limits, then privileges (dropping the user clears the death signal, so
    that comes after), then Landlock, then seccomp, which forbids the calls that the others need.
    """
    layers.limit_resources(
        cpu_seconds=cpu_seconds,
        memory_mib=memory_mib,
        processes=processes,
        file_mib=file_mib,
        files=1024 if cuda else 64,  # CUDA opens some twenty for each GPU
    )
    if sys.platform == "linux":
        layers.drop_privileges(change_user=plan.other_user)
        layers.no_new_privileges()
    layers.die_with_parent()
    if plan.landlock and ruleset is not None:
        if cuda:
            landlock.allow_writing_below(ruleset, Path("/proc/self/task"))
        landlock.restrict_self(ruleset)
    if plan.seccomp:
        seccomp.deny_calls(cuda=cuda)


def ruleset_for(libraries: Sequence[str], *, cuda: bool = False) -> int:
    """A Landlock ruleset that lets an answer read the standard library and `libraries`, and write nothing."""
    readable = [*_standard_library(), *_DEVICES[1:]]
    writable = [_DEVICES[0]]
    if cuda:
        readable += map(Path, _CUDA_READABLE)
        writable += Path("/dev").glob("nvidia*")
    for library in libraries:
        for module in _NEEDED_BESIDE.get(library, (library,)):
            spec = importlib.util.find_spec(module)
            if spec and spec.submodule_search_locations:
                readable += map(Path, spec.submodule_search_locations)
            elif spec and spec.origin:
                readable.append(Path(spec.origin))
    return landlock.build_ruleset(readable, writable)


def _standard_library() -> list[Path]:
    """The entries of the standard library's folder, without the site-packages that lie in it."""
    folder = Path(sysconfig.get_path("stdlib"))
    return [entry for entry in folder.iterdir() if entry.name not in ("site-packages", "dist-packages")]


def succeeds(trial: Callable[[], bool]) -> bool:
    """Whether `trial` returns true in a child of its own."""
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(0 if trial() else 1)
        except BaseException:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _try_namespaces() -> bool:
    layers.enter_namespaces()
    return succeeds(lambda: os.getpid() == 1)


def _try_landlock(decoy: Path) -> bool:
    ruleset = ruleset_for(())
    layers.no_new_privileges()
    landlock.restrict_self(ruleset)
    return is_unreadable(decoy) and not is_unreadable(Path(os.__file__))


def _try_seccomp() -> bool:
    layers.no_new_privileges()
    seccomp.deny_calls()
    return seccomp.sockets_are_denied()


def _try_other_user() -> bool:
    layers.drop_privileges(change_user=True)
    return not is_unreadable(Path(os.__file__))


def is_unreadable(path: Path) -> bool:
    """Whether opening `path` is refused, by trying."""
    try:
        os.close(os.open(path, os.O_RDONLY))
    except PermissionError:
        return True
    return False
