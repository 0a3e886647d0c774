"""Every campaign's short form finds no fault."""

import importlib

import pytest

from tests.campaigns import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_campaign_finds_no_fault(name):
    campaign = importlib.import_module(f"tests.campaigns.{name}")
    outcome = campaign.run(1, campaign.SHORT)
    assert sum(outcome.counts.values()) >= campaign.SHORT
    assert not outcome.faults, "\n\n".join(outcome.faults[:5])
