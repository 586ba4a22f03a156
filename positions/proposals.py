"""Recording a paper with all that stands in it, in one act."""

from negotiations.models import Negotiation
from negotiations.operations import operation
from positions.models import Proposal
from positions.operations import Fields, record_with_evidence
from positions.papers import record_clause_tree


@operation
def record_proposal(
    *, user, negotiation: Negotiation, root: Fields | None = None, reason: str = "", **fields
) -> Proposal:
    """Record a proposal and return it; see ``record_with_evidence``.

    ``root`` is its outermost clause with ``clauses`` inside; see ``record_clause_tree``. Clauses
    share the proposal's state. Raises ``ValidationError``.
    """
    shared = {"user": user, "reason": reason}
    proposal = record_with_evidence(Proposal, negotiation=negotiation, **shared, **fields)
    if root is not None:
        own = {name: value for name, value in root.items() if name != "clauses"}
        inside = root.get("clauses", ())
        record_clause_tree(proposal=proposal, root=own, clauses=inside, **shared)
    return proposal
