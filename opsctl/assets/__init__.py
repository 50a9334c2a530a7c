"""Assets (资产): what is operated, found by its handle.

Words: a *handle* is the short name that people type (`erp`, `core-sw-1`); a *title* is the long name, in either
language; an asset is *in service* until it is *retired*. It is never removed: old figures need it.
"""
