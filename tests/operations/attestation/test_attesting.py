from __future__ import annotations

from pathlib import Path

import pytest

from operations.attestation.attesting import Question, Trust, attested
from operations.attestation.expected import Expected, expected_in, read_expected
from operations.attestation.vtpm import bound_report_data, key_of
from schemas.diagnostics import InvalidDocumentError
from schemas.document import read_text
from schemas.errors import ExitCode, UsageError
from schemas.report import Status
from tests.operations.attestation.evidence import AT, BOOT, MEASUREMENT, NONCE, PCR, Amd, Aws, Tpm, write

TEXT = f"""\
schema: geofleet/attestation/v1
fleets:
  validators:
    sev_snp:
      measurements: [{MEASUREMENT}]
      tcb_min: {{boot_loader: 4, tee: 0, snp: 22, microcode: 211}}
    vtpm: {{key_vouched_by: sev_snp, pcrs: {{pcr4: {BOOT}}}}}
  signers:
    nitro: {{pcrs: {{pcr0: {PCR}}}}}
"""


def expected(fleet: str) -> Expected:
    return expected_in(read_text(TEXT, source="t.yaml"))[fleet]


@pytest.fixture
def amd(tmp_path: Path) -> Amd:
    amd = Amd()
    (tmp_path / "amd_milan.pem").write_bytes(amd.pem())
    return amd


def question(folder: Path, fleet: str, amd: Amd, aws: Aws | None = None) -> Question:
    trust = Trust(nitro=aws.root.sha256 if aws else "", amd={"milan": amd.ark.sha256}, amd_folder=folder)
    return Question(
        stack="s", host=f"{fleet}-1", expected=expected(fleet), nonce=NONCE, evidence=folder, at=AT, trust=trust
    )  # fmt: skip


def snp_answer(folder: Path, amd: Amd, tpm: Tpm, *, bound_to: Tpm | None = None) -> None:
    quote, signature = tpm.quote({4: BOOT})
    data = bound_report_data(NONCE, key_of((bound_to or tpm).pem))
    write(folder, sev_snp=amd.report(data=data), vcek=amd.chip.der, quote=quote, signature=signature,
          values={4: BOOT}, key=tpm.pem)  # fmt: skip


def test_a_machine_and_its_vtpm_are_believed_together(tmp_path: Path, amd: Amd) -> None:
    snp_answer(tmp_path, amd, Tpm())
    found = attested(question(tmp_path, "validators", amd))
    assert [(f.rule_id, f.status) for f in found.findings] == [("SEC120", Status.PASSED), ("SEC122", Status.PASSED)]
    assert found.exit_code is ExitCode.PASSED


def test_a_quote_of_another_machine_beside_a_good_report_is_refused(tmp_path: Path, amd: Amd) -> None:
    snp_answer(tmp_path, amd, Tpm(), bound_to=Tpm())
    found = attested(question(tmp_path, "validators", amd))
    assert [(f.rule_id, f.status) for f in found.findings] == [("SEC120", Status.FAILED), ("SEC122", Status.PASSED)]
    assert found.findings[0].message == (
        "validators-1: its SEV-SNP report does not answer this challenge: it is a report of another time, "
        "or of another machine"
    )
    assert found.exit_code is ExitCode.FINDINGS


def test_an_enclave_is_believed(tmp_path: Path, amd: Amd) -> None:
    aws = Aws()
    write(tmp_path, nitro=aws.document())
    found = attested(question(tmp_path, "signers", amd, aws))
    assert [(f.rule_id, f.status) for f in found.findings] == [("SEC121", Status.PASSED)]


def test_an_answer_that_is_missing_is_not_evaluated(tmp_path: Path, amd: Amd) -> None:
    found = attested(question(tmp_path, "signers", amd, Aws()))
    [one] = found.findings
    assert (one.status, one.message) == (
        Status.NOT_EVALUATED,
        "signers-1: its enclave's document is missing: nitro.cbor cannot be read: No such file or directory",
    )
    assert found.exit_code is ExitCode.NOT_EVALUATED


def test_answers_that_cannot_be_read_are_not_evaluated(tmp_path: Path, amd: Amd) -> None:
    snp_answer(tmp_path, amd, Tpm())
    write(tmp_path, vcek=b"x", values=b"[]")
    told = [f.message for f in attested(question(tmp_path, "validators", amd)).findings]
    assert told[0].startswith("validators-1: its SEV-SNP report vcek.der is not an X.509 certificate: ")
    assert told[1].startswith("validators-1: its vTPM's quote comes with a vtpm.pcrs.json that is no JSON")
    write(tmp_path, vcek=Amd(product=b"\x16\x05Naples").chip.der, values={4: "00"})
    told = [f.message for f in attested(question(tmp_path, "validators", amd)).findings]
    assert told == [
        "validators-1: its SEV-SNP report comes with a chip's certificate of no product that is known: milan, genoa, turin",
        "validators-1: its vTPM's quote comes with a vtpm.pcrs.json whose values are not of SHA-256",
    ]


def test_an_endless_answer_is_not_read(tmp_path: Path, amd: Amd) -> None:
    write(tmp_path, nitro=bytes(64 * 1024 + 1))
    [one] = attested(question(tmp_path, "signers", amd, Aws())).findings
    assert one.message.endswith("its enclave's document cannot be judged: nitro.cbor has more than 65536 bytes")


def test_a_stack_without_expectations_says_where_they_belong(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nobody says what the machines of this stack may run"):
        read_expected(tmp_path / "lab.attestation.yaml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (PCR, "0" * 96, "t.yaml:9:26: error ATTEST303 fleets.signers.nitro.pcrs.pcr0: all zeros are what any enclave in debug mode has"),
        (MEASUREMENT, "0" * 96, "ATTEST303 fleets.validators.sev_snp.measurements[0]: all zeros are what any enclave"),
        (f"nitro: {{pcrs: {{pcr0: {PCR}}}}}", "{}", "ATTEST301 fleets.signers: fleet 'signers' names no kind of evidence"),
        (PCR, "xyz", "a SHA-384 in 96 hexadecimal digits"),
        ("key_vouched_by: sev_snp", "key_vouched_by: nobody", "key_vouched_by"),
    ],
)  # fmt: skip
def test_what_is_expected_wrongly_is_told_with_its_place(old: str, new: str, said: str) -> None:
    with pytest.raises(InvalidDocumentError) as caught:
        expected_in(read_text(TEXT.replace(old, new), source="t.yaml"))
    assert said in str(caught.value)


def test_a_report_can_vouch_only_where_one_is_expected() -> None:
    text = TEXT.replace(
        "  signers:\n    nitro: ",
        "  signers:\n    vtpm: {key_vouched_by: sev_snp, pcrs: {pcr4: " + BOOT + "}}\n    nitro: ",
    )
    with pytest.raises(InvalidDocumentError, match=r"ATTEST302 .* a report is to vouch for the vTPM's key"):
        expected_in(read_text(text, source="t.yaml"))
