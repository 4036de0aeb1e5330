"""Which banks a command looks at: ours, and the private ones that `--bank` and ROPES_BANKS name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.output import give_up, narrate

if TYPE_CHECKING:
    from quiz.bank.loader import Bank
    from quiz.bank.private import PrivateBank

BanksOption = Annotated[
    list[Path] | None,
    typer.Option("--bank", metavar="DIR", envvar="ROPES_BANKS", help="A private bank beside ours; may be repeated."),
]
PrivateBankOption = Annotated[
    Path | None, typer.Option("--bank", metavar="DIR", help="A private bank, instead of the one that ropes brings.")
]


def open_banks(context: typer.Context, folders: Iterable[Path] | None = None) -> Bank:
    """Our bank with those in `folders` and in the `--bank` of `ropes` itself beside it, or a sentence and the end."""
    from labs.grading.yaml_source import InvalidFile
    from quiz.bank.banks import Banks
    from quiz.bank.private import UnusableBank

    of_ropes = context.find_root().params.get("bank") or ()
    try:
        bank = Banks([*of_ropes, *(folders or ())])
        tell_left_out(bank)
        return bank
    except UnusableBank as error:
        give_up(str(error))
    except InvalidFile as error:
        give_up(str(error.problems[0]))


def open_bank(folder: Path | None) -> Bank:
    """The private bank in `folder`, or ours where none is named."""
    from quiz.bank.loader import Bank

    return open_private_bank(folder) if folder else Bank()


def open_private_bank(folder: Path) -> PrivateBank:
    from quiz.bank.private import PrivateBank, UnusableBank

    try:
        return PrivateBank(folder)
    except UnusableBank as error:
        give_up(str(error))


def tell_left_out(bank: Bank) -> None:
    for problem in bank.left_out():
        narrate(f"left out: {problem}")
