"""The plans: what each gives and what it costs. Page, permissions and tests read this one table. Pure."""

from enum import StrEnum

import msgspec

from portal.payments.subscriptions.tables import Interval
from portal.placements.tables import Plan

NAMES = {Plan.FREE: "Free", Plan.ENHANCED: "Enhanced", Plan.PREMIUM: "Premium"}
PAID = (Plan.ENHANCED, Plan.PREMIUM)
INTERVAL_WORDS = {Interval.MONTH: "month", Interval.YEAR: "year"}

Amount = bool | int | None
"""Whether a plan has a feature, or how much of it; None is without a limit."""


class Feature(StrEnum):
    """What a plan gives."""

    LOGO = "logo"
    GALLERY = "gallery"
    PRODUCTS = "products"
    DOCUMENTS = "documents"
    VIDEOS = "videos"
    CONTACTS = "contacts"
    POSTS = "posts"
    ACTION = "action"
    ENQUIRIES = "enquiries"
    WHY_NOT_ME = "why_not_me"
    LEAD_EXPORT = "lead_export"
    STATISTICS = "statistics"
    BENCHMARK = "benchmark"
    SPONSOR_DISCOUNT = "sponsor_discount"


class Row(msgspec.Struct, frozen=True):
    """A line of the table. `unit` follows an amount in words: `8 pictures`."""

    feature: Feature
    group: str
    name: str
    free: Amount
    enhanced: Amount
    premium: Amount
    unit: str = ""
    note: str = ""

    def of(self, plan: Plan) -> Amount:
        amount: Amount = getattr(self, plan.value)
        return amount


TABLE = (
    Row(Feature.LOGO, "Profile", "Logo in lists", False, True, True),
    Row(Feature.PRODUCTS, "Profile", "Products", 10, 100, None, note="Those from public registers do not count."),
    Row(Feature.GALLERY, "Profile", "Pictures in the gallery", 1, 8, 30),
    Row(Feature.DOCUMENTS, "Profile", "Brochures and documents", 1, 10, 50),
    Row(Feature.VIDEOS, "Profile", "Videos", 0, 2, 10),
    Row(Feature.CONTACTS, "Profile", "Named contacts", 1, 5, 20),
    Row(Feature.POSTS, "Profile", "News", 0, 2, 10, unit="a month"),
    Row(Feature.ACTION, "Profile", "A button of your own, such as “Book a visit”", False, True, True),
    Row(Feature.ENQUIRIES, "Enquiries", "Receive and answer enquiries", True, True, True),
    Row(Feature.WHY_NOT_ME, "Enquiries", "Enquiries that went to others and why, going back", 0, 6, 24, unit="months"),
    Row(Feature.LEAD_EXPORT, "Enquiries", "Leads as a CSV file", False, True, True),
    Row(Feature.STATISTICS, "Statistics", "Views, searches and clicks, going back", 4, 52, 156, unit="weeks"),
    Row(Feature.BENCHMARK, "Statistics", "Compared with the median of your category", False, False, True),
    Row(Feature.SPONSOR_DISCOUNT, "Advertising", "Off every category sponsorship", 0, 10, 20, unit="%"),
)
_BY_FEATURE = {row.feature: row for row in TABLE}

# Net, in minor units: (by the month, by the year), for each currency plans are sold in.
_PRICES: dict[str, dict[Plan, tuple[int, int]]] = {
    "EUR": {Plan.ENHANCED: (14900, 149000), Plan.PREMIUM: (34900, 349000)},
    "GBP": {Plan.ENHANCED: (12900, 129000), Plan.PREMIUM: (29900, 299000)},
    "USD": {Plan.ENHANCED: (15900, 159000), Plan.PREMIUM: (37900, 379000)},
    "CHF": {Plan.ENHANCED: (14900, 149000), Plan.PREMIUM: (34900, 349000)},
    "SEK": {Plan.ENHANCED: (169000, 1690000), Plan.PREMIUM: (395000, 3950000)},
    "NOK": {Plan.ENHANCED: (175000, 1750000), Plan.PREMIUM: (409000, 4090000)},
    "DKK": {Plan.ENHANCED: (109000, 1090000), Plan.PREMIUM: (259000, 2590000)},
    "PLN": {Plan.ENHANCED: (63000, 630000), Plan.PREMIUM: (149000, 1490000)},
    "CZK": {Plan.ENHANCED: (379000, 3790000), Plan.PREMIUM: (879000, 8790000)},
    "HUF": {Plan.ENHANCED: (5900000, 59000000), Plan.PREMIUM: (9900000, 99000000)},
    "JPY": {Plan.ENHANCED: (24000, 240000), Plan.PREMIUM: (56000, 560000)},
    "AUD": {Plan.ENHANCED: (24900, 249000), Plan.PREMIUM: (57900, 579000)},
    "CAD": {Plan.ENHANCED: (21900, 219000), Plan.PREMIUM: (50900, 509000)},
    "INR": {Plan.ENHANCED: (990000, 9900000), Plan.PREMIUM: (2290000, 22900000)},
}


class Choice(msgspec.Struct, frozen=True):
    """Another plan or another way to pay. `at_once`: it counts, and is paid for, from the moment it is chosen."""

    plan: Plan
    interval: Interval
    at_once: bool


def amount(plan: Plan, feature: Feature) -> Amount:
    return _BY_FEATURE[feature].of(plan)


def chosen(text: str) -> Plan:
    """The paid plan an address or a form names; Free for anything else."""
    return next((plan for plan in PAID if plan == text), Plan.FREE)


def price(plan: Plan, interval: Interval, currency: str) -> int | None:
    """Net, in minor units; None for what is not sold in a currency."""
    by = _PRICES.get(currency, {}).get(plan)
    return None if by is None else by[interval is Interval.YEAR]


def saved(plan: Plan, currency: str) -> int:
    """How much less a year costs than twelve months, in per cent."""
    month, year = price(plan, Interval.MONTH, currency), price(plan, Interval.YEAR, currency)
    return 0 if not month or year is None else round(100 - 100 * year / (12 * month))


def choices(plan: Plan, interval: Interval) -> list[Choice]:
    """What can be gone over to from a running plan: one thing at a time, the plan or how it is paid."""
    rank = list(Plan)
    others = [Choice(other, interval, rank.index(other) > rank.index(plan)) for other in PAID if other is not plan]
    yearly = Choice(plan, Interval.YEAR, at_once=True)
    monthly = Choice(plan, Interval.MONTH, at_once=False)
    return [*others, yearly if interval is Interval.MONTH else monthly]


def words(row: Row, plan: Plan) -> str:
    """A cell of the table: `Yes`, `No limit`, `8`, `2 a month`; empty for nothing."""
    match row.of(plan):
        case True:
            return "Yes"
        case None:
            return "No limit"
        case int(number) if number:
            return f"{number}\u00a0{row.unit}" if row.unit else f"{number:,}"
    return ""
