"""Which plan counts now."""

from collections.abc import Sequence
from datetime import datetime

from portal.payments.subscriptions.queries import in_force
from portal.placements.tables import Plan


async def plan_of(kind: str, key: str, now: datetime) -> Plan:
    """The plan in force, grace included; Free for whoever has none."""
    return (await plans_of(kind, [key], now))[key]


async def plans_of(kind: str, keys: Sequence[str], now: datetime) -> dict[str, Plan]:
    """The same for many, in one query. A plan that is no longer sold counts as Free."""
    found = await in_force(kind, keys, now) if keys else {}
    known = {plan.value: plan for plan in Plan}
    return {key: known.get(found.get(key, ""), Plan.FREE) for key in keys}
