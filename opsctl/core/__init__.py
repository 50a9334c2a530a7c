"""The pure kit on which every floor stands: errors, times, periods, intervals, numbers, texts, reports.

Only the standard library is imported when a module of this package loads.
"""
