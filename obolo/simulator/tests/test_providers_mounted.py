"""The providers are played beside the phone when the host asks for it, and only then."""

import pytest

from obolo.simulator.providers.settings import ProviderSettings
from obolo.simulator.tests.a_stage import BASE, Set, play

IBAN = "IT60X0542811101000000123456"
STRIPE = {"Authorization": "Bearer sk_test"}


def _providers(folder) -> ProviderSettings:
    return ProviderSettings(
        data_dir=folder,
        public_base=BASE,
        org_name="Acqua Chiara",
        stripe_secret_key="sk_test",
        stripe_hook_url="http://product.test/hooks/stripe/k",
        stripe_hook_secret="whsec",
        satispay_code="CODE",
        bank_iban=IBAN,
    )


def test_each_provider_answers_at_its_own_address(tmp_path):
    async def scene(at: Set) -> None:
        assert (await at.get("/sim/bank"))["iban"] == IBAN
        sessions = "/sim/stripe/v1/checkout/sessions"
        assert (await at.get(sessions, headers=STRIPE))["data"] == []
        unsigned = await at.client.get("/sim/satispay/g_business/v1/payments")
        assert unsigned.status_code == 401
        missing = await at.client.get("/sim/stripe/v2/nothing")
        assert missing.status_code == 404
        assert (await at.get("/sim"))["organisation"] == "Acqua Chiara"

    play(tmp_path, scene, providers=_providers(tmp_path))
    assert (tmp_path / "providers.jsonl").exists()


def test_a_page_of_another_site_moves_no_money_here(tmp_path):
    async def scene(at: Set) -> None:
        theirs = {"origin": "https://elsewhere.example"}
        sent = {"amount_minor": 500}
        refused = await at.client.post("/sim/bank/transfers", json=sent, headers=theirs)
        assert refused.status_code == 403
        assert (await at.get("/sim/bank"))["transfers"] == []

    play(tmp_path, scene, providers=_providers(tmp_path))


@pytest.mark.parametrize("path", ["/sim/bank", "/sim/stripe/v1/checkout/sessions"])
def test_unasked_they_are_not_there(tmp_path, path):
    async def scene(at: Set) -> None:
        assert (await at.client.get(path, headers=STRIPE)).status_code == 404

    play(tmp_path, scene)
    assert not (tmp_path / "providers.jsonl").exists()
