"""Where Piccolo finds its engine and the one app of migrations."""

from piccolo.conf.apps import AppRegistry

from parvis.core.engine import engine

DB = engine
APP_REGISTRY = AppRegistry(apps=["parvis.piccolo_app"])
