"""The words of the desk: the database as a record, and the demo with the history in `sample-data/history`."""

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
