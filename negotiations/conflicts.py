"""What is raised where two write the same row: apart, since models and operations both raise it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _


class Conflict(ValidationError):
    """Somebody has changed the row since the version that was to be edited.

    ``current`` is the row as it is now.
    """

    def __init__(self, current: models.Model):
        super().__init__(_("Somebody else has changed this since you opened it."), code="conflict")
        self.current = current

    def as_json(self) -> dict[str, Any]:
        """Return what an API's answer says of it."""
        return {
            "detail": self.message,
            "id": self.current.pk,
            "version": getattr(self.current, "version", None),
        }
