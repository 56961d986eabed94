"""`portal leads check FILE`: is an export what the portal gave out?"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from portal.leads.chain.checking import agrees, check
from portal.leads.chain.exports import public_key

leads = typer.Typer(no_args_is_help=True, help="Leads that exhibitors scanned.")
_CHANGED = 1


@leads.command(name="check")
def check_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="An export: chain-….json.")],
    key: Annotated[
        str, typer.Option(help="The key it should be signed with, in hex. Without one, this portal’s own.")
    ] = "",
    earlier: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="An earlier export of the same chain.")
    ] = None,
) -> None:
    """Say whether an export is valid, or which record was changed or left out. Needs no database.

    With an earlier export also whether the chain goes on where that ended.
    """
    content = file.read_bytes()
    verdict = check(content, key or public_key())
    console = Console()
    console.print(f"[{'green' if verdict.holds else 'red'}]{verdict.words}[/]", soft_wrap=True, highlight=False)
    if verdict.holds and verdict.erased:
        since = f", {len(verdict.erased_since)} of them after the export" if verdict.erased_since else ""
        console.print(f"Empty records, as they should be after a withdrawal: {verdict.erased}{since}.", soft_wrap=True)
    goes_on = True
    if verdict.holds and earlier is not None:
        before = earlier.read_bytes()
        goes_on = check(before, key or public_key()).holds and agrees(before, content)
        console.print(
            "It goes on where the earlier export ended."
            if goes_on
            else "[red]It does not go on where the earlier export ended.[/]",
            soft_wrap=True,
        )
    if not verdict.holds or not goes_on:
        raise typer.Exit(_CHANGED)
