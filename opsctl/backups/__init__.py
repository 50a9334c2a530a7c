"""Backups, and the restore tests that prove them.

A **policy** of the rulebook says what must be backed up, how often, where to, and how it is proven. The host file says
how this host does it: a **job** with a driver for an engine. A **run** (BAK-2026-0042) makes one point, kept as one or
more **copies**; each copy is checked at named levels and has its own proof. A **restore test** (RST-2026-0007) restores
a point into a scratch place, asserts its content and measures the time. Pruning takes away only what was made here.

A run ends in one status and is never changed; what is added to it are checks, a pin, and that a copy was pruned.
"""
