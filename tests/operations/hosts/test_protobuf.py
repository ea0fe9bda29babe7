from __future__ import annotations

import pytest

from operations.hosts.protobuf import any_of, bytes_of, field, fields, number_of


def test_fields_are_written_as_protobuf_s_own_example() -> None:
    assert field(1, 150) == bytes.fromhex("089601")
    assert field(2, "testing") == bytes.fromhex("120774657374696e67")


def test_what_is_empty_is_left_out() -> None:
    assert field(1, 0) + field(2, "") + field(3, b"") == b""


def test_messages_come_back() -> None:
    message = fields(field(3, 1 << 63) + field(4, b"x" * 300) + field(1, any_of("/a.B", b"\1")))
    assert number_of(message, 3) == 1 << 63
    assert bytes_of(message, 4) == b"x" * 300
    assert bytes_of(fields(bytes_of(message, 1)), 1) == b"/a.B"
    assert (number_of(message, 9), bytes_of(message, 9)) == (0, b"")


@pytest.mark.parametrize("data", ["08", "0896", "1207", "120774", "09", "0d00000000"])
def test_what_is_cut_off_is_refused(data: str) -> None:
    with pytest.raises(ValueError, match="cut off"):
        fields(bytes.fromhex(data))
