"""Plain rules that read a passage and propose what a person may record from it.

They know the words of the negotiation and the grammar of a newspaper, no more. Each proposal says
which words it was read from. What is not certain is left out; nothing is ever saved here.
"""

from positions.proposing.known import Issue, Known, Party, Passage, Person, Term
from positions.proposing.proposals import Amount, Days, Deadline, Proposals, Read, Why
from positions.proposing.rules import propose

__all__ = [
    "Amount",
    "Days",
    "Deadline",
    "Issue",
    "Known",
    "Party",
    "Passage",
    "Person",
    "Proposals",
    "Read",
    "Term",
    "Why",
    "propose",
]
