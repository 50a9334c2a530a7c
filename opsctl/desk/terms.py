"""The words of the desk: the database as a record, the demo with the history in `sample-data/history`, and today."""

DATABASE = "database"
"""The subject of the ledger's first row."""
MADE = "database.made"

ZONE = "Asia/Shanghai"
HISTORY = "history/tickets.csv"
HISTORY_MAP = "history/tickets.toml"
HISTORY_MONTH = (2026, 10)
"""The month in which the history ends."""
ASSETS = (
    {"handle": "erp", "title": "ERP", "title_zh": "ERP 系统", "kind": "service"},
    {"handle": "mail", "title": "Mail", "title_zh": "邮件系统", "kind": "service"},
    {"handle": "core-network", "title": "Core network", "title_zh": "核心网络", "kind": "network"},
    {"handle": "file-server", "title": "File server", "title_zh": "文件服务器", "kind": "server"},
)

TODAY = ("duty", "inspect", "action", "incident", "patch")
"""What `today` shows, by the nouns of rooms, in this order; any other room comes after them."""
HANDOVER = ("incident", "inspect", "action", "work", "maintenance", "patch", "duty")
LINES_TODAY = 8
"""So many lines of a part, for today has to fit on a telephone."""
LINES_HANDOVER = 50
LOOK = {
    "duty": "opsctl duty due",
    "inspect": "opsctl inspect list",
    "action": "opsctl action list",
    "incident": "opsctl incident list --state unresolved",
    "maintenance": "opsctl maintenance list",
    "patch": "opsctl patch list",
    "work": "opsctl work list",
}
"""Where the rest is to be seen."""
