from positions.views.changes import changes
from positions.views.comparison import comparison
from positions.views.demands import demand_edit, demand_new, silence_new
from positions.views.editing import keep_unsaved, record_edit, record_new, record_state
from positions.views.evidence import evidence
from positions.views.exports import briefing, everything, export, export_file
from positions.views.following import (
    feed,
    feed_address,
    following,
    following_seen,
    own_feed,
    watch,
)
from positions.views.history import changeset, record_history, record_restore, undo_last
from positions.views.issues import issue, issues
from positions.views.lists import proposals, rounds
from positions.views.overview import overview
from positions.views.pages import answers, claims, conditions, movement
from positions.views.reading import anchor_place, source_capture, source_read
from positions.views.records import record, record_present
from positions.views.search import search
from positions.views.sources import source, sources

__all__ = [
    "anchor_place",
    "answers",
    "briefing",
    "changes",
    "changeset",
    "claims",
    "comparison",
    "conditions",
    "demand_edit",
    "demand_new",
    "everything",
    "evidence",
    "export",
    "export_file",
    "feed",
    "feed_address",
    "following",
    "following_seen",
    "issue",
    "issues",
    "keep_unsaved",
    "movement",
    "overview",
    "own_feed",
    "proposals",
    "record",
    "record_edit",
    "record_history",
    "record_new",
    "record_present",
    "record_restore",
    "record_state",
    "rounds",
    "search",
    "silence_new",
    "source",
    "source_capture",
    "source_read",
    "sources",
    "undo_last",
    "watch",
]
