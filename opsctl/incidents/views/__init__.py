"""Incidents, ready to be shown.

`records` has one and what was done with some, `lists` many, `clocks` their limits, `imports` what an import did.
"""
