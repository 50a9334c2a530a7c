"""KPIs (指标): figures read from records, never typed in, each explained down to the records it counted.

Words: a *figure* is one KPI for one *scope* (everything, or one asset) in one *period*; it has a value, or a state that
says why not: `n/a` (nothing was due), `unknown` (data missing), `partial` (the period is not over). `counted` are the
records it rests on, `excluded` those it left out and why, `carried over` those still open at its end.
"""
