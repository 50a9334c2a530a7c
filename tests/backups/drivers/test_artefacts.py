"""Artefacts in a folder: whole or not at all, and nothing that lies there is trusted or deleted."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsctl.backups.drivers import CannotRestore, Made, Request, artefacts, replicating
from opsctl.backups.drivers.processes import Command, Ended
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Place

RequestFor = Callable[..., Request]


def _dump(request: Request, place: Place, **said: Any) -> Made:
    def judge(ended: Ended, _size: int) -> tuple[Status, str | None]:
        return (Status.SUCCESS if ended.is_good else Status.FAILED), None

    words = Command(("sh", "-c", "printf content; test -z \"$FAIL\""), environment=said.pop("environment", {}))
    return artefacts.dump(request, place, [words], suffix=".out", judge=judge, driver="command", engine="x 1", **said)


def _names(place: Place) -> set[str]:
    return {path.name for path in Path(place.to).iterdir()}


def test_an_artefact_is_named_after_what_it_is_and_its_manifest_says_so(place: Place, request_for: RequestFor) -> None:
    request = request_for("erp")

    made = _dump(request, place, describe=lambda: {"files": 2, "counts": {"t": 5}})

    assert made.point == f"erp.web1.20261121T013000Z.{request.id[:8]}.out"
    manifest = artefacts.read_manifest(place, made.point)
    assert manifest is not None
    assert (manifest.policy, manifest.host, manifest.run, manifest.bytes) == ("erp", "web1", request.id, 7)
    assert (made.files, made.counts, made.bytes) == (2, {"t": 5}, 7)
    assert (Path(place.to) / made.point).stat().st_mode & 0o777 == 0o600
    (point,) = artefacts.points_in(place)
    assert (point.at, point.run, point.policy, point.host) == (request.stamp, request.id, "erp", "web1")


def test_what_is_judged_a_failure_leaves_nothing(place: Place, request_for: RequestFor) -> None:
    made = _dump(request_for("erp"), place, environment={"FAIL": "1"})

    assert made.status is Status.FAILED
    assert _names(place) == set()


def test_a_manifest_that_cannot_be_written_leaves_no_artefact(place: Place, request_for: RequestFor) -> None:
    def refuse() -> dict[str, Any]:
        raise OSError(28, "No space left on device")

    made = _dump(request_for("erp"), place, describe=refuse)

    assert made.status is Status.FAILED
    assert "No space left" in (made.reason or "")
    assert _names(place) == set()


def test_an_artefact_that_is_there_already_is_not_touched(place: Place, request_for: RequestFor) -> None:
    request = request_for("erp")
    first = _dump(request, place)
    before = _names(place)

    again = _dump(request, place)

    assert (first.status, again.status) == (Status.SUCCESS, Status.FAILED)
    assert _names(place) == before


@pytest.mark.parametrize("policy", ["../evil", "a/b", "/abs", ".hidden", "A", "x\n"])
def test_a_policy_whose_name_is_a_path_writes_nothing(policy: str, place: Place, request_for: RequestFor) -> None:
    before = set(Path(place.to).parent.rglob("*"))

    assert _dump(request_for(policy), place).status is Status.FAILED
    assert set(Path(place.to).parent.rglob("*")) == before


def test_a_block_that_is_written_in_part_is_written_on(place: Place) -> None:
    class Slow:
        def __init__(self) -> None:
            self.taken = bytearray()

        def write(self, block: memoryview) -> int:
            self.taken += block[:3]
            return min(3, len(block))

    slow = Slow()
    one = artefacts.Draft(slow)  # type: ignore[arg-type]

    one.take(memoryview(b"0123456789"))

    assert (bytes(slow.taken), one.bytes) == (b"0123456789", 10)


HOSTILE: dict[str, Callable[[dict[str, Any]], object]] = {
    "no list": lambda _said: [],
    "a number": lambda _said: 5,
    "another kind": lambda said: {**said, "kind": "x"},
    "a naive moment": lambda said: {**said, "started_at": "2026-11-21T01:30:00"},
    "a moment that is a number": lambda said: {**said, "started_at": 5},
    "bytes that are text": lambda said: {**said, "bytes": "7"},
    "fewer than no bytes": lambda said: {**said, "bytes": -7},
    "counts that are a list": lambda said: {**said, "counts": [1]},
    "counts that are text": lambda said: {**said, "counts": {"t": "5"}},
    "a file beside that is a path": lambda said: {**said, "more": {"beside": {"/../../x": "0"}}},
    "a manifest beside": lambda said: {**said, "more": {"beside": {".manifest.json": "0"}}},
    "a policy that is a number": lambda said: {**said, "policy": 5},
    "nothing": lambda _said: {},
}


@pytest.mark.parametrize("change", HOSTILE)
def test_a_manifest_that_others_wrote_is_none(change: str, place: Place, request_for: RequestFor) -> None:
    good, bad = (_dump(request_for("erp"), place) for _again in range(2))
    path = Path(place.to) / f"{bad.point}.manifest.json"
    path.write_text(json.dumps(HOSTILE[change](json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")

    assert artefacts.read_manifest(place, bad.point or "") is None
    assert [point.name for point in artefacts.points_in(place)] == [good.point]
    assert artefacts.check(place, bad.point or "", Level.L0, None).verdict is Verdict.DIFFERS
    assert artefacts.prune(place, [bad.point or ""]).gone[bad.point or ""] is not None


def test_a_pipe_with_the_name_of_a_manifest_holds_nobody(place: Place) -> None:
    os.mkfifo(Path(place.to) / "erp.out.manifest.json")
    (Path(place.to) / "link.out.manifest.json").symlink_to("/etc/passwd")

    assert artefacts.points_in(place) == []


@pytest.mark.parametrize("point", ["../x", "/x", "a/b", "", ".x", "x\0", "x/../y", "\n"])
def test_a_name_from_outside_is_never_a_path(point: str, place: Place) -> None:
    with pytest.raises(CannotRestore):
        artefacts.path_of(place, point)
    assert artefacts.check(place, point, Level.L2, None).verdict is Verdict.DIFFERS
    assert artefacts.prune(place, [point]).gone[point] is not None


def test_tidying_takes_only_what_that_run_left_half_made(place: Place, request_for: RequestFor) -> None:
    killed, whole = request_for("erp"), request_for("erp")
    done = _dump(whole, place)
    (Path(place.to) / f"{done.point}.members.zst").write_bytes(b"list")
    folder = Path(place.to)
    left = {f".erp.web1.x.{killed.id[:8]}.out.partial", f"erp.web1.x.{killed.id[:8]}.out"}
    others = {"theirs.tar", ".erp.web1.x.00000000.out.partial"}
    for name in left | others:
        (folder / name).write_bytes(b"x")

    assert set(artefacts.tidy(place, killed.id)) == left
    assert artefacts.tidy(place, whole.id) == []
    for no_id in ("", ".", "*", "../../etc"):
        assert artefacts.tidy(place, no_id) == []
    assert _names(place) == others | {f"{done.point}{end}" for end in ("", ".members.zst", ".manifest.json")}


def test_a_copy_of_what_was_damaged_meanwhile_is_not_kept(
    place: Place, request_for: RequestFor, tmp_path: Path
) -> None:
    other = Place("vault", str(tmp_path / "vault"))
    Path(other.to).mkdir()
    request = request_for("erp")
    made = _dump(request, place)
    (Path(place.to) / (made.point or "")).write_bytes(b"damaged")

    copied = replicating.replicate(request, made, place, other)

    assert (copied.status, copied.point) == (Status.FAILED, None)
    assert _names(other) == set()


def test_a_place_with_less_room_than_the_last_point_took_is_refused(place: Place, request_for: RequestFor) -> None:
    made = _dump(request_for("erp"), place)
    assert artefacts.refuse_place(place, "erp") is None
    with (Path(place.to) / (made.point or "")).open("r+b") as stream:
        stream.truncate(2**43)  # a hole: it takes no room

    refusal = artefacts.refuse_place(place, "erp")

    assert refusal is not None
    assert "8.7 TB" in refusal.reason
    assert artefacts.refuse_place(place, "another") is None
