"""What is marked in English, and what a careful writer may write without a remark."""

from datetime import UTC, datetime

import pytest

from opsctl.actions.terms import Kind
from opsctl.reviews.rules.document import Document, Factor, Planned
from opsctl.reviews.rules.lint import lint
from opsctl.reviews.terms import Factor as FactorKind

PEOPLE = (("wang", "wang"), ("Wang Qiang", "wang"), ("j.doe", "j.doe"), ("Jane Doe", "j.doe"), ("will", "will"))

GOOD = (
    "Wang restarted app3 at 02:14 and the queue drained within six minutes.",
    "The on-call engineer was paged at 02:03 and acknowledged two minutes later.",
    "The second power supply of core-sw-1 failed to take over.",
    "wang-db-2 failed to start because its volume was read-only.",
    "The Postgres operator failed to reconcile the cluster after the node was drained.",
    "Clients failed to log in for 41 minutes.",
    "The package manager failed to resolve the mirror.",
    "The OCSP responder failed to answer within three seconds.",
    "Jane Doe failed to reach the supplier by phone until 04:10.",
    "The engineer did not have access to the console of the storage array.",
    "The on-call engineer did not follow step 4 because the runbook still named the old host.",
    "Wang did not receive the page: the gateway had no credit left.",
    "This review is blameless: nobody was at fault.",
    "No human error was found; the certificate expired on its own.",
    "It was not human error but a missing interlock.",
    "User error messages did not say which field was wrong.",
    "The user error rate rose from 0.2 % to 4 %.",
    "The confirmation prompt protects against operator error.",
    "Two-step deletion was introduced to prevent human error on the storage console.",
    "Human error was ruled out after the command history had been read.",
    "A faulty network card was to blame for the packet loss.",
    "The firmware caused the outage.",
    "The failover was triggered by Wang at 03:20.",
    "Each host should have an owner and a runbook.",
    "Production databases should have at least two replicas.",
    "All service accounts should have limited rights.",
    "Core switches should have dedicated owners by the end of the quarter.",
    "Restores should have tested runbooks, and half of ours do.",
    "The alert should fire when the queue is longer than 500 messages.",
    "The job writes its report even if only one replica answers.",
    "The proxy retries if only the header was received.",
    "Nobody could have known that the battery was swollen.",
    "We could not have seen this on the dashboard, which averages over an hour.",
    "Customers could have seen stale prices for up to nine minutes.",
    "The disk could have been offline for a day before the next patrol.",
    "The timeout would have ended the session only if the client had been idle.",
    "Replication would have stopped even if the primary had stayed up.",
    "Over the course of the night three more hosts lost their clock.",
    "`mysqld` failed to start, see https://wiki.example.net/should-have-been/human-error for the output.",
    'The customer said: "your engineer was careless and should have called us".',
    "The customer wrote that they had “obviously been forgotten”.",
    "Lazy unmounting kept the volume busy.",
    "The error budget of October is used up to 80 %.",
    "The page went to the wrong rota, as the shift change was not in the calendar.",
    "It is not obvious from the graph which of the two controllers is active.",
    "The migration failed to notify the cache, so 4 % of reads were stale.",
    "The runbook had no step that says what to do when both links are down.",
    "The shift on duty saw 300 alerts in ten minutes, and the one about the volume was the 211th.",
    "The on-call engineer ignored the second alert because its runbook link returned 404.",
    "The team did not think that the two alerts were related, since they came from different halls.",
    "The rota was written in May, and the engineer on it had left in June.",
    "The shift lead was responsible for the incident channel.",
    "The team made an error budget for the queue in spring.",
    "Wang's restart of app3 cleared the pool.",
    "The outage was caused by the developer certificate expiring.",
    "The sloppy quorum of the store accepted the write on two nodes.",
    "Human factors: the two buttons have the same colour and stand side by side.",
    "git blame shows that the limit came with the first version of the service.",
    "The script will fail to start if the lock is held.",
    "Operations had two consoles open that looked alike, which made the wrong choice easy.",
    "The network team rolled the ACL back at 11:52 and announced it in the channel.",
    "Without negligence or haste anywhere, the check still takes 20 minutes.",
    "If an operator forgot to set the flag, the script would stop by itself.",
    "The certificate was renewed by mistake for the old name.",
    "The admin interface was open to the office network.",
    "The outage was caused by the admin interface restarting every minute.",
    "```\nhuman error\nthe engineer forgot to check\n```",
    "> The engineer was careless and it was human error.",
)

