"""Settings: from the environment only, prefix `BOT_`. README.md lists them; a test holds the list against this."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """A setting is wrong; the text is one clear line."""


class Settings(BaseSettings):
    """What an operator may set. Without any of it the local chat runs on embedded storage."""

    model_config = SettingsConfigDict(env_prefix="BOT_", extra="ignore")

    token: Annotated[SecretStr | None, Field(description="Telegram bot token; without it the local chat runs")] = None
    api_url: Annotated[str | None, Field(description="another Bot API server, e.g. a self-hosted one")] = None
    data_dir: Annotated[Path, Field(description="folder for the embedded database and keys")] = Path("data")
    database_url: Annotated[
        str | None,
        Field(description="sqlite:///file or postgresql+asyncpg://..., with {region} for all; default: a file in the data folder"),
    ] = None
    database_url_eu: Annotated[str | None, Field(description="the database of region EU, likewise of the others")] = None
    database_url_us: Annotated[str | None, Field(description="the database of region US")] = None
    database_url_cn: Annotated[str | None, Field(description="the database of region CN")] = None
    database_url_sg: Annotated[str | None, Field(description="the database of region SG")] = None
    key_file: Annotated[
        Path | None, Field(description="file (mode 0600) with the root key, base64; made when missing")
    ] = None
    root_key: Annotated[
        SecretStr | None, Field(description="the root key itself, base64, instead of a file")
    ] = None
    key_command: Annotated[
        str | None, Field(description="program that holds the root key instead: `program wrap|unwrap NAME`, base64 in and out")
    ] = None
    key_store_url: Annotated[
        str | None,
        Field(description="postgresql+asyncpg://... of keys, ledgers and directory, apart from the data; default: files"),
    ] = None
    ledger_file: Annotated[
        Path | None, Field(description="the erasure ledger, outside every backup; default: a file in the data folder")
    ] = None
    region: Annotated[str, Field(description="the home region: where people start before they said where they live")] = "EU"
    regions: Annotated[
        str, Field(description="the regions that this process serves, home included; it opens no other's keys")
    ] = "EU,US,CN,SG"
    owner_id: Annotated[
        int | None, Field(description="Telegram id of the first owner of the privacy team: who links the group and grants roles")
    ] = None
    support_chat_id: Annotated[int | None, Field(description="group of the privacy team, linked at the start; otherwise /setup in the group does it")] = None
    webhook_url: Annotated[
        str | None, Field(description="public https address for updates; without it the bot polls")
    ] = None
    webhook_secret: Annotated[
        SecretStr | None, Field(description="secret token that Telegram sends with each update")
    ] = None
    public_url: Annotated[
        str | None,
        Field(description="public https address of this server, for links to large exports; default: that of the webhook"),
    ] = None
    listen: Annotated[
        str, Field(description="host:port for the webhook, or for the local chat's page")
    ] = "127.0.0.1:8080"
    tls_cert: Annotated[Path | None, Field(description="certificate, when the bot serves TLS 1.3 itself")] = None
    tls_key: Annotated[Path | None, Field(description="private key to the certificate")] = None
    policy: Annotated[Path | None, Field(description="another policy: a file, or a folder with translations")] = None
    policy_next: Annotated[
        Path | None, Field(description="the next version of the policy, with the day from which it holds; people are told before")
    ] = None

    @field_validator("token")
    @classmethod
    def _token_shape(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"\d+:[A-Za-z0-9_-]{3,}", value.get_secret_value()):
            raise ValueError("is not a bot token (number:letters)")
        return value

    @field_validator("api_url")
    @classmethod
    def _api_shape(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"https?://", value):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/") if value else None

    @field_validator("webhook_url")
    @classmethod
    def _webhook_shape(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"https?://", value):
            raise ValueError("must start with https://")
        return value

    @field_validator("public_url")
    @classmethod
    def _public_shape(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https://[^/?#@]+/?", value):
            raise ValueError("must be https:// and a host, without a path")
        return value.rstrip("/") if value else None

    @field_validator("webhook_secret")
    @classmethod
    def _secret_shape(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("must be 1-256 letters, digits, _ or -")
        return value

    @field_validator("listen")
    @classmethod
    def _listen_shape(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65535:
            raise ValueError("must be host:port")
        return value

    @field_validator("database_url", "database_url_eu", "database_url_us", "database_url_cn", "database_url_sg")
    @classmethod
    def _database_shape(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("sqlite://", "sqlite+aiosqlite://", "postgresql+asyncpg://")):
            raise ValueError("must be sqlite:///... or postgresql+asyncpg://...")
        return value

    @field_validator("key_store_url")
    @classmethod
    def _key_store_shape(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("postgresql+asyncpg://"):
            raise ValueError("must be postgresql+asyncpg://...")
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> Settings:
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("BOT_WEBHOOK_SECRET is needed with BOT_WEBHOOK_URL")
        if bool(self.tls_cert) != bool(self.tls_key):
            raise ValueError("BOT_TLS_CERT and BOT_TLS_KEY belong together")
        if self.public_url and not self.tls_cert:
            raise ValueError("BOT_TLS_CERT is needed with BOT_PUBLIC_URL: exports are downloaded from this server's own TLS")
        if self.api_url and not self.token:
            raise ValueError("BOT_TOKEN is needed with BOT_API_URL")
        if self.key_store_url and self.ledger_file:
            raise ValueError("BOT_LEDGER_FILE goes without BOT_KEY_STORE_URL: there the ledgers lie beside the keys")
        if self.key_store_address and self.key_store_address == self.database:
            raise ValueError("BOT_KEY_STORE_URL must be another database than BOT_DATABASE_URL")
        if self.region not in self.served:
            raise ValueError("BOT_REGION must be one of BOT_REGIONS")
        return self

    @property
    def download_address(self) -> str | None:
        """Where large exports may be downloaded: only from our own TLS 1.3, and not in the local chat."""
        if self.tls_cert is None or self.token is None:
            return None
        if self.public_url is not None:
            return self.public_url
        webhook = re.match(r"https://[^/?#@]+", self.webhook_url or "")
        return webhook[0] if webhook else None

    @property
    def listen_host(self) -> str:
        return self.listen.rpartition(":")[0]

    @property
    def listen_port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def ledger(self) -> Path:
        """The erasure ledger's file."""
        return self.ledger_file or self.data_dir / "ledger" / f"erasures-{self.region.lower()}.jsonl"

    @property
    def key_store(self) -> Path:
        """The key store's file, when it is one."""
        return self.data_dir / "keys" / "keys.sqlite3"

    @property
    def key_store_address(self) -> str | None:
        """The key store's URL, when it is a database; one for each region where `{region}` stands in it, else one for all."""
        return self.key_store_url and self.key_store_url.replace("{region}", self.region.lower())

    @property
    def moves(self) -> Path:
        """The ledger of who moved to another region, beside the erasure ledger."""
        return self.ledger.with_name(f"moves-{self.region.lower()}.jsonl")

    @property
    def database(self) -> str:
        """The database's URL."""
        return self._url_of(self.region) or f"sqlite:///{self.data_dir / 'privacy.sqlite3'}"

    @property
    def served(self) -> tuple[str, ...]:
        """The regions whose keys this process may open."""
        return tuple(name.strip().upper() for name in self.regions.split(",") if name.strip())

    def for_region(self, region: str) -> Settings | None:
        """The settings of a region's own desk: database, keys and ledger of its own, in a folder of its own.

        None for a region that is not served, or has no database: beside a PostgreSQL database at home each needs its URL.
        """
        if region == self.region:
            return self
        url = self._url_of(region)
        if region not in self.served or (url is None and (self.database_url or "").startswith("postgresql")):
            return None
        changes: dict[str, object] = {"region": region, "database_url": url, "data_dir": self.data_dir / region.lower()}
        changes |= {"owner_id": None, "support_chat_id": None}  # the team is known at home and copied from there
        for name in ("ledger_file", "key_file"):  # a root key that one region rotates must not lock another one out
            file: Path | None = getattr(self, name)
            if file is not None:
                changes[name] = file.with_name(f"{region.lower()}-{file.name}")
        return self.model_copy(update=changes)

    def _url_of(self, region: str) -> str | None:
        explicit: str | None = getattr(self, f"database_url_{region.lower()}", None)
        if explicit is not None or self.database_url is None:
            return explicit
        if "{region}" in self.database_url or region == self.region:
            return self.database_url.replace("{region}", region.lower())
        return None


def read_settings() -> Settings:
    """From the environment. SettingsError with one line that names the setting; never its value."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "BOT_" + "_".join(str(part) for part in first["loc"]).upper() if first["loc"] else ""
        message = str(first["msg"]).removeprefix("Value error, ")
        raise SettingsError(f"{name} {message}".strip()) from None
