"""Asking a restored copy what the job asserts of it, and comparing it with what was written down when it was made."""

import hashlib
import json
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from opsctl.backups.drivers import Ask, CannotRestore, Compared, Restored, Step, Unit
from opsctl.backups.drivers.canary import look
from opsctl.backups.rules import Asserted, Run
from opsctl.backups.rules.assertions import (
    differs,
    filled,
    judge,
    judge_age,
    loss_of,
    moment_of,
    not_asked,
    scalar,
    text_of,
)  # fmt: skip
from opsctl.backups.rules.levels import level_of_test
from opsctl.backups.terms import Level, Verdict
from opsctl.cli import programs
from opsctl.cli.hostfile.jobs import Assertion, Canary
from opsctl.core.texts import _, ngettext
from opsctl.core.typed import excerpt

MANIFEST = "manifest"
_SHOWN = 120
_MOST_ANSWERED = 1024 * 1024
_HTTP_OK = 200
_WORDLESS = "–"


@dataclass
class Answers:
    """What was asserted. `newest_at` is the newest row, or the canary, which outranks it; `loss` seconds of loss."""

    assertions: list[Asserted] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    is_compared: bool = False
    has_canary: bool = False
    newest_at: datetime | None = None
    loss_seconds: float | None = None

    @property
    def verdict(self) -> Verdict:
        """The worst of all: what differs outranks what could not be asked."""
        found = {one.verdict for one in self.assertions}
        for verdict in (Verdict.DIFFERS, Verdict.COULD_NOT_RUN):
            if verdict in found:
                return verdict
        return Verdict.PASS

    @property
    def level(self) -> Level:
        """What all of it proves where it passed."""
        return level_of_test(is_compared=self.is_compared, kinds=self.kinds)

    def reason(self) -> str | None:
        """Why the verdict is no pass: the first assertion that is none."""
        for one in self.assertions:
            if one.verdict is self.verdict and one.verdict is not Verdict.PASS:
                if one.found is None:
                    return _("{what}: could not be asked").format(what=one.what)
                return _("{what}: expected {expected}, found {found}").format(
                    what=one.what, expected=one.expected, found=one.found
                )
        return None


def ask_all(
    asserts: tuple[Assertion, ...], canary: Canary | None, run: Run, restored: Restored, step: Step
) -> Answers:
    """Compare the copy, look for the canary and ask every assertion, each measured as a step of its own."""
    answers = Answers()
    with step("compare"):
        _compare(answers, restored, any(one.kind == "files" for one in asserts))
    if canary is not None:
        with step("canary"):
            _look_for_canary(answers, canary, run, restored)
    for one in asserts:
        if one.kind != "files":
            with step(_named(one)):
                answers.assertions.append(_KINDS[one.kind](answers, one, run, restored))
            answers.kinds.append(one.kind)
    return answers


def _named(one: Assertion) -> str:
    return excerpt(one.ask or " ".join(one.command), _SHOWN)


def _compare(answers: Answers, restored: Restored, is_asked: bool) -> None:
    expect = _("no difference")
    try:
        compared = restored.compare()
    except CannotRestore as error:
        answers.assertions.append(_refused(_("what was backed up"), expect, error))
        return
    if compared.checked:
        answers.is_compared = True
        answers.assertions.append(judge_compared(compared))
    elif is_asked:
        reason = _("there is nothing to compare with")
        answers.assertions.append(not_asked(_("what was backed up"), expect, reason))


def judge_compared(compared: Compared) -> Asserted:
    """A comparison with what was written down, as an assertion."""
    expect = _("no difference")
    if not compared.differences:
        return Asserted(compared.against, expect, _none_differs(compared.unit, compared.checked), Verdict.PASS)
    more = len(compared.differences)
    said = ngettext("{count} differs: {first}", "{count} differ, the first: {first}", more)
    return differs(compared.against, expect, said.format(count=more, first=compared.differences[0]))


