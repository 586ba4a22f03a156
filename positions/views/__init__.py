from positions.views.comparison import comparison, overview
from positions.views.demands import demand_edit, demand_new
from positions.views.records import record

__all__ = ["comparison", "demand_edit", "demand_new", "overview", "record"]
