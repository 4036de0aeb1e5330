"""004: read the reference and the tests from the disk. Landlock grants the libraries' folders and nothing else."""

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.loot import READ_FILE

HOSTILE = (
    READ_FILE
    + """
def look(x=None):
    folders = sorted({os.path.dirname(path) for path in HIDDEN})
    paths = [os.path.join(folder, name) for folder in folders for name in listed(folder)] + HIDDEN
    return next((content for path in paths for content in contents(path) if is_secret(content)), None)

def listed(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return []
"""
)


def test_a_wrong_answer_finds_nothing(heist):
    fails(heist(HOSTILE))


def test_it_works_where_files_can_be_read(naive, tmp_path):
    assert naive.gives_away(tmp_path, HOSTILE)
