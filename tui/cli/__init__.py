"""The command line `ropes`.

Data goes to stdout, narration and complaints to stderr. Exit codes: 0 done, 1 something failed, 2 the request
cannot be carried out, 3 the judge itself is at fault. Modules are imported where they are needed: `--help` must
not pay for the app, and nothing here may import torch.
"""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point of the command `ropes`."""
    from tui.cli.installation import scattered_packages

    fault = scattered_packages()
    if fault:
        print(fault, file=sys.stderr)
        raise SystemExit(2)

    from tui.cli.app import cli

    cli()
