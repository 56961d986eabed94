"""The only list of what the portal is made of: routers, jobs, recurring work, and who handles which purchase."""

from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import TypeAlias

import msgspec
from litestar import Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from portal.accounts.access import jobs as access_jobs
from portal.accounts.access.pages.reset import ResetPages
from portal.accounts.access.pages.sessions import SessionPages
from portal.accounts.access.pages.sign_in import SignInPages, sign_out
from portal.accounts.access.pages.sign_up import SignUpPages
from portal.accounts.duties import around_pages, waiting_in
from portal.accounts.guards import provide_actor
from portal.accounts.organisations import jobs as organisation_jobs
from portal.accounts.organisations import pages as organisation_pages
from portal.accounts.pages import AccountPages, menu
from portal.accounts.privacy import commands as privacy_commands
from portal.accounts.privacy import pages as privacy_pages
from portal.accounts.privacy import queries as privacy_queries
from portal.accounts.staff import MAIL, StaffMail
from portal.accounts.values import PersonalData
from portal.agenda import jobs as agenda_jobs
from portal.agenda import privacy as agenda_privacy
from portal.agenda import routes as agenda_routes
from portal.calendars import commands as calendar_commands
from portal.calendars import queries as calendar_queries
from portal.core import rate_limits
from portal.core.clock import now
from portal.core.jobs import Job, Recurring
from portal.core.settings import Settings
from portal.directory import privacy as directory_privacy
from portal.directory import routes as directory_routes
from portal.directory.audience import Audience
from portal.directory.commands import watching
from portal.directory.enquiries import jobs as enquiry_jobs
from portal.directory.enquiries import privacy as enquiry_privacy
from portal.directory.enquiries.queries.charges import charges
from portal.directory.flows.claims import Proofs
from portal.directory.inputs import together
from portal.directory.jobs import claims as claim_jobs
from portal.directory.jobs import duplicates as duplicate_jobs
from portal.directory.jobs import requests as request_jobs
from portal.directory.jobs import searches as search_jobs
from portal.directory.jobs import upkeep as upkeep_jobs
from portal.directory.jobs import visits as visit_jobs
from portal.directory.queries import searches
from portal.directory.queries.companies import one_with
from portal.events.feeds.api import EventApi
from portal.events.feeds.atom import events_atom
from portal.events.feeds.calendars import events_calendar
from portal.events.pages.guides import GuidePages
from portal.events.pages.listing import ListPages
from portal.events.pages.month import MonthPages
from portal.events.pages.single import EventPages
from portal.events.queries import organised
from portal.events.staff.making import StaffMaking
from portal.events.staff.pages import EVENTS, StaffEventPages, staff_home, staff_link
from portal.exhibitors import routes as exhibitor_routes
from portal.home.leaders import leaders_page
from portal.home.leaders_data import leaders_atom, leaders_csv, leaders_json
from portal.home.legal import accessibility, imprint
from portal.home.pages import front_page
from portal.home.sitemaps import robots, sitemap, sitemap_part
from portal.leads import privacy as consent_privacy
from portal.leads.pages import ConsentPages
from portal.media import pages as media_pages
from portal.media.flows import Media
from portal.notifications import jobs as mail
from portal.notifications import queries as mail_queries
from portal.notifications.commands import outbox
from portal.notifications.pages import MailPreferences
from portal.payments import privacy as payment_privacy
from portal.payments import webhooks
from portal.payments.flows import Payments
from portal.payments.jobs import MoneyJobs, check_vat_id
from portal.payments.staff import MONEY, StaffMoney
from portal.payments.stripe_gateway import StripeGateway
from portal.payments.subscriptions import jobs as subscription_jobs
from portal.payments.subscriptions import privacy as subscription_privacy
from portal.payments.subscriptions.flows import Subscriptions
from portal.placements import jobs as placement_jobs
from portal.placements.commands.booking import SPONSORSHIPS
from portal.placements.commands.subscribing import PLANS
from portal.placements.pages import plans_page, sponsorship_invoice
from portal.placements.staff import SALES, staff_sales
from portal.programme import privacy as workshop_privacy
from portal.programme import routes as programme_routes
from portal.programme.queries import places
from portal.registration import privacy as seat_privacy
from portal.registration.commands import ordering as registration
from portal.registration.jobs import lists as seat_jobs
from portal.registration.pages.checkout import CheckoutPages
from portal.registration.pages.inputs import one_below_the_other
from portal.registration.pages.mine import MyPages
from portal.registration.pages.orders import OrderPages
from portal.registration.pages.seats import OrderSeatPages, SeatPages
from portal.registration.pages.tickets import TicketPages
from portal.registration.pages.waiting import WaitingPages
from portal.registration.queries import people as seat_people
from portal.registration.queries import tickets as seat_tickets
from portal.registration.staff import routes as seat_staff
from portal.registration.staff.requests import REQUESTS
from portal.speakers import privacy as speaker_privacy
from portal.speakers.inputs import together as all_talks
from portal.web import assets, health
from portal.web.page_cache import PageCache
from portal.webinars import privacy_attendance as ledger_privacy
from portal.webinars import privacy_taking_part as room_privacy
from portal.webinars import routes as webinar_routes
from portal.webinars.jobs import lists as room_jobs
from portal.webinars.live.process import Live

