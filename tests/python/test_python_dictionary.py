"""The dictionary from Python: look-ups, and values as Python has them. The values' own rules are tested in C."""

import copy
import gc
import pickle
import random
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
import warifu
from home import AIRCON as EOJ
from home import ROOM, TARGET, Home, found, in_loop, paired
from warifu import dictionary, errors
from warifu._rows import Rule
from warifu._types import Kind
from warifu._writing import every_type

AIRCON, METER = "homeAirConditioner", "lvSmartElectricEnergyMeter"


def test_classes_and_properties_are_found_by_code_and_by_name():
    by_code, by_name = dictionary.find_class(0x0130), dictionary.find_class(AIRCON)
    assert by_code == by_name
    assert (by_code.code, by_code.en, by_code.ja, by_code.since) == (
        0x0130,
        "Home air conditioner",
        "家庭用エアコン",
        "A",
    )
    assert dictionary.classes[0].code == 0
    assert len(dictionary.classes) > 50
    assert dictionary.find(0x0130, 0xB3) is dictionary.find(0x0130, 0xB3)
    assert dictionary.find(AIRCON, "targetTemperature") == dictionary.find(0x0130, "targetTemperature")


def test_a_property_says_all_that_the_appendix_says():
    info = dictionary.find(AIRCON, 0xB3)
    assert (info.class_code, info.epc, info.id, info.ja) == (0x0130, 0xB3, "targetTemperature", "温度設定値")
    assert (info.get, info.set, info.inf) == ("required", "required", "optional")
    assert (info.unit, info.limits, info.sizes, info.until, info.in_release) == ("Celsius", (0, 50), (1, 1), None, True)
    assert [state.id for state in info.states] == ["undefined"]
    assert info.states[0].read_only
    assert dictionary.find(AIRCON, "installationLocation").class_code == 0
    assert dictionary.find(METER, 0xE2).type.kind == "object"
    assert dictionary.find(METER, 0xE2).atomic == 0xE5


def test_the_package_s_words_are_those_of_the_core():
    infos = [info for of_class in dictionary.classes for info in dictionary.entries(of_class.code)]
    assert {part.kind for info in infos for part in every_type(info.type)} == set(get_args(Kind))
    assert {rule for info in infos for rule in (info.get, info.set, info.inf)} == set(get_args(Rule))


def test_a_release_chooses_among_entries():
    assert dictionary.release_of(b"\x00\x00R\x00") == "R"
    assert dictionary.release_of(b"\x01\x0d\x01\x00") is None
    for info in dictionary.entries(AIRCON):
        found = dictionary.find(AIRCON, info.epc, release=info.since)
        assert (found.since, found.in_release) == (info.since, True)
    with pytest.raises(ValueError, match="from A to Z"):
        dictionary.find(AIRCON, 0xB3, release="r")


def test_a_class_that_no_dictionary_knows_has_the_superclass():
    assert dictionary.find(0x0500, 0x80).id == "operationStatus"
    assert dictionary.decode(0x0500, "faultStatus", b"\x42") == "false"


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: dictionary.find(AIRCON, "targetTemprature"), "near: targetTemperature"),
        (lambda: dictionary.find("homeAircon", 0x80), "class 'homeAircon'"),
        (lambda: dictionary.find(0x0130, 0xFE), "property FE of class 0130"),
        (lambda: dictionary.find_class(0x0500), "class 0500"),
    ],
)
def test_what_is_not_there_is_a_key_error_that_names_it(call, text):
    with pytest.raises(KeyError, match=text) as caught:
        call()
    assert isinstance(caught.value, errors.NotInDictionary)


def test_an_eoj_in_place_of_a_class_is_told_apart():
    with pytest.raises(ValueError, match="eoj >> 8"):
        dictionary.find(0x013001, 0x80)


def test_numbers_have_units_and_are_exact():
    room = dictionary.decode(AIRCON, "roomTemperature", b"\x18")
    assert (room, room.unit, type(room)) == (24, "Celsius", warifu.Integer)
    assert isinstance(room, int)
    current = dictionary.decode(METER, "instantaneousCurrent", bytes.fromhex("000C FFF9"))
    assert list(current.values()) == [1.2, -0.7]
    assert all(isinstance(value, float) for value in current.values())
    assert [value.decimal for value in current.values()] == [Decimal("1.2"), Decimal("-0.7")]
    assert current["rPhase"].unit == "A"
    energy = dictionary.decode(METER, 0xE0, bytes.fromhex("000003E8"))
    assert (energy, energy.unit, energy.coefficients) == (1000, "kWh", (0xD3, 0xE1))
    assert pickle.loads(pickle.dumps(energy)).unit == copy.copy(energy).unit == "kWh"


