"""Who may do what: each route and method stands below exactly one rule, as data.

A grid says what happens to whom: ``yes`` it is done (or what was sent is found wanting), ``sign
in`` one is asked to, ``no`` it is refused openly, ``absent`` the answer is that of an address at
which there is nothing, ``wrong`` that of a question about nothing (400). Its lines say where:

- ``open``: something published, in a public negotiation;
- ``draft``: a draft in a public negotiation;
- ``closed``: something published, in a negotiation for its members only;
- ``foreign``: a record of another negotiation, asked for under this one's address. Everybody has
  the same role in both.

A method that a route has no line for is not taken: 405, to whom must sign in first only then.
``docs/permissions.md`` is written from this file: ``python -m tests.permissions.document``.
"""

from dataclasses import dataclass, field

WHO = ("anonymous", "stranger", "reader", "editor", "reviewer", "manager")
WHERE = ("open", "draft", "closed", "foreign")
OUTCOMES = ("yes", "sign in", "no", "absent", "wrong")


@dataclass(frozen=True)
class Rule:
    """One rule: in a word, in a sentence, as a grid; and the routes it holds for, by method."""

    name: str
    words: str
    grid: dict[str, tuple[str, ...]]
    routes: dict[str, tuple[str, ...]] = field(default_factory=dict)


def rule(name: str, words: str, grid: str, **routes: str) -> Rule:
    """Return a rule from a grid as text, columns in the order of ``WHO``, and lists of routes."""
    lines = [line.split(None, 1) for line in grid.strip().splitlines()]
    cells = {
        where: tuple(cell.replace("signin", "sign in") for cell in rest.split())
        for where, rest in lines
    }
    return Rule(name, words, cells, {method: tuple(r.split()) for method, r in routes.items()})


