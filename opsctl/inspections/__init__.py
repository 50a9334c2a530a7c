"""Inspections (巡检): rounds by a checklist, read item by item.

A round is *open* while somebody walks it, *done* when all that is mandatory is answered; then it meets the duty that it
was due for. It keeps the version of the checklist that it was begun under. What failed or was warned of is an action at
once. Each answer is a *reading*; a corrected one keeps the old. Evidence has a grade: machine, photo, countersigned,
self-declared. Signs of a round from the armchair are flagged, never blocked.
"""
