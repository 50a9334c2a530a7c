"""opsctl incident: `night` has the verbs that also stand at the top level, `deciding` and `reading` the others.

`parameters` is what several verbs take; `importing` does the work of the longest of them.
"""
