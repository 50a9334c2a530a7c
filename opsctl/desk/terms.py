"""The words of the desk: the database as a record, the demo with the company in `sample-data/company`, and today."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

DATABASE = "database"
"""The subject of the ledger's first row."""
MADE = "database.made"

COMPANY, DIARY, HOST_FILE = "company", "diary.jsonl", "opsctl.toml"
"""Where the invented company stands in `sample-data`, and what the demo reads of it. A HOST_FILE it writes, too."""
DEMO_DATABASE = "demo.db"
BACKUPS, DEMO_JOB = "backups", "opsctl-db"
"""The folder beside that database into which the demo's host backs it up, and the policy that asks for it."""
SCRATCH_PLACES = ("/dev/shm", "/var/tmp", "/tmp")  # noqa: S108 - a folder of its own is made there
"""Where the demo's host may restore to, as long as that is another file system than the demo's own."""
NEXT = (
    "opsctl inspect log network-patrol --asset core-sw-2 --item temp=24 --item cpu=31 --rest-ok",
    "opsctl open 'erp {title}' -s2 --down",
    "opsctl review start INC-2026-0173",
    "opsctl kpi explain repair-on-time last-month",
    "opsctl backup status",
    "opsctl backup run opsctl-db",
)
"""What the demo offers to try; `title` is said in the reader's language."""

TODAY = ("duty", "inspect", "action", "incident", "review", "backup", "patch")
"""What `today` shows, by the nouns of rooms, in this order; any other room comes after them."""
HANDOVER = ("incident", "review", "inspect", "action", "backup", "work", "maintenance", "patch", "duty")
LINES_TODAY = 8
"""So many lines of a part, for today has to fit on a telephone."""
LINES_HANDOVER = 50
LOOK = {
    "duty": "opsctl duty due",
    "inspect": "opsctl inspect list",
    "action": "opsctl action list",
    "incident": "opsctl incident list --state unresolved",
    "review": "opsctl review list",
    "backup": "opsctl backup status",
    "maintenance": "opsctl maintenance list",
    "patch": "opsctl patch list",
    "work": "opsctl work list",
}
"""Where the rest is to be seen."""

DEMO_HOST = "hengwei-ops"
"""The host in the ledger of the demo's history."""
CALLS = {
    "action.add": "opsctl.actions.service.write:add",
    "action.assign": "opsctl.actions.service.write:assign",
    "action.done": "opsctl.actions.service.write:done",
    "action.verify": "opsctl.actions.service.write:verify",
    "action.return": "opsctl.actions.service.write:return_",
    "action.reopen": "opsctl.actions.service.write:reopen",
    "action.correct": "opsctl.actions.service.write:correct",
    "action.void": "opsctl.actions.service.write:void",
    "asset.add": "opsctl.assets.service.assets:add",
    "asset.edit": "opsctl.assets.service.assets:edit",
    "asset.retire": "opsctl.assets.service.assets:retire",
    "asset.import": "opsctl.assets.service.imports:import_assets",
    "backup.run": "opsctl.backups.service.recording:record",
    "backup.verify": "opsctl.backups.service.recording:record_checks",
    "backup.restore-test": "opsctl.backups.service.recording:record_test",
    "customer.add": "opsctl.people.service.customers:add",
    "customer.edit": "opsctl.people.service.customers:edit",
    "customer.import": "opsctl.people.service.imports:import_customers",
    "incident.open": "opsctl.incidents.service.write:open_incident",
    "incident.ack": "opsctl.incidents.service.write:acknowledge",
    "incident.note": "opsctl.incidents.service.write:note",
    "incident.mitigate": "opsctl.incidents.service.write:mitigate",
    "incident.down": "opsctl.incidents.service.write:down",
    "incident.restored": "opsctl.incidents.service.write:restored",
    "incident.resolve": "opsctl.incidents.service.write:resolve",
    "incident.reopen": "opsctl.incidents.service.write:reopen",
    "incident.close": "opsctl.incidents.service.write:close",
    "incident.assign": "opsctl.incidents.service.judging:assign",
    "incident.escalate": "opsctl.incidents.service.judging:escalate",
    "incident.reclassify": "opsctl.incidents.service.judging:reclassify",
    "incident.pause": "opsctl.incidents.service.judging:pause",
    "incident.resume": "opsctl.incidents.service.judging:resume",
    "incident.approve": "opsctl.incidents.service.judging:approve",
    "incident.merge": "opsctl.incidents.service.judging:merge",
    "incident.split": "opsctl.incidents.service.judging:split",
    "incident.correct": "opsctl.incidents.service.judging:correct",
    "incident.void": "opsctl.incidents.service.judging:void",
    "incident.plan": "opsctl.incidents.service.judging:plan",
    "incident.import": "opsctl.incidents.service.imports:import_block",
    "inspect.log": "opsctl.inspections.service.logging:log",
    "inspect.begin": "opsctl.inspections.service.walking:begin",
    "inspect.answer": "opsctl.inspections.service.walking:answer",
    "inspect.finish": "opsctl.inspections.service.walking:finish",
    "inspect.countersign": "opsctl.inspections.service.judging:countersign",
    "inspect.correct": "opsctl.inspections.service.judging:correct",
    "inspect.void": "opsctl.inspections.service.judging:void",
    "maintenance.plan": "opsctl.assets.service.maintenance:plan",
    "maintenance.approve": "opsctl.assets.service.maintenance:approve",
    "maintenance.extend": "opsctl.assets.service.maintenance:extend",
    "maintenance.cancel": "opsctl.assets.service.maintenance:cancel",
    "patch.add": "opsctl.maintenance.service.patches:add",
    "patch.decide": "opsctl.maintenance.service.patches:decide",
    "patch.defer": "opsctl.maintenance.service.patches:defer",
    "patch.install": "opsctl.maintenance.service.patches:install",
    "patch.void": "opsctl.maintenance.service.patches:void",
    "person.add": "opsctl.people.service.persons:add",
    "person.edit": "opsctl.people.service.persons:edit",
    "person.retire": "opsctl.desk.service.retiring:retire",
    "person.import": "opsctl.people.service.imports:import_persons",
    "review.start": "opsctl.reviews.service.starting:start",
    "review.start-period": "opsctl.reviews.service.starting:start_period",
    "review.start-meeting": "opsctl.reviews.service.starting:start_meeting",
    "review.edit": "opsctl.reviews.service.editing:save",
    "review.submit": "opsctl.reviews.service.deciding:submit",
    "review.approve": "opsctl.reviews.service.deciding:approve",
    "review.return": "opsctl.reviews.service.deciding:return_",
    "review.close": "opsctl.reviews.service.deciding:close",
    "review.void": "opsctl.reviews.service.deciding:void",
    "rulebook.apply": "opsctl.rulebook.service.applying:apply",
    "work.log": "opsctl.maintenance.service.work:log",
    "work.correct": "opsctl.maintenance.service.work:correct",
    "work.void": "opsctl.maintenance.service.work:void",
}
"""What a diary may do: the names of use cases, as verbs are typed."""
IMPORTS = {
    "asset.import": ("opsctl.assets.service.imports:FIELDS", "handle"),
    "customer.import": ("opsctl.people.service.imports:CUSTOMER_FIELDS", "code"),
    "person.import": ("opsctl.people.service.imports:PERSON_FIELDS", "handle"),
    "incident.import": ("opsctl.incidents.service.imports:FIELDS", ""),
}
"""Which of them take the records of a file: the fields, and the one that is the key (of incidents the map says it)."""

