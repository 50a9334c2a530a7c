"""opsctl inspect checklists | list | show"""

from opsctl.cli.groups import room_app

app = room_app()
