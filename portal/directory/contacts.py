"""People whom profiles name as contacts: found by their address, and taken out of profile, draft, history, merges and what
sources said."""

from typing import Any

from portal.core import db

LABELS = {"contact": "Named as", "role": "Role", "phone": "Phone", "shown": "Where"}
_KNOWN = """
WITH named AS (
    SELECT id AS company, 'published' AS shown, 1 AS place, profile FROM company
    WHERE contact_addresses(profile) @> ARRAY[$1::text]
    UNION ALL SELECT company, 'draft', 2, profile FROM company_draft WHERE contact_addresses(profile) @> ARRAY[$1::text]
    UNION ALL SELECT company, 'history', 3, profile FROM company_revision WHERE contact_addresses(profile) @> ARRAY[$1::text])
SELECT DISTINCT c.name AS company, k->>'name' AS contact, nullif(k->>'role', '') AS role, nullif(k->>'phone', '') AS phone,
    n.shown, n.place, c.id
FROM named n JOIN company c ON c.id = n.company, jsonb_array_elements(n.profile->'contacts') AS k
WHERE lower(k->>'email') = $1 ORDER BY c.id, n.place LIMIT 5000
"""
_LOCK = """
SELECT id FROM company WHERE id IN (
    SELECT id FROM company WHERE contact_addresses(profile) @> ARRAY[$1::text]
    UNION SELECT company FROM company_draft WHERE contact_addresses(profile) @> ARRAY[$1::text]
    UNION SELECT company FROM company_revision WHERE contact_addresses(profile) @> ARRAY[$1::text])
ORDER BY id FOR NO KEY UPDATE
"""
_TABLES = (("company", "id"), ("company_draft", "company"), ("company_revision", "company"))
_MERGES = """
UPDATE company_merge SET moved = moved
    || jsonb_build_object('before', without_contact(moved->'before', $2), 'after', without_contact(moved->'after', $2))
WHERE (kept = ANY($1) OR merged = ANY($1)) AND moved ? 'before'
    AND (contact_addresses(moved->'before') || contact_addresses(moved->'after')) @> ARRAY[$2::text]
"""
# Of what a source said an entry without a name stays: the source’s own one is then no news to the next import.
_SOURCES = """
UPDATE company_source SET said = jsonb_set(said, '{profile}', with_nameless_contact(said->'profile', $2))
WHERE company = ANY($1) AND contact_addresses(said->'profile') @> ARRAY[$2::text]
"""
_HEARD = """
UPDATE company_merge m SET moved = jsonb_set(moved, '{heard}', (
    SELECT jsonb_object_agg(h.key, CASE WHEN contact_addresses(x.said->'profile') @> ARRAY[$2::text]
        THEN jsonb_set(h.value, '{said}', to_jsonb(jsonb_set(
            x.said, '{profile}', with_nameless_contact(x.said->'profile', $2))::text)) ELSE h.value END)
    FROM jsonb_each(m.moved->'heard') AS h, LATERAL (SELECT (h.value->>'said')::jsonb AS said) x))
WHERE (kept = ANY($1) OR merged = ANY($1)) AND strpos(lower(moved->>'heard'), $2) > 0
"""


async def known_about(email: str) -> list[dict[str, Any]]:
    """Where an address is a contact's."""
    rows = await db.fetch(_KNOWN, email)
    names = ("company", "contact", "role", "phone", "shown")
    return [{"what": "Contact of a company", **{name: row[name] for name in names}} for row in rows]


async def take_out(email: str) -> int:
    """Take the contacts with an address out of all profiles, in the caller's transaction; of how many companies."""
    ids = [row["id"] for row in await db.fetch(_LOCK, email)]
    if not ids:
        return 0
    for table, company in _TABLES:
        await db.execute(
            f"UPDATE {table} SET profile = without_contact(profile, $2) "
            f"WHERE {company} = ANY($1) AND contact_addresses(profile) @> ARRAY[$2::text]",
            ids, email,
        )  # fmt: skip
    for statement in (_MERGES, _SOURCES, _HEARD):
        await db.execute(statement, ids, email)
    return len(ids)
