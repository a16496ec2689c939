"""Portals that installed the app, their sealed tokens, and the single-use states of running installs."""

from __future__ import annotations

from sqlalchemy import Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, Json, Moment, PortalId, Str


class PortalRow(Base):
    """`state` is connected, disconnected (admin must connect again) or uninstalled; `state_reason` is the machine word for why."""

    __tablename__ = "portal"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[Str]
    state_reason: Mapped[Str] = mapped_column(server_default="")
    state_since: Mapped[Moment] = mapped_column(server_default=text("now()"))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    account: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    """Answer of the account details call: accountType, timeZone, companyCurrency, uiDomain, dataHostingLocation."""
    preferences: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    """What the admin chose: standard_properties (opt-in list), sender_name, sender_company, icp_profile."""
    installed_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    provisioned_at: Mapped[Moment | None]
    provision_error: Mapped[Str | None]
    erased_at: Mapped[Moment | None]
    """When everything stored about the portal was erased; NULL while something may be stored."""


class OAuthTokenRow(Base):
    """Both tokens are sealed and bound to the portal; `expires_at` is when the access token ends."""

    __tablename__ = "oauth_token"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    access_token: Mapped[bytes]
    refresh_token: Mapped[bytes]
    expires_at: Mapped[Moment] = mapped_column(index=True)
    refreshed_at: Mapped[Moment] = mapped_column(server_default=text("now()"))


class OAuthStateRow(Base):
    """One running install: the nonce inside the signed state. It names no portal, since HubSpot says only later which one it is."""

    __tablename__ = "oauth_state"

    nonce: Mapped[Str] = mapped_column(primary_key=True)
    created_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    used_at: Mapped[Moment | None]
