"""Starting a review: of incidents, of the ordinary faults of a period, or as the agenda of a meeting."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session

from opsctl.actions.service import read as actions
from opsctl.actions.terms import PREFIX as ACTION
from opsctl.core.errors import Conflict, InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import mend
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
    the first, where an incident has a review of its own, or is void.
    """
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

    Raise Conflict where there is none, or the period has not begun.
    """
    subjects = coverage.ordinary(session, now=now, since=since, until=until)
    if not subjects:
        raise Conflict(
            _("No ordinary fault of {period} is without a review.").format(period=name),
            _("What still wants one: opsctl review list --uncovered --period {period}").format(period=name),
        )
    found = _of_references(session, subjects, now)
    document = Document(title=title or _("Ordinary faults of {period}").format(period=name))
    return _add(
        session, Kind.PERIOD, document, found, subjects, now=now, actor=actor, period=name, since=since, until=until
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
    """Raise Conflict, naming it, where one of the incidents has a review of its own."""
    for other in rows.of_subjects(session, [one.reference for one in found]):
        if other.kind is Kind.INCIDENT:
            both = next(one.reference for one in found if one.reference in other.subjects)
            raise Conflict(
                _("{incident} has a review already: {review} · {title}").format(
                    incident=both, review=other.reference, title=other.title
                ),
                _("Go on with it: opsctl review edit {review}").format(review=other.reference),
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
