"""Incidents, ready to be shown.

`told` says what was done with some, `records` has one, `lists` many, `clocks` their limits, `imports` what came in.
"""
