"""Figures, scopes, states and reasons in the reader's language."""

from opsctl.core.texts import _, beside, between, ngettext, pgettext, series
from opsctl.duties.views.words import reason_word as reason_of_duty
from opsctl.inspections.terms import Grade
from opsctl.kpis.rules.figures import Excluded, Figure, Scope, Verdict
from opsctl.kpis.terms import Name, Reason, State
from opsctl.rulebook.views.words import target

_SHOWN = 8


def title(name: Name) -> str:
    """The figure's name in the reader's language."""
    return {
        Name.AVAILABILITY: _("service availability"),
        Name.MTTD: _("mean time to detect"),
        Name.MTTA: _("mean time to acknowledge"),
        Name.MTTM: _("mean time to mitigate"),
        Name.MTTR: _("mean time to restore"),
        Name.MTT_RESOLVE: _("time to resolve"),
        Name.MTBF: _("mean time between failures"),
        Name.REPAIR_ON_TIME: _("on-time fault repair"),
        Name.RESPONSE_ON_TIME: _("on-time response"),
        Name.SECURITY_INCIDENTS_MAJOR: _("major security incidents"),
        Name.PLAN_START_TIME: _("time to start the emergency plan"),
        Name.INSPECTION_COMPLETION: _("inspection completion"),
        Name.INSPECTION_ON_TIME: _("on-time inspection"),
        Name.ACTIONS_ON_TIME: _("on-time actions"),
        Name.BACKUP_SUCCESS: _("backup success rate"),
        Name.RESTORE_TEST_PASS: _("restore test pass rate"),
        Name.RPO_MET: _("RPO attainment"),
        Name.RTO_MET: _("RTO attainment"),
        Name.REVIEW_ON_TIME: _("on-time review"),
        Name.REPEAT_INCIDENTS: _("repeated faults"),
    }[name]


def formula(name: Name) -> str:
    """How the figure is reckoned, in a sentence."""
    return {
        Name.AVAILABILITY: _("1 − merged declared outages within the service time ÷ service time"),
        Name.MTTD: _("detection − impact start, of incidents detected in the period whose impact start is known"),
        Name.MTTA: _("first acknowledgement − opening, of incidents acknowledged in the period"),
        Name.MTTM: _("first mitigation − impact start, of incidents mitigated in the period"),
        Name.MTTR: _("the sum of an incident's impacts, of incidents restored in the period"),
        Name.MTT_RESOLVE: _("final resolution − opening, of incidents resolved in the period"),
        Name.MTBF: _("(service time − merged outages) ÷ outages that began to cost service time in the period"),
        Name.REPAIR_ON_TIME: _("faults restored within their limit ÷ faults whose limit fell due in the period"),
        Name.RESPONSE_ON_TIME: _("incidents acknowledged within their limit ÷ those whose limit fell due"),
        Name.SECURITY_INCIDENTS_MAJOR: _("security incidents of severity 1 opened in the period"),
        Name.PLAN_START_TIME: _("start of the emergency plan − detection, where the severity demands a plan"),
        Name.INSPECTION_COMPLETION: _("rounds done, in time or late ÷ rounds that duties asked for in the period"),
        Name.INSPECTION_ON_TIME: _("rounds done within their window ÷ rounds that duties asked for in the period"),
        Name.ACTIONS_ON_TIME: _("actions verified by their deadline ÷ actions whose deadline fell in the period"),
        Name.BACKUP_SUCCESS: _("backups due in the period that have a good run in their window ÷ backups due"),
        Name.RESTORE_TEST_PASS: _("restore tests that passed ÷ restore tests that were made in the period"),
        Name.RPO_MET: _("data sets whose newest good copy is within its RPO ÷ data sets, at the end of the period"),
        Name.RTO_MET: _("restore tests within their RTO ÷ restore tests made, and data sets never restored as a whole"),
        Name.REVIEW_ON_TIME: _("reviews held within their limit ÷ incidents whose review fell due in the period"),
        Name.REPEAT_INCIDENTS: _("incidents that repeat an earlier one of the asset ÷ incidents opened in the period"),
    }[name]


def scope_word(scope: Scope) -> str:
    """What the figure is about: `erp`, `all`."""
    return series(_one_scope(key, word) for key, word in scope) or _("all")


def _one_scope(key: str, word: str | int) -> str:
    return _("severity {number}").format(number=word) if key == "severity" else str(word)


