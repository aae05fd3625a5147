"""Ansible's inventory plugin: asks the command ``netwright inventory ansible``.

It runs in Ansible's Python, which need not be ours, so it imports nothing of netwright. Copy it into a folder
of ``inventory_plugins``: ``netwright inventory ansible --plugin FOLDER``.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable

DOCUMENTATION = """
name: netwright
short_description: Devices wanted in a Netwright home
description: Groups by site, region, role, platform, model, status, cluster and tag. Never credentials.
extends_documentation_fragment: [constructed]
options:
  plugin:
    description: The name of this plugin.
    required: true
    choices: [netwright]
  command:
    description: How to run netwright.
    default: netwright
    env: [{name: NETWRIGHT_COMMAND}]
  home:
    description: Home folder; else NETWRIGHT_HOME.
    type: path
  every:
    description: Also devices that are not active, or have no address.
    type: bool
    default: false
  timeout:
    description: Seconds to wait for the answer.
    type: int
    default: 120
"""


class InventoryModule(BaseInventoryPlugin, Constructable):  # type: ignore[misc]
    """Reads files that end in ``netwright.yml`` and say ``plugin: netwright``."""

    NAME = "netwright"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(("netwright.yml", "netwright.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        answer = self._ask()
        hosts = answer.pop("_meta")["hostvars"]
        for name, group in answer.items():
            self.inventory.add_group(name)
            for child in group.get("children", ()):
                self.inventory.add_group(child)
                self.inventory.add_child(name, child)
        for host, variables in hosts.items():
            self.inventory.add_host(host)
            for name, value in variables.items():
                self.inventory.set_variable(host, name, value)
        for name, group in answer.items():
            for host in group.get("hosts", ()):
                self.inventory.add_child(name, host)
        strict = self.get_option("strict")
        for host, variables in hosts.items():
            self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
            self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict=strict)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict=strict)

    def _ask(self) -> Any:
        words = [*shlex.split(self.get_option("command")), "inventory", "ansible", "--list"]
        words += ["--home", self.get_option("home")] if self.get_option("home") else []
        words += ["--every"] if self.get_option("every") else []
        try:
            done = subprocess.run(
                words, capture_output=True, text=True, timeout=self.get_option("timeout"), check=True
            )
            return json.loads(done.stdout)
        except subprocess.CalledProcessError as error:
            raise AnsibleParserError(f"netwright: {error.stderr.strip()}") from None
        except (OSError, subprocess.TimeoutExpired, ValueError) as error:
            raise AnsibleParserError(f"netwright can't be asked: {error}") from None
