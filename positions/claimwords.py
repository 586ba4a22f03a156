"""How claims stand to each other, and how a rival value is weighed, in words."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy, ngettext

from positions import rivals

VERDICTS = {
    rivals.Verdict.EXCLUDE: gettext_lazy("They exclude each other"),
    rivals.Verdict.PULL: gettext_lazy("They pull against each other; both can be true"),
}
GROUNDS = {
    rivals.Ground.LINKED: gettext_lazy("recorded as contradicting"),
    rivals.Ground.REJECTED: gettext_lazy("one denies the other"),
    rivals.Ground.APART: gettext_lazy("they differ on: %(terms)s"),
    rivals.Ground.MET: gettext_lazy("one answers the other; something fits both on: %(terms)s"),
    rivals.Ground.UNSHARED: gettext_lazy("one answers the other; they give no term in common"),
}


def verdict_text(verdict: rivals.Verdict) -> str:
    """Return in words how two claims stand to each other."""
    return str(VERDICTS[verdict])


def ground_text(ground: rivals.Ground, terms: Sequence[str]) -> str:
    """Return in words why; ``terms`` are the names of those on which they are apart, or meet."""
    return str(GROUNDS[ground]) % {"terms": ", ".join(terms)}


def weight_text(weight: rivals.Weighed) -> str:
    """Return whether a value is an outlier, with the sources that make it one; else empty."""
    if not weight.outlier:
        return ""
    return ngettext(
        "outlier: %(against)s of %(n)s other independent source excludes it",
        "outlier: %(against)s of %(n)s other independent sources exclude it",
        weight.others,
    ) % {"against": weight.against, "n": weight.others}
