"""The ``netwright`` command. Each subcommand's module is imported only when it is asked for, so that
``netwright --help`` answers without the database, the web or the devices."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from netwright import __version__
from netwright.base.errors import NetwrightError

# name -> (module, attribute, one line of help); the order is the order of work
COMMANDS: dict[str, tuple[str, str, str]] = {
    "init": ("netwright.cli.init", "init", "Make the home folder, its databases and the first user"),
    "import": ("netwright.cli.import_", "import_", "Read files into a change set, check and merge it"),
    "export": ("netwright.cli.export", "app", "Write wanted objects as files for others"),
    "inventory": ("netwright.cli.inventory", "app", "Devices for Ansible, Prometheus, Oxidized, gnmic"),
    "change": ("netwright.cli.change", "app", "Open, edit, review, check, merge and revert change sets"),
    "design": ("netwright.cli.design", "app", "Sites, links and peerings from a few parameters"),
    "rule": ("netwright.cli.rule", "app", "List the rules that merges are checked by; ask your own"),
    "show": ("netwright.cli.show", "app", "Show wanted objects of any kind"),
    "history": ("netwright.cli.history", "history", "Show what happened to an object, who and when"),
    "blame": ("netwright.cli.history", "blame_", "Show who gave each field its value"),
    "report": ("netwright.cli.report", "app", "Hardware: counts by model, spares, end of life, power"),
    "asset": ("netwright.cli.asset", "app", "Pieces of hardware: on a shelf, in a device, away"),
    "attach": ("netwright.cli.attach", "app", "Files that belong to sites, racks, devices, models, circuits"),
    "secret": ("netwright.cli.secret", "app", "Set and list secrets (BGP passwords, credentials)"),
    "probe": ("netwright.cli.probe", "app", "Ask one device what it is, without a home folder"),
    "discover": ("netwright.cli.discover", "discover", "Ask devices what they are"),
    "adopt": ("netwright.cli.adopt", "adopt", "Make found devices wanted, through a change set"),
    "audit": ("netwright.cli.audit", "audit", "Compare what is wanted with what was observed"),
    "plan": ("netwright.cli.plan", "plan", "Show what would change on each device"),
    "render": ("netwright.cli.render", "render", "Print the intended configuration of a device"),
    "templates": (
        "netwright.cli.rendertemplates",
        "app",
        "Your own templates: list them, fetch them from git",
    ),
    "deploy": ("netwright.cli.deploy", "deploy", "Roll the plan out in waves that undo themselves"),
    "rollout": ("netwright.cli.rollout", "app", "List, follow, stop and resume rollouts"),
    "config": ("netwright.cli.config", "app", "Parse, compare, patch and scrub configuration files, offline"),
    "backup": ("netwright.cli.backup", "app", "Back up running configurations; log, diff, restore"),
    "collect": ("netwright.cli.collect", "collect", "Collect counters, states and health"),
    "health": ("netwright.cli.health", "health", "Health of sites, devices and links"),
    "cdn": ("netwright.cli.cdn", "app", "Place content, fill caches, steer clients"),
    "serve": ("netwright.server.command", "serve", "The web interface, with a worker beside it"),
    "worker": ("netwright.cli.worker", "worker", "Run rollouts, schedules and collection"),
    "user": ("netwright.cli.user", "app", "Users, and the log of what they did"),
    "role": ("netwright.cli.role", "app", "Roles: what users may do, where and on which fields"),
    "group": ("netwright.cli.group", "app", "Groups of users who share roles"),
    "token": ("netwright.cli.token", "app", "API tokens"),
    "webhook": ("netwright.cli.webhook", "app", "Tell other programs what is merged"),
    "hostkey": ("netwright.cli.hostkey", "app", "Accept or forget recorded SSH host keys"),
    "lab": ("netwright.cli.lab", "app", "A lab of real routers in network namespaces, or simulated"),
    "sim": (
        "netwright.cli.sim",
        "app",
        "A simulated fleet on loopback: SSH and SNMP that really answer",
    ),
    "demo": ("netwright.cli.demo", "demo", "The whole way, from bare routers to content served"),
}


_PIPED_COLUMNS = "160"


class LazyGroup(click.Group):
    """A group that knows its commands' names and help, and imports one when it is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Every command has --help. The home folder is NETWRIGHT_HOME or ~/.netwright.",
)
@click.version_option(__version__, prog_name="netwright")
def root() -> None:
    """Designs, builds and operates the network under a content delivery network."""


def main() -> None:
    """Entry point: errors a user is meant to read go to stderr in one line; exit code 2 for them."""
    if not sys.stdout.isatty():
        os.environ.setdefault("COLUMNS", _PIPED_COLUMNS)  # rich would fold tables at 80 in a pipe
    try:
        root(standalone_mode=True)
    except NetwrightError as error:
        click.secho(f"netwright: {error}", fg="red", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        click.echo("netwright: stopped", err=True)
        sys.exit(130)
