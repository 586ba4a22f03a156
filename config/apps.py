from django.apps import AppConfig


class Configuration(AppConfig):
    """What belongs to no other app: commands, pages of errors, and what is written down."""

    name = "config"

    def ready(self):
        from config import watching

        watching.connect()
