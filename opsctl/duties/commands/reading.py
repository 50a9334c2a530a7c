"""opsctl duty list | due | show | preview"""

from opsctl.cli.groups import room_app

app = room_app()
