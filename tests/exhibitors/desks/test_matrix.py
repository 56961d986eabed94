"""The staff's matrix of a big fair: 300 exhibitors and 20 tasks."""

from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.exhibitors.desks.queries import matrix
from portal.exhibitors.desks.rules import Column
from tests.directory.conftest import SignIn
from tests.exhibitors.desks.tasks import ask, late, say
from tests.factories import exhibitors
from tests.factories.exhibitors import Stand

_COMPANIES = """
WITH made AS (INSERT INTO company (slug, state, name, name_key, tagline, street, postal_code, city, region, website, domain, logo,
        completeness, search_words, profile, revision, created_at, changed_at)
    SELECT 'c' || n, 'public', 'Company ' || to_char(n, 'FM000'), 'company ' || n, '', '', '', '', '', '', '', '', 0, '', '{}', 0,
        now(), now() FROM generate_series(1, $2::int) n RETURNING id)
INSERT INTO exhibitor SELECT (r).* FROM (SELECT jsonb_populate_record(x,
    jsonb_build_object('id', nextval('exhibitor_id_seq'), 'company', made.id)) AS r FROM exhibitor x, made WHERE x.id = $1) rows
"""
_SAID = """
INSERT INTO exhibitor_task_answer (task, exhibitor, state, text, note, at, by, decided_by)
SELECT t.id, x.id, 'given', 'x', '', now(), '', '' FROM exhibitor_task t, exhibitor x
WHERE (t.id + x.id) % 2 = 0
"""


async def fair(size: int, asked: int) -> Stand:
    stand = await exhibitors.make()
    for number in range(asked):
        await ask(stand, f"Task {number}")
    await db.execute(_COMPANIES, stand.exhibitor.id, size - 1)
    return stand


async def test_a_page_of_a_big_fair_is_light(database: str, sign_in: SignIn) -> None:
    stand = await fair(300, 20)
    await db.execute(_SAID)
    staff = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    at = f"/staff/events/{stand.exhibitor.event_id}/exhibitors/tasks"
    pages = [await staff.get(f"{at}?page={number}") for number in range(1, 8)]
    assert [one.text.count('<th scope="row">') for one in pages] == [50] * 6 + [0]
    assert pages[-1].status_code == 404
    assert max(len(one.content) for one in pages) < 150_000
    assert "of 300 exhibitors" in pages[0].text
    assert pages[0].text.count("<strong>150 to look at</strong>") == 20


async def test_it_is_narrowed_to_those_behind_and_to_a_name(database: str, sign_in: SignIn) -> None:
    stand = await fair(12, 2)
    first = await db.fetch_value("SELECT min(id) FROM exhibitor_task")
    await say(stand, first)
    await late(first)
    staff = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    at = f"/staff/events/{stand.exhibitor.event_id}/exhibitors/tasks"

    async def companies(query: str) -> list[str]:
        rows = (await staff.get(f"{at}?{query}")).text.split('<th scope="row">')[1:]
        return [row.partition('">')[2].partition("<")[0] for row in rows]

    assert await companies("show=waiting") == [stand.exhibitor.company_name]
    assert [len(await companies(f"show={one}")) for one in ("overdue", "nonsense")] == [11, 12]
    assert await companies("q=company%20003") == ["Company 003"]
    assert await companies("show=waiting&q=company") == []
    page = await staff.get(f"{at}?show=overdue&q=<b>")
    assert (page.status_code, "Nobody has “&lt;b&gt;” in the name" in page.text) == (200, True)
    found = await matrix.of_event(stand.exhibitor.event_id, now=clock.now())
    assert [(one.exhibitors, one.done, one.waiting) for one in found.tasks] == [(12, 0, 1), (12, 0, 0)]
    assert found.lines[-1].at == {first: Column.WAITING, first + 1: Column.TO_DO}
