"""The merit order as one SQL expression, made of the table in `rules.ranking`. What is bought is not in it."""

from portal.directory.queries.conditions import Conditions
from portal.directory.rules.freshness import AGEING_AFTER, ENDS_SOON, STALE_AFTER
from portal.directory.rules.names import name_key
from portal.directory.rules.ranking import BY_HOURS, BY_NAME, BY_STRENGTH, WEIGHT, Naming, Strength

ORDER = 'points DESC, name_key COLLATE "C", id'


def ranked(c: Conditions) -> str:
    """A SELECT of id, name_key and points of every company that is found."""
    relevant, fresh = _relevant(c)
    return f"""
    WITH found AS MATERIALIZED (
        SELECT c.id, c.name_key, c.completeness, c.verified_at IS NOT NULL AS verified, c.response_hours,
               {_naming(c)} AS naming
        FROM company c WHERE {c.all()}
    ), evidence AS (
        SELECT f.company, {fresh} AS fresh,
            max(CASE WHEN t.kind = 'certificate' AND f.source <> 'company' THEN {Strength.CHECKED:d}
                     WHEN f.source = 'register' THEN {Strength.REGISTER:d} ELSE {Strength.COMPANY:d} END) AS strength,
            percentile_disc(0.5) WITHIN GROUP (ORDER BY greatest(0, {c.day} - f.confirmed_on))
                FILTER (WHERE f.confirmed_on IS NOT NULL) AS age,
            bool_or(t.kind = 'certificate' AND f.expires_on < {c.day} + {ENDS_SOON.days}) IS TRUE AS ending
        FROM found JOIN fact f ON f.company = found.id JOIN term t ON t.id = f.term
        WHERE t.kind <> 'category' AND {_counts(c)}{relevant} GROUP BY f.company
    )
    SELECT id, name_key, ({_points(len(c.context.asked_ids))}) AS points
    FROM found LEFT JOIN evidence e ON e.company = found.id
    """


def _counts(c: Conditions) -> str:
    return (
        f"(f.confirmed_on IS NULL OR f.confirmed_on >= {c.day} - {STALE_AFTER.days})"
        f" AND (f.expires_on IS NULL OR f.expires_on >= {c.day})"
    )


def _relevant(c: Conditions) -> tuple[str, str]:
    """Which facts are looked at, and how many filters of dated facts are met by a fresh one."""
    asked = c.context.asked_ids
    if not asked:
        return "", "0"
    every = sorted({term for ids in asked for term in ids})
    young = f"(f.confirmed_on IS NULL OR f.confirmed_on >= {c.day} - {AGEING_AFTER.days})"
    met = (f"bool_or(f.term = ANY({c.value(ids)}::bigint[]) AND {young})::int" for ids in asked)
    return f" AND f.term = ANY({c.value(every)}::bigint[])", " + ".join(met)


def _naming(c: Conditions) -> str:
    if not c.filters.q:
        return f"{Naming.ELSEWHERE:d}"
    key = f"{c.value(name_key(c.filters.q))}::text"
    checks = ((Naming.WHOLE, "{} = " + key), (Naming.BEGINNING, f"starts_with({{}}, {key})"),
              (Naming.WORDS, f"position({key} IN {{}}) > 0"))  # fmt: skip
    whens = " ".join(
        f"WHEN {check.format('c.name_key')} OR EXISTS (SELECT FROM company_name n WHERE n.company = c.id AND "
        f"{check.format('n.name_key')}) THEN {naming:d}"
        for naming, check in checks
    )
    return f"CASE {whens} ELSE {Naming.ELSEWHERE:d} END"


def _points(asked: int) -> str:
    fit = f"{WEIGHT['fit']} * coalesce(e.fresh, 0) / {asked}" if asked else "0"
    return " + ".join((
        _case("naming", BY_NAME),
        fit,
        _case("coalesce(e.strength, 0)", BY_STRENGTH),
        f"coalesce({WEIGHT['age']} - {WEIGHT['age']} * e.age / {STALE_AFTER.days}, 0)",
        f"CASE WHEN e.ending IS FALSE THEN {WEIGHT['lasting']} ELSE 0 END",
        f"{WEIGHT['completeness']} * completeness / 100",
        f"{WEIGHT['verified']} * verified::int",
        f"CASE {' '.join(f'WHEN response_hours <= {most} THEN {points}' for most, points in BY_HOURS.items())} ELSE 0 END",
    ))  # fmt: skip


def _case(value: str, points: dict[Naming, int] | dict[Strength, int]) -> str:
    return f"CASE {value} {' '.join(f'WHEN {key:d} THEN {given}' for key, given in points.items())} END"