def _none_differs(unit: Unit, count: int) -> str:
    told = {
        Unit.FILES: ngettext(
            "compared: {count} file, none differs", "compared: {count} files, none differs", count
        ),
        Unit.ENTRIES: ngettext(
            "compared: {count} file or folder, none differs", "compared: {count} files and folders, none differs", count
        ),
        Unit.TABLES: ngettext(
            "compared: {count} table, none differs", "compared: {count} tables, none differs", count
        ),
    }[unit]
    return told.format(count=count)


def _refused(what: str, expect: str, error: CannotRestore) -> Asserted:
    if error.verdict is Verdict.DIFFERS:
        return differs(what, expect, error.reason)
    return not_asked(what, expect, error.reason)


def _look_for_canary(answers: Answers, canary: Canary, run: Run, restored: Restored) -> None:
    """The canary is written before each run, so its newest row shows what the copy really holds."""
    what, expect = _("the canary in {table}").format(table=canary.table), _("a row")
    found = _asked(what, expect, restored, lambda ask: look(ask, canary.table))
    if isinstance(found, datetime):
        answers.has_canary = True
        answers.newest_at, answers.loss_seconds = found, loss_of(found, run.started_at)
        found = Asserted(what, expect, found.isoformat(), Verdict.PASS)
    answers.assertions.append(found if isinstance(found, Asserted) else differs(what, expect, _("no row")))


def _asked(what: str, expect: str, restored: Restored, ask: Callable[[Ask], Any]) -> Any:
    """What is found, or the assertion that it could not be asked or was refused."""
    if restored.ask is None:
        return not_asked(what, expect, _("the copy is no database that could be asked"))
    try:
        return ask(restored.ask)
    except CannotRestore as error:
        return _refused(what, expect, error)
    except Exception as error:  # every engine has errors of its own, and each says the copy does not answer
        return differs(what, expect, " ".join(str(error).split()) or type(error).__name__)


def _queried(one: Assertion, expect: str, restored: Restored) -> Any:
    """The first value that its query finds, or the assertion that it could not be asked in time or was refused."""
    query = one.ask or ""
    return _asked(query, expect, restored, lambda ask: scalar(ask(query, one.timeout)))


def _sql(_answers: Answers, one: Assertion, _run: Run, restored: Restored) -> Asserted:
    what, expect = one.ask or "", one.expect or ""
    asked = _queried(one, expect, restored)
    if isinstance(asked, Asserted):
        return asked
    return differs(what, expect, "NULL") if asked is None else judge(what, expect, text_of(asked))


def _newest(answers: Answers, one: Assertion, run: Run, restored: Restored) -> Asserted:
    what = one.ask or ""
    asked = _queried(one, _("a moment"), restored)
    if isinstance(asked, Asserted):
        return asked
    newest = moment_of(asked)
    if newest is None or one.within is None:
        return differs(what, _("a moment"), "NULL" if asked is None else text_of(asked))
    judged = judge_age(what, one.within, newest, run.started_at, run.ended_at)
    if not answers.has_canary and (answers.newest_at is None or newest > answers.newest_at):
        answers.newest_at, answers.loss_seconds = newest, loss_of(newest, run.started_at)
    return judged


def _file(_answers: Answers, one: Assertion, run: Run, restored: Restored) -> Asserted:
    name = one.ask or ""
    path = _inside(restored.root, name)
    try:
        found = None if path is None else path.stat()
    except OSError:
        found = None
    if path is None or found is None or not stat.S_ISREG(found.st_mode):
        expect = one.expect or _("there")
        is_absent = path is not None and not os.path.lexists(restored.root / name.lstrip("/"))
        if is_absent and name not in digests_of(run):
            return not_asked(name, expect, _("the source had no such file when it was backed up"))
        return differs(name, expect, _("no such file in the copy"))
    if one.expect is None:
        return Asserted(name, _("there"), _("there"), Verdict.PASS)
    if one.expect[0] in "<>=!":
        return judge(name, one.expect, str(found.st_size))
    wanted = one.expect
    if wanted == MANIFEST:
        wanted = digests_of(run).get(name, "")
        if not wanted:
            return not_asked(name, MANIFEST, _("no digest of it was written down when it was backed up"))
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return not_asked(name, wanted, error.strerror or str(error))
    return Asserted(name, wanted, digest, Verdict.PASS if digest == wanted else Verdict.DIFFERS)


