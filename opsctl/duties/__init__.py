"""Duties (职责任务): what must be done again and again, and by when.

A duty stands in the rulebook. Its *occurrences* are made 35 days ahead, one for each asset it is about: so a miss is a
fact although nobody did anything. A record that fits, by the kind, the topic and the asset of its ledger row, *meets*
the occurrence whose window holds the time it happened, else the nearest earlier one that is still due: late.

due → done | cancelled (the asset was retired, the rule was changed) | waived
"""
