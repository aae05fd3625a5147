"""The tables of people and of the browsers that they are logged in with. Times are Unix seconds."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from netwright.store.record import Base


class User(Base):
    """A person. ``password_hash`` is empty for one who comes over the identity provider, which knows the
    person as ``sso_subject`` of ``sso_issuer``."""

    __tablename__ = "user"
    __table_args__ = (Index("uq_user_sso", "sso_issuer", "sso_subject", unique=True),)

    name: Mapped[str] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[float]
    password_changed_at: Mapped[float]
    sso_issuer: Mapped[str | None]
    sso_subject: Mapped[str | None]


class WebSession(Base):
    """A browser that logged in. The token itself is known to the browser alone."""

    __tablename__ = "web_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(ForeignKey("user.name"), index=True)
    address: Mapped[str]
    created_at: Mapped[float]
    expires_at: Mapped[float]
