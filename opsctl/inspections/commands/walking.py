"""opsctl inspect start | sheet"""

from opsctl.cli.groups import room_app

app = room_app()
