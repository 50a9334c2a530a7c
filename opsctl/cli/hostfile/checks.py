"""The programs of the host file that say how an asset is: `[checks.NAME]`."""

from datetime import timedelta

from opsctl.cli.hostfile import Check
from opsctl.cli.hostfile.values import Said, command, handle, length, refused, table, text
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _

_KEYS = ("type", "command", "asset", "every", "fills", "timeout")
_TIMEOUT, _LONGEST = timedelta(seconds=10), timedelta(minutes=5)


def checks_of(said: Said) -> tuple[Check, ...]:
    """The checks in the order of the file. Raise InvalidInput for what is not as agreed."""
    checks = [_check(table(each)) for each in table(said).each()]
    first: dict[tuple[str, tuple[str, str]], str] = {}
    for one in checks:
        other = one.name if one.fills is None else first.setdefault((one.asset, one.fills), one.name)
        if other != one.name:
            raise InvalidInput(
                _("{path}: checks.{name} fills the same item of {asset} as checks.{other}.").format(
                    path=said.path, name=one.name, asset=one.asset, other=other
                ),
                _("Leave one of them."),
            )
    return tuple(checks)


def _check(said: Said) -> Check:
    name = said.key.removeprefix("checks.")
    if handle(said._replace(value=name)) != name:
        raise InvalidInput(
            _("{path}: {name!r} is no name of a check.").format(path=said.path, name=name),
            _("Write it in small letters, without blanks."),
        )
    _check_type(said.at("type"))
    table(said, _KEYS)
    for key in ("command", "asset"):
        if key not in said.value:
            raise _missing(said.at(key))
    text(said.at("every"))
    return Check(
        name=name,
        command=command(said.at("command")),
        asset=handle(said.at("asset")),
        fills=_fills(said.at("fills")) if "fills" in said.value else None,
        timeout=length(said.at("timeout"), longest=_LONGEST, most="5m") or _TIMEOUT,
    )


def _check_type(said: Said) -> None:
    if said.value is None:
        raise _missing(said)
    if said.value == "http":
        raise refused(
            said,
            _("{path}: {key} is 'http', which this version does not have yet."),
            _('Write type = "command" and name a program that asks the address.'),
        )
    if said.value != "command":
        raise refused(said, _("{path}: {key} must be 'command', not {value!r}."), _('Write type = "command".'))


def _fills(said: Said) -> tuple[str, str]:
    checklist, sign, item = (text(said) or "").partition("/")
    if not sign or "/" in item:
        raise refused(
            said,
            _("{path}: {key} must name a checklist and an item, not {value!r}."),
            _('Like: fills = "server-room/disk"'),
        )
    return handle(said._replace(value=checklist)), handle(said._replace(value=item))


def _missing(said: Said) -> InvalidInput:
    return refused(said, _("{path}: {key} is missing."), _("A check has a type, a command and an asset."))
