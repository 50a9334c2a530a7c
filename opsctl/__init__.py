"""opsctl: rule → duty → record → evidence → figure, from a terminal."""

__version__ = "0.1.0"
