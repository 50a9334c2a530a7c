"""What the desk shows."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from opsctl.assets.rules.assets import AssetView
from opsctl.assets.terms import RETIRED
from opsctl.assets.views import assets
from opsctl.core.report import Fields, Kind, Part, Report, Table, Text
from opsctl.core.texts import _, ngettext, series
from opsctl.core.times import local_day, show_moment
from opsctl.desk.terms import HANDOVER, HOST_FILE, LINES_HANDOVER, LINES_TODAY, LOOK, NEXT, TODAY
from opsctl.duties.rules import Occurrence


def made(address: str, zone: str, new: bool, rules: str | None) -> Report:
    """What was made, or that it was there, and which rules are in force."""
    line = _("Made {address}, zone {zone}.") if new else _("{address} is there already, zone {zone}.")
    lines = [line.format(address=address, zone=zone)]
    if rules is not None:
        told = _(
            "Rules in force: {rules}, brought along. See: opsctl rulebook show   yours: opsctl rulebook apply FILE"
        )
        lines.append(told.format(rules=rules))
    return Report(
        kind="database.made",
        data={"address": address, "zone": zone, "new": new, "rules": rules},
        parts=(Text(tuple(lines)),),
        references=(address,),
    )


def upgraded(before: str, after: str, ruled: bool, with_logins: bool) -> Report:
    """One line about an upgrade, and the next steps: of a database with logins the new tables are its owner's alone,
    and where no rulebook was ever applied, older schemas had none.
    """
    remarks: tuple[str, ...] = ()
    if before == after:
        line = _("The schema is up to date: {version}.").format(version=after)
    else:
        line = _("The schema was {before} and is now {after}.").format(before=before, after=after)
        if with_logins:
            remarks = (_("Other logins cannot write before they have rights on the new tables: see GRANT in README."),)
        if not ruled:
            remarks += (
                _("There is no rulebook, so incidents get no severity and no clock: opsctl rulebook apply default"),
                _("Unresolved incidents get theirs with: opsctl incident reclassify REF"),
            )
    return Report(
        kind="database.upgraded",
        data={"before": before, "after": after},
        parts=(Text((line,)),),
        references=(after,),
        remarks=remarks,
    )


def status(data: dict[str, Any]) -> Report:
    """The state of the database, with a remark if a guard of the ledger is missing."""
    missing = data["guards_missing"]
    stand = _("missing: {names}").format(names=series(missing)) if missing else _("stand")
    pairs = (
        (_("database"), data["address"], Kind.TEXT),
        (_("zone"), data["zone"], Kind.TEXT),
        (_("schema"), data["schema"], Kind.TEXT),
        (_("ledger rows"), data["ledger_rows"], Kind.COUNT),
        (_("ledger head"), data["ledger_head"], Kind.REFERENCE),
        (_("guards of the ledger"), stand, Kind.TEXT),
    )
    warning = _("Without its guards the ledger can be changed unseen; run: opsctl ledger verify --deep")
    return Report(
        kind="database.status",
        data=data,
        parts=(Fields(pairs),),
        remarks=(warning,) if missing else (),
        references=(data["address"],),
    )


def retired(
    handle: str,
    name: str,
    at: datetime | None,
    to: str | None,
    moved: Sequence[tuple[str, str]],
    begun: Sequence[tuple[str, str]] = (),
) -> Report:
    """One line about who was retired, and what went to whom; a remark about what they have begun."""
    lines = [_("{handle} retired: {name}").format(handle=handle, name=name)]
    if to is not None:
        shown = series(f"{noun} {reference}" for noun, reference in moved)
        lines.append(_("To {person} went: {list}").format(person=to, list=shown))
    return Report(
        kind="person.retired",
        data={
            "handle": handle,
            "name": name,
            "retired_at": at,
            "to": to,
            "moved": _named(moved),
            "begun": _named(begun),
        },
        parts=(Text(tuple(lines)),),
        remarks=_begun(handle, begun),
        references=(handle,),
    )


def retired_asset(
    asset: AssetView, left: Sequence[tuple[str, str]], cancelled: Sequence[Occurrence], zone: str
) -> Report:
    """One line about the asset that was retired, and a remark on each thing that is left, with where to see it."""
    report = assets.changed(asset, RETIRED)
    return replace(
        report,
        data={**report.data, "left": _named(left), "cancelled": [one.reference for one in cancelled]},
        remarks=(*_left(asset.handle, left), *_cancelled(asset.handle, cancelled, zone)),
    )


def _named(found: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"noun": noun, "reference": reference} for noun, reference in found]


def _begun(handle: str, begun: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    if not begun:
        return ()
    text = ngettext(
        "{count} round of {person} is open, and anybody may go on with it: {command}",
        "{count} rounds of {person} are open, and anybody may go on with them: {command}",
        len(begun),
    )
    command = f"opsctl inspect list --state open --owner {handle}"
    return (text.format(count=len(begun), person=handle, command=command),)


def _left(handle: str, left: Sequence[tuple[str, str]]) -> list[str]:
    counts = Counter(noun for noun, _reference in left)
    texts = {
        "action": ngettext(
            "{count} action about {asset} is left: {command}",
            "{count} actions about {asset} are left: {command}",
            counts["action"],
        ),
        "patch": ngettext(
            "{count} patch for {asset} is left: {command}",
            "{count} patches for {asset} are left: {command}",
            counts["patch"],
        ),
        "inspect": ngettext(
            "{count} round of {asset} is open: {command}", "{count} rounds of {asset} are open: {command}",
            counts["inspect"],
        ),
        "backup": ngettext(
            "{count} policy of backups still names {asset}: {command}",
            "{count} policies of backups still name {asset}: {command}",
            counts["backup"],
        ),
    }  # fmt: skip
    commands = {noun: f"opsctl {noun} list --asset {handle}" for noun in counts}
    commands["inspect"] = f"opsctl inspect list --asset {handle} --state open"
    commands["backup"] = "opsctl backup policies"
    return [
        texts[noun].format(count=count, asset=handle, command=commands[noun]) for noun, count in counts.items()
    ]


def _cancelled(handle: str, cancelled: Sequence[Occurrence], zone: str) -> list[str]:
    if not cancelled:
        return []
    text = ngettext(
        "{count} round or other duty of {asset} that was due afterwards is cancelled: {command}",
        "{count} rounds and other duties of {asset} that were due afterwards are cancelled: {command}",
        len(cancelled),
    )
    days = [local_day(one.due_at, zone).isoformat() for one in (cancelled[0], cancelled[-1])]
    command = f"opsctl duty due --state cancelled --asset {handle} --since {days[0]} --until {days[1]}"
    return [text.format(count=len(cancelled), asset=handle, command=command)]


def tried() -> tuple[str, ...]:
    """The commands that the demo offers to try."""
    return tuple(line.format(title=_("login answers 502")) for line in NEXT)


def demo(folder: str, address: str, today: Report, figures: Report, set_up: str) -> Report:
    """The invented company: where it lives, last month's figures, its day, and what to try next."""
    intro = _(
        "An invented company on SQLite, with a clock of its own, in {folder}: delete that when you have seen enough."
    )
    host_file = f"{folder}/{HOST_FILE}"
    following = (_("Go on in this shell:"), f"  {set_up}", *(f"  {line}" for line in tried()))
    return Report(
        kind="demo",
        data={
            "folder": folder,
            "host_file": host_file,
            "address": address,
            "today": today.data,
            "report": figures.data,
        },
        parts=(
            Text((intro.format(folder=folder),)),
            Text((figures.heading,)),
            *figures.parts,
            *today.parts,
            Text(following),
        ),
        references=(host_file,),
    )