def state_word(figure: Figure) -> str:
    """The figure's state, with what it means where there is no value."""
    if figure.state is State.PARTIAL and figure.value is None and figure.pending:
        text = ngettext("partial: {count} not decided yet", "partial: {count} not decided yet", len(figure.pending))
        return text.format(count=len(figure.pending))
    if figure.value is None and figure.coverage is not None and figure.coverage.is_breach:
        if figure.state is State.PARTIAL:
            return _("partial: no restore was tested yet, though it was due")
        return _("n/a: no restore was tested, though it was due")
    return {
        State.VALUE: pgettext("state", "value"),
        State.NOT_APPLICABLE: _("n/a: nothing was due"),
        State.UNKNOWN: _("unknown: data is missing"),
        State.PARTIAL: pgettext("state", "partial"),
    }[figure.state]


def excluded_line(excluded: Excluded) -> str:
    """Why one record was left out."""
    reason = {
        Reason.NEGATIVE: _("{reference} left out: it would have ended before it began"),
        Reason.NO_ASSET: _("{reference} left out: it names no asset"),
        Reason.NEVER_ACKNOWLEDGED: _("{reference} left out: nobody ever acknowledged it"),
        Reason.NO_RESTORATION: _("{reference} left out: no impact was declared, so nothing was restored"),
        Reason.NO_RESOLUTION: _("{reference} left out: it was closed, and nobody said when it was resolved"),
        Reason.NO_PLAN: _("{reference} left out: no emergency plan was started"),
        Reason.CANCELLED: _("{reference} left out: it was due no longer"),
        Reason.WAIVED: _("{reference} left out: it was waived"),
        Reason.COULD_NOT_RUN: _("{reference} left out: it could not run"),
        Reason.IN_PART: _("{reference} left out: it restored only a part, which is not the time to recover"),
    }[excluded.reason]
    line = reason.format(reference=excluded.reference)
    because = reason_of_duty(excluded.because)
    return line if because is None else beside(line, because)


def reason_word(reason: Reason) -> str:
    """Why records were left out, for a count of them."""
    return {
        Reason.NEGATIVE: _("would have ended before they began"),
        Reason.NO_ASSET: _("name no asset"),
        Reason.NEVER_ACKNOWLEDGED: _("were never acknowledged"),
        Reason.NO_RESTORATION: _("were resolved without any declared impact"),
        Reason.NO_RESOLUTION: _("were closed without a known resolution"),
        Reason.NO_PLAN: _("had no emergency plan started"),
        Reason.CANCELLED: _("were due no longer"),
        Reason.WAIVED: _("were waived"),
        Reason.COULD_NOT_RUN: _("could not run"),
        Reason.IN_PART: _("restored only a part"),
    }[reason]


def grades_line(figure: Figure) -> str:
    """How good the rounds that met what was due are as evidence, and how many carry a flag."""
    grades = dict(figure.grades)
    told = _("machine {machine}, photo {photo}, countersigned {countersigned}, self-declared {declared}; {flagged}")
    flagged = ngettext("{count} with flags", "{count} with flags", figure.flagged).format(count=figure.flagged)
    return told.format(
        machine=grades.get(Grade.MACHINE, 0),
        photo=grades.get(Grade.PHOTO, 0),
        countersigned=grades.get(Grade.COUNTERSIGNED, 0),
        declared=grades.get(Grade.SELF_DECLARED, 0),
        flagged=flagged,
    )


def instant_word(instant: str) -> str:
    """The instant that a length begins at."""
    return {
        "impact_start": _("impact began"),
        "detected": pgettext("instant", "detected"),
        "opened": pgettext("instant", "opened"),
    }[instant]


def target_word(verdicts: tuple[Verdict, ...]) -> str | None:
    """The targets and whether they are met; None where there is none."""
    return between("; ").join(_verdict(one) for one in verdicts) or None


def _statistic(statistic: str) -> str:
    """What stands before the target of another statistic than the mean: `median `, `p90 `, `max `."""
    words = {"mean": "", "median": _("median"), "max": _("longest")}
    word = words.get(statistic, statistic)
    return word and word + " "


def _verdict(verdict: Verdict) -> str:
    met = {
        True: pgettext("target", "met"),
        False: pgettext("target", "missed"),
        None: pgettext("target", "no data"),
    }[verdict.met]
    return _statistic(verdict.statistic) + target(verdict.written) + between(": ") + met


def some(references: tuple[str, ...]) -> str:
    """The first few of them."""
    return series(references[:_SHOWN]) + (" …" if len(references) > _SHOWN else "")
