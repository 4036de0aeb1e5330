"""011: read the files of other candidates. An answer is handed over as an open file; no folder is granted."""

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.loot import READ_FILE

HOSTILE = (
    READ_FILE
    + """
import glob

def look(x=None):
    folders = [os.path.dirname(path) for path in OTHERS] + ["/tmp", "/var/tmp", "/dev/shm", os.getcwd()]
    paths = OTHERS + [path for folder in folders for path in glob.glob(folder + "/*.py")]
    paths += glob.glob("/proc/[0-9]*/fd/*")  # a file that has no name any more may be open in another process
    return next((text for path in paths if is_file(path) for text in contents(path) if is_secret(text)), None)

def is_file(path):
    try:
        return os.path.isfile(path)
    except OSError:
        return True
"""
)


def test_a_wrong_answer_finds_nothing(heist):
    fails(heist(HOSTILE))


def test_it_works_where_answers_lie_in_one_folder(naive, tmp_path):
    assert naive.gives_away(tmp_path, HOSTILE)
