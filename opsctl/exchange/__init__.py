"""The kit that reads other tools' history: files become records, a map turns their columns into our fields.

`readers` tells the format by content and keeps the line of each record, `maps` reads the TOML that somebody wrote
for their tool, `mapping` applies it, `rejects` writes down what could not be read. The kit knows no room: the room
passes in its `fields`, and what comes back are plain values with aware UTC times.
"""