SPOKEN = (("zh_CN", "中文"), ("en", "English"))
"""The languages, each by its own name."""
BACK = frozenset({"b", "back", "返回", "上一步"})
EXPLAIN = frozenset({"?", "help", "帮助"})
FIRST_STEPS = ("asset add erp --title ERP --kind service", "open erp 'login 502' -s2 --down", "today")
"""What is typed first in a new database, one after another."""
LOOK_AROUND = ("doctor", "today", "incident list")
"""What is typed first in a database that was there."""


class Verdict(StrEnum):
    """What `doctor` says of a check; `NOT_CHECKED` is never taken for OK."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    NOT_CHECKED = "not-checked"


MEBIBYTE = 1024 * 1024
NO_ROOM, LITTLE_ROOM = 4 * MEBIBYTE, 100 * MEBIBYTE
"""With less free space nothing can be written, or not for long."""
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "9p", "fuse.sshfs", "fuse.glusterfs"}
)
"""What does not keep the locks and the shared memory that SQLite's write-ahead log needs."""
RELEASED = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock that shows an earlier time is wrong: there was no opsctl."""
CLOCKS_APART = timedelta(seconds=5)
"""So much may the clock of this machine differ from that of the database."""
ANNOUNCED_BY = 12
"""From this month on the holidays of the next year should be known."""
WRITABLE = (
    "action", "asset", "backup_check", "backup_copy", "backup_run", "customer", "incident", "incident_interval",
    "inspection", "inspection_reading", "maintenance", "maintenance_window", "maintenance_work", "occurrence", "patch",
    "person", "person_post", "reference_counter", "restore_test", "review", "review_subject", "setting",
)  # fmt: skip
"""Into which tables a login has to INSERT and UPDATE to record, besides reading all and appending to the ledger."""
EDITORS = ("nano", "vim", "vi", "emacs", "ed")
CRON_PATH = "/usr/bin:/bin"
CRON_SECONDS = 60
"""So long may a child process look around."""
COMPLETION_FILES = (
    "/usr/share/bash-completion/completions/opsctl",
    "/usr/local/share/bash-completion/completions/opsctl",
    "/etc/bash_completion.d/opsctl",
    "/usr/share/zsh/site-functions/_opsctl",
    "/usr/local/share/zsh/site-functions/_opsctl",
    "/usr/share/zsh/vendor-completions/_opsctl",
    "/usr/share/fish/vendor_completions.d/opsctl.fish",
    "~/.local/share/bash-completion/completions/opsctl",
    "~/.zfunc/_opsctl",
    "~/.config/fish/completions/opsctl.fish",
)
