"""The one Piccolo app; all tables of the portal, migrations at the top level."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="portal",
    migrations_folder_path=str(Path(__file__).resolve().parents[1] / "migrations"),
    table_classes=table_finder(
        modules=[
            "portal.core.tables",
            "portal.notifications.tables",
            "portal.accounts.tables",
            "portal.calendars.tables",
            "portal.media.tables",
            "portal.leads.tables",
            "portal.leads.chain.tables",
            "portal.payments.tables",
            "portal.payments.subscriptions.tables",
            "portal.placements.tables",
            "portal.events.tables",
            "portal.directory.tables.companies",
            "portal.directory.tables.audience",
            "portal.directory.tables.corrections",
            "portal.directory.tables.editing",
            "portal.directory.tables.searches",
            "portal.directory.tables.upkeep",
            "portal.directory.enquiries.tables",
            "portal.speakers.tables",
            "portal.registration.tables",
            "portal.programme.tables",
            "portal.programme.desk.tables",
            "portal.programme.importing.tables",
            "portal.exhibitors.tables.desk",
            "portal.exhibitors.tables.exhibiting",
            "portal.exhibitors.tables.plans",
            "portal.exhibitors.tables.meetings",
            "portal.exhibitors.leads.tables",
            "portal.webinars.tables.rooms",
            "portal.webinars.tables.sponsors",
            "portal.webinars.tables.taking_part",
            "portal.webinars.tables.attendance",
            "portal.webinars.tables.recordings",
            "portal.webinars.tables.reminders",
            "portal.agenda.tables",
        ],
    ),
    migration_dependencies=[],
    commands=[],
)
