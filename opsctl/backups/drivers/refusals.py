"""Why a run cannot begin, whatever keeps its points: its sources, and the room in a local place."""

import os
import shutil
import stat

from opsctl.backups.drivers import Refusal
from opsctl.backups.rules.sizes import size_text
from opsctl.cli.hostfile.jobs import Job, Place
from opsctl.core.texts import _

_LEAST_SPACE = 64 * 1024 * 1024


def refused_source(job: Job) -> Refusal | None:
    """Why its sources cannot be backed up as they stand; engines skip one that is missing, and keep a link alone."""
    for source in job.sources:
        try:
            kind = os.lstat(source).st_mode
        except OSError as error:
            reason = _("source {source}: {reason}").format(source=source, reason=error.strerror)
            return Refusal(reason, _("Correct `sources` in the host file, or mount what should be there."))
        if stat.S_ISLNK(kind):
            reason = _("source {source} is a link, and only the link would be backed up").format(source=source)
            hint = _("Name what it points to in the host file: {path}").format(path=os.path.realpath(source))
            return Refusal(reason, hint)
    return None


def refused_space(place: Place) -> Refusal | None:
    """Why there is too little space in a local place for anything at all."""
    try:
        free = shutil.disk_usage(place.to).free
    except OSError:
        return None
    if free >= _LEAST_SPACE:
        return None
    reason = _("{place}: {free} is free").format(place=place.to, free=size_text(free))
    return Refusal(reason, _("Make room there, or prune."))
