"""Starting a review: of incidents, of the ordinary faults of a period, or as the agenda of a meeting."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from opsctl.actions.service import read as actions
from opsctl.actions.terms import PREFIX as ACTION
from opsctl.core.errors import Conflict, InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import excerpt, mend
from opsctl.core.use_cases import Permission, use_case
from opsctl.incidents.rules.life import Incident
from opsctl.ledger import service as ledger
from opsctl.ledger.service import Search
from opsctl.people.service import persons
from opsctl.reviews.rules import Review, fields
from opsctl.reviews.rules.document import Document
from opsctl.reviews.service import coverage, rows
from opsctl.reviews.terms import PREFIX, STARTED, Kind, State
from opsctl.store import references


@use_case(needs=Permission.RECORD, offline=False)
def start(session: Session, *, now: datetime, actor: str, named: list[str], title: str | None = None) -> Review:
    """Begin the review of one incident, or of several that are one story; one that was merged stands for its target.

    What the incident's record says of cause and handling, and who acted in it, is there already. Raise Conflict, with
    the first, where an incident or what was merged into it has a review of its own, or where it is void; InvalidInput
    for an action.
    """
    _refuse_actions(named)
    found = _incidents(session, named, now)
    _check_first(session, found)
    first = found[0]
    document = Document(
        title=title or first.title,
        participants=_who_acted(session, found),
        root_cause=_joined(one.cause for one in found),
        response=_joined(one.handling for one in found),
    )
    return _add(session, Kind.INCIDENT, document, found, [one.reference for one in found], now=now, actor=actor)


@use_case(needs=Permission.RECORD, offline=False)
def start_period(
    session: Session,
    *,
    now: datetime,
    actor: str,
    name: str,
    since: datetime,
    until: datetime,
    title: str | None = None,
) -> Review:
    """Begin the review of the period of that name: of every ordinary fault resolved in it that no review covers yet.

    What stands in another periodic review that is still to be held is left there. Raise Conflict where nothing else is
    left, with the first of these reviews, or the period has not begun.
    """
    known = coverage.ordinary(session, now=now, since=since, until=until)
    subjects = [reference for reference, gathered in known.items() if gathered is None]
    if not subjects:
        raise _nothing_left(session, known, name)
    found = _of_references(session, subjects, now)
    document = Document(title=title or _("Ordinary faults of {period}").format(period=name))
    return _add(
        session, Kind.PERIOD, document, found, subjects, now=now, actor=actor, period=name, since=since, until=until
    )


def _nothing_left(session: Session, known: Mapping[str, str | None], period: str) -> Conflict:
    begun = min((one for one in known.values() if one is not None), default=None)
    if begun is None:
        return Conflict(
            _("No ordinary fault of {period} is without a review.").format(period=period),
            _("What still wants one: opsctl review list --uncovered --period {period}").format(period=period),
        )
    first = rows.of_references(session, [begun])[0]
    return Conflict(
        _("The ordinary faults of {period} are in a review already: {review} · {title}").format(
            period=period, review=first.reference, title=first.title
        ),
        _go_on(first),
    )


@use_case(needs=Permission.RECORD, offline=False)
def start_meeting(session: Session, *, now: datetime, actor: str, named: list[str], title: str) -> Review:
    """Begin a quality analysis meeting about these incidents and actions, in their order; it may have none yet."""
    subjects, found = [], []
    for word in named:
        if mend(word).upper().startswith(ACTION):
            subjects.append(actions.find(session, word=word, now=now).reference)
        else:
            (incident,) = _incidents(session, [word], now)
            found.append(incident)
            subjects.append(incident.reference)
    subjects = list(dict.fromkeys(subjects))
    return _add(session, Kind.MEETING, Document(title=title), found, subjects, now=now, actor=actor)


@use_case(needs=Permission.RECORD, offline=False)
def take_in(
    session: Session,
    *,
    now: datetime,
    actor: str,
    named: list[str],
    content: dict[str, object],
    title: str,
    held_on: datetime | None,
    source: str,
) -> Review:
    """Begin a review with a document that another tool wrote, perhaps of incidents here. Raise Conflict as `start`."""
    from opsctl.reviews.rules.document import from_json
    from opsctl.reviews.terms import IMPORTED

    found = _incidents(session, named, now) if named else []
    _check_first(session, found)
    if held_on is not None and held_on > now:
        raise InvalidInput(_("When it was held is still to come."), _("Mend the date in the file."))
    document = from_json(content, title=title, held_on=held_on)
    subjects = [one.reference for one in found]
    return _add(
        session, Kind.INCIDENT, document, found, subjects, now=now, actor=actor, source=source, row=IMPORTED
    )


def _add(
    session: Session,
    kind: Kind,
    document: Document,
    found: Sequence[Incident],
    subjects: Sequence[str],
    *,
    now: datetime,
    actor: str,
    period: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    source: str | None = None,
    row: str = STARTED,
) -> Review:
    assets = {one.asset for one in found}
    customers = {one.customer for one in found}
    review = Review(
        reference=references.allocate(session, prefix=PREFIX, now=now)[0],
        kind=kind,
        state=State.DRAFT,
        document=document,
        subjects=tuple(subjects),
        author=actor,
        recorded_at=now,
        asset=assets.pop() if len(assets) == 1 else None,
        customer=customers.pop() if len(customers) == 1 else None,
        period=period,
        since=since,
        until=until,
        held_entered=None if document.held_on is None else now,
        source=source,
    )
    rows.add(session, review)
    rows.append(session, review, row, fields(review))
    return review


def _incidents(session: Session, named: Sequence[str], now: datetime) -> list[Incident]:
    """The incidents that are meant, each once, a merged one by its target. Raise Conflict for a void one."""
    from opsctl.incidents.service.cases import reference_of

    wanted = [reference_of(session, word, now, writing=True) for word in named]
    found = _of_references(session, wanted, now)
    for one in found:
        if one.void is not None:
            raise Conflict(
                _("{reference} is void and counts nowhere: nothing is to be reviewed.").format(reference=one.reference),
                _("See: opsctl incident show {reference}").format(reference=one.reference),
            )
    return found


def _of_references(session: Session, wanted: Sequence[str], now: datetime) -> list[Incident]:
    from opsctl.incidents.service.cases import targets_of
    from opsctl.incidents.service.rows import of_references

    ended = {reference: min(targets_of(session, {reference})) for reference in dict.fromkeys(wanted)}
    found = {one.reference: one for one in of_references(session, sorted(set(ended.values())))}
    return [found[reference] for reference in dict.fromkeys(ended.values())]


def _check_first(session: Session, found: Sequence[Incident]) -> None:
    """Raise Conflict, naming it, where one of the incidents, or what was merged into it, has a review of its own."""
    from opsctl.incidents.service.cases import cases_of

    target = {one.reference: case.reference for case in cases_of(session, found) for one in case.all}
    others = [one for one in rows.of_subjects(session, sorted(target)) if one.kind is Kind.INCIDENT]
    about = [(one, subject) for one in others for subject in one.subjects if subject in target]
    if about:
        other, subject = min(about, key=lambda pair: pair[1] != target[pair[1]])
        raise Conflict(_has_review(subject, target[subject], other), _go_on(other))


def _has_review(subject: str, target: str, review: Review) -> str:
    if subject == target:
        return _("{incident} has a review already: {review} · {title}").format(
            incident=target, review=review.reference, title=review.title
        )
    return _("{merged}, which was merged into {incident}, has a review already: {review} · {title}").format(
        merged=subject, incident=target, review=review.reference, title=review.title
    )


def _go_on(review: Review) -> str:
    return _("Go on with it: opsctl review edit {review}").format(review=review.reference)


def _refuse_actions(named: Sequence[str]) -> None:
    """Raise InvalidInput, with what was meant perhaps, where one of these names an action."""
    for word in named:
        if mend(word).upper().startswith(ACTION):
            reference = excerpt(mend(word).upper())
            raise InvalidInput(
                _("{reference} is an action, and only a meeting takes actions.").format(reference=reference),
                _("Like: {command}").format(
                    command=f'opsctl review start --meeting "October quality meeting" {reference}'
                ),
            )


def _who_acted(session: Session, found: Sequence[Incident]) -> tuple[str, ...]:
    """Who had these incidents, and who is in their ledger, in the order in which they came in: by their handles."""
    actors: dict[str, None] = {}
    for one in found:
        actors |= {one.assignee: None} if one.assignee else {}
        actors |= {row.actor: None for row in ledger.rows(session, Search(subject=one.reference))}
    known = {name: handle for handle, names in persons.names_of(session).items() for name in (handle, *names)}
    return tuple(dict.fromkeys(known.get(actor, "") for actor in actors if actor in known) if known else actors)


def _joined(texts: Iterable[str | None]) -> str:
    return "\n\n".join(dict.fromkeys(text for text in texts if text))