BAD = (
    ("Wang forgot to renew the certificate of mail-1.", "blame", "forgot to"),
    ("The engineer failed to apply the second half of the change.", "blame", "engineer failed to apply"),
    ("The on-call engineer had failed to escalate.", "blame", "engineer had failed to escalate"),
    ("Wang Qiang failed to follow the procedure.", "blame", "Wang Qiang failed to follow"),
    ("At 02:10 j.doe failed to announce the restart.", "blame", "j.doe failed to announce"),
    ("The operator failed to check the host name.", "blame", "operator failed to check"),
    ("The DBA did not test the restore.", "blame", "DBA did not test"),
    ("Wang didn't read the runbook.", "blame", "Wang didn't read"),
    ("The night shift simply ignored the warnings.", "blame", "shift simply ignored"),
    ("A technician overlooked the amber lamp.", "blame", "technician overlooked"),
    ("Jane Doe made a mistake in the firewall rule.", "blame", "Jane Doe made a mistake"),
    ("Wang caused the outage at 14:02.", "blame", "Wang caused the outage"),
    ("The network team is to blame.", "blame", "team is to blame"),
    ("The contractor was clearly at fault.", "blame", "contractor was clearly at fault"),
    ("The outage was caused by Wang.", "blame", "caused by Wang"),
    ("All of this was caused by an engineer restarting the wrong host.", "blame", "caused by an engineer"),
    ("It was Wang's fault that the pool ran dry.", "blame", "Wang's fault"),
    ("The deletion was the fault of the storage team.", "blame", "the fault of the storage team"),
    ("This happened because of a careless restart.", "blame", "careless"),
    ("Negligence during the patrol left the fan broken.", "blame", "Negligence"),
    ("The colleague on duty was incompetent.", "blame", "incompetent"),
    ("A sloppy hand-over preceded the fault.", "blame", "sloppy"),
    ("The backup was skipped due to a lack of discipline.", "blame", "lack of discipline"),
    ("The DBA neglected to run the dry run.", "blame", "neglected to"),
    ("The ＥＮＧＩＮＥＥＲ ｆａｉｌｅｄ ｔｏ lock the rack.", "blame", "ＥＮＧＩＮＥＥＲ ｆａｉｌｅｄ ｔｏ lock"),
    ("The root cause is human error.", "human-error", "human error"),
    ("Human error during the switch-over of the array.", "human-error", "Human error"),
    ("Operator error: the wrong volume was deleted.", "human-error", "Operator error"),
    ("The outage was due to user error.", "human-error", "user error"),
    ("A mistake by the on-call engineer took the site down.", "human-error", "mistake by the on-call engineer"),
    ("An error made by Wang emptied the table.", "human-error", "error made by Wang"),
    ("A fat-fingered prefix took the range offline.", "human-error", "fat-fingered"),
    ("The **human** error happened at 03:00.", "human-error", "human** error"),
    ("The disk should have been replaced in June.", "hindsight", "should have been"),
    ("Operations should have paged the database team.", "hindsight", "should have paged"),
    ("We shouldn't have deployed on a Friday.", "hindsight", "shouldn't have deployed"),
    ("Somebody should've seen the graph.", "hindsight", "should've seen"),
    ("The team should have tested the restore first.", "hindsight", "should have tested"),
    ("The change should never have been approved.", "hindsight", "should never have been"),
    ("This could have been prevented.", "hindsight", "could have been prevented"),
    ("A probe could easily have caught the leak.", "hindsight", "could easily have caught"),
    ("We could have called the supplier at once.", "hindsight", "We could have called"),
    ("It would have been shorter if the spare had been on site.", "hindsight", "would have been"),
    ("Had we looked at the graph, we would have noticed the leak.", "hindsight", "would have noticed"),
    ("Obviously the cache was too small.", "hindsight", "Obviously"),
    ("Of course the failover did not work.", "hindsight", "Of course"),
    ("The limit clearly should be higher.", "hindsight", "clearly should"),
    ("The shift failed to notice the alert for two hours.", "blame", "shift failed to notice"),
    ("For two hours everybody failed to notice the alert.", "hindsight", "failed to notice"),
    ("If only we had kept the old controller.", "hindsight", "If only we had"),
    ("The switch ought to have been labelled.", "hindsight", "ought to have been"),
    ("The outage began while an engineer was not paying attention.", "blame", "was not paying attention"),
    ("The team lead never informed the customer.", "blame", "lead never informed"),
    ("Jane Doe should have double-checked the target.", "hindsight", "should have double-checked"),
    ("The night shift should have known better.", "hindsight", "should have known"),
    ("因 human error 导致中断。", "human-error", "human error"),
)

