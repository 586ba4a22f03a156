from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class NegotiationsConfig(AppConfig):
    name = "negotiations"
    verbose_name = _("Negotiations")

    def ready(self):
        from negotiations import migrating

        # The one use of signals: nothing else knows when all apps have migrated.
        pre_migrate.connect(migrating.drop_views, sender=self)
        post_migrate.connect(migrating.build_views, sender=self)