_Routes: TypeAlias = list[ControllerRouterHandler]
_OCCASIONS = {**webinar_routes.OCCASIONS, **exhibitor_routes.OCCASIONS}


class Services(msgspec.Struct):
    """What lives as long as the process."""

    settings: Settings
    pages: PageCache
    audience: Audience
    payments: Payments
    media: Media
    subscriptions: Subscriptions
    proofs: Proofs
    live: Live


def services(settings: Settings) -> Services:
    stripe = StripeGateway.of(settings)
    return Services(
        settings=settings,
        pages=PageCache(keeping=settings.page_cache),
        audience=Audience(),
        media=Media.of(settings),
        payments=Payments(
            stripe,
            {handler.kind: handler for handler in (registration.PURCHASES, SPONSORSHIPS, *exhibitor_routes.HANDLERS)},
        ),
        subscriptions=Subscriptions(stripe, {handler.kind: handler for handler in (PLANS,)}),
        proofs=Proofs.of(settings),
        live=Live(most_pages=settings.room_pages),
    )


def dependencies(made: Services) -> dict[str, Provide]:
    """What handlers may ask for by name, besides `now`."""
    known = personal_data(made)
    appearances = together([organised.organised_by, exhibitor_routes.meets])
    followers = [webinar_routes.speakers_united, programme_routes.speakers_united, programme_routes.slides_united]
    talks = all_talks([webinar_routes.of_speaker, programme_routes.of_speaker])
    own_parts = [webinar_routes.seat_part, programme_routes.seat_part, *exhibitor_routes.SEAT_PARTS]
    seat_part = one_below_the_other(own_parts)
    programme_part = partial(programme_routes.programme_part, saving=agenda_routes.BUTTONS)
    parts = [webinar_routes.webinar_part, programme_part, exhibitor_routes.exhibitor_part]
    return {
        "actor": Provide(provide_actor),
        "appearances": Provide(lambda: appearances, sync_to_thread=False),
        **agenda_routes.GIVEN,
        "event_parts": Provide(lambda: parts, sync_to_thread=False),
        "speaker_followers": Provide(lambda: followers, sync_to_thread=False),
        "talks": Provide(lambda: talks, sync_to_thread=False),
        "audience": Provide(lambda: seat_people.count_audience, sync_to_thread=False),
        "sold": Provide(lambda: seat_tickets.sold, sync_to_thread=False),
        "occasions": Provide(lambda: _OCCASIONS, sync_to_thread=False),
        "one_with": Provide(lambda: one_with, sync_to_thread=False),
        "engagements": Provide(lambda: places.engagements, sync_to_thread=False),
        "seat_part": Provide(lambda: seat_part, sync_to_thread=False),
        "personal_data": Provide(lambda: known, sync_to_thread=False),
        "payments": Provide(lambda: made.payments, sync_to_thread=False),
        **made.live.dependencies(),
        "media": Provide(lambda: made.media, sync_to_thread=False),
        "subscriptions": Provide(lambda: made.subscriptions, sync_to_thread=False),
    }


