"""Post-incident reviews (故障分析, 复盘): what happened by the records, why, and what keeps it from coming back.

draft → in review → approved → closed; returned (back to draft) where it is not right yet; void takes it out of the
figures. A review is about one incident, about the ordinary faults of a period, or is the agenda of a quality analysis
meeting (质量分析会议). What happened is read from the ledger each time; people add the analysis, never the facts.
"""
