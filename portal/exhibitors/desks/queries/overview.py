"""What the first page of a desk says besides its tasks, in one statement: how far the company is, the event’s practical side,
and who of it works here.
"""

from datetime import datetime

import msgspec

from portal.accounts.tables import MemberRole
from portal.core import db
from portal.exhibitors.leads.reminding import IS_DUE
from portal.exhibitors.queries.desks import OURS


class Colleague(msgspec.Struct, frozen=True):
    """A member of the organisation behind the company."""

    name: str
    role: MemberRole


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """`passes` are given, `papers` those for this exhibitor and `unread` those of them nobody read; `shown` counts products,
    news and brochures, `headline` says them in a line. `due` are follow-ups of leads, where those are open to the company, and
    `mine` the reader’s of them. `team` has owners first.
    """

    contact_email: str = ""
    practical_html: str = ""
    venue: str = ""
    booths: tuple[str, ...] = ()
    passes: int = 0
    papers: int = 0
    unread: int = 0
    headline: str = ""
    written: bool = False
    shown: int = 0
    public: bool = False
    due: int = 0
    mine: int = 0
    team: tuple[Colleague, ...] = ()


_OF_EXHIBITOR = f"""
SELECT n.contact_email, n.practical_html, x.headline, x.about <> '' AS written,
    c.state = 'public' AND e.state <> 'draft' AND x.state = 'accepted' AS public,
    concat_ws(', ', nullif(v.name, ''), nullif(v.street, ''), nullif(trim(v.postal_code || ' ' || v.city), '')) AS venue,
    coalesce((SELECT array_agg(b.label ORDER BY natural_key(b.label)) FROM booth_booking k JOIN booth b ON b.id = k.booth
        WHERE k.exhibitor = x.id AND k.state = 'booked'), '{{}}') AS booths,
    (SELECT count(*) FROM exhibitor_pass p JOIN seat s ON s.id = p.seat AND s.state = 'confirmed' WHERE p.exhibitor = x.id)
        AS passes,
    (SELECT count(*) FROM exhibitor_item i WHERE i.exhibitor = x.id) + (SELECT count(*) FROM exhibitor_file f
        WHERE f.exhibitor = x.id AND f.shown) AS shown,
    p.papers, p.papers - p.read AS unread, f.due, f.mine,
    (SELECT coalesce(json_agg(json_build_object('name', a.name, 'role', m.role)
        ORDER BY array_position('{{owner,editor,leads}}', m.role::text), lower(a.name), a.id), '[]')
     FROM membership m JOIN account a ON a.id = m.account WHERE m.organisation = c.organisation) AS team
FROM exhibitor x JOIN company c ON c.id = x.company JOIN exhibition n ON n.event = x.event JOIN event e ON e.id = x.event
LEFT JOIN venue v ON v.id = e.venue
CROSS JOIN LATERAL (SELECT count(*) AS papers, count(*) FILTER (WHERE EXISTS (SELECT FROM paper_reading r
        WHERE r.exhibitor = x.id AND r.version = (SELECT w.id FROM exhibition_paper_version w WHERE w.paper = d.id
            ORDER BY w.number DESC LIMIT 1))) AS read
    FROM exhibition_paper d WHERE d.event = x.event AND d.withdrawn_at IS NULL
        AND (d.packages = '{{}}' OR x.package = ANY(d.packages)) AND 'documents' = ANY(x.rights)) p
CROSS JOIN LATERAL (SELECT count(*) AS due, count(*) FILTER (WHERE coalesce(l.follow_up_who, l.last_by) = $3) AS mine
    FROM lead_chain k JOIN lead l ON l.chain = k.id
    WHERE x.state = 'accepted' AND 'leads' = ANY(x.rights) AND k.event_id = x.event
        AND k.company_id IN {OURS.format(company="x.company")} AND {IS_DUE}) f
WHERE x.id = $1
"""


async def of_exhibitor(exhibitor_id: int, reader: int, now: datetime) -> Overview:
    row = await db.fetch_one(_OF_EXHIBITOR, exhibitor_id, now, reader)
    return (
        Overview()
        if row is None
        else msgspec.convert({**dict(row), "team": msgspec.json.decode(row["team"])}, Overview)
    )


async def practical(event_id: int) -> str | None:
    """What every exhibitor is told, as it was written; None where no exhibition is set up."""
    found: str | None = await db.fetch_value("SELECT practical FROM exhibition WHERE event = $1", event_id)
    return found
