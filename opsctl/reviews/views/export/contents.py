"""What is said in an export, in its order: built once, whatever the format."""

from collections.abc import Iterator
from functools import partial

from opsctl import __version__
from opsctl.core.texts import _, between, ngettext, pgettext, series
from opsctl.core.times import show_moment
from opsctl.core.void import as_void
from opsctl.incidents.terms import UNRESOLVED
from opsctl.reviews.rules.audience import for_customer
from opsctl.reviews.rules.document import Factor, path_to_root
from opsctl.reviews.rules.results import Known
from opsctl.reviews.terms import NOT_DETERMINED, Audience, Kind, Section, State
from opsctl.reviews.views.export import after, course, record
from opsctl.reviews.views.export.blocks import (
    Block,
    Export,
    Grid,
    Heading,
    Items,
    Node,
    Notice,
    Pairs,
    Prose,
    Sentence,
    Tree,
    Whys,
)
from opsctl.reviews.views.words import factor_word, heading, said


def contents(known: Known, *, zone: str, audience: Audience) -> Export:
    """The review with what the records say of it, for those readers, in the reader's language; moments in `zone`.

    Raise InvalidInput where a review for a customer is about several.
    """
    if audience is Audience.CUSTOMER:
        known = for_customer(known)
    document = known.review.document
    section = partial(_section, audience=audience)
    blocks = [
        *_notices(known, zone, audience),
        *record.box(known, zone, audience),
        *section(Section.SUMMARY, _prose(document.summary)),
        *section(Section.IMPACT, (*record.impact(known, zone), *_prose(document.impact))),
        *_titled(_("Clocks against their limits"), record.clocks(known, zone)),
        *section(Section.TIMELINE, course.timeline(known, zone, audience)),
        *_titled(_("Around the same time"), course.around(known, zone, audience)),
        *section(Section.FACTORS, _factors(known)),
        *section(Section.ROOT_CAUSE, _root_cause(known)),
        *section(Section.WENT_WELL, _items(document.went_well)),
        *section(Section.WENT_BADLY, _items(document.went_badly)),
        *section(Section.LUCK, _items(document.luck)),
        *section(Section.DETECTION, _prose(document.detection)),
        *section(Section.RESPONSE, _prose(document.response)),
        *section(Section.LESSONS, _items(document.lessons)),
        *section(Section.ACTIONS, after.actions(known, zone, audience)),
        *_titled(_("Earlier incidents"), after.earlier(known, zone)),
        *section(Section.FEEDBACK, _prose(document.feedback)),
        *(block for own in document.own for block in _titled(own.heading, _prose(own.text))),
        *section(Section.INTERNAL, _prose(document.internal)),
        *_titled(_("Meeting"), _meeting(known)),
    ]
    return Export(
        title=known.review.title,
        reference=known.review.reference,
        stamp=stamp(known),
        foot=_foot(known, zone),
        audience=audience,
        made=known.facts.gathered_at,
        blocks=tuple(map(_capital, blocks)),
    )


def stamp(known: Known) -> str:
    """What stands on every page of a review that is not approved, or does not count; else nothing."""
    if known.review.void is not None:
        return pgettext("stamp", "VOID")
    stamps = {State.DRAFT: pgettext("stamp", "DRAFT"), State.IN_REVIEW: pgettext("stamp", "IN REVIEW")}
    return stamps.get(known.review.state, "")


def _capital(block: Block) -> Block:
    """The block with names that begin with a capital: words of ours are small wherever a table has them."""
    match block:
        case Pairs():
            return Pairs(tuple((name[:1].upper() + name[1:], value) for name, value in block.pairs))
        case Grid():
            return Grid(tuple(title[:1].upper() + title[1:] for title in block.titles), block.rows)
    return block


def _section(section: Section, blocks: tuple[Block, ...], *, audience: Audience) -> tuple[Block, ...]:
    if section is Section.INTERNAL and audience is Audience.CUSTOMER:
        return ()
    return _titled(heading(section), blocks)


