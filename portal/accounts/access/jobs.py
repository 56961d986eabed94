"""What the worker does for getting in: mails with codes, notices of changes, sweeping."""

from datetime import datetime

from portal.accounts import queries
from portal.accounts.access import emails
from portal.accounts.access import queries as access_queries
from portal.accounts.access.commands import codes, notices
from portal.core import clock
from portal.core.tokens import digits


async def send_code(*, code_id: int, number: int) -> None:
    """Make the code of a ticket and queue its mail. The code exists in that mail only."""
    wish = await access_queries.wish(code_id)
    if wish is None or wish.sent != number:
        return
    code = digits() if emails.carries_code(wish) else ""
    message = emails.about_wish(wish, code)
    await codes.send(code_id=code_id, number=number, code=code, message=message, now=clock.now())


async def send_password_notice(*, account_id: int, at: str) -> None:
    """Tell the owner that the password was changed."""
    account = await queries.account(account_id)
    if account is None:
        return
    message = emails.password_changed(
        key=f"password-changed:{account_id}:{at}",
        email=account.email,
        at=datetime.fromisoformat(at),
        timezone=account.timezone,
    )
    await notices.send(message=message, now=clock.now())


async def send_address_notice(*, code_id: int) -> None:
    """Tell the old address that the account moved to a new one."""
    moved = await access_queries.moved_address(code_id)
    if moved is None:
        return
    message = emails.address_changed(
        key=f"address-changed:{code_id}", old=moved.old, at=moved.at, timezone=moved.timezone
    )
    await notices.send(message=message, now=clock.now())


async def sweep() -> None:
    """Recurring: drop old tickets and ended sessions."""
    await codes.sweep(now=clock.now())
