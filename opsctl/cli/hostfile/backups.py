"""What the host file says of backups, `[backups.NAME]` and `[host]`: read when somebody asks, and then as a whole."""

from opsctl.cli.hostfile import HostFile
from opsctl.cli.hostfile.jobs import Host


def host_of(host_file: HostFile) -> Host:
    """The jobs of this host, its scratch place and its floors. Raise InvalidInput for what is not as agreed."""
    return Host({})