def personal_data(made: Services) -> list[PersonalData]:
    """What each package knows about a person, from the ground up: erasing goes the other way."""
    consents_of = partial(consent_privacy.known_about, occasions=_OCCASIONS)
    return [
        PersonalData("Mail", mail_queries.personal_data, outbox.forget, mail_queries.LABELS),
        PersonalData("Account", privacy_queries.own, privacy_commands.erase_own, privacy_queries.LABELS),
        PersonalData("Calendars", calendar_queries.known_about, calendar_commands.forget, calendar_queries.LABELS),
        PersonalData("Payments", payment_privacy.known_about, payment_privacy.forget, payment_privacy.LABELS),
        PersonalData(
            "Plans", subscription_privacy.known_about, subscription_privacy.forget, subscription_privacy.LABELS
        ),
        PersonalData("Consents", consents_of, consent_privacy.forget, consent_privacy.LABELS),
        PersonalData("Companies", directory_privacy.known_about, directory_privacy.forget, directory_privacy.LABELS),
        PersonalData("Saved searches", searches.known_about, watching.forget, searches.LABELS),
        PersonalData("Enquiries", enquiry_privacy.known_about, enquiry_privacy.forget, enquiry_privacy.LABELS),
        PersonalData("Programmes", speaker_privacy.known_about, speaker_privacy.forget, speaker_privacy.LABELS),
        PersonalData("Registrations", seat_privacy.known_about, seat_privacy.forget, seat_privacy.LABELS),
        PersonalData("Workshops", workshop_privacy.known_about, workshop_privacy.forget, workshop_privacy.LABELS),
        PersonalData("Agenda", agenda_privacy.known_about, agenda_privacy.forget, agenda_privacy.LABELS),
        *exhibitor_routes.PERSONAL_DATA,
        PersonalData("In webinars", room_privacy.known_about, room_privacy.forget, room_privacy.LABELS),
        PersonalData("Attendance", ledger_privacy.known_about, ledger_privacy.forget, ledger_privacy.LABELS),
    ]


def media_readers() -> media_pages.Readers:
    """Who may read private files, by the kind of their owner."""
    return {**directory_routes.READERS, **webinar_routes.READERS, **exhibitor_routes.READERS}


def routers(made: Services) -> Sequence[ControllerRouterHandler]:
    """Every route of the portal."""
    entry: _Routes = [SignInPages, sign_out, SignUpPages, ResetPages]
    own: _Routes = [AccountPages, SessionPages, menu, MyPages, ConsentPages, *directory_routes.OWN]
    own += [organisation_pages.router(), *privacy_pages.routers(), *webinar_routes.OWN, *exhibitor_routes.OWN]
    area = Router("/", route_handlers=own, before_request=around_pages("charges", charges))
    waiting = (
        EVENTS,
        REQUESTS,
        *webinar_routes.QUEUES,
        *exhibitor_routes.QUEUES,
        *directory_routes.QUEUES,
        MONEY,
        SALES,
        MAIL,
    )
    desk = Router(
        "/",
        route_handlers=[
            *(staff_home, staff_link, StaffEventPages, StaffMaking, StaffMail, StaffMoney, staff_sales),
            *(
                *directory_routes.STAFF,
                *seat_staff.PAGES,
                *webinar_routes.STAFF,
                *programme_routes.STAFF,
                *agenda_routes.STAFF,
                *exhibitor_routes.STAFF,
            ),
        ],
        before_request=around_pages("queues", waiting_in(waiting)),
    )
    seats: _Routes = [TicketPages, CheckoutPages, OrderPages, OrderSeatPages, SeatPages, WaitingPages]
    gateway = made.payments.gateway
    # Without a signing secret nobody can be believed: the route does not exist then.
    inbox: _Routes = [webhooks.router(gateway)] if gateway and made.settings.stripe_webhook_secret else []
    events: _Routes = [
        *(front_page, leaders_page, leaders_csv, leaders_json, leaders_atom, imprint, accessibility),
        *(ListPages, MonthPages, EventPages, GuidePages, EventApi),
        *(events_calendar, events_atom, sitemap, sitemap_part, robots),
    ]
    files: _Routes = [assets.router(), media_pages.router(media_readers())]
    webinars: _Routes = [*webinar_routes.PUBLIC, *webinar_routes.CREW, *programme_routes.PUBLIC, *agenda_routes.PUBLIC]
    companies: _Routes = [plans_page, sponsorship_invoice, *directory_routes.PUBLIC, *exhibitor_routes.PUBLIC]
    parts = (entry, events, companies, webinars, seats, inbox, files)
    return [*chain.from_iterable(parts), area, desk, health.router(), MailPreferences]


