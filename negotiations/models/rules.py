"""Constraints that many models share, so that each model's ``Meta`` reads as a list of rules."""

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from negotiations.constraints import Acyclic, Gated, SameNegotiation


class BackstopCheck(models.CheckConstraint):
    """A check that the field's own cleaning makes already, in better words.

    Asking the database before every save as well would cost a query for each; what gets past the
    field is refused by the save itself, and comes out as the same ``ValidationError``.
    """

    def validate(self, model, instance, exclude=None, using=DEFAULT_DB_ALIAS):
        pass

    def deconstruct(self):
        __, args, kwargs = super().deconstruct()
        return "django.db.models.CheckConstraint", args, kwargs


def pointer(to, **options) -> models.ForeignKey:
    """Return a foreign key inside one negotiation; its composite key is the database's only one."""
    return models.ForeignKey(to, on_delete=models.PROTECT, db_constraint=False, **options)


def gated(name: str, kind: str = "") -> list[models.BaseConstraint]:
    """Put a table behind the write gate; with ``kind``, number its rows in ``Record``."""
    return [
        models.UniqueConstraint(fields=["id", "negotiation"], name=f"{name}_in_negotiation"),
        Gated(name=f"{name}_gated", kind=kind),
    ]


def inside(name: str, *fields: str) -> list[models.BaseConstraint]:
    """What these fields point to is in the same negotiation."""
    return [SameNegotiation(field=f, name=f"{name}_{f}_same_negotiation") for f in fields]


def points_at(name: str, field: str, *kinds: str) -> SameNegotiation:
    """This pointer to a record of any kind allows these kinds only."""
    return SameNegotiation(field=field, kinds=kinds, name=f"{name}_{field}_same_negotiation")


def acyclic(name: str, field: str) -> Acyclic:
    """Following this field never leads back to its start."""
    return Acyclic(field=field, name=f"{name}_{field}_acyclic")


def one_of(name: str, field: str, choices: type[models.TextChoices]) -> BackstopCheck:
    """The field holds one of its choices, or is blank where the model's field allows it."""
    return BackstopCheck(
        condition=Q(**{f"{field}__in": choices.values}),
        name=f"{name}_{field}_known",
        violation_error_message=_("This is not one of the choices."),
    )


def blank_or_one_of(name: str, field: str, choices: type[models.TextChoices]) -> BackstopCheck:
    """The field is empty or holds one of its choices."""
    return BackstopCheck(
        condition=Q(**{f"{field}__in": ["", *choices.values]}),
        name=f"{name}_{field}_known",
        violation_error_message=_("This is not one of the choices."),
    )


def filled(name: str, *fields: str) -> list[BackstopCheck]:
    """These texts are not empty."""
    return [
        BackstopCheck(
            condition=~Q(**{field: ""}),
            name=f"{name}_{field}_filled",
            violation_error_message=_("Write something here."),
        )
        for field in fields
    ]


def sound_ranges(name: str, *fields: str) -> list[BackstopCheck]:
    """These ranges hold something and are open at one end at the most."""
    return [
        BackstopCheck(
            condition=Q(**{f"{field}__isnull": True})
            | Q(**{f"{field}__isempty": False})
            & (Q(**{f"{field}__lower_inf": False}) | Q(**{f"{field}__upper_inf": False})),
            name=f"{name}_{field}_sound",
            violation_error_message=_("The range is empty, or open at both ends."),
        )
        for field in fields
    ]


def closed_ranges(name: str, *fields: str) -> list[BackstopCheck]:
    """The ends of these ranges, where they have one, belong to them: 30 is [30, 30]."""
    return [
        BackstopCheck(
            condition=Q(**{f"{field}__isnull": True})
            | (Q(**{f"{field}__lower_inf": True}) | Q(**{f"{field}__lower_inc": True}))
            & (Q(**{f"{field}__upper_inf": True}) | Q(**{f"{field}__upper_inc": True})),
            name=f"{name}_{field}_closed",
            violation_error_message=_("Both ends of a quantity belong to it."),
        )
        for field in fields
    ]


def together(name: str, first: str, second: str, message) -> models.CheckConstraint:
    """Both fields are given or neither is; empty is null or the empty text."""
    return models.CheckConstraint(
        condition=Q(**{f"{first}__isnull": True}, **{second: ""})
        | Q(**{f"{first}__isnull": False}) & ~Q(**{second: ""}),
        name=f"{name}_{first}_with_{second}",
        violation_error_message=message,
    )


def code_unique(name: str, *scope: str) -> models.UniqueConstraint:
    """Codes are unique in their scope, the negotiation by default."""
    return models.UniqueConstraint(
        fields=[*(scope or ("negotiation",)), "code"],
        name=f"{name}_code_unique",
        violation_error_message=_("This code is taken; choose another."),
    )
