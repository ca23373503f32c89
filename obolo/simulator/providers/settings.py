"""What the host tells the pretend providers.

An empty address means: keep what is owed, call nobody.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class ProviderSettings:
    """`public_base` is the origin that browsers and the product see, without a trailing slash."""

    data_dir: Path
    public_base: str
    org_name: str
    stripe_secret_key: str
    stripe_hook_url: str
    stripe_hook_secret: str
    satispay_code: str  # the activation code a shop trades for its key id, once
    satispay_paired: tuple[str, str] | None = None  # (key id, public key): it has done so
    bank_iban: str
    bank_bic: str = "OBOLIT2XXXX"
    seed: str = "providers"

    @property
    def stripe_base(self) -> str:
        """What the product gives to the Stripe library as its base address."""
        return f"{self.public_base}/sim/stripe"

    @property
    def satispay_base(self) -> str:
        """What stands before `/g_business/v1`."""
        return f"{self.public_base}/sim/satispay"