def _titled(title: str, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return (Heading(title), *blocks) if blocks else ()


def _prose(text: str) -> tuple[Block, ...]:
    return (Prose(text),) if text else ()


def _items(items: tuple[str, ...]) -> tuple[Block, ...]:
    return (Items(items),) if items else ()


def _notices(known: Known, zone: str, audience: Audience) -> tuple[Block, ...]:
    return tuple(Notice(text) for text in (*_state(known, zone, audience), *_doubts(known, zone, audience)))


def _state(known: Known, zone: str, audience: Audience) -> Iterator[str]:
    review = known.review
    if review.void is not None:
        yield as_void(review.void)
    match review.state:
        case State.DRAFT:
            yield _("DRAFT: nobody has approved this review yet.")
        case State.IN_REVIEW:
            yield _("IN REVIEW: submitted, and not approved yet.")
        case State.APPROVED | State.CLOSED if review.approved_at is not None:
            yield _approval(known, zone, audience)
    if review.state is State.CLOSED and review.closed_at is not None:
        yield _("Closed on {moment}.").format(moment=show_moment(review.closed_at, zone))


def _approval(known: Known, zone: str, audience: Audience) -> str:
    review = known.review
    moment = "–" if review.approved_at is None else show_moment(review.approved_at, zone)
    if audience is Audience.CUSTOMER:
        if review.approved_post is None:
            return _("Approved on {moment}.").format(moment=moment)
        return _("Approved on {moment} by the post {post}.").format(moment=moment, post=review.approved_post)
    if review.approved_post is None:
        return _("Approved on {moment} by {person}.").format(moment=moment, person=review.approved_by)
    return _("Approved on {moment} by {person}, post {post}.").format(
        moment=moment, person=review.approved_by, post=review.approved_post
    )


def _doubts(known: Known, zone: str, audience: Audience) -> Iterator[str]:
    lasting = [one.shown.case.reference for one in known.facts.cases if one.shown.case.incident.state in UNRESOLVED]
    if lasting:
        yield ngettext(
            "{references} is not resolved yet: what is said here may change.",
            "{references} are not resolved yet: what is said here may change.",
            len(lasting),
        ).format(references=series(lasting))
    if known.facts.since_approval:
        events = [
            f"{course.words_of(row, zone, audience)} ({course.row_word(row)})" for row in known.facts.since_approval
        ]
        yield _("Changed since approval: {events}").format(events=between("; ").join(events))


def _factors(known: Known) -> tuple[Block, ...]:
    factors = known.review.document.factors
    if not factors:
        return ()
    path = path_to_root(factors)
    tree: tuple[Block, ...] = (Tree(tuple(_node(one) for one in factors)),)
    if len(path) < 2:
        return tree
    whys = Whys(tuple(_node(one, alone=True) for one in path))
    return (*tree, Heading(_("Why, and why that"), 3), whys)


def _node(factor: Factor, alone: bool = False) -> Node:
    return Node(
        kind=factor_word(factor.kind),
        text=factor.text,
        mark=_("root cause") if factor.root else "",
        behind=() if alone else tuple(_node(one) for one in factor.behind),
    )


def _root_cause(known: Known) -> tuple[Block, ...]:
    document = known.review.document
    if document.undetermined:
        return (Sentence(said(NOT_DETERMINED)), *_prose(document.root_cause))
    if document.root_cause:
        return _prose(document.root_cause)
    path = path_to_root(document.factors)
    if path:
        return _prose(path[-1].text)
    return (Sentence(_("Not written yet.")),) if known.review.kind is Kind.INCIDENT else ()


def _meeting(known: Known) -> tuple[Block, ...]:
    document = known.review.document
    pairs = []
    if document.facilitator:
        pairs.append((_("facilitator"), document.facilitator))
    if document.participants:
        pairs.append((_("participants"), series(document.participants)))
    return (Pairs(tuple(pairs)),) if pairs else ()


def _foot(known: Known, zone: str) -> str:
    """By which state of the ledger, when and by what it was made."""
    seq, digest = known.facts.head
    return _("{reference} · ledger row {seq}, {hash} · made {moment} · opsctl {version}").format(
        reference=known.review.reference,
        seq=seq,
        hash=digest,
        moment=show_moment(known.facts.gathered_at, zone),
        version=__version__,
    )