def _inside(root: Path, name: str) -> Path | None:
    """The file of that name below the copy; None where a link leads out of it."""
    path = (root / name.lstrip("/")).resolve()
    return path if path.is_relative_to(root.resolve()) else None


def digests_of(run: Run) -> Mapping[str, str]:
    """The SHA-256 by path that was written down of the source's files."""
    return _said(run, "sha256", str)


def counts_of(run: Run) -> Mapping[str, int]:
    """The rows by table that were counted in the dump's own snapshot; empty where none were."""
    return _said(run, "counts", int)


def _said(run: Run, key: str, kind: type) -> dict[str, Any]:
    try:
        said = json.loads(run.manifest or "{}")[key]
        return {str(name): value for name, value in said.items() if isinstance(value, kind)}
    except (KeyError, ValueError, TypeError, AttributeError):
        return {}


def _command(_answers: Answers, one: Assertion, _run: Run, restored: Restored) -> Asserted:
    what, expect = excerpt(" ".join(one.command), _SHOWN), one.expect or _("exit code 0")
    try:
        words = [filled(word, restored.words) for word in one.command]
    except KeyError as missing:
        return not_asked(what, expect, _("the copy has no {word}").format(word=missing.args[0]))
    ended = programs.run(words, timeout=one.timeout)
    if ended.refused is not None:
        return not_asked(what, expect, ended.refused)
    if ended.late:
        return not_asked(what, expect, _("it ran longer than its time-out"))
    if ended.code != 0:
        said = excerpt(" ".join((ended.err or ended.out).split()), _SHOWN) or _WORDLESS
        return differs(what, expect, _("exit code {code}: {said}").format(code=ended.code, said=said))
    if one.expect is None:
        return Asserted(what, expect, _("exit code 0"), Verdict.PASS)
    return judge(what, expect, ended.out)


def _http(_answers: Answers, one: Assertion, _run: Run, restored: Restored) -> Asserted:
    what = one.ask or ""
    expect = _("200 OK") if one.expect is None else _("200 OK, with {text}").format(text=one.expect)
    try:
        address = filled(what, restored.words)
    except KeyError as missing:
        return not_asked(what, expect, _("the copy has no {word}").format(word=missing.args[0]))
    status, said = _got(address, one.timeout.total_seconds())
    if status is None:
        return not_asked(what, expect, said)
    is_good = status == _HTTP_OK and (one.expect is None or one.expect in said)
    found = str(status) if status != _HTTP_OK or one.expect is None or is_good else _("200 OK, without it")
    return Asserted(what, expect, found, Verdict.PASS if is_good else Verdict.DIFFERS)


def _got(address: str, seconds: float) -> tuple[int | None, str]:
    """The status of an answer with the beginning of its text; None with the reason where nobody answered."""
    import urllib.error
    import urllib.request
    from http.client import HTTPException
    from urllib.parse import urlsplit

    host = urlsplit(address).hostname

    class SameHost(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
            # What another host answers says nothing of the restored copy.
            if urlsplit(newurl).hostname != host:
                return None
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), SameHost())
    try:
        with opener.open(address, timeout=seconds) as answer:
            return answer.status, answer.read(_MOST_ANSWERED).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""
    except (OSError, HTTPException, ValueError) as error:
        return None, str(getattr(error, "reason", None) or error)


_KINDS: Mapping[str, Callable[[Answers, Assertion, Run, Restored], Asserted]] = {
    "sql": _sql,
    "newest": _newest,
    "file": _file,
    "command": _command,
    "http": _http,
}
