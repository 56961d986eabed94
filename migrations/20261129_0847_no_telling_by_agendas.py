from piccolo.apps.migrations.auto.migration_manager import MigrationManager

ID = "2026-11-29T08:47:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "no telling by agendas"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    manager.drop_table(class_name="AgendaTold", tablename="agenda_told", schema=None)

    return manager
