"""opsctl inspect countersign | correct | void"""

from opsctl.cli.groups import room_app

app = room_app()
