"""Whether a line that people added to the timeline names something that it can be looked up in."""

import re

from opsctl.reviews.rules.document import Line
from opsctl.reviews.rules.lint.finding import Advice, Finding, LintKind, said_of
from opsctl.reviews.rules.lint.sentences import fold, shortened
from opsctl.reviews.terms import Section

_MOST_READ = 4000
_REFERENCE = re.compile(
    r"(?<![A-Za-z0-9-])(?!(?:RAID|SEV|UTF|SHA|LTO|CAT|RFC|ISO|TLS|MD"
    r"|P)-)[A-Z][A-Z0-9]{1,9}-[A-Z]?[0-9A-Z]*[0-9][0-9A-Z]*(?:-\d+)*|[A-Za-z][A-Za-z0-9+.-]{1,9}://|#\d+"
)
_NAMED = re.compile(
    r"(?<![a-z])(?:logs?|logged|logbook|syslog|journal(?:ctl|d)?|dmesg|dashboards?|grafana|prometheus|alertmanager"
    r"|zabbix|nagios|icinga|kibana|elastic|loki|sentry|datadog|pagerduty|opsgenie|splunk|ipmi|sel|bmc|idrac|ilo"
    r"|snmp|netflow|tickets?|case|e-?mails?|mail|mailed|chat|channel|slack|teams|wechat|dingtalk|telegram"
    r"|recordings?|screenshots?|photos?|pictures?|cctv|camera|video|footage|badge|graphs?|charts?|audit|history"
    r"|bastion|records?|recorded|reports?|minutes|notes?|transcript|commits?|git|pull request|merge request"
    r"|pipeline|according to|source|see|statement|invoice|form|sheet|register|trace|status page|monitoring|metrics?"
    r"|console output|output of|phone list|call list|handover|roster)(?![a-z])|日志|监控(?:显示|图|平台|系统|曲线"
    r"|截图|大屏|数据|记录)|工单|仪表盘|看板|大屏|截图|录像|录音|照片|视频|邮件|聊天|群里|群内|群聊|微信|钉钉|飞书"
    r"|短信|记录|台账|登记|根据|据|来源|见|详见|参见|引自|门禁|审计|堡垒机|历史|报告|回执|纪要|公告|提交|曲线"
    r"|告警平台|值班表|交接班|报表|单号|编号"
)
_IN_BRACKETS = re.compile(r"[(（\[【][^()（）\[\]【】]*[^\W\d_][^()（）\[\]【】]*[)）\]】]")


def unrecorded(line: Line, place: int | None) -> Finding | None:
    """What is said of an added line that names no record; None where it names one."""
    text = line.text[:_MOST_READ]
    if _REFERENCE.search(text) or _IN_BRACKETS.search(text) or _NAMED.search(fold(text)):
        return None
    message, suggestion = said_of(Advice.UNRECORDED)
    return Finding(place, Section.TIMELINE.value, LintKind.NO_RECORD, shortened(line.text), message, suggestion)
