"""Frames, property maps and text of the Python package; the codec's own rules are tested in C."""

import pytest
import warifu
from warifu import _warifu, errors

GET, SETGET = 0x62, 0x6E


def test_a_frame_comes_back_as_it_was_composed():
    data = _warifu.frame_compose(0x1234, 0x05FF01, 0x013001, GET, [(0x80, b""), (0xB3, b"\x1a")])
    assert data == bytes.fromhex("1081 1234 05FF01 013001 62 02 8000 B3011A")
    frame = _warifu.frame_parse(data)
    assert (frame.ehd2, frame.tid, frame.seoj, frame.deoj, frame.esv) == (0x81, 0x1234, 0x05FF01, 0x013001, GET)
    assert frame.properties == ((0x80, b""), (0xB3, b"\x1a"))
    assert (frame.gets, frame.arbitrary, frame.trailing) == ((), b"", b"")


def test_set_get_has_two_lists_and_nothing_else_has():
    data = _warifu.edata_compose(0x05FF01, 0x028801, SETGET, [(0xE5, b"\x01")], [(0xE2, b"")])
    frame = _warifu.edata_parse(data)
    assert (frame.properties, frame.gets) == (((0xE5, b"\x01"),), ((0xE2, b""),))
    with pytest.raises(errors.Argument):
        _warifu.edata_compose(0x05FF01, 0x028801, SETGET, [(0xE5, b"\x01")])
    with pytest.raises(errors.Argument):
        _warifu.edata_compose(0x05FF01, 0x028801, GET, [], [])


def test_any_buffer_goes_in_and_bytes_come_out():
    data = bytearray(_warifu.frame_compose(1, 0x05FF01, 0x0EF001, GET, [(0xD6, memoryview(b""))]))
    frame = _warifu.frame_parse(memoryview(data))
    data[-2] = 0  # what was parsed is a copy
    assert frame.properties == ((0xD6, b""),)
    assert type(frame.properties[0][1]) is bytes


@pytest.mark.parametrize(
    "arguments",
    [
        (0x10000, 0, 0, GET, []),
        (0, 0x1000000, 0, GET, []),
        (0, 0, -1, GET, []),
        (0, 0, 0, 256, []),
        (0, 0, 0, GET, [(256, b"")]),
        (0, 0, 0, GET, [(0x80, bytes(256))]),
        (0, 0, 0, GET, [(0x80, b"")] * 256),
        (0, 0, 1 << 70, GET, []),
    ],
)
def test_what_does_not_fit_a_frame_is_a_value_error(arguments):
    with pytest.raises(ValueError, match=r"outside|fit"):
        _warifu.frame_compose(*arguments)


@pytest.mark.parametrize("properties", [None, 5, [5], [(1,)], [(0x80, "text")], [("80", b"")]])
def test_what_is_no_property_list_is_a_type_error(properties):
    with pytest.raises(TypeError):
        _warifu.edata_compose(0, 0, GET, properties)


def test_bytes_that_are_no_frame_are_a_value_error_of_the_table():
    with pytest.raises(errors.Frame) as caught:
        _warifu.frame_parse(b"\x10\x81")
    assert isinstance(caught.value, ValueError)


def test_property_maps_go_both_ways_in_both_forms():
    for count in (0, 1, 15, 16, 128):
        epcs = list(range(0x80, 0x80 + count))
        assert _warifu.property_map_read(_warifu.property_map_write(epcs)) == epcs
    with pytest.raises(errors.Argument):
        _warifu.property_map_write([0x7F])


@pytest.mark.parametrize(
    ("datagram", "text"),
    [
        ("1081 0001 05FF01 013001 62 01 8000", "[0001] Get 05FF01 -> 013001: 80 (operationStatus)"),
        ("1081 0001 013001 05FF01 72 01 800130", "[0001] Get_Res 013001 -> 05FF01: 80=30 (operationStatus true)"),
        (
            "1081 0001 013001 05FF01 72 01 800130 FFFF",
            "[0001] Get_Res 013001 -> 05FF01: 80=30 (operationStatus true) (then 2 bytes: FFFF)",
        ),
        ("1081 0001 05FF01 013001 6E 01 E50101 01 E200", "[0001] SetGet 05FF01 -> 013001: E5=01 get E2"),
        ("1081 0001 05FF01 013001 64 01 8000", "[0001] ESV 64 05FF01 -> 013001: 80 (operationStatus)"),
        ("1081 0001 013001 05FF01 62 00", "[0001] Get 013001 -> 05FF01"),
        ("1082 0001 FFEE", "[0001] arbitrary format, 2 bytes: FFEE"),
        ("00", "no ECHONET Lite frame, 1 bytes: 00"),
        ("", "no ECHONET Lite frame, 0 bytes: "),
    ],
)
def test_any_datagram_has_its_line(datagram, text):
    line = warifu.decode(bytes.fromhex(datagram))
    assert line == text


def test_a_record_is_shown_as_far_as_it_is_in_clear():
    record = bytes.fromhex("1082 0007 18 11 05 07") + bytes(20)
    assert warifu.decode(record) == "[0007] DA request: kid 05, PIV 7, 20 bytes of ciphertext and tag"


def test_decoding_survives_every_cut_of_a_frame():
    frame = bytes.fromhex("1081 0001 05FF01 013001 6E 01 E50101 01 E200")
    for end in range(len(frame)):
        assert warifu.decode(frame[:end])
        assert warifu.decode_edata(frame[4:end]) or end == 4


def test_an_object_says_what_is_wrong_with_it():
    with pytest.raises(ValueError, match="twice"):
        warifu.Object(0x013001, [warifu.Property(0x80, b"\x30"), warifu.Property(0x80, b"\x31")])
    with pytest.raises(ValueError, match="three bytes"):
        warifu.Object(0x1000000)
    with pytest.raises(ValueError, match="outside 80"):
        warifu.Property(0x7F, b"")
    with pytest.raises(ValueError, match="sett"):
        warifu.Property(0x80, b"\x30", "get sett")
    with pytest.raises(ValueError, match="3 bytes, not 1"):
        warifu.Property(0x80, b"123", size=(1, 2))


def test_an_object_gets_what_the_super_class_requires_and_keeps_its_own():
    own = warifu.Object(0x013001, [warifu.Property(0x80, b"\x31", "get set")])
    assert set(own.properties) == {0x80, 0x81, 0x82, 0x88, 0x8A}
    assert own.properties[0x80].value == b"\x31"
    assert set(warifu.Object(0x013001, superclass=False).properties) == set()
