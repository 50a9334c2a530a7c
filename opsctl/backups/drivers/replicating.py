"""Copying an artefact to another place, with what stands beside it."""

from dataclasses import replace

from opsctl.backups.drivers import CannotRestore, Made, Request
from opsctl.backups.drivers.artefacts import (
    BESIDE,
    digest_of,
    draft,
    path_of,
    read_manifest,
    refused_by,
    tidy,
    write_manifest,
)  # fmt: skip
from opsctl.backups.drivers.streams import BLOCK
from opsctl.backups.terms import Status
from opsctl.cli.hostfile.jobs import Place
from opsctl.core.texts import _


class _Differs(Exception):
    """What was copied is not what was there."""


def replicate(request: Request, made: Made, source: Place, target: Place) -> Made:
    """Copy an artefact with its manifest to another place, hashed on its way and read again there."""
    if made.point is None:
        return made
    try:
        manifest = read_manifest(source, made.point)
        if manifest is None or manifest.sha256 != made.sha256:
            raise _Differs
        for suffix, sha256 in {**manifest.more.get(BESIDE, {}), "": manifest.sha256}.items():
            _copy(request, source, target, f"{made.point}{suffix}", sha256)
        write_manifest(target, manifest)
    except _Differs:
        _take_away(target, request)
        return replace(made, status=Status.FAILED, point=None, reason=_("the copy differs from what was copied"))
    except FileExistsError as error:
        return replace(made, status=Status.FAILED, point=None, reason=refused_by(error, target))
    except OSError as error:
        _take_away(target, request)
        return replace(made, status=Status.FAILED, point=None, reason=refused_by(error, target))
    except CannotRestore as error:
        return replace(made, status=Status.FAILED, point=None, reason=error.reason)
    return made


def _copy(request: Request, source: Place, target: Place, name: str, sha256: str) -> None:
    with path_of(source, name).open("rb", buffering=0) as stream, draft(target, name) as one:
        block = memoryview(bytearray(BLOCK))
        while count := stream.readinto(block):
            one.take(block[:count])
            request.tell(count)
        if one.sha256 != sha256:
            raise _Differs
    if digest_of(path_of(target, name)) != sha256:
        raise _Differs


def _take_away(target: Place, request: Request) -> None:
    """What is half copied: nothing there has a manifest yet."""
    tidy(target, request.id)
