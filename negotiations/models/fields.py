from django.contrib.postgres.fields import DecimalRangeField


class QuantityField(DecimalRangeField):
    """Numbers whose ends belong to them: 30 is [30, 30], at least 30 is [30, ∞)."""

    def __init__(self, *args, default_bounds="[]", **options):
        super().__init__(*args, default_bounds=default_bounds, **options)
