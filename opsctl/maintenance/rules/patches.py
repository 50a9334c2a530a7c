"""What a patch is, and its moves. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from opsctl.core.errors import MOMENT, Conflict, InvalidInput
from opsctl.core.texts import _, pgettext, series
from opsctl.core.void import Void
from opsctl.maintenance.terms import UNDECIDED_FOR, PatchState

UNSETTLED = frozenset({PatchState.OPEN, PatchState.DECIDED, PatchState.DEFERRED})
MOVES: dict[str, frozenset[PatchState]] = {
    "decide --install-by": frozenset({PatchState.OPEN, PatchState.DEFERRED, PatchState.NOT_APPLICABLE}),
    "decide --not-applicable": UNSETTLED,
    "install": UNSETTLED,
    "defer": UNSETTLED,
    "void": frozenset(PatchState),
}
"""From which states each move is legal. A deadline that is decided moves by deferring, which wants a reason."""
TEXTS = ("title", "reason")
"""What somebody wrote, which can be redacted."""


@dataclass(frozen=True, slots=True)
class Patch:
    """One advisory or patch of a vendor, for one asset. Moments are aware UTC.

    `due_at` is by when it is to be installed, or until when it is deferred; `work` the maintenance that installed it.
    """

    reference: str
    asset: str
    customer: str | None
    title: str
    advisory: str | None
    state: PatchState
    published_at: datetime | None
    owner: str | None
    due_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    installed_by: str | None
    installed_at: datetime | None
    work: str | None
    void: Void | None
    recorded_by: str
    recorded_at: datetime

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is to be done about it."""
        return self.void is not None or self.state not in UNSETTLED

    def is_overdue(self, now: datetime) -> bool:
        """Whether it was to be installed, or deferred no longer, before now."""
        return not self.is_settled and self.due_at is not None and self.due_at < now

    def is_undecided(self, now: datetime) -> bool:
        """Whether nobody has decided about it for seven days."""
        return not self.is_settled and self.state is PatchState.OPEN and now - self.recorded_at >= UNDECIDED_FOR


def fields(patch: Patch) -> dict[str, Any]:
    """The record as the ledger digests it; what is not known is left out."""
    return {name: value for name in Patch.__dataclass_fields__ if (value := getattr(patch, name)) is not None}


def state_word(state: PatchState) -> str:
    """The state in the reader's language."""
    return {
        PatchState.OPEN: pgettext("patch", "open"),
        PatchState.DECIDED: pgettext("patch", "decided"),
        PatchState.DEFERRED: pgettext("patch", "deferred"),
        PatchState.INSTALLED: pgettext("patch", "installed"),
        PatchState.NOT_APPLICABLE: pgettext("patch", "not applicable"),
    }[state]


def decide(
    patch: Patch, *, install_by: datetime | None, by: str, now: datetime, reason: str | None, owner: str | None = None
) -> Patch:
    """The patch to be installed by that moment or, where none is given, not applicable.

    `owner` is who has it from now on, where one is given. Raise Conflict where the state does not allow it,
    InvalidInput for a moment that has passed.
    """
    check_move(patch, "decide --not-applicable" if install_by is None else "decide --install-by")
    if install_by is not None:
        _check_ahead(install_by, now)
    state = PatchState.NOT_APPLICABLE if install_by is None else PatchState.DECIDED
    decided = replace(patch, state=state, due_at=install_by, decided_by=by, decided_at=now, reason=reason)
    return decided if owner is None else replace(decided, owner=owner)


def defer(patch: Patch, *, until: datetime, by: str, now: datetime, reason: str) -> Patch:
    """The patch put off until that moment. Raise Conflict or InvalidInput as `decide` does."""
    check_move(patch, "defer")
    _check_ahead(until, now)
    return replace(patch, state=PatchState.DEFERRED, due_at=until, decided_by=by, decided_at=now, reason=reason)


def install(patch: Patch, *, at: datetime, by: str, work: str) -> Patch:
    """The patch installed at that moment, by that maintenance. Raise Conflict where the state does not allow it."""
    check_move(patch, "install")
    return replace(patch, state=PatchState.INSTALLED, installed_by=by, installed_at=at, work=work)


def void(patch: Patch, because: Void) -> Patch:
    """The patch out of every list and figure. Raise Conflict where it is."""
    check_move(patch, "void")
    return replace(patch, void=because)


def check_published(published_at: datetime | None, now: datetime) -> None:
    """Raise InvalidInput for an advisory that is still to be published."""
    if published_at is not None and published_at > now:
        raise InvalidInput(_("That time is still to come."), _("Check --published."))


def check_move(patch: Patch, move: str) -> None:
    """Raise Conflict, with the moves that are legal, where the state does not allow that one, or it is void."""
    if patch.void is not None:
        raise Conflict(
            _("{reference} is void and stays as it is.").format(reference=patch.reference),
            _("Add it anew: opsctl patch add {asset}").format(asset=patch.asset),
        )
    if patch.state not in MOVES[move]:
        legal = series(name for name, states in MOVES.items() if patch.state in states)
        raise Conflict(
            _("{reference} is {state}: {move} is not possible.").format(
                reference=patch.reference, state=state_word(patch.state), move=move
            ),
            _("Possible now: {moves}.").format(moves=legal),
        )


def _check_ahead(moment: datetime, now: datetime) -> None:
    if moment <= now:
        raise InvalidInput(
            _("{moment} has passed.").format(moment=MOMENT), _("Give a time that is still to come."), moment=moment
        )
