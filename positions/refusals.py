"""What the checks between rows mean, for a person whose edit they refuse."""

from django.utils.translation import gettext_lazy as _

from negotiations.refusals import explain

explain(
    "published_has_evidence",
    _("What is published has evidence: name a source, or keep it as a draft."),
)
explain(
    "demand_supersedes_its_like",
    _("It can replace only a demand on the same issue that shares a holder with it."),
    field="supersedes",
)
explain(
    "demand_has_holder",
    _("Say whose demand it is. Only an assessment, or a paper nobody owns up to, has no holder."),
    field="holders",
)
explain("term_value_fits_term", _("The value does not fit its term."))
explain(
    "clause_parent_same_proposal",
    _("A clause stands inside a clause of its own proposal."),
    field="parent",
)
explain(
    "anchor_holds",
    _("The words are not where the evidence says in the text of its source."),
    field="start",
)
explain(
    "published_changes_by_review",
    _("What is published here changes only by an edit that somebody else approves."),
)
explain(
    "published_is_retracted_first",
    _("What is published here is retracted before it is deleted."),
)
explain(
    "published_after_review",
    _("Records of this negotiation are published only once they have been in review."),
)
explain("approved_as_it_was", _("A record is approved as it was sent to review, unchanged."))
explain("reviewers_decide", _("A reviewer or a manager decides on what is published."))
explain(
    "nobody_approves_their_own",
    _("Nobody approves what they wrote: somebody else decides on it."),
)
explain("comment_stays", _("A comment stays as it was written; who wrote it may remove it."))