RULES = [
    rule(
        "anybody",
        "These pages ask for nobody and show nothing of a negotiation, or only what whoever asks"
        " may see of each.",
        """
        open     yes     yes     yes     yes     yes     yes
        """,
        GET="home account_login password-choose api:schema api:docs api:negotiation-list"
        " api:membership-list api:party-list api:person-list api:track-list api:round-list"
        " api:participation-list api:delegate-list api:source-list api:issue-list api:term-list"
        " api:termchoice-list api:proposal-list api:clause-list api:demand-list api:termvalue-list"
        " api:linkage-list api:outcome-list api:event-list api:silence-list api:evidence-list"
        " api:comment-list account_logout account_reset_password mfa_authenticate",
        POST="account_login password-choose account_logout account_reset_password mfa_authenticate"
        " password-strength",
    ),
    rule(
        "nothing there",
        "An address of the API that names nothing says so to everybody.",
        """
        open     absent  absent  absent  absent  absent  absent
        """,
        GET="api:not-here",
        POST="api:not-here",
        PUT="api:not-here",
        PATCH="api:not-here",
        DELETE="api:not-here",
    ),
    rule(
        "account",
        "Whoever has an account begins negotiations and looks after their own account.",
        """
        open     signin  yes     yes     yes     yes     yes
        """,
        GET="account account-delete account_change_password account_set_password following"
        " negotiation-new mfa_index mfa_activate_totp mfa_generate_recovery_codes sessions"
        " mentions account_email account_confirm_email",
        POST="account account-delete account_change_password account_set_password feed-address"
        " account_email"
        " following-seen negotiation-new mfa_activate_totp mfa_generate_recovery_codes"
        " sessions-end"
        " mentions api:negotiation-list api:comment-list",
    ),
    rule(
        "one's own second step",
        "Whoever has set none up finds none to turn off, no codes, and no session of others.",
        """
        open     signin  absent  absent  absent  absent  absent
        """,
        GET="mfa_deactivate_totp mfa_view_recovery_codes mfa_download_recovery_codes",
        POST="mfa_deactivate_totp session-end",
    ),
    rule(
        "prove who one is",
        "Whoever has neither password nor second step, as all here, has nothing to prove it by.",
        """
        open     signin  no      no      no      no      no
        """,
        GET="account_reauthenticate mfa_reauthenticate",
        POST="account_reauthenticate mfa_reauthenticate",
    ),
    rule(
        "confirm one's address",
        "Whoever was sent no link that confirms their address has none to confirm.",
        """
        open     signin  absent  absent  absent  absent  absent
        """,
        POST="account_confirm_email",
    ),
    rule(
        "one's own token",
        "A token is revoked by whom it belongs to; here it is the manager's.",
        """
        open     signin  absent  absent  absent  absent  yes
        """,
        POST="token-revoke",
    ),
    rule(
        "read",
        "Whoever sees a negotiation reads what is published in it; those who write in it see its"
        " drafts too.",
        """
        open     yes     yes     yes     yes     yes     yes
        draft    absent  absent  absent  yes     yes     yes
        closed   absent  absent  yes     yes     yes     yes
        foreign  absent  absent  absent  absent  absent  absent
        """,
        GET="overview comparison briefing everything export export-file conditions movement issues"
        " issue rounds round proposals answers claims proposal sources source evidence"
        " record record-history search changes codebook"
        " api:comparison api:answers api:claims api:codebook api:conditions api:movement"
        " api:negotiation-detail api:party-detail api:person-detail api:track-detail"
        " api:round-detail api:participation-detail api:delegate-detail api:source-detail"
        " api:issue-detail api:term-detail api:termchoice-detail api:proposal-detail"
        " api:clause-detail api:demand-detail api:termvalue-detail api:linkage-detail"
        " api:outcome-detail api:event-detail api:silence-detail api:evidence-detail",
        POST="briefing everything",
    ),
    rule(
        "ask about one",
        "The API's search is asked about a negotiation by name, as a part of the question.",
        """
        open     yes     yes     yes     yes     yes     yes
        closed   wrong   wrong   yes     yes     yes     yes
        """,
        GET="api:search api:changes",
    ),
    rule(
        "follow",
        "Whoever has an account follows what they may see.",
        """
        open     signin  yes     yes     yes     yes     yes
        closed   signin  absent  yes     yes     yes     yes
        """,
        POST="watch",
    ),
    rule(
        "read as anybody",
        "The feed of a negotiation is what anybody may read, whoever asks.",
        """
        open     yes     yes     yes     yes     yes     yes
        closed   absent  absent  absent  absent  absent  absent
        """,
        GET="feed",
    ),
    rule(
        "guess an address",
        "The address of somebody's own feed is a secret: one that nobody was given names nothing.",
        """
        open     absent  absent  absent  absent  absent  absent
        """,
        GET="own-feed",
    ),
    rule(
        "write",
        "Editors, reviewers and managers write; others who see the negotiation are refused, to"
        " the rest it is not there.",
        """
        open     signin  no      no      yes     yes     yes
        draft    signin  no      no      yes     yes     yes
        closed   signin  absent  no      yes     yes     yes
        foreign  signin  no      no      absent  absent  absent
        """,
        GET="codebook-import codebook-part codebook-merge codebook-split imports import-new"
        " import-template import import-undo round-line round-paste round-seat round-status"
        " clause-new clause-paste proposal-version clause-attach source-new source-describe"
        " source-text source-text-version source-read source-capture demand-new demand-edit"
        " record-edit record-new changeset review review-drafts review-record codings coding"
        " api:agreement setup setup-parties setup-people setup-tracks"
        " setup-issues",
        POST="codebook-import codebook-merge codebook-split codebook-retire"
        " import-new import-match import-record import-undo round-line round-paste round-seat"
        " round-status round-again round-silence clause-new clause-paste clause-restore"
        " proposal-version clause-act clause-attach clause-carry clause-silent source-new"
        " source-describe source-text source-capture anchor-place demand-new demand-edit"
        " silence-new record-edit record-state record-present record-restore record-new"
        " undo-last changeset unsaved setup-issues setup-move review-drafts"
        " api:party-list api:person-list api:track-list api:round-list api:participation-list"
        " api:delegate-list api:source-list api:issue-list api:term-list api:termchoice-list"
        " api:proposal-list api:clause-list api:demand-list api:termvalue-list api:linkage-list"
        " api:outcome-list api:event-list api:silence-list api:evidence-list",
    ),
    rule(
        "write one by its number",
        "As above; but the API's addresses name no negotiation, so that a draft is not there for"
        " whoever may not see it.",
        """
        open     signin  no      no      yes     yes     yes
        draft    signin  absent  absent  yes     yes     yes
        closed   signin  absent  no      yes     yes     yes
        """,
        GET="api:review",
        POST="api:review",
        **dict.fromkeys(
            ("PATCH", "DELETE"),
            "api:party-detail api:person-detail api:track-detail api:round-detail"
            " api:participation-detail api:delegate-detail api:source-detail api:issue-detail"
            " api:term-detail api:termchoice-detail api:proposal-detail api:clause-detail"
            " api:demand-detail api:termvalue-detail api:linkage-detail api:outcome-detail"
            " api:event-detail api:silence-detail api:evidence-detail",
        ),
    ),
    rule(
        "one's own text",
        "A text that is being brought in is seen by whoever gave it until it is saved; here it is"
        " the editor's.",
        """
        open     signin  no      no      yes     absent  absent
        draft    signin  no      no      yes     absent  absent
        closed   signin  absent  no      yes     absent  absent
        foreign  signin  no      no      absent  absent  absent
        """,
        GET="source-check source-text-check",
        POST="source-check source-text-check",
    ),
    rule(
        "decide",
        "Reviewers and managers approve what waits, or send it back; of what they wrote they are"
        " told that somebody else does.",
        """
        open     signin  no      no      no      yes     yes
        draft    signin  no      no      no      yes     yes
        closed   signin  absent  no      no      yes     yes
        foreign  signin  no      no      absent  absent  absent
        """,
        POST="review-record",
    ),
    rule(
        "decide on many",
        "Reviewers and managers approve many at once, of what they did not write.",
        """
        open     signin  no      no      no      yes     yes
        closed   signin  absent  no      no      yes     yes
        """,
        POST="review",
    ),
    rule(
        "one's own edit",
        "An edit that waits for review is taken back by whom it is of, here the editor.",
        """
        open     signin  no      no      yes     no      no
        closed   signin  absent  no      yes     no      no
        foreign  signin  no      no      absent  absent  absent
        """,
        POST="review-withdraw",
    ),
    rule(
        "comment",
        "Members comment on what they may see.",
        """
        open     signin  no      yes     yes     yes     yes
        draft    signin  absent  absent  yes     yes     yes
        closed   signin  absent  yes     yes     yes     yes
        foreign  signin  absent  absent  absent  absent  absent
        """,
        POST="comment-new",
    ),
    rule(
        "see a comment",
        "Members see the comments on what they may see; nobody else sees any.",
        """
        open     absent  absent  yes     yes     yes     yes
        closed   absent  absent  yes     yes     yes     yes
        """,
        GET="api:comment-detail",
    ),
    rule(
        "one's own comment",
        "A comment is removed by who wrote it, here the editor.",
        """
        open     signin  absent  no      yes     no      no
        closed   signin  absent  no      yes     no      no
        foreign  signin  absent  absent  absent  absent  absent
        """,
        POST="comment-remove",
        DELETE="api:comment-detail",
    ),
    rule(
        "have a passage coded",
        "Reviewers and managers give passages to two coders.",
        """
        open     signin  no      no      no      yes     yes
        draft    signin  no      no      no      yes     yes
        closed   signin  absent  no      no      yes     yes
        foreign  signin  no      no      no      absent  absent
        """,
        GET="coding-ask",
        POST="coding-ask",
    ),
    rule(
        "code",
        "The two who were asked code a passage, here the editor and the reviewer.",
        """
        open     signin  no      no      yes     yes     no
        closed   signin  absent  no      yes     yes     no
        foreign  signin  no      no      absent  absent  absent
        """,
        GET="coding-code",
        POST="coding-code",
    ),
    rule(
        "settle",
        "A reviewer or manager who is neither of the two settles it, here the manager.",
        """
        open     signin  no      no      no      no      yes
        closed   signin  absent  no      no      no      yes
        foreign  signin  no      no      absent  absent  absent
        """,
        GET="coding-settle",
        POST="coding-settle",
    ),
    rule(
        "manage",
        "Managers change the settings, and who works on the negotiation.",
        """
        open     signin  no      no      no      no      yes
        closed   signin  absent  no      no      no      yes
        foreign  signin  no      no      no      no      absent
        """,
        GET="setup-settings",
        POST="setup-settings members invitation-new invitation-revoke api:membership-list",
        PATCH="api:negotiation-detail",
    ),
    rule(
        "belong",
        "Members see their own part and may leave; the last manager is told to hand over first.",
        """
        open     signin  no      yes     yes     yes     yes
        closed   signin  absent  yes     yes     yes     yes
        """,
        GET="members",
        POST="members-leave",
    ),
    rule(
        "have the link",
        "Whoever has an invitation's link is told what it is to, whatever they may see otherwise.",
        """
        open     yes     yes     yes     yes     yes     yes
        closed   yes     yes     yes     yes     yes     yes
        """,
        GET="invitation invitation-sign-up",
        POST="invitation invitation-sign-up",
    ),
    rule(
        "see a membership",
        "A membership is shown to whom it is of, here the reader, and to managers.",
        """
        open     absent  absent  yes     absent  absent  yes
        closed   absent  absent  yes     absent  absent  yes
        """,
        GET="api:membership-detail",
    ),
    rule(
        "change a membership",
        "Managers change it; whom it is of is refused, to the rest it is not there.",
        """
        open     signin  absent  no      absent  absent  yes
        closed   signin  absent  no      absent  absent  yes
        """,
        PATCH="api:membership-detail",
        DELETE="api:membership-detail",
    ),
]

