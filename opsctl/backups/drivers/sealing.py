"""Encrypting artefacts on their way to disk, and decrypting them on their way back: age or gpg."""

from opsctl.backups.drivers import CannotRestore
from opsctl.backups.drivers.processes import Command
from opsctl.backups.terms import Verdict
from opsctl.cli.hostfile.jobs import Job
from opsctl.core.errors import OpsctlError
from opsctl.core.texts import _


def suffix_of(job: Job) -> str:
    """What an artefact's name ends with because it is encrypted."""
    return "" if job.encryption is None else f".{job.encryption.tool}"


def seal(job: Job) -> list[Command]:
    """The program that encrypts what comes to it; none where the job encrypts nothing."""
    encryption = job.encryption
    if encryption is None:
        return []
    if encryption.tool == "age":
        return [Command(("age", "--encrypt", "--recipients-file", encryption.recipients), nice=job.nice)]
    words = ("gpg", "--batch", "--no-tty", "--quiet", "--trust-model", "always", "--compress-algo", "none")
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
        raise CannotRestore(error.message, Verdict.COULD_NOT_RUN) from None
    if encryption.tool == "age":
        return [Command(("age", "--decrypt", "--identity", "{secret:key}"), secrets={"key": key + b"\n"})]
    words = ("gpg", "--batch", "--no-tty", "--quiet", "--pinentry-mode", "loopback")
    return [Command((*words, "--passphrase-fd", "{descriptor:key}", "--decrypt"), secrets={"key": key})]
