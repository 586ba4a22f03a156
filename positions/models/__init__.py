from positions.models.coding import Coding, DoubleCoding
from positions.models.comment import Comment, Mention, MentionsSeen
from positions.models.demand import Demand, DemandAddressee, DemandHolder, DemandObligor
from positions.models.evidence import Evidence
from positions.models.following import FeedKey, Visit, Watch
from positions.models.issue import Issue, Term, TermChoice
from positions.models.links import Ending, Rank
from positions.models.outcome import Event, Outcome, OutcomeConfirmation, Silence
from positions.models.proposal import Clause, Proposal, ProposalHolder
from positions.models.review import PendingEdit
from positions.models.values import Linkage, TermValue, TermValueChoice

__all__ = [
    "Clause",
    "Coding",
    "Comment",
    "Demand",
    "DemandAddressee",
    "DemandHolder",
    "DemandObligor",
    "DoubleCoding",
    "Ending",
    "Event",
    "Evidence",
    "FeedKey",
    "Issue",
    "Linkage",
    "Mention",
    "MentionsSeen",
    "Outcome",
    "OutcomeConfirmation",
    "PendingEdit",
    "Proposal",
    "ProposalHolder",
    "Rank",
    "Silence",
    "Term",
    "TermChoice",
    "TermValue",
    "TermValueChoice",
    "Visit",
    "Watch",
]
