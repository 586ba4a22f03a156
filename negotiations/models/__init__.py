from negotiations.models.base import Content, Record, Scoped, State
from negotiations.models.export import Export, ExportProgress
from negotiations.models.history import Changeset, Head, History
from negotiations.models.imports import Import, ImportProgress, ImportRow
from negotiations.models.intake import Intake
from negotiations.models.invitation import Invitation, Joining
from negotiations.models.negotiation import Membership, Negotiation
from negotiations.models.parties import Party, Person
from negotiations.models.rounds import Delegate, Participation, Round, Track
from negotiations.models.sending import Presence, Sending
from negotiations.models.source import Source
from negotiations.models.undoing import Undoing
from negotiations.models.unsaved import UnsavedForm

__all__ = [
    "Changeset",
    "Content",
    "Delegate",
    "Export",
    "ExportProgress",
    "Head",
    "History",
    "Import",
    "ImportProgress",
    "ImportRow",
    "Intake",
    "Invitation",
    "Joining",
    "Membership",
    "Negotiation",
    "Participation",
    "Party",
    "Person",
    "Presence",
    "Record",
    "Round",
    "Scoped",
    "Sending",
    "Source",
    "State",
    "Track",
    "Undoing",
    "UnsavedForm",
]
