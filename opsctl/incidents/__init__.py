"""Incidents (故障): what went wrong, when, for how long, and what was done.

open → acknowledged → mitigated → resolved → closed. A state is a *span* of time; so is an *outage* (the asset did not
serve) and an *impact* (it served badly). Spans are added and ended, never overwritten: every clock reads them.
*Restored* is the end of the last outage or impact, whatever the state; it may be claimed after the incident was
resolved or lie before it was opened, which is kept as it was said, and flagged.
"""
