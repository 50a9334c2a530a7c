"""What an artefact goes through on its way to disk, and on its way back: zstd, and age or gpg."""

import re
from dataclasses import replace
from pathlib import Path

from opsctl.backups.drivers import CannotRestore, Checked, Refusal
from opsctl.backups.drivers.processes import Command, Ended, find_program
from opsctl.backups.terms import Level, Verdict
from opsctl.cli.hostfile.jobs import Job
from opsctl.core.errors import OpsctlError
from opsctl.core.texts import _, with_hint

_TOOLS = ("age", "gpg")
_SUFFIXES = {"zstd": ".zst", "gzip": ".gz"}
_PACKAGES = {"gpg": "gnupg"}
"""Packages that are named otherwise than the program in them."""
_NO_KEY = re.compile(r"no identity matched|no secret key|bad passphrase|no pinentry|bad session key", re.IGNORECASE)


def suffix_of(job: Job) -> str:
    """What an artefact's name ends with because it is encrypted."""
    return "" if job.encryption is None else f".{job.encryption.tool}"


def refuse_program(job: Job, *names: str) -> Refusal | None:
    """Which of these programs is not there, and the package to install; None where all are."""
    for name in names:
        if find_program(name, job.programs) is None:
            package = _PACKAGES.get(name, name)
            return Refusal(
                _("{program} is not installed").format(program=name),
                _("Install it from the system's packages: {package}").format(package=package),
            )
    return None


def refuse_sealing(job: Job) -> Refusal | None:
    """Why nothing can be encrypted as the job asks for it; None where it can, or asks for nothing."""
    encryption = job.encryption
    if encryption is None:
        return None
    if encryption.tool == "age" and not Path(encryption.recipients).is_file():
        return Refusal(
            _("{path}, the file of recipients, is not there").format(path=encryption.recipients),
            _("Write the public keys into it, one a line: age-keygen -y KEYFILE"),
        )
    return refuse_program(job, encryption.tool)


def seal(job: Job) -> list[Command]:
    """The program that encrypts what comes to it; none where the job encrypts nothing."""
    encryption = job.encryption
    if encryption is None:
        return []
    program = find_program(encryption.tool, job.programs) or encryption.tool
    if encryption.tool == "age":
        return [Command((program, "--encrypt", "--recipients-file", encryption.recipients), nice=job.nice)]
    words = (program, "--batch", "--no-tty", "--quiet", "--trust-model", "always", "--compress-algo", "none")
    return [Command((*words, "--encrypt", "--recipient", encryption.recipients), nice=job.nice)]


def unseal(job: Job) -> list[Command]:
    """The program that decrypts. Raise CannotRestore, as could not run, where this host has no key for it."""
    encryption = job.encryption
    if encryption is None:
        return []
    if encryption.decrypt is None:
        where = encryption.test_on or "?"
        reason = _("this host cannot decrypt it; {host} can").format(host=where)
        raise CannotRestore(reason, Verdict.COULD_NOT_RUN)
    from opsctl.cli.secrets import reveal

    try:
        key = reveal(encryption.decrypt)
    except OpsctlError as error:
        raise CannotRestore(with_hint(error), Verdict.COULD_NOT_RUN) from None
    program = find_program(encryption.tool, job.programs) or encryption.tool
    if encryption.tool == "age":
        return [Command((program, "--decrypt", "--identity", "{secret:key}"), secrets={"key": key + b"\n"})]
    words = (program, "--batch", "--no-tty", "--quiet", "--pinentry-mode", "loopback")
    return [Command((*words, "--passphrase-fd", "{descriptor:key}", "--decrypt"), secrets={"key": key})]


def packer_of(job: Job) -> str:
    """What compresses where it need not be zstd: gzip is on every system that has not got that."""
    return "gzip" if find_program("zstd", job.programs) is None else "zstd"


def packed_suffix(job: Job, packer: str = "zstd") -> str:
    """What an artefact's name ends with because it is compressed, and encrypted where the job says so."""
    return f"{_SUFFIXES[packer]}{suffix_of(job)}"


def pack(job: Job, packer: str = "zstd", *, threads: int = 0) -> list[Command]:
    """The programs that compress and, where the job asks for it, encrypt what comes to them; 0 threads: all cores."""
    options = (f"-T{threads}", "--stdout") if packer == "zstd" else ("--stdout",)
    return [_packing(job, packer, *options), *seal(job)]


def unpack(job: Job, path: Path) -> list[Command]:
    """The programs that undo it, of which the first opens the file. Raise CannotRestore as `sealed` and `unseal` do."""
    return opened([*unseal(sealed(job, path.name)), _packing(job, _packed_by(path), "--decompress", "--stdout")], path)


def probe(job: Job, path: Path) -> list[Command]:
    """The programs that look whether a file can be decrypted and decompressed. Raise CannotRestore as `unpack` does."""
    return opened([*unseal(sealed(job, path.name)), _packing(job, _packed_by(path), "--test")], path)


def opened(commands: list[Command], path: Path) -> list[Command]:
    """Programs in a row, of which the first reads the file."""
    return [replace(commands[0], words=(*commands[0].words, str(path))), *commands[1:]]


def sealed(job: Job, point: str) -> Job:
    """The job as it was when it made this point, which its name tells: with encryption or without.

    Raise CannotRestore, as could not run, for one that was encrypted otherwise than the job says now.
    """
    tool = tool_of(point)
    if tool is None:
        return job._replace(encryption=None)
    if job.encryption is None or job.encryption.tool != tool:
        reason = _("it is encrypted with {tool}, and the host file names no key for that").format(tool=tool)
        raise CannotRestore(reason, Verdict.COULD_NOT_RUN)
    return job


def tool_of(point: str) -> str | None:
    """What a point is encrypted with, as its name tells; None where it is not."""
    return next((tool for tool in _TOOLS if point.endswith(f".{tool}")), None)


def unopened_here(job: Job, point: str, found: Checked) -> Checked | None:
    """What a look at a point comes to that this host cannot decrypt; None where it can, or nothing is encrypted.

    `found` is what was found of its bytes: at L2 they alone were looked at, which is said; beyond it could not run.
    """
    try:
        unseal(sealed(job, point))
    except CannotRestore as error:
        if found.level is Level.L2:
            return replace(found, reason=_("only its SHA-256 was looked at: {reason}").format(reason=error.reason))
        return Checked(found.level, error.verdict, error.reason)
    return None


def _packed_by(path: Path) -> str:
    return next((packer for packer, suffix in _SUFFIXES.items() if suffix in path.suffixes[-2:]), "zstd")


def _packing(job: Job, packer: str, *options: str) -> Command:
    return Command((find_program(packer, job.programs) or packer, "--quiet", *options), nice=job.nice)


def has_no_key(ended: Ended) -> bool:
    """Whether the key did not fit: of an artefact that has the right SHA-256, that says nothing against it."""
    return any(_NO_KEY.search(text) for text in ended.errors)