GOOD_ACTIONS = (
    "Add an alert on disk latency above 50 ms on core-db-1",
    "Replace both power supplies of core-sw-1",
    "Write a runbook for the loss of both uplinks",
    "Improve monitoring: alert when replication lags more than 30 s",
    "Ensure that the nightly backup of core-db-1 ends before 06:00",
    "Ensure every change of the firewall is read by a second person",
    "Improve the hand-over by adding the open changes to its template",
    "Improve logging and ship the audit log of bastion-1 to log-2",
    "Consider alerts at 80 % of the pool",
    "Shard the cache for checkout",
    "Drill the failover of the mail gateway each quarter",
    "Set `innodb_flush_log_at_trx_commit` to 1 on all primaries",
    "Pay attention to the lamps: put a photo of a healthy rack beside each one",
    "Prevent human error at the storage console with a second confirmation",
    "All core hosts get a second NTP source",
    "The mail gateway is moved behind the second firewall",
    "Negotiate a four-hour spare part contract with the supplier",
    "Hourly comparison of replica row counts on core-db-1",
    "Stop paging for single disk failures in mirrored sets",
    "Adding a second NTP source for the core hosts",
)

BAD_ACTIONS = (
    ("Improve monitoring", "Improve"),
    ("Improve monitoring and alerting of the databases", "Improve"),
    ("Be more careful when running commands in production", "Be more careful"),
    ("Engineers should be more careful during changes", "be more careful"),
    ("Pay attention to the disk alerts before a release", "Pay attention"),
    ("Raise awareness of the change process", "Raise awareness"),
    ("Consider a second uplink for the branch", "Consider"),
    ("Look into the flapping of core-sw-1", "Look into"),
    ("Ensure that this does not happen again", "Ensure"),
    ("Please make sure the runbooks are up to date", "make sure"),
    ("Communicate better with the customer during outages", "Communicate better"),
    ("Better alerts for the storage array", "Better alerts for the storage array"),
    ("More training for the night shift", "More training for the night shift"),
    ("Remind everyone to follow the process", "Remind everyone"),
    ("Monitoring of the queue length", "Monitoring of the queue length"),
    ("Monitoring should be improved", "be improved"),
    ("Discuss the outage with the team", "Discuss"),
    ("Fix it", "Fix it"),
    ("Improve the documentation in 2026", "Improve"),
)


def everywhere(sentence: str) -> Document:
    """A review that says it in each of its sections but the lucky ones."""
    return Document(
        title=sentence, summary=sentence, impact=sentence, detection=sentence, response=sentence, root_cause=sentence,
        factors=(Factor(FactorKind.TECHNICAL, sentence),), went_well=(sentence,), went_badly=(sentence,),
        lessons=(sentence,), internal=sentence,
    )  # fmt: skip


def planned(text: str) -> Document:
    return Document(
        "t", planned=(Planned(text, owner="wang", deadline=datetime(2026, 11, 30, tzinfo=UTC), kind=Kind.PREVENT),)
    )


@pytest.mark.parametrize("sentence", GOOD)
def test_a_careful_sentence_is_not_marked_in_any_section(sentence: str) -> None:
    assert lint(everywhere(sentence), {}, people=PEOPLE) == ()


@pytest.mark.parametrize(("sentence", "kind", "words"), BAD)
def test_a_sentence_is_marked_once_with_the_words_that_were_found(sentence: str, kind: str, words: str) -> None:
    found = lint(Document("t", summary=sentence), {("summary", ()): 7}, people=PEOPLE)
    assert [(one.line, one.section, one.kind.value, one.words) for one in found] == [(7, "summary", kind, words)]


@pytest.mark.parametrize("text", GOOD_ACTIONS)
def test_a_concrete_action_is_not_marked(text: str) -> None:
    assert lint(planned(text), {}, people=PEOPLE) == ()


@pytest.mark.parametrize(("text", "words"), BAD_ACTIONS)
def test_a_vague_action_is_marked_with_what_is_vague_in_it(text: str, words: str) -> None:
    found = lint(planned(text), {("actions", (0,)): 3}, people=PEOPLE)
    assert [(one.line, one.section, one.kind.value, one.words) for one in found] == [
        (3, "actions", "vague-action", words)
    ]
