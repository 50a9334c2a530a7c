"""opsctl action add | assign | done | verify | return | reopen | correct | void"""

from opsctl.cli.groups import room_app

app = room_app()
