"""076: delete what its user owns. An answer may read libraries, and change nothing anywhere."""

import os
from pathlib import Path

import pytest

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, TRY

HOSTILE = (
    TRY
    + """
import shutil
def below(folder):
    return [folder, *(os.path.join(folder, name) for name in ("file", "inner", "inner/file"))]
attempt(shutil.rmtree, HOME)
attempt(os.rename, HOME, HOME + "-ropes-attack")
if os.path.isdir(HOME):
    os.chdir(HOME)  # may be done
attempt(os.unlink, "file")
for path in below(HOME):
    attempt(os.unlink, path)
    attempt(os.rmdir, path)
    attempt(os.truncate, path, 0)
    attempt(open, path, "w")
    attempt(open, path, "r+b")
    attempt(os.replace, path, path + "-ropes-attack")
    attempt(os.chmod, path, 0)
    attempt(os.chown, path, 65534, 65534)
    attempt(os.utime, path, (0, 0))
    attempt(libc, "unlinkat", -100, os.fsencode(path), 0x200)
    attempt(libc, "renameat2", -100, os.fsencode(path), -100, os.fsencode(HOME + "/other"), 2)  # exchange
    attempt(syscall, 452, -100, os.fsencode(path), 0, 0)  # fchmodat2
    attempt(libc, "mount", b"none", os.fsencode(path), b"tmpfs", 0, 0)
fd = os.open(os.path.dirname(HOME), os.O_PATH)  # may be done, and is good for nothing
attempt(os.unlink, "home/file", dir_fd=fd)
attempt(os.rename, "home/file", "home/other", src_dir_fd=fd, dst_dir_fd=fd)
attempt(os.open, "home/file", os.O_WRONLY | os.O_TRUNC, dir_fd=fd)
attempt(os.listdir, fd)
"""
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder whose owner lets everybody do everything."""
    folder = tmp_path / "home"
    (folder / "inner").mkdir(parents=True)
    for path in (folder / "file", folder / "inner" / "file", folder / "other"):
        path.write_text("precious")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777)
    return folder


def test_all_is_as_it_was(attack, home):
    before = _state(home)
    fails(attack(f"HOME = {str(home)!r}\n" + HOSTILE, RIGHT_IF_DONE))
    assert _state(home) == before


def _state(folder: Path) -> dict[str, tuple[object, ...]]:
    paths = [folder, *folder.rglob("*")]
    told = {str(path): os.lstat(path) for path in paths}
    return {path: (s.st_mode, s.st_uid, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for path, s in told.items()}