#: What the addresses of routes name besides the negotiation: a parameter and a collection (a record
#: of it is taken, or its attribute), or a word in quotes. After a ``?`` it is the query.
ADDRESSES = {
    "account_confirm_email": "key='x'",
    "password-choose": "uidb64='x' token='y'",
    "token-revoke": "pk=tokens",
    "session-end": "pk='999999999'",
    "export": "pk=exports",
    "export-file": "pk=exports",
    "issue": "code=issues.code",
    "round": "pk=rounds",
    "round-line": "pk=rounds party=parties.code",
    "round-paste": "pk=rounds party=parties.code",
    "round-seat": "pk=rounds party=parties.code",
    "round-status": "pk=rounds act='postpone'",
    "round-again": "pk=rounds",
    "round-silence": "pk=rounds",
    "proposal": "pk=proposals",
    "clause-new": "pk=proposals",
    "clause-paste": "pk=proposals",
    "clause-restore": "pk=proposals",
    "proposal-version": "pk=proposals",
    "clause-act": "pk=clauses",
    "clause-attach": "pk=clauses",
    "clause-carry": "pk=clauses",
    "clause-silent": "pk=clauses",
    "source": "pk=sources",
    "source-text": "pk=sources",
    "source-text-check": "pk=sources intake=intakes",
    "source-text-version": "pk=sources revision=texts.revision",
    "source-check": "intake=intakes",
    "source-read": "pk=sources",
    "source-capture": "pk=sources kind='demand' ?start='0' ?end='2'",
    "anchor-place": "pk=evidence",
    "demand-edit": "pk=demands",
    "silence-new": "?party=parties.code ?issue=issues.code",
    "record": "pk=events",
    "record-edit": "pk=events",
    "record-state": "pk=events",
    "record-present": "pk=events",
    "record-history": "pk=events",
    "record-restore": "pk=events",
    "record-new": "kind='event'",
    "review-record": "pk=events",
    "review-withdraw": "pk=pendings",
    "comment-new": "pk=events",
    "comment-remove": "pk=comments",
    "coding": "pk=doubles",
    "coding-ask": "pk=sources ?start='0' ?end='2'",
    "coding-code": "pk=doubles",
    "coding-settle": "pk=doubles",
    "api:review": "pk=events",
    "api:comment-detail": "pk=comments",
    "changeset": "revision='1'",
    "codebook-part": "kind='issue' pk=issues",
    "codebook-merge": "kind='issue' pk=issues ?into=parents",
    "codebook-split": "pk=issues",
    "codebook-retire": "kind='issue' pk=issues",
    "setup-move": "kind='party' pk=parties",
    "import": "pk=imports",
    "import-match": "pk=imports",
    "import-record": "pk=imports",
    "import-undo": "pk=imports",
    "import-template": "kind='events' form='csv'",
    "unsaved": "?form=forms",
    "invitation": "key=keys",
    "invitation-sign-up": "key=keys",
    "invitation-revoke": "pk=invitations",
    "own-feed": "key='x'",
    "api:search": "?q='word' ?negotiation=negotiations.slug",
    "api:changes": "?negotiation=negotiations.slug",
    "api:membership-detail": "pk=memberships",
    "api:party-detail": "pk=parties",
    "api:person-detail": "pk=people",
    "api:track-detail": "pk=tracks",
    "api:round-detail": "pk=rounds",
    "api:participation-detail": "pk=participations",
    "api:delegate-detail": "pk=delegates",
    "api:source-detail": "pk=sources",
    "api:issue-detail": "pk=issues",
    "api:term-detail": "pk=terms",
    "api:termchoice-detail": "pk=term-choices",
    "api:proposal-detail": "pk=proposals",
    "api:clause-detail": "pk=clauses",
    "api:demand-detail": "pk=demands",
    "api:termvalue-detail": "pk=term-values",
    "api:linkage-detail": "pk=linkages",
    "api:outcome-detail": "pk=outcomes",
    "api:event-detail": "pk=events",
    "api:silence-detail": "pk=silences",
    "api:evidence-detail": "pk=evidence",
}

#: What is sent to pages, written as addresses are; the rest is sent an empty form.
SENT = {
    "record-state": "state='retracted'",
    "review-record": "act='approve'",
    "review": "number='1'",
    "review-drafts": "number='1'",
    "record-restore": "revision='1'",
    "setup-move": "up='up'",
    "codebook-retire": "reason='Done'",
    "codebook-merge": "save='save'",
    "clause-act": "act='operator' operator='any' version='1'",
    "clause-carry": "demand=demands",
    "clause-restore": "clause=clauses",
    "clause-silent": "party=parties issue=issues",
    "round-silence": "party=parties.code issue=issues.code",
    "invitation-new": "invite-role='editor' invite-last_day=days",
    "members": "name=names role='reader'",
    "negotiation-new": "title='Water' visibility='members' review='off' codebook=''",
    "unsaved": "title='Half'",
    "account": "name='a program'",
}
#: Of those, the ones that must have written something when it was done.
WRITING = (
    "record-state",
    "codebook-retire",
    "members",
    "negotiation-new",
    "invitation-new",
    "invitation-revoke",
)
