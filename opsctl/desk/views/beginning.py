"""What `opsctl init` says: the places it offers, what it made, and what is to be typed next."""

from collections.abc import Sequence
from dataclasses import replace

from opsctl.core.report import Report, Text
from opsctl.core.texts import _
from opsctl.desk.rules.beginning import Person
from opsctl.desk.views import made


def usual_place(address: str, said_by: str | None) -> str:
    """The first choice: the file of this login, or the database that an environment or a host file names."""
    if said_by is None:
        return _("In a file on this machine: {path}").format(path=address.removeprefix("sqlite:///"))
    return _("{address} (as {source} says)").format(address=address, source=said_by)


def there_already(address: str, zone: str) -> str:
    """That a database is there, which is kept."""
    return _("{address} is there already, zone {zone}.").format(address=address, zone=zone)


def begun(
    address: str,
    zone: str,
    new: bool,
    rules: str | None,
    *,
    person: Person | None = None,
    recorded: bool = False,
    asked_zone: bool = True,
    lines: Sequence[str] = (),
) -> Report:
    """What was made, who was recorded, then further lines; with a remark where nobody chose the zone."""
    report = made(address, zone, new, rules)
    told = [line for part in report.parts if isinstance(part, Text) for line in part.lines]
    if person is not None:
        line = _("{handle} recorded: {name}") if recorded else _("{handle} is recorded there already.")
        told.append(line.format(handle=person.handle, name=person.name))
    remark = _("The zone is this machine's, for none was given. It never changes; another is chosen with --zone.")
    return replace(
        report,
        data={**report.data, "person": None if person is None else person.handle},
        parts=(Text((*told, *lines)),),
        remarks=() if asked_zone or not new else (remark,),
    )


def host_file_written(path: str) -> list[str]:
    """Where the host file is."""
    return [_("Host file: {path}").format(path=path)]


def host_file_to_write(reason: str, text: str) -> list[str]:
    """Why no host file was written, and what has to stand in it."""
    return [reason, _("Put into the host file:"), *(f"  {line}" for line in text.splitlines())]


def outranked() -> list[str]:
    """That the environment names another database than was chosen."""
    return [_("OPSCTL_DB names another database and outranks the host file: unset it.")]


def nobody_yet(opsctl: str, login: str) -> list[str]:
    """How the first person is recorded later."""
    return [_("Record yourself later: {command}").format(command=f"{opsctl} person add HANDLE --login {login}")]


def following(commands: Sequence[str]) -> list[str]:
    """What to type next, on lines that can be pasted."""
    return [_("Next:"), *(f"  {command}" for command in commands)]