@pytest.mark.parametrize("value", [1.2, Decimal("1.2"), Decimal("1.20"), 0.1 + 1.1])
def test_a_number_may_come_as_any_number_of_python(value):
    both = {"rPhase": value, "tPhase": 3}
    assert dictionary.encode(METER, "instantaneousCurrent", both).hex() == "000c001e"


def test_states_are_names_with_codes():
    state = dictionary.decode(AIRCON, "operationMode", b"\x42")
    assert (state, state.code, state.en, state.ja) == ("cooling", 0x42, "Cooling", "冷房")
    assert dictionary.encode(AIRCON, "operationMode", "cooling") == b"\x42"
    off = dictionary.decode(AIRCON, "operationStatus", b"\x31")
    assert off == "false"
    assert not off
    assert dictionary.encode(AIRCON, "operationStatus", True) == b"\x30"
    remote = dictionary.find(AIRCON, 0x93).states
    assert dictionary.decode(AIRCON, 0x93, bytes([remote[-1].code])).code == remote[-1].code


def test_levels_are_numbers():
    assert dictionary.decode(AIRCON, "airFlowLevel", b"\x33") == 3
    assert dictionary.encode(AIRCON, "airFlowLevel", 3) == b"\x33"
    assert dictionary.encode(AIRCON, "airFlowLevel", "auto") == b"\x41"


def test_what_is_no_number_has_types_of_its_own():
    assert dictionary.decode(AIRCON, 0xB3, b"\xfd") == warifu.Undefined("undefined", 0xFD)
    assert isinstance(dictionary.decode(AIRCON, 0xBB, b"\x7f"), warifu.Overflow)
    assert isinstance(dictionary.decode(AIRCON, 0xBB, b"\x80"), warifu.Underflow)
    day = dictionary.decode(METER, 0xE2, b"\x00\x01" + b"\xff\xff\xff\xfe" * 48)
    assert isinstance(day["electricEnergy"][0], warifu.NoData)
    assert warifu.Overflow() != warifu.Underflow()
    for special in (warifu.Undefined(), warifu.Overflow(), warifu.Underflow()):
        edt = dictionary.encode(AIRCON, 0xBB, special) if not isinstance(special, warifu.Undefined) else b""
        assert edt == b"" or type(dictionary.decode(AIRCON, 0xBB, edt)) is type(special)
    assert dictionary.encode(AIRCON, 0xB3, warifu.Undefined()) == b"\xfd"
    with pytest.raises(errors.WrongValue):
        dictionary.encode(AIRCON, 0xB3, warifu.Undefined(), to_set=True)


def test_times_and_dates_are_those_of_datetime():
    assert dictionary.decode(AIRCON, 0x97, b"\x0c\x1e") == time(12, 30)
    assert dictionary.encode(AIRCON, 0x97, time(12, 30)) == b"\x0c\x1e"
    assert dictionary.decode(AIRCON, 0x98, b"\x07\xea\x0b\x17") == date(2026, 11, 23)
    assert dictionary.encode(AIRCON, 0x98, date(2026, 11, 23)) == b"\x07\xea\x0b\x17"
    assert dictionary.decode(AIRCON, 0x92, b"\xc8\x05") == timedelta(hours=200, minutes=5)
    assert dictionary.decode(AIRCON, 0x92, b"\x01\x05") == timedelta(hours=1, minutes=5)
    assert dictionary.encode(AIRCON, 0x92, timedelta(hours=200, minutes=5)) == b"\xc8\x05"
    moment = dictionary.decode(METER, 0xEA, bytes.fromhex("07EA 0B 17 0C 1E 00 00000001"))
    assert datetime(2026, 11, 23, 12, 30) in moment.values()


def test_a_bitmap_keeps_the_bits_that_have_no_name():
    bitmap = dictionary.decode(AIRCON, "airCleaningMethod", b"\xf1")
    assert isinstance(bitmap, warifu.Bitmap)
    assert bitmap.raw == b"\xf1"
    assert dictionary.encode(AIRCON, "airCleaningMethod", bitmap) == b"\xf1"
    name = next(iter(bitmap))
    bitmap[name] = not bitmap[name]
    assert dictionary.encode(AIRCON, "airCleaningMethod", bitmap) == b"\xf0"
    assert dictionary.encode(AIRCON, "airCleaningMethod", dict.fromkeys(bitmap, False)) == b"\x00"


def test_members_may_come_in_any_order():
    value = dictionary.decode(METER, "instantaneousCurrent", bytes.fromhex("000C FFF9"))
    assert dictionary.encode(METER, "instantaneousCurrent", dict(reversed(value.items()))).hex() == "000cfff9"


