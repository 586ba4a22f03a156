"""Constraints that Django does not have: one negotiation, the write gate, no loops.

Their SQL is deferred to the end of a migration, when the tables, and the unique constraints that a
composite foreign key needs, are there. The functions they call are in ``0001_gate.sql``.
"""

from collections.abc import Callable, Iterable

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.db.backends.ddl_references import Columns, Statement, Table
from django.db.models import BaseConstraint, CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class _DeferredConstraint(BaseConstraint):
    """A constraint that is a table's own options and SQL run when the tables are complete."""

    options: tuple[str, ...] = ()
    #: What a subclass runs, given the model and the schema editor.
    _create_sql: Callable[..., Statement]

    def create_sql(self, model, schema_editor):
        schema_editor.deferred_sql.append(self._create_sql(model, schema_editor))

    constraint_sql = create_sql

    def validate(self, model, instance, exclude=None, using=DEFAULT_DB_ALIAS):
        """Raise ``ValidationError`` if a row that is about to be saved breaks this."""

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        given = {option: getattr(self, option) for option in self.options}
        return path, args, {**kwargs, **{k: v for k, v in given.items() if v}}

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    def __repr__(self):
        options = "".join(f" {option}={getattr(self, option)!r}" for option in self.options)
        return f"<{type(self).__name__}: name={self.name!r}{options}>"


def _statement(template: str, model, schema_editor, **parts) -> Statement:
    """Return SQL about the model's table; texts in ``parts`` become SQL literals."""
    quoted = {
        name: schema_editor.quote_value(part) if isinstance(part, str) else part
        for name, part in parts.items()
    }
    table = Table(model._meta.db_table, schema_editor.quote_name)
    return Statement(template, table=table, **quoted)


class SameNegotiation(_DeferredConstraint):
    """What ``field`` points to is in the row's own negotiation, and it exists.

    A composite foreign key on (field, negotiation); the field itself needs none. With ``kinds``
    the target is ``Record``, and its kind is one of them.
    """

    options = ("field", "kinds")
    default_violation_error_message = gettext_lazy(
        "This is not there, not of this negotiation, or not of a kind that belongs here."
    )

    def __init__(self, *, field: str, name: str, kinds: Iterable[str] = (), **options):
        super().__init__(name=name, **options)
        self.field = field
        self.kinds = tuple(kinds)

    def _create_sql(self, model, schema_editor):
        quote = schema_editor.quote_name
        table, field = model._meta.db_table, model._meta.get_field(self.field)
        target = field.remote_field.model._meta.db_table
        sql = (
            "ALTER TABLE %(table)s ADD CONSTRAINT %(constraint)s FOREIGN KEY (%(columns)s) "
            "REFERENCES %(target)s (%(target_columns)s)"
        )
        if self.kinds:
            # Not deferrable: else one transaction could delete a record and give its number to one
            # of another kind, and the key would be satisfied at its end.
            sql += "; SELECT gate.point_at_kinds(%(name)s, %(literal)s, %(column)s, %(kinds)s)"
        else:
            sql += " DEFERRABLE INITIALLY IMMEDIATE"
        return _statement(
            sql,
            model,
            schema_editor,
            constraint=Table(self.name, quote),
            columns=Columns(table, [field.column, "negotiation_id"], quote),
            target=Table(target, quote),
            target_columns=Columns(target, ["id", "negotiation_id"], quote),
            name=self.name,
            literal=table,
            column=field.column,
            kinds="{" + ",".join(f'"{kind}"' for kind in self.kinds) + "}",
        )

    def remove_sql(self, model, schema_editor):
        quote = schema_editor.quote_name
        sql = "ALTER TABLE %(table)s DROP CONSTRAINT %(constraint)s"
        if self.kinds:
            sql += "; DROP TRIGGER %(constraint)s ON %(table)s"
        return _statement(sql, model, schema_editor, constraint=Table(self.name, quote))

    def validate(self, model, instance, exclude=None, using=DEFAULT_DB_ALIAS):
        field = model._meta.get_field(self.field)
        if self.field in (exclude or ()) or getattr(instance, field.attname) is None:
            return
        try:
            target = getattr(instance, self.field)
        except ObjectDoesNotExist:
            raise ValidationError({self.field: _("This is not there (any more).")}) from None
        if target.negotiation_id != instance.negotiation_id:
            raise ValidationError(
                {self.field: _("“%(target)s” belongs to another negotiation.") % {"target": target}}
            )
        if self.kinds and target.kind not in self.kinds:
            labels = dict(target._meta.get_field("kind").flatchoices)
            kinds = ", ".join(str(labels.get(kind, kind)) for kind in self.kinds)
            raise ValidationError(
                {
                    self.field: _(
                        "“%(target)s” does not belong here: it must be one of: %(kinds)s."
                    )
                    % {"target": target, "kinds": kinds}
                }
            )


class Gated(_DeferredConstraint):
    """Every change of the table's rows goes into the history, and no one empties it.

    With ``kind`` its rows get their numbers from the one sequence and are listed in ``Record``.
    """

    options = ("kind",)

    def __init__(self, *, name: str, kind: str = "", **options):
        super().__init__(name=name, **options)
        self.kind = kind

    def _create_sql(self, model, schema_editor):
        return _statement(
            "SELECT gate.attach(%(literal)s, %(kind)s)",
            model,
            schema_editor,
            literal=model._meta.db_table,
            kind=self.kind,
        )

    def remove_sql(self, model, schema_editor):
        return _statement(
            "SELECT gate.detach(%(literal)s)",
            model,
            schema_editor,
            literal=model._meta.db_table,
        )


class Acyclic(_DeferredConstraint):
    """Following ``field``, which points to the table itself, never leads back to the start.

    Checked when a transaction is sealed, so that two halves of a loop cannot pass each other.
    """

    options = ("field",)
    default_violation_error_message = gettext_lazy("This would lead back to itself.")

    def __init__(self, *, field: str, name: str, **options):
        super().__init__(name=name, **options)
        self.field = field

    def _create_sql(self, model, schema_editor):
        return _statement(
            "SELECT gate.forbid_loops(%(name)s, %(literal)s, %(column)s)",
            model,
            schema_editor,
            name=self.name,
            literal=model._meta.db_table,
            column=model._meta.get_field(self.field).column,
        )

    def remove_sql(self, model, schema_editor):
        return _statement("SELECT gate.allow_loops(%(name)s)", model, schema_editor, name=self.name)

    def validate(self, model, instance, exclude=None, using=DEFAULT_DB_ALIAS):
        if self.field in (exclude or ()) or instance.pk is None:
            return
        attname = model._meta.get_field(self.field).attname
        rows = model._base_manager.using(using)
        seen, current = {instance.pk}, getattr(instance, attname)
        while current is not None:
            if current in seen:
                raise ValidationError({self.field: self.get_violation_error_message()})
            seen.add(current)
            current = rows.filter(pk=current).values_list(attname, flat=True).first()


def field_of(constraint: BaseConstraint) -> str | None:
    """Return the one field, besides the negotiation, that a constraint is about, if it is one."""
    if isinstance(constraint, UniqueConstraint):
        fields = set(constraint.fields)
    elif isinstance(constraint, CheckConstraint):
        fields = set(Q(constraint.condition).referenced_base_fields)
    else:
        fields = {field} if (field := getattr(constraint, "field", "")) else set()
    fields -= {"negotiation"}
    return fields.pop() if len(fields) == 1 else None
