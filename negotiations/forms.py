"""Fields that read what an analyst types into ranges."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from config.widgets import DayInput
from negotiations import ranges


class RangeTextField(forms.CharField):
    """One line of text that stands for a range.

    Cleans to a range, or None where nothing is typed. Raises ``ValidationError`` in the words of
    ``read``, which takes the text; ``show`` prints a range so that ``read`` reads it again.
    """

    def __init__(self, *, read, show, **options):
        self.read, self.show = read, show
        super().__init__(**options)

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.read(text)
        except ranges.UnclearRange as error:
            raise forms.ValidationError(str(error), code="unclear") from error

    def prepare_value(self, value):
        return value if value is None or isinstance(value, str) else self.show(value)


def dates_field(**options) -> RangeTextField:
    """ "2 June 2025", "May 2025", "by 30 June 2025" → a range of days."""
    return RangeTextField(read=ranges.parse_dates, show=ranges.date_text, **options)


class DayField(forms.DateField):
    """A day such as 2025-06-02, in the years that ranges may hold."""

    default_error_messages = {"invalid": _("Write the day as year-month-day, such as 2025-06-02.")}

    def __init__(self, **options):
        super().__init__(input_formats=["%Y-%m-%d"], **{"widget": DayInput(), **options})

    def to_python(self, value) -> date | None:
        day = super().to_python(value)
        try:
            return day and ranges.day(day).lower
        except ranges.UnclearRange as error:
            raise forms.ValidationError(str(error), code="invalid") from error


class OperationErrors(forms.BaseForm):
    """A form whose operation may refuse what the form let pass."""

    def add_operation_errors(self, error: ValidationError) -> None:
        """Show what the operation refused beside the fields it names."""
        named = hasattr(error, "error_dict")
        for name, messages in (error.message_dict if named else {None: error.messages}).items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)
