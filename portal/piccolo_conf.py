"""Piccolo's configuration: the engine and the app registry."""

from piccolo.conf.apps import AppRegistry

from portal.core.db import DB

__all__ = ["APP_REGISTRY", "DB"]

APP_REGISTRY = AppRegistry(apps=["portal.piccolo_app"])
