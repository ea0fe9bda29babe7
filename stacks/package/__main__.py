"""The package's provider: `python stacks/package ENGINE_ADDRESS`, started by the engine."""

import sys
from typing import Any

from pulumi.errors import InputPropertyError
from pulumi.provider import main
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from stacks.package.published import Network, OracleFleet, RelayerFleet, SequencerFleet, ValidatorFleet

COMPONENTS = [ValidatorFleet, RelayerFleet, SequencerFleet, OracleFleet, Network]


class PublishedProvider(ComponentProvider):
    """Hosts the components; what a user got wrong is answered as a property's message, without a traceback."""

    def construct(self, *arguments: Any, **options: Any) -> Any:
        """Build one component.

        Raises:
            InputPropertyError: What its inputs name cannot be built.
        """
        try:
            return super().construct(*arguments, **options)
        except ComponentInitError as error:
            if isinstance(error.inner, InputPropertyError):
                raise error.inner from None
            raise


if __name__ == "__main__":
    main(PublishedProvider(COMPONENTS, "geofleet", None, "0.1.0"), sys.argv[1:])