def jobs(made: Services) -> list[Job]:
    """Everything the worker can be asked to do."""
    claims = claim_jobs.ClaimJobs(made.proofs)
    money = MoneyJobs(made.payments, made.subscriptions)
    bought = subscription_jobs.SubscriptionJobs(made.subscriptions)
    return [
        Job("payments.handle_event", money.handle_event),
        Job("payments.close_sessions", money.close_sessions),
        Job("payments.send_refund", money.send_refund),
        Job("payments.check_vat_id", check_vat_id),
        Job("payments.check_subscription_vat_id", subscription_jobs.check_vat_id),
        Job("payments.end_renewal", bought.end_renewal),
        Job("placements.tell_plan", placement_jobs.tell_plan),
        Job("placements.tell_booked", placement_jobs.tell_booked),
        Job("placements.tell_money_returned", placement_jobs.tell_money_returned),
        *(*room_jobs.JOBS, *exhibitor_routes.JOBS, *programme_routes.JOBS),
        *agenda_jobs.JOBS,
        Job("enquiries.notify", enquiry_jobs.notify),
        Job("enquiries.note_missed", enquiry_jobs.note_missed),
        *seat_jobs.JOBS,
        Job("directory.ask_to_reconfirm", upkeep_jobs.ask_to_reconfirm),
        *mail.deliveries(made.settings),
        Job("directory.check_claim", claims.check_claim, at_once=10),
        Job("directory.send_news", search_jobs.send_news),
        Job("directory.answer_request", request_jobs.answer_request),
        Job("directory.tell_claim_decided", claim_jobs.tell_claim_decided),
        Job("directory.tell_rival", claim_jobs.tell_rival),
        Job("directory.tell_owners_of_claim", claim_jobs.tell_owners_of_claim),
        Job("directory.tell_owners_of_asking", claim_jobs.tell_owners_of_asking),
        Job("directory.tell_not_invited", claim_jobs.tell_not_invited),
        Job("directory.tell_former_owners", claim_jobs.tell_former_owners),
        Job("directory.tell_new_owners", claim_jobs.tell_new_owners),
        Job("accounts.send_code", access_jobs.send_code),
        Job("accounts.send_password_notice", access_jobs.send_password_notice),
        Job("accounts.send_address_notice", access_jobs.send_address_notice),
        Job("accounts.send_invitation", organisation_jobs.send_invitation),
    ]


def recurring(made: Services) -> list[Recurring]:
    """Everything the worker does by the clock."""
    return [
        *(*room_jobs.RECURRING, *exhibitor_routes.RECURRING, *programme_routes.RECURRING),
        *agenda_jobs.RECURRING,
        *seat_jobs.RECURRING,
        Recurring("audience-sweep", "*/10 * * * *", visit_jobs.forget_visits),
        Recurring("payments-sweep", "* * * * *", MoneyJobs(made.payments, made.subscriptions).sweep),
        Recurring("subscriptions-sweep", "* * * * *", subscription_jobs.SubscriptionJobs(made.subscriptions).sweep),
        Recurring("sponsorships-lapse", "* * * * * */20", placement_jobs.lapse_holds),
        Recurring("plans-remind", "17 * * * *", placement_jobs.remind),
        Recurring("claims-look", "* * * * *", claim_jobs.look_again),
        Recurring("claims-sweep", "41 * * * *", claim_jobs.lapse),
        Recurring("duplicates-find", "37 2 * * *", duplicate_jobs.find_duplicates),
        Recurring("saved-searches", "*/15 * * * *", search_jobs.look_for_news),
        Recurring("enquiries-time", "*/10 * * * *", enquiry_jobs.keep_time),
        Recurring("enquiries-measure", "29 * * * *", enquiry_jobs.measure),
        Recurring("rate-limits-sweep", "*/10 * * * *", _sweep_rate_limits),
        Recurring("accounts-sweep", "7 * * * *", access_jobs.sweep),
        Recurring("invitations-sweep", "11 4 * * *", organisation_jobs.sweep),
        Recurring("facts-reconfirmation", "17 7 * * *", upkeep_jobs.ask_companies),
        Recurring("media-sweep", "*/10 * * * *", made.media.sweep),
        Recurring("mail-sweep", "* * * * *", mail.sweeper(made.settings)),
        Recurring("mail-contents", "23 3 * * *", mail.drop_old_contents),
    ]


async def _sweep_rate_limits() -> None:
    await rate_limits.sweep(now=now())
