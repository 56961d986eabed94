"""`portal leads check FILE`: is an export what the portal gave out?"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from portal.leads.chain.checking import check
from portal.leads.chain.exports import public_key

leads = typer.Typer(no_args_is_help=True, help="Leads that exhibitors scanned.")
_CHANGED = 1


@leads.command(name="check")
def check_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="An export: chain-….json.")],
    key: Annotated[
        str, typer.Option(help="The key it should be signed with, in hex. Without one, this portal’s own.")
    ] = "",
) -> None:
    """Say whether an export is valid, or which record was changed or left out. Needs no database."""
    verdict = check(file.read_bytes(), key or public_key())
    console = Console()
    console.print(f"[{'green' if verdict.holds else 'red'}]{verdict.words}[/]", soft_wrap=True, highlight=False)
    if verdict.holds and verdict.erased:
        since = f", {len(verdict.erased_since)} of them after the export" if verdict.erased_since else ""
        console.print(f"Empty records, as they should be after a withdrawal: {verdict.erased}{since}.", soft_wrap=True)
    if not verdict.holds:
        raise typer.Exit(_CHANGED)
