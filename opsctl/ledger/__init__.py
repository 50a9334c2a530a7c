"""The ledger (审计日志): one append-only row for every fact, each chained to the one before.

Words: a *row* has a number (`seq`), a `kind` such as `incident.opened`, the `subject` it is about (a reference),
and `facts`; the *head* is the newest row's hash; a *kept head* is one that was printed or written down earlier.
A row is never changed or removed. Its facts may be *redacted* (blanked), which the chain survives and `verify` counts.
Other rooms append rows and never read each other: they meet here, by kind, subject, asset (`about`) and time.
"""
