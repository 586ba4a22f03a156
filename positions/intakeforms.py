"""The forms by which a text is brought in: give it, describe its source, correct its text."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.uploads import MOST_BYTES
from negotiations.intake.given import Given, Unreadable, both
from negotiations.intake.reading import read_file, read_pasted
from negotiations.intake.words import origin_of_proposal, refusal
from negotiations.models import Intake, Source
from negotiations.operations import Conflict
from negotiations.texts import normal
from positions.alike import Found, alike
from positions.capture import TextCorrection, correct_text
from positions.conflicts import SINCE
from positions.offered import label
from positions.operations import record_with_evidence
from positions.proposed import is_as_proposed
from positions.recordforms import RecordForm
from positions.textversions import text_of_version
from positions.writingform import WritingForm

#: The description, in the order in which one reads it off a page.
DESCRIBED = ("outlet", "title", "url", "published", "author", "kind", "language")


class GiveForm(forms.Form):
    """A text as it is pasted or uploaded; with both, one follows the other.

    ``first`` is the text that the field begins with: where it was left as it was, a file takes its
    place. ``too_large`` is the name of a file that was not let in. What was read is ``given``.
    """

    text = forms.CharField(
        label=gettext_lazy("Paste the text, or the HTML of its page"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or choose a file"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("PDF, DOCX, HTML or TXT, 20 MB at most. Nothing in it is run."),
    )

    def __init__(self, data=None, files=None, *, too_large: str = "", first: str = ""):
        self.too_large, self.first = too_large, first
        self.given: Given | None = None
        super().__init__(data, files, initial={"text": first}, auto_id="give-%s")
        self.dom_id = "form-give"
        self.fields["text"].widget.attrs["dir"] = "auto"

    @property
    def name(self) -> str:
        """Return the name of the file; empty where the text was pasted."""
        file = self.cleaned_data.get("file")
        return file.name if file else ""

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        if self.too_large:
            large = Unreadable("large", most=MOST_BYTES // (1024 * 1024))
            self.add_error("file", f"{self.too_large}: {refusal(large)}")
            return cleaned
        if cleaned.get("file") is not None and normal(cleaned.get("text", "")) == normal(
            self.first
        ):
            cleaned["text"] = ""
        read = [
            self._read(name, reader, cleaned[name])
            for name, reader in (("file", read_file), ("text", read_pasted))
            if cleaned.get(name) is not None and (name == "file" or cleaned[name].strip())
        ]
        if not read:
            self.add_error("text", _("Paste a text or choose a file."))
        elif not self.errors:
            first, *others = (given for given in read if given is not None)
            self.given = both(first, *others) if others else first
        return cleaned

    def _read(self, name: str, reader, content) -> Given | None:
        try:
            return reader(content)
        except Unreadable as why:
            said = refusal(why)
            self.add_error(name, f"{content.name}: {said}" if name == "file" else said)
            return None


class KeptBlocks:
    """Which of the blocks that were read are kept: those ticked, and groups turned round."""

    data: Any
    is_bound: bool
    given: Given | None

    @cached_property
    def kept(self) -> frozenset[int]:
        """Return the numbers of the blocks that make the text; those likely text at first."""
        if self.given is None:
            return frozenset()
        if not self.is_bound or "blocks" not in self.data:
            return self.given.likely
        ticked = set(_numbers(self.data.getlist("keep")))
        turned = set(_numbers(self.data.getlist("turn")))
        for group in self.given.groups:
            if group.number in turned:
                numbers = {number for number, _block in group.numbered}
                ticked = ticked | numbers if group.furniture else ticked - numbers
        return frozenset(ticked)

    @cached_property
    def text(self) -> str:
        """Return the text that the kept blocks make."""
        return normal(self.given.text(self.kept)) if self.given else ""


def _numbers(texts: Iterable[str]) -> list[int]:
    return [int(text) for text in texts if text.isdecimal() and len(text) < 6]


class SourceForm(KeptBlocks, RecordForm):
    """A new source, with the description that its text proposes, and what it is alike to."""

    page = "positions/source_new.html"

    def __init__(self, data=None, *, negotiation, user, intake: Intake | None = None, presets=None):
        self.intake = intake
        self.given = intake.given if intake else None
        proposed = self.given.proposed if self.given else {}
        first = {name: each.value for name, each in proposed.items()} | (presets or {})
        super().__init__(data, kind="source", negotiation=negotiation, user=user, presets=first)
        for name, each in proposed.items():
            if is_as_proposed(self[name], each.value):
                self._mark(name, origin_of_proposal(each.origin))
        self.found = self._alike()
        if self.found.alike:
            self.fields["treat"] = forms.ChoiceField(
                label=_("What is this one?"),
                choices=list(self._treatments()),
                widget=forms.RadioSelect,
                error_messages={"required": _("Say what this one is, beside those listed.")},
            )

    def _ids(self, initial) -> str:
        self.dom_id = "form-source-new"
        return "id-source-new-%s"

    def _mark(self, name: str, origin: str) -> None:
        field = self.fields[name]
        said = format_html('<span class="proposed">{}</span>', _("Proposed: read in %s.") % origin)
        # A field that was looked at already keeps its own copy.
        self[name].help_text = field.help_text = (
            format_html("{} {}", said, field.help_text) if field.help_text else said
        )

    def _alike(self) -> Found:
        url = self.data.get("url", "") if self.is_bound else self.initial.get("url", "")
        mine = {"negotiation": self.negotiation, "user": self.user}
        return alike(**mine, text=self.text, url=url.replace("\0", "").strip()[:2000])

    def _treatments(self):
        for each in self.found.alike:
            named = {"source": f"{label(each.source)} № {each.source.pk}"}
            if self.text:
                yield (
                    f"version-{each.source.pk}",
                    _("A new version of %(source)s: compare the texts") % named,
                )
            yield f"copy-{each.source.pk}", _("A copy of %(source)s: derived from it") % named
        yield "new", _("A source of its own: record it anyway")

    @property
    def described_fields(self):
        return [self[name] for name in DESCRIBED]

    @property
    def rest_fields(self):
        return [self[name] for name in self.names if name not in DESCRIBED]

    @property
    def rest_open(self) -> bool:
        """Whether something behind "More" was typed, or has an error to show."""
        return any(field.errors or field.value() for field in self.rest_fields)

    @property
    def version_of(self) -> Source | None:
        """Return the source whose text this is a new version of, if that was chosen."""
        return self._chosen("version")

    def _chosen(self, how: str) -> Source | None:
        said = self.data.get("treat", "") if "treat" in self.fields and self.is_bound else ""
        found = (each.source for each in self.found.alike if said == f"{how}-{each.source.pk}")
        return next(found, None)

    def clean(self):
        cleaned = super().clean()
        if self.given is not None and not self.text.strip():
            self.add_error(None, _("Nothing of the text is kept. Tick what belongs to it."))
        return cleaned

    def save(self) -> Source:
        """Record the source with its text and return it. Raises ``ValidationError``."""
        values = {name: self.cleaned_data[name] for name in self.names}
        if original := self._chosen("copy"):
            values["derived_from"] = values["derived_from"] or original
        if self.intake:
            values |= {"text": self.text, "text_origin": self.intake.origin}
        return record_with_evidence(Source, user=self.user, negotiation=self.negotiation, **values)


class CorrectionForm(KeptBlocks, WritingForm):
    """A new text for a source that exists; saving it carries the anchors that can be carried."""

    page = "positions/source_text_check.html"

    def __init__(self, data=None, *, record: Source, user, intake: Intake):
        self.options = {"record": record, "user": user, "intake": intake}
        self.record, self.user, self.intake = record, user, intake
        self.source, self.negotiation = record, record.negotiation
        self.given = intake.given
        self.correction: TextCorrection | None = None
        super().__init__(data, initial={"version": record.version}, auto_id="correct-%s")
        self.dom_id = "form-correct"
        self.fields["reason"].help_text = _("For the history: what was wrong before")

    def clean(self):
        super().clean()
        if not self.text.strip():
            self.add_error(None, _("Nothing of the text is kept. Tick what belongs to it."))
        elif self.choice in ("", "mine") and self.text == self.source.text:
            self.add_error(None, _("This is the text that the source has already."))
        return self.cleaned_data

    @property
    def choice(self) -> str:
        """Which text is kept, where it was asked: "mine", "theirs", "before"; else nothing."""
        return self.data.get("keep-text", "") if self.is_bound else ""

    @property
    def text_before(self) -> str:
        """The text from which both began, where somebody else gave another meanwhile."""
        return self.text_at(self.data.get(SINCE, ""))

    def text_at(self, version: str) -> str:
        """Return the text that the source had at a version, as a form sends it."""
        is_number = version.isascii() and version.isdecimal() and len(version) < 10
        return text_of_version(self.source, int(version)) if is_number else ""

    def save(self) -> Source:
        """Give the source its new text and return it; ``correction`` has what became of anchors.

        Where it was chosen, the text from before or the one that is there. Raises
        ``ValidationError``, and ``Conflict`` where somebody else was quicker.
        """
        version = self.cleaned_data["version"] or 0
        if self.choice == "theirs":
            if version != self.source.version:
                raise Conflict(self.source)
            return self.source
        is_mine = self.choice != "before"
        self.correction = correct_text(
            self.source,
            user=self.user,
            version=version,
            text=self.text if is_mine else self.text_before,
            text_origin=self.intake.origin if is_mine else self.source.text_origin,
            reason=self.cleaned_data["reason"],
        )
        return self.correction.source
