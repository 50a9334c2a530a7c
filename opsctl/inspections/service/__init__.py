"""Rounds: begun and answered (`walking`), logged whole (`logging`), judged again (`judging`), read (`read`)."""
