"""The access file of a lab: what `netwright init` needs to know to reach its devices."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from netwright.app.home import EndpointOverride
from netwright.base.errors import InputError
from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    namespace: str = ""
    username: str
    password: str | None = None
    private_key: str | None = None
    snmp_community: str | None = None
    snmp_user: str | None = None
    snmp_auth: str | None = None
    snmp_priv: str | None = None
    secrets: dict[str, str] = {}
    endpoints: dict[str, EndpointOverride] = {}


class LabAccess:
    """An access file, read. Secrets are wrapped at once."""

    def __init__(self, file: _File) -> None:
        self._file = file
        self.namespace = file.namespace
        self.endpoints = file.endpoints
        self.secrets = {name: Secret(value) for name, value in file.secrets.items()}

    def credentials(self) -> Credentials:
        file = self._file

        def wrap(value: str | None) -> Secret | None:
            return None if value is None else Secret(value)

        return Credentials(
            username=file.username,
            password=wrap(file.password),
            private_key=wrap(file.private_key),
            snmp_community=wrap(file.snmp_community),
            snmp_user=file.snmp_user,
            snmp_auth=wrap(file.snmp_auth),
            snmp_priv=wrap(file.snmp_priv),
        )


def read_access(path: Path) -> LabAccess:
    """Raises InputError when the file is not an access file; never shows its values."""
    try:
        return LabAccess(_File.model_validate(yaml.safe_load(path.read_text())))
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"not an access file ({where}: {first['msg']})",
            subject=str(path),
            remedy="Give the file that `netwright lab access` names.",
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise InputError(
            "not valid YAML", subject=str(path), remedy="Give the file that `netwright lab access` names."
        ) from None
