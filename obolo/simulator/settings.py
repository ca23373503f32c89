"""What the host tells the simulator. Owns no defaults that could hide a missing secret."""

from dataclasses import dataclass
from pathlib import Path

from obolo.simulator.providers.settings import ProviderSettings


@dataclass(frozen=True, kw_only=True)
class SimulatorSettings:
    """Where the simulator lives, whom it calls, and the secrets it shares with the product.

    `public_base` is the origin that browsers and the product see, without a trailing slash. An
    empty `hook_url` or `payment_hook_url` means: keep what is owed, post nothing.
    """

    data_dir: Path
    public_base: str
    hook_url: str
    verify_token: str
    app_secret: str
    access_token: str
    number_id: str
    display_phone: str
    waba_id: str
    org_name: str
    payment_hook_url: str
    payment_secret: str
    seed: str | None = None  # None: drawn once, then kept in the journal
    providers: ProviderSettings | None = None  # Stripe, Satispay and a bank; None: not played
