"""Properties are about answers and never about speed, so Hypothesis sets no deadline."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
