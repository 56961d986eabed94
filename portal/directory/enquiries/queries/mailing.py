"""What the mails about an enquiry need: never who is on the other side while that is hidden."""

import msgspec

from portal.core import db
from portal.directory.enquiries.tables import EnquiryKind, EnquiryState, RecipientState
from portal.directory.enquiries.values import letter


class Letter(msgspec.Struct, frozen=True):
    """An enquiry, and one company of it where the mail is about one. `supplier` is its letter while it is hidden."""

    number: str
    kind: EnquiryKind
    state: EnquiryState
    blind: bool
    email: str
    has_account: bool
    secret: str
    recipients: int
    unread: int
    supplier: str = ""
    recipient_state: RecipientState | None = None
    company: str = ""
    slug: str = ""
    public_email: str = ""
    revealed: bool = False

    @property
    def buyers_page(self) -> str:
        return f"/enquiries/{self.number if self.has_account else self.secret}"

    @property
    def suppliers_page(self) -> str:
        return f"/companies/{self.slug}/manage/enquiries/{self.number}"


class Reader(msgspec.Struct, frozen=True):
    account_id: int
    email: str


_LETTER = """
SELECT e.number, e.kind, e.state, e.blind, e.email, e.account IS NOT NULL AS has_account, e.secret,
    (SELECT count(*) FROM enquiry_recipient o WHERE o.enquiry = e.id AND o.state <> 'blocked') AS recipients,
    (SELECT count(*) FROM enquiry_recipient o JOIN company c ON c.id = o.company
     WHERE o.enquiry = e.id AND o.state <> 'blocked' AND c.organisation IS NULL) AS unread,
    r.position, r.state AS recipient_state, r.revealed_at IS NOT NULL AS revealed, c.name AS company, c.slug,
    c.profile->>'email' AS public_email
FROM enquiry e LEFT JOIN enquiry_recipient r ON r.enquiry = e.id AND r.id = $2
LEFT JOIN company c ON c.id = r.company
WHERE e.id = $1
"""
_READERS = """
SELECT a.id AS account_id, a.email FROM enquiry_recipient r JOIN company c ON c.id = r.company
JOIN membership m ON m.organisation = c.organisation
JOIN account a ON a.id = m.account
WHERE r.id = $1 AND a.erased_at IS NULL
  AND (r.assignee IS NULL OR r.assignee = a.id OR NOT EXISTS (
      SELECT FROM membership o WHERE o.organisation = m.organisation AND o.account = r.assignee))
ORDER BY a.id LIMIT 100
"""


async def letter_about(enquiry: int, recipient: int | None) -> Letter | None:
    row = await db.fetch_one(_LETTER, enquiry, recipient)
    if row is None:
        return None
    values = dict(row)
    position, slug = values.pop("position"), values.pop("slug")
    hidden = values["blind"] and not values["revealed"]
    name = values["company"] or ""
    return msgspec.convert(
        {
            **values,
            "supplier": "" if position is None else f"Supplier {letter(position)}" if hidden else name,
            "company": name,
            "slug": slug or "",
            "public_email": values["public_email"] or "",
            "revealed": bool(values["revealed"]),
        },
        Letter,
    )


async def readers(recipient: int) -> list[Reader]:
    """Who of the company is told: whoever looks after the enquiry, or all members."""
    return [Reader(**row) for row in await db.fetch(_READERS, recipient)]
