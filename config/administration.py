from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    """Django's administration with our own rule of who gets in."""

    default_site = "config.admin.Site"
