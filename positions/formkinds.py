"""Which form records and edits which kind."""

from collections.abc import Mapping

from positions.partforms import EvidenceForm, TermValueForm
from positions.recordforms import FORMS, RecordForm, WitnessedForm
from positions.setupforms import CodedForm, RoundForm, TermForm

OWN_FORMS: Mapping[str, type[RecordForm]] = {
    "party": CodedForm,
    "issue": CodedForm,
    "round": RoundForm,
    "term": TermForm,
    "term-value": TermValueForm,
    "evidence": EvidenceForm,
}


def form_of(kind: str) -> type[RecordForm]:
    """Return the form for a kind, as its word in an address; KeyError if it has none."""
    return OWN_FORMS.get(kind) or (WitnessedForm if FORMS[kind].witnessed else RecordForm)
