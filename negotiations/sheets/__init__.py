"""Foreign tables, CSV and XLSX, as lines of texts.

They are parsed in a process of its own (``child``), within bounds of memory and time; no module
that it uses imports Django. ``reading`` starts it and says in words what could not be read.
"""
