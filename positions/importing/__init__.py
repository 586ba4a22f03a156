"""Records from tables: what is exported, what a template was filled with, what was pasted.

A file becomes sheets (``matching``), a sheet's rows drafts of records (``drafts``, ``planning``),
and these, if nothing is wrong with any of them, records in one changeset (``carrying``).
"""
