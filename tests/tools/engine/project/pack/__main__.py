"""One stack policy, to show that packs run and see resources."""

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    StackValidationArgs,
    StackValidationPolicy,
)


def small(args: StackValidationArgs, report: ReportViolation) -> None:
    for resource in args.resources:
        if resource.resource_type == "trial:index:Thing" and resource.props["size"] > 1:
            report(f"{resource.name} is too large", resource.urn)


PolicyPack(
    name="trial",
    enforcement_level=EnforcementLevel.ADVISORY,
    policies=[StackValidationPolicy(name="small", description="Things are small.", validate=small)],
)
