from positions.views.changes import changes
from positions.views.comparison import comparison, overview
from positions.views.demands import demand_edit, demand_new
from positions.views.editing import keep_unsaved, record_edit, record_new, record_state
from positions.views.issues import issue
from positions.views.records import record
from positions.views.search import search

__all__ = [
    "changes",
    "comparison",
    "demand_edit",
    "demand_new",
    "issue",
    "keep_unsaved",
    "overview",
    "record",
    "record_edit",
    "record_new",
    "record_state",
    "search",
]
