"""Maintenance that was done (维护记录), and the vendors' advisories and patches (补丁) that ask for it.

A record of maintenance says what was done to an asset, by which procedure, whether the configuration was saved before,
and how it ended: repaired, replaced or watched. A patch is open until it is decided, then installed or deferred with a
reason, or not applicable. Planned windows are another thing: they stand with the assets.
"""
