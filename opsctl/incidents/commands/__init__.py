"""opsctl incident: `verbs` has the verbs, `importing` what the longest of them does."""

from opsctl.incidents.commands.verbs import app as app