@pytest.mark.parametrize(
    ("epc", "value", "text"),
    [
        (0xB3, 51, "51 can't be set; it takes 0 to 50 Celsius"),
        (0xB3, 25.5, "25.5"),
        (0xB3, 10**30, "out of all limits"),
        (0xB3, float("nan"), "no number"),
        (0xB3, Decimal("1E+400"), "out of all limits"),
        (0xB3, None, "None is nothing"),
        (0xB3, [26], "0 to 50 Celsius"),
        (0xB3, {"a": 26}, "it takes none"),
        (0xB3, bytes(2), "0 to 50 Celsius"),
        (0xB0, "warm", "warm can't be set; it takes"),
        (0xB0, "a\0b", "zero byte"),
        (0xB0, True, "it takes"),
        (0xA0, 9, "level 1 to 8; auto"),
        (0x97, time(12, 30, 1), "a time of hour and minute"),
        (0x97, time(12, 30, 0, 1), "part of a second"),
        (0x98, datetime(2026, 11, 23, tzinfo=UTC), "time zone"),
        (0x92, timedelta(hours=300), "0 to 255 hours"),
        (0x92, timedelta(hours=-1), "0 to 255 hours"),
        (0xC6, {"nothing": True}, "it takes equippedElectronic"),
    ],
)
def test_a_wrong_value_is_a_value_error_that_says_what_is_allowed(epc, value, text):
    info = dictionary.find(AIRCON, epc)
    with pytest.raises(ValueError, match=r"^the value does not fit the property: ") as caught:
        info.encode(value, to_set=True)
    assert isinstance(caught.value, errors.WrongValue)
    assert f"{info.id} ({epc:02X})" in str(caught.value)
    assert text in str(caught.value)


def test_bytes_that_are_no_value_are_refused():
    with pytest.raises(errors.WrongValue, match="targetTemperature"):
        dictionary.decode(AIRCON, 0xB3, b"\x33")
    with pytest.raises(errors.WrongValue):
        dictionary.decode(AIRCON, 0xB3, b"")
    with pytest.raises(errors.WrongValue):
        dictionary.encode(METER, 0xE2, list(range(2000)))


def sample(info: warifu.PropertyInfo, chance: random.Random) -> bytes:
    """Bytes of a size that fits; often those of a state, so that many are values."""
    size = chance.choice(info.sizes)
    states = [state.code for state in info.states if state.code < 1 << 8 * size]
    if states and chance.random() < 0.5:
        return chance.choice(states).to_bytes(size, "big")
    return bytes(chance.choice((0, 1, 2, 0x30, 0x41, chance.randrange(256))) for _ in range(size))


def test_what_decodes_encodes_to_the_same_bytes_in_every_entry():
    chance = random.Random(3)
    values = 0
    for of_class in dictionary.classes:
        for info in dictionary.entries(of_class.code):
            for edt in (sample(info, chance) for _ in range(12)):
                try:
                    value = info.decode(edt)
                except errors.WrongValue:
                    continue
                assert info.encode(value) == edt, (info, edt, value)
                assert info.decode(edt) == value
                values += 1
    assert values > 4000


# ---- overlays ----

HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "vendor-properties.md"


