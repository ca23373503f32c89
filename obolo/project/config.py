"""Settings of an installation: typed, read once from the environment, refused loudly.

Every name begins with OBOLO_, but for DATABASE_URL, which the whole field spells so.
"""

import os
import secrets
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from obolo.kit.errors import OboloError

POSTGRES = ("postgresql://", "postgres://")  # the spelling of the whole field, and the older one


class BadSetting(OboloError):
    """A setting is wrong."""

    fault = "theirs"


class Config(BaseSettings):
    """One installation's settings."""

    model_config = SettingsConfigDict(env_prefix="OBOLO_", env_ignore_empty=True)

    mode: Literal["demo", "test", "production"] = Field(
        default="production", description="`demo`, `test` or `production`"
    )
    data: Path = Field(default=Path(".data"), description="Where files and the database live")
    database_url: str | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="A PostgreSQL server, 15 or newer, as its owner; empty: the embedded one",
    )
    base_url: str = Field(
        default="http://127.0.0.1:8000", description="Our address, as donors see it"
    )
    master_key: str | None = Field(
        default=None, description="Seals secrets and signs sessions; demo: made in the data folder"
    )
    simulator: bool = Field(default=False, description="Pretend phone, WhatsApp and payments")
    sample_rail: Literal["pay_simulator", "stripe", "satispay"] = Field(
        default="pay_simulator", description="Which pretend provider `obolo demo` collects with"
    )
    lanes: int = Field(default=2, ge=1, le=32, description="Worker threads for conversations")
    senders: int = Field(default=4, ge=1, le=64, description="Threads that hand messages over")

    @property
    def clock_file(self) -> Path | None:
        """The file that turns the clock; only beside a simulator."""
        return self.data / "clock" if self.simulator else None


@cache
def read() -> Config:
    """The settings of this process; raises BadSetting with one line naming the variable."""
    try:
        config = Config()
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = str(first["loc"][0])
        variable = name if name.isupper() else f"OBOLO_{name.upper()}"
        raise BadSetting(f"{variable}: {first['msg']}.") from None
    if config.mode == "production" and config.simulator:
        raise BadSetting("OBOLO_SIMULATOR: production does not start the simulator.")
    if config.mode == "production" and not config.master_key and os.environ.get("OBOLO_SERVING"):
        raise BadSetting("OBOLO_MASTER_KEY: production needs one (any 32 random characters).")
    if config.master_key and len(config.master_key) < 32:
        raise BadSetting("OBOLO_MASTER_KEY: use at least 32 characters.")
    if config.database_url and not config.database_url.startswith(POSTGRES):
        raise BadSetting("DATABASE_URL: begin it with postgresql:// and name a server.")
    return config.model_copy(update={"data": config.data.expanduser().resolve()})


def master_key() -> str:
    """The installation's key: from the settings, else kept in the data folder (not production)."""
    config = read()
    if config.master_key:
        return config.master_key
    kept = config.data / "master.key"
    if not kept.exists():
        config.data.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return kept.read_text(encoding="ascii")
