"""People and customers (人员与客户): who acts, who decides, whom it is done for.

A *person* is found by handle, login or name; belongs to a department and a *team* (班组), has a *superior*, and holds
*posts* (岗位) from a moment until another. Persons are *retired*, never removed; what they own moves to somebody else.
A *customer* has a code, names and a zone. Until the first person is recorded anybody may act under any name.
"""