def today(now: datetime, reports: Mapping[str, Report]) -> Report:
    """What every room has to say of today, under its noun; one line where none has anything."""
    ordered = _in_order(reports, TODAY)
    parts = tuple(part for noun, report in ordered for part in _filled(noun, report, LINES_TODAY))
    return Report(
        kind="today",
        data={"now": now, **{noun: report.data for noun, report in reports.items()}},
        parts=parts or (Text((_("Nothing is due and nothing is open."),)),),
        remarks=tuple(remark for _noun, report in ordered for remark in report.remarks),
        references=tuple(reference for _noun, report in ordered for reference in report.references),
    )


def handover(
    since: datetime, now: datetime, zone: str, head: tuple[int, str], reports: Mapping[str, Report]
) -> Report:
    """What the next shift has to know, room by room; what there was nothing of; and the ledger as it stands."""
    ordered = _in_order(reports, HANDOVER)
    parts = [part for noun, report in ordered for part in _filled(noun, report, LINES_HANDOVER)]
    tables = [part for _noun, report in ordered for part in report.parts if isinstance(part, Table)]
    if nothing := [table.title for table in tables if not table.rows]:
        parts.append(Text((_("None of these:"), *(f"· {title}" for title in nothing))))
    row, digest = head
    parts.append(Text((_("Ledger head: {head}").format(head=digest), _("Ledger row: {row}").format(row=row))))
    parts.append(Text((_("Handed over by:"), _("Taken over by:"))))
    between = [show_moment(moment, zone) for moment in (since, now)]
    return Report(
        kind="handover",
        data={
            "since": since,
            "now": now,
            "ledger_head": digest,
            "ledger_row": row,
            **{noun: report.data for noun, report in reports.items()},
        },
        parts=tuple(parts),
        heading=_("Shift hand-over {since} to {now} · {zone}").format(since=between[0], now=between[1], zone=zone),
        remarks=tuple(remark for _noun, report in ordered for remark in report.remarks),
        references=tuple(dict.fromkeys(one for _noun, report in ordered for one in report.references)),
    )


def _in_order(reports: Mapping[str, Report], nouns: Sequence[str]) -> list[tuple[str, Report]]:
    known = [noun for noun in nouns if noun in reports]
    return [(noun, reports[noun]) for noun in (*known, *(noun for noun in reports if noun not in known))]


def _filled(noun: str, report: Report, lines: int) -> Iterator[Part]:
    """The parts with something in them, long tables cut, with how many more there are and where."""
    for part in report.parts:
        if not isinstance(part, Table):
            yield part
            continue
        if part.rows:
            yield replace(part, rows=part.rows[:lines], title=part.title or _titles().get(noun, ""))
        left = len(part.rows) - lines
        if left > 0:
            more = ngettext("{count} more: {command}", "{count} more: {command}", left)
            yield Text((more.format(count=left, command=LOOK.get(noun, f"opsctl {noun}")),))


def _titles() -> dict[str, str]:
    """What stands above the part of a room that names it nothing."""
    return {
        "duty": _("Due to you"),
        "inspect": _("Open rounds"),
        "action": _("Actions that wait for you"),
        "incident": _("Unresolved incidents"),
        "patch": _("Patches that wait"),
    }
