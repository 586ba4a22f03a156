"""Fields that read what an analyst types into ranges."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

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


class LongTextField(forms.CharField):
    """A text of several lines, ``most`` characters at most.

    The browser is told of no limit: it would cut what is pasted without a word. Raises
    ``ValidationError`` with the number of characters that are too many.
    """

    widget = forms.Textarea

    def __init__(self, *, most: int | None = None, rows: int = 2, max_length=None, **options):
        self.most = most or max_length
        super().__init__(**{"widget": forms.Textarea(attrs={"rows": rows}), **options})

    def clean(self, value):
        text = super().clean(value)
        over = len(text) - self.most if self.most else 0
        if over > 0:
            message = ngettext(
                "This is %(over)s character too long: %(most)s fit. Nothing was cut off.",
                "This is %(over)s characters too long: %(most)s fit. Nothing was cut off.",
                over,
            )
            told = {"over": f"{over:,}", "most": f"{self.most:,}"}
            raise forms.ValidationError(message % told, code="max_length")
        return text


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
