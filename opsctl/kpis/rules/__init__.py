"""The arithmetic of figures. Pure: records, a period and the present moment in, figures out.

The formulas and their edges are told in docs/figures.md. Lengths are counted in whole microseconds and divided once.
"""
