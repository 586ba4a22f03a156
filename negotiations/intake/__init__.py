"""Bringing a text in: what an editor gives is read into blocks and a proposed description.

Foreign files are parsed in a process of its own (``child``), within bounds of memory and time; no
module that it uses imports Django. ``reading`` starts it, ``words`` says what it could not read.
"""
