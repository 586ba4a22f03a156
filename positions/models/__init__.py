from positions.models.demand import Demand, DemandAddressee, DemandHolder, DemandObligor
from positions.models.evidence import Evidence
from positions.models.following import FeedKey, Visit, Watch
from positions.models.issue import Issue, Term, TermChoice
from positions.models.links import Ending, Rank
from positions.models.outcome import Event, Outcome, OutcomeConfirmation, Silence
from positions.models.proposal import Clause, Proposal, ProposalHolder
from positions.models.values import Linkage, TermValue, TermValueChoice

__all__ = [
    "Clause",
    "Demand",
    "DemandAddressee",
    "DemandHolder",
    "DemandObligor",
    "Ending",
    "Event",
    "Evidence",
    "FeedKey",
    "Issue",
    "Linkage",
    "Outcome",
    "OutcomeConfirmation",
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
