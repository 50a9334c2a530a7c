"""How a policy stands in one line, as monitors read it: https://www.monitoring-plugins.org/doc/guidelines.html

`BACKUP OK - …|'rpo_age'=93600s;;86400;0 …`: the age of the newest good point against the RPO, that of the last proof
against how long it holds, the measured time to recover against the RTO. `U` stands for what is not known.
"""

from opsctl.backups.rules.standing import Breach, Standing
from opsctl.backups.views.standing import data
from opsctl.backups.views.words import age_text, finding_text
from opsctl.core.report import Report, Text
from opsctl.core.texts import _, between, ngettext
from opsctl.core.typed import excerpt

OK, WARNING, CRITICAL, UNKNOWN = range(4)
_WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
_CRITICAL = frozenset({Breach.NEVER_BACKED_UP, Breach.TOO_OLD, Breach.TEST_DIFFERED, Breach.PROOF_LOST})
"""What says that data would be lost now; of the rest nobody knows, or it is no more than late."""
_LONGEST = 300


def code_of(one: Standing) -> int:
    """0, 1 or 2: what a monitor is to make of it."""
    breaches = {finding.breach for finding in one.findings}
    if not breaches:
        return OK
    return WARNING if _CRITICAL.isdisjoint(breaches) else CRITICAL


def check(one: Standing) -> tuple[Report, int]:
    """The line with its perfdata, and the code to end with."""
    code = code_of(one)
    told = between("; ").join(map(finding_text, one.findings)) or _fine(one)
    line = f"{_head(code)} - {_plain(one.policy.name + between(': ') + told)}|{_perfdata(one)}"
    said = {**data(one), "code": code, "line": line}
    return Report(kind="backup.check", data=said, parts=(Text((line,)),), references=(_head(code),)), code


def unknown(reason: str) -> str:
    """The line for what could not be looked at."""
    return f"{_head(UNKNOWN)} - {_plain(reason)}"


def _head(code: int) -> str:
    # The protocol's own words, which monitors look for: the same in every language.
    return f"BACKUP {_WORDS[code]}"


def _fine(one: Standing) -> str:
    age = None if one.newest is None else age_text(one.newest.age)
    since = None if one.proof is None else age_text((one.at - one.proof.checked_at).total_seconds())
    told = _("the newest good point is {age} old, last proven {since} ago at {level}")
    told = told.format(age=age, since=since, level=None if one.proof is None else one.proof.level)
    if not one.failed:
        return told
    failed = ngettext("{count} run since then left no good point", "{count} runs since then left no good point",
                      len(one.failed))  # fmt: skip
    return between("; ").join((told, failed.format(count=len(one.failed))))


def _plain(text: str) -> str:
    """One line in which no bar begins perfdata."""
    return excerpt(text.replace("|", "/"), _LONGEST)


def _perfdata(one: Standing) -> str:
    age = None if one.newest is None else one.newest.age
    proven = None if one.last_proof is None else (one.at - one.last_proof.checked_at).total_seconds()
    parts = [
        _measure("rpo_age", age, None, one.policy.rpo.total_seconds()),
        _measure("proven_age", proven, one.policy.expires.total_seconds(), None),
    ]
    if one.policy.rto is not None:
        measured = None if one.measured is None else one.measured.seconds
        parts.append(_measure("rto", measured, one.policy.rto.total_seconds(), None))
    return " ".join(parts)


def _measure(label: str, seconds: float | None, warn: float | None, critical: float | None) -> str:
    value = "U" if seconds is None else f"{seconds:.0f}s"
    limits = ";".join("" if limit is None else f"{limit:.0f}" for limit in (warn, critical))
    return f"'{label}'={value};{limits};0"
