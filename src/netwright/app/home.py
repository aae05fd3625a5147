"""The home folder of one installation: settings, databases, key, backups."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork, ValidationError, field_validator

from netwright.app.credentials.sets import CredentialSet, VaultSettings, secure
from netwright.app.sessions import JumpHost, SessionSettings
from netwright.base.errors import InputError, NotFoundError

_SETTINGS = "settings.toml"


class EndpointOverride(BaseModel):
    """Where one device is reached, when that is not its management address on the usual ports."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str
    """Name or address."""
    ssh_port: int = 22
    """TCP port of SSH."""
    snmp_port: int = 161
    """UDP port of SNMP."""
    netconf_port: int = 830
    """TCP port of NETCONF over SSH."""
    gnmi_port: int = 9339
    """TCP port of gNMI."""
    http_port: int = 443
    """TCP port of the vendor's API."""


class ApprovalRule(BaseModel):
    """Approvals that some changes need before they are merged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: str
    """Role of those who approve: `viewer`, `operator` or `admin`; higher ones count too."""
    count: int = Field(default=1, ge=1)
    """How many people."""
    kinds: list[str] = []
    """Only changes of objects of these kinds; empty: of any kind."""
    regions: list[str] = []
    """Only changes in these regions or below; empty: anywhere."""
    more_than: int = Field(default=0, ge=0)
    """Only change sets with more such objects than this."""
    reason: str = ""
    """What people are told; default: the conditions."""


class SsoSettings(BaseModel):
    """Single sign-on by an OpenID Connect provider. The client's secret is in the vault, as
    `oidc-client-secret`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str
    """URL of the provider, as its discovery document names itself."""
    client_id: str
    """Name under which the provider knows this installation."""
    title: str = "single sign-on"
    """What the button of the login page says: "Log in with ..."."""
    public_url: str = ""
    """URL of this installation as browsers see it; empty: as the request says."""
    scopes: list[str] = ["openid", "profile", "email"]
    """What is asked for."""
    name_claim: str = "preferred_username"
    """Claim that gives a new user's name; of a mail address, the part before the @."""
    groups_claim: str = "groups"
    """Claim that lists the person's groups."""
    roles: dict[str, list[str]] = {}
    """Group of the claim -> roles that its members have."""
    everyone: list[str] = []
    """Roles of everyone who comes from the provider; who has no role at all is not let in."""

    @field_validator("issuer", "public_url")
    @classmethod
    def _secure(cls, url: str) -> str:
        """Tokens cross it."""
        return secure(url)


class Settings(BaseModel):
    """Settings of an installation, from ``settings.toml``; each has a default that works alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database: str = ""
    """SQLAlchemy URL; empty: SQLite in the home folder."""
    network_namespace: str = ""
    """Linux network namespace from which devices are talked to; empty: where the process runs."""
    collect_interval_s: float = 5.0
    """Seconds from one round of collection to the next."""
    concurrency: int = 100
    """Devices talked to at once."""
    web_host: str = "127.0.0.1"
    """Address the web interface listens on."""
    web_port: int = 8080
    """TCP port the web interface listens on."""
    templates: str = ""
    """People's own templates, laid over the built-in ones: a folder, or git as `PATH_OR_URL#REF`."""
    webhook_deadline_s: float = Field(default=10.0, gt=0)
    """Seconds that one delivery of a webhook may take, all told."""
    webhook_allow: list[IPvAnyNetwork] = []
    """Prefixes that webhooks may lead to although they are link-local, multicast or a cloud's metadata."""
    approvals: list[ApprovalRule] = []
    """Which changes need whose approval before they are merged; one `[[approvals]]` a rule."""
    audit_days: int = 400
    """Days that lines of the audit log are kept; 0: for ever."""
    sso: SsoSettings | None = None
    """Single sign-on; `[sso]`."""
    credentials: dict[str, CredentialSet] = {}
    """Sets of credentials for parts of the network; `[credentials.NAME]`, the first that fits is used."""
    vault: VaultSettings = VaultSettings()
    """HashiCorp Vault, where sets of credentials name it; `[vault]`."""
    jump: dict[str, JumpHost] = {}
    """Hosts that SSH to parts of the network goes through; `[jump.NAME]`, the first that fits is used."""
    sessions: SessionSettings = SessionSettings()
    """How many SSH sessions at once, and how long they are held; `[sessions]`."""
    endpoints: dict[str, EndpointOverride] = {}
    """Devices that are reached elsewhere than at their management address; `endpoints.DEVICE`."""


@dataclass(frozen=True, slots=True)
class Home:
    """Paths inside the home folder."""

    path: Path
    settings: Settings

    @property
    def database_url(self) -> str:
        return self.settings.database or f"sqlite:///{self.path / 'netwright.db'}"

    @property
    def workflows_url(self) -> str:
        return self.settings.database or f"sqlite:///{self.path / 'workflows.db'}"

    @property
    def series(self) -> Path:
        return self.path / "series.db"

    @property
    def backups(self) -> Path:
        return self.path / "backups.git"

    @property
    def attachments(self) -> Path:
        return self.path / "attachments"

    @property
    def templates(self) -> Path:
        """Our copies of repositories of templates."""
        return self.path / "templates"

    @property
    def key_file(self) -> Path:
        return self.path / "secret.key"

    @property
    def worker_lock(self) -> Path:
        return self.path / "worker.lock"


def default_path() -> Path:
    """``NETWRIGHT_HOME``, or ``~/.netwright``."""
    return Path(os.environ.get("NETWRIGHT_HOME") or Path.home() / ".netwright").absolute()


def open_home(path: Path | None = None) -> Home:
    """The home folder at ``path``. Raises NotFoundError before ``netwright init``, InputError for bad
    settings."""
    path = (path or default_path()).absolute()
    file = path / _SETTINGS
    try:
        data = tomllib.loads(file.read_text())
        return Home(path, Settings.model_validate(data))
    except FileNotFoundError:
        raise NotFoundError(
            "there is no Netwright home here", subject=str(path), remedy="Run `netwright init` first."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML ({error})", subject=str(file), remedy="Mend the file.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"setting {where}: {first['msg']}", subject=str(file), remedy="Mend the setting."
        ) from None


def create_home(path: Path, settings_text: str) -> Home:
    """Make the home folder (readable by its owner only) and write its settings.

    Raises InputError when it is there already."""
    file = path / _SETTINGS
    if file.exists():
        raise InputError(
            "there is a Netwright home here already",
            subject=str(path),
            remedy="Choose another folder with --home, or remove this one.",
        )
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    temporary = file.with_suffix(".new")
    temporary.write_text(settings_text)
    temporary.replace(file)
    return open_home(path)
