from piccolo.apps.migrations.auto.migration_manager import MigrationManager

ID = "2026-11-29T08:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "no time of a rank"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    manager.drop_column(
        table_class_name="AgendaEntry",
        tablename="agenda_entry",
        column_name="changed_at",
        db_column_name="changed_at",
        schema=None,
    )

    return manager
