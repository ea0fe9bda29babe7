"""The package's provider: `python stacks/package ENGINE_ADDRESS`, started by the engine."""

from pulumi.provider.experimental import component_provider_host

from stacks.package.published import Network, OracleFleet, RelayerFleet, SequencerFleet, ValidatorFleet

if __name__ == "__main__":
    component_provider_host(
        name="geofleet",
        version="0.1.0",
        components=[ValidatorFleet, RelayerFleet, SequencerFleet, OracleFleet, Network],
    )
