"""What a browser sends of the form on a page, if nobody touches it."""

from lxml import html


def as_sent(page, form_class: str = "entry") -> dict[str, list[str]]:
    """Return the fields of the page's form with a class, as a browser sends them."""
    parsed = html.fromstring(page.content.decode())
    (form,) = parsed.xpath(f"//form[contains(@class, '{form_class}')]")
    sent: dict[str, list[str]] = {}
    texts = {field.get("name") for field in form.iter("textarea")}
    for name, given in form.form_values():
        # A browser leaves out the line end after the opening tag.
        value = given.removeprefix("\n") if name in texts else given
        sent.setdefault(name, []).append(value)
    # To lxml a chosen button without a value is "on", as if it had no such attribute.
    for field in form.xpath(".//input[@type='radio'][@checked][@value='']"):
        sent[field.get("name")] = [""]
    for field in form.iter("select"):
        first = next(field.iter("option"), None)
        if field.value is None and not field.multiple and first is not None:
            sent[field.get("name")] = [first.get("value", "")]
    return sent
