"""opsctl incident: `verbs` has the verbs of one incident, `importing` takes histories in."""

from opsctl.cli.groups import room_app
from opsctl.incidents.commands.importing import app as importing
from opsctl.incidents.commands.verbs import app as verbs

app = room_app()
app.registered_commands += [*verbs.registered_commands, *importing.registered_commands]