def overlay(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_the_overlay_of_the_howto_loads_and_stands_on_what_is_built_in(tmp_path):
    (text,) = re.findall(r"^```json\n(.*?)^```$", HOWTO.read_text(encoding="utf-8"), flags=re.M | re.S)
    loaded = warifu.Dictionary.load(overlay(tmp_path / "vendor.json", text))
    assert loaded.decode(AIRCON, "sleepMode", b"\x30") == "true"
    assert loaded.encode(AIRCON, "filterHours", 300) == b"\x01\x2c"
    assert loaded.find(AIRCON, 0xF1).ja == "おやすみ"
    assert loaded.find(AIRCON, "roomTemperature").unit == "Celsius"
    assert loaded.find_class(AIRCON) == dictionary.find_class(AIRCON)
    with pytest.raises(errors.WrongValue, match="0 to 5000 hour"):
        loaded.encode(AIRCON, "filterHours", 5001)
    with pytest.raises(errors.NotInDictionary):
        dictionary.find(AIRCON, "sleepMode")


def test_overlays_stand_on_overlays_and_live_as_long_as_what_was_found(tmp_path):
    one = '{"classes": [{"class": "0F01", "id": "toaster", "properties": [%s]}]}'
    entry = '{"epc": "%s", "id": "%s", "access": "RR-", "type": {"level": "31", "levels": 4}}'
    below = warifu.Dictionary.load(overlay(tmp_path / "a.json", one % entry % ("F0", "heat")))
    above = warifu.Dictionary.load(
        overlay(tmp_path / "b.json", (one % entry % ("F1", "time")).replace("toaster", "grill")), base=below
    )
    heat, brown = above.find("grill", "heat"), above.find("grill", "time")
    del below, above
    gc.collect()
    assert (heat.decode(b"\x33"), brown.encode(2)) == (3, b"\x32")


def test_an_overlay_that_is_wrong_says_where(tmp_path):
    with pytest.raises(ValueError, match=r"line 2, column \d+: ") as caught:
        warifu.Dictionary.load(overlay(tmp_path / "a.json", '{"classes": [\n{,'))
    assert isinstance(caught.value, errors.Overlay)
    with pytest.raises(errors.Overlay, match=r"classes\[0\] \(0F01\): the identifier"):
        warifu.Dictionary.load(overlay(tmp_path / "b.json", '{"classes": [{"class": "0F01"}]}'))
    with pytest.raises(errors.Store, match="No such file"):
        warifu.Dictionary.load(tmp_path / "nothing.json")


# ---- over the network ----


async def reached(home, device, controller, clear):
    if not clear:
        return await paired(controller, device)
    (node,) = await found(controller, da=0, plain=1)
    return node


@pytest.mark.parametrize("clear", [True, False], ids=["in clear", "paired"])
@in_loop
async def test_properties_are_read_and_set_by_name(clear):
    home = Home()
    policy = "open" if clear else "strict"
    async with (
        home.device(trusted=not clear, policy=policy) as device,
        home.controller(trusted=not clear) as controller,
    ):
        other = await reached(home, device, controller, clear)
        values = await other.get(EOJ, "roomTemperature", "operationStatus")
        assert values == {"roomTemperature": 21, "operationStatus": "true"}
        assert values["roomTemperature"].unit == "Celsius"
        assert await other.get(EOJ, TARGET, "targetTemperature") == {TARGET: b"\x18", "targetTemperature": 24}
        await other.set(EOJ, {"targetTemperature": 26, "operationStatus": False}, verify=True)
        assert await other.get(EOJ, TARGET, 0x80) == {TARGET: b"\x1a", 0x80: b"\x31"}
        assert await other.get(0x0EF001, "selfNodeInstances") == {"selfNodeInstances": b"\x00\x00\x01"}


@in_loop
async def test_wrong_names_and_values_are_refused_before_anything_is_sent():
    home = Home()
    async with home.device() as device, home.controller() as controller:
        peer = await paired(controller, device)
        await peer.get(EOJ, "operationStatus")
        sent = controller.counters["sent"]
        with pytest.raises(errors.WrongValue, match="0 to 50 Celsius"):
            await peer.set(EOJ, {"targetTemperature": 51})
        with pytest.raises(KeyError, match="near: targetTemperature"):
            await peer.set(EOJ, {"targetTemprature": 25})
        with pytest.raises(ValueError, match="twice"):
            await peer.set(EOJ, {"targetTemperature": 25, TARGET: b"\x19"})
        assert controller.counters["sent"] == sent


@in_loop
async def test_a_refusal_tells_by_name_what_was_asked_by_name():
    home = Home()
    async with home.device() as device, home.controller() as controller:
        peer = await paired(controller, device)
        with pytest.raises(errors.Refused) as caught:
            await peer.get(EOJ, "roomTemperature", "airFlowLevel", 0xCF)
        assert caught.value.values == {"roomTemperature": 21}
        assert caught.value.refused == ("airFlowLevel", 0xCF)
        assert await peer.get(EOJ, "roomTemperature", "airFlowLevel", partial=True) == {"roomTemperature": 21}
        with pytest.raises(errors.Refused) as caught:
            await peer.set(EOJ, {"airFlowLevel": 3, "targetTemperature": 22})
        assert caught.value.refused == ("airFlowLevel",)


@in_loop
async def test_what_a_device_says_and_is_no_value_stays_readable_as_bytes():
    home = Home()
    async with home.device() as device, home.controller() as controller:
        peer = await paired(controller, device)
        device.put(EOJ, TARGET, b"\x7d")
        with pytest.raises(errors.WrongValue, match="targetTemperature"):
            await peer.get(EOJ, "targetTemperature")
        assert await peer.get(EOJ, "targetTemperature", ROOM, partial=True) == {ROOM: b"\x15"}
        assert await peer.get(EOJ, TARGET) == {TARGET: b"\x7d"}


# ---- text ----


def test_a_frame_is_shown_with_names_and_values():
    frame = bytes.fromhex("1081 0001 013001 05FF01 72 03 B3011A 800131 FF0101")
    assert warifu.decode(frame) == (
        "[0001] Get_Res 013001 -> 05FF01: B3=1A (targetTemperature 26 Celsius) 80=31 (operationStatus false) FF=01"
    )
    wrong = bytes.fromhex("1081 0001 05FF01 013001 61 01 B30199")
    assert warifu.decode(wrong) == "[0001] SetC 05FF01 -> 013001: B3=99 (targetTemperature)"
