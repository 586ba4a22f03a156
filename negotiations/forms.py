"""Fields that read what an analyst types into ranges."""

from django import forms

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
